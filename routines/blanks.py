"""Blanks in a text, `[[navn på verneombud]]`: what whoever takes up a template fills in."""

import re

from django.utils.safestring import SafeString, mark_safe

BLANK = re.compile(r"\[\[([^\[\]<>\n]{1,80})\]\]")
_TAG = re.compile(r"(<[^>]*>)")


def blanks_in(text: str) -> list[str]:
    """What is to be filled in, each once, in the order of the text."""
    return list(dict.fromkeys(" ".join(name.split()) for name in BLANK.findall(text)))


def marked_blanks(html: SafeString) -> SafeString:
    """Clean HTML with its blanks marked for the eye; what stands inside tags is left alone."""
    if "[[" not in html:
        return html
    pieces = _TAG.split(html)
    pieces[::2] = [BLANK.sub(r"<mark>[[\1]]</mark>", words) for words in pieces[::2]]
    return mark_safe("".join(pieces))
