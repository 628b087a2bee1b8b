"""HTML of any origin as Markdown as routines are written in it: what is allowed first, then turned, never HTML."""

import re
from html import unescape
from typing import Any

import nh3
from django.utils.translation import gettext as _
from markdownify import MarkdownConverter

from routines.exchange.errors import CannotRead

TAGS = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "b", "em", "i", "s", "del", "a", "blockquote",
    "code", "pre", "hr", "br", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "img", "div", "section", "dt", "dd",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}, "td": {"colspan"}, "th": {"colspan"},
}  # fmt: skip
# Whatever stands inside these is no text.
NO_TEXT = {"script", "style", "title", "head", "template", "noscript", "iframe", "object", "svg", "math", "textarea"}
LINKS = {"http", "https", "mailto", "tel"}
_MARKS = re.compile(r"([\\*_`\[\]]|~(?=~)|&(?=#?\w+;)|<(?=[a-zA-Z/!?]))")
_LINE_BEGINNINGS = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+>](?=\s|$)|>|={3,}\s*$|-{3,}\s*$)")
_NUMBER_BEGINNING = re.compile(r"^(\s*\d{1,9})([.)])(?=\s|$)")
_BOX = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+)(?:☐|☑|☒|\uf06f|\uf0a8)\s*", re.MULTILINE)
_TICKED = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+)(?:☑|☒)\s*", re.MULTILINE)


class _Converter(MarkdownConverter):
    """Escapes what would be a mark in Markdown and was none before, and no more than that."""

    def escape(self, text: str, parent_tags: Any = None) -> str:
        if not text:
            return ""
        text = _MARKS.sub(r"\\\1", text)
        text = _LINE_BEGINNINGS.sub(r"\1\\\2", text)
        text = _NUMBER_BEGINNING.sub(r"\1\\\2", text)
        return text.replace("|", "\\|") if parent_tags and {"td", "th"} & set(parent_tags) else text


def to_markdown(html: str, *, picture_scheme: str = "") -> str:
    """Markdown of what is allowed in an HTML text; everything else keeps its words at most.

    Args:
        picture_scheme: of addresses that stand for pictures brought along.

    Raises:
        CannotRead: when it is nested beyond reason.
    """
    safe = clean(html, picture_scheme=picture_scheme)
    try:
        text = _Converter(
            heading_style="ATX", bullets="-", table_infer_header=True, autolinks=False, newline_style="BACKSLASH",
            strong_em_symbol="*",
        ).convert(safe)  # fmt: skip
    except RecursionError as error:
        raise CannotRead(_("The text is nested too deeply to be read.")) from error
    text = _TICKED.sub(r"\1[x] ", text)
    text = _BOX.sub(r"\1[ ] ", text)
    lines = [line.rstrip() for line in text.replace("\u00a0", " ").splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def clean(html: str, *, picture_scheme: str = "") -> str:
    """The allowed part of an HTML text; pictures only those that were brought along."""

    def keep(tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name == "src" and not (picture_scheme and value.startswith(f"{picture_scheme}:")):
            return None
        return value

    return nh3.clean(
        html, tags=TAGS, clean_content_tags=NO_TEXT, attributes=ATTRIBUTES, attribute_filter=keep,
        url_schemes=LINKS | ({picture_scheme} if picture_scheme else set()), link_rel=None,
    )  # fmt: skip


def title_of(html: str) -> str:
    """What a page calls itself."""
    found = re.search(r"<title[^>]*>([^<]{1,500})</title>", html[:100_000], re.IGNORECASE)
    return " ".join(unescape(found[1]).split())[:160] if found else ""
