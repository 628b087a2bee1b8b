"""A text as others may have it: without what belongs to the house it was written in. Knows nothing of the database."""

import re

from django.utils import translation
from django.utils.translation import gettext as _

from routines.markdown import FILE

# A picture or a link to one of the routine's files, with the words that stand for it.
_OF_FILE = re.compile(rf"(!?)\[([^\[\]\n]*)\]\(\s*<?{FILE}[^)\s]*>?(?:\s+\"[^\"\n]*\")?\s*\)")
_NOT_IN_BLANKS = re.compile(r"[\[\]<>\s]+")
# With what stands before it, a blank may be eighty characters long.
MOST_WORDS = 55


def for_others(text: str, language: str) -> str:
    """A text without its pictures and files: a blank stands for each, which whoever takes the text up fills in.

    Links to other routines stay: they lead to the reader's own of that name, or are words only.
    """
    with translation.override(language):
        return _OF_FILE.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    words = _NOT_IN_BLANKS.sub(" ", match.group(2)).strip()[:MOST_WORDS].strip()
    kind = _("picture") if match.group(1) else _("file")
    return f"[[{kind}: {words}]]" if words else f"[[{kind}]]"


def files_left_behind(text: str) -> int:
    """How many pictures and links to files a text has."""
    return len(_OF_FILE.findall(text))
