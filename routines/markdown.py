"""Markdown as routines are written in it: shown, made plain for search, and cut into pieces to be compared.

Nothing that somebody writes reaches a page but through the list of what is allowed here (nh3).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from routines.slugs import ascii_slug

# A link to another routine, `[Stikkskader](rutine:stikkskader)`, to a rule of the law register,
# `[§ 5-1](lov:arbeidsmiljoloven-5-1)`, to what another domain keeps (hms.organisations.things):
# `[Kurset](ting:training-3)`, and to a file of a routine: `[Skjema](fil:12)`. A picture is shown where it stands:
# `![Skiltet ved døra](fil:13)`.
ROUTINE, RULE, THING, FILE = "rutine:", "lov:", "ting:", "fil:"
# A book is not a routine.
MOST_CHARACTERS = 200_000
TASK = re.compile(r"^\[([ xX])\] ")
TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "s", "a", "blockquote", "code", "pre", "hr",
    "br", "table", "thead", "tbody", "tr", "th", "td", "img",
}  # fmt: skip
INLINE_TAGS = {"strong", "em", "s", "a", "code", "br"}
ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"src", "alt", "loading"}, "ol": {"start"}, **{f"h{level}": {"id"} for level in range(2, 7)},
    "th": {"align", "scope"}, "td": {"align"},
}  # fmt: skip
SCHEMES = {"https", "http", "mailto", "tel"}
CLASSES = {"ul": {"ds-list", "tasks"}, "ol": {"ds-list"}, "table": {"ds-table"}}

# What stands in the text (`rutine:brann`, `fil:12`) → where it leads; what is not there is shown as words only.
Links = Mapping[str, str]


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def parse(text: str) -> list[Token]:
    """A text as Markdown's own pieces, for those who write it in another form."""
    return _parser().parse(text)


@dataclass(frozen=True)
class Heading:
    """One heading of a text, for its contents."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Piece:
    """A heading, a paragraph, a point of a list, a row of a table or a block of code.

    Attributes:
        kind: `h`, `p`, `li`, `quote`, `row`, `code` or `line`.
        depth: level of a heading, or how far a point is set in.
        marker: what stands before a point: «•» or «1.».
        html: the words with their marks, allowed ones only.
    """

    kind: str
    depth: int
    marker: str
    html: str


def targets_in(text: str) -> set[str]:
    """What a text leads to inside the house, as it stands there: `rutine:brann`, `fil:12`."""
    found = set()
    for token in _parser().parse(text):
        for child in token.children or ():
            if child.type in {"link_open", "image"} and (target := _target(child)):
                found.add(target)
    return found


def _target(token: Token) -> str:
    """A link or picture of our own, without what people add; empty for any other."""
    href = unquote(str(token.attrGet("href") or token.attrGet("src") or "")).strip().rstrip("/")
    return href if href.startswith((ROUTINE, RULE, THING, FILE)) else ""


def render(text: str, links: Links) -> SafeString:
    """A text as HTML. Headings begin at the second level: the title is the first."""
    parser = _parser()
    tokens = parser.parse(text)
    for token, heading in zip([t for t in tokens if t.type == "heading_open"], _headings_in(tokens), strict=True):
        token.attrSet("id", heading.anchor)
    _dress(tokens, links)
    html = _clean(parser.renderer.render(tokens, parser.options, {}), TAGS)
    wide = '<div class="tablewrap" tabindex="0" role="group">'
    html = html.replace("<table", f"{wide}<table").replace("</table>", "</table></div>")
    return mark_safe(html)


def headings(text: str) -> list[Heading]:
    """The headings of a text, each with an anchor of its own."""
    return _headings_in(_parser().parse(text))


def _headings_in(tokens: list[Token]) -> list[Heading]:
    found: list[Heading] = []
    taken: set[str] = set()
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        words = _words(inline)
        anchor = base = f"om-{ascii_slug(words)[:60] or 'del'}"
        number = 2
        while anchor in taken:
            anchor, number = f"{base}-{number}", number + 1
        taken.add(anchor)
        found.append(Heading(_level(opening), anchor, words))
    return found


def plain(text: str) -> str:
    """The words alone, a line for each piece: for search and for telling what something is about."""
    return "\n".join(words for token in _parser().parse(text) if (words := _words(token)))


def pieces(text: str, links: Links) -> list[Piece]:
    """A text cut into what people see as one thing each."""
    parser = _parser()
    tokens = parser.parse(text)
    _dress(tokens, links, with_pictures=False)

    def inline(token: Token) -> str:
        return _clean(parser.renderer.renderInline(token.children or [], parser.options, {}), INLINE_TAGS).strip()

    return list(_cut(tokens, inline))


# --- parts ---


@dataclass
class _Place:
    """Where one is in a text while walking through its tokens."""

    # Whether a list counts, and its next number; the innermost last.
    lists: list[list[Any]] = field(default_factory=list)
    marker: str = ""
    quotes: int = 0
    heading: int = 0
    cells: list[str] = field(default_factory=list)

    def enter(self, token: Token) -> None:
        """Take in a token that says what the next words are part of."""
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            self.lists.append([token.type == "ordered_list_open", int(token.attrGet("start") or 1)])
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self.lists.pop()
        elif token.type == "list_item_open":
            ordered, number = self.lists[-1]
            self.marker, self.lists[-1][1] = (f"{number}." if ordered else "•"), number + 1
        elif token.tag == "blockquote":
            self.quotes += token.nesting
        elif token.type == "heading_open":
            self.heading = _level(token)
        elif token.type == "tr_open":
            self.cells = []

    def piece(self, html: str) -> Piece:
        """Words, as the kind of thing they are here."""
        if self.heading:
            level, self.heading = self.heading, 0
            return Piece("h", level, "", html)
        marker, self.marker = self.marker, ""
        return Piece("li" if self.lists else "quote" if self.quotes else "p", len(self.lists), marker, html)


def _cut(tokens: list[Token], inline: Callable[[Token], str]) -> Iterator[Piece]:
    """Walks through the blocks and remembers what it is inside."""
    place = _Place()
    for token in tokens:
        place.enter(token)
        if token.type == "tr_close":
            yield Piece("row", 0, "", " · ".join(place.cells))
        elif token.type in {"fence", "code_block"}:
            yield Piece("code", 0, "", escape(token.content.rstrip("\n")))
        elif token.type == "hr":
            yield Piece("line", 0, "", "")
        elif token.type == "inline" and token.meta.get("cell"):
            place.cells.append(inline(token))
        elif token.type == "inline":
            yield place.piece(inline(token))


def _dress(tokens: list[Token], links: Links, *, with_pictures: bool = True) -> None:
    """Headings a level down, classes for lists and tables, boxes for tasks, links where they lead."""
    before = ""
    for place, token in enumerate(tokens):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{_level(token)}"
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            token.attrSet("class", "ds-list")
        elif token.type == "table_open":
            token.attrSet("class", "ds-table")
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "inline":
            token.meta = {**token.meta, "cell": before in {"th_open", "td_open"}}
            if before == "paragraph_open" and place > 1 and tokens[place - 2].type == "list_item_open":
                _box(token)
            _link(token, links, with_pictures=with_pictures)
        before = token.type


def _level(token: Token) -> int:
    """What a heading becomes: `# One` is the second level. Markdown's own mark tells, whatever the tag is by now."""
    written = 1 if token.markup == "=" else 2 if token.markup == "-" else len(token.markup)
    return min(written + 1, 6)


def _box(token: Token) -> None:
    """`[ ] Ring 113` becomes a box to tick on paper."""
    first = (token.children or [None])[0]
    if first is not None and first.type == "text" and (task := TASK.match(first.content)):
        first.content = ("☐ " if task[1] == " " else "☑ ") + first.content[task.end() :]


def _link(token: Token, links: Links, *, with_pictures: bool) -> None:
    """Let links lead where they should; what leads nowhere, and pictures from elsewhere, are words."""
    kept: list[Token] = []
    dropped = 0
    for child in token.children or ():
        target = _target(child) if child.type in {"link_open", "image"} else ""
        if child.type == "image":
            kept.append(_picture(child, links.get(target, "") if with_pictures else ""))
            continue
        if target and target not in links:
            dropped += 1
            continue
        if target:
            child.attrSet("href", links[target])
        elif child.type == "link_close" and dropped:
            dropped -= 1
            continue
        kept.append(child)
    token.children = kept


def _picture(token: Token, address: str) -> Token:
    if address:
        token.attrSet("src", address)
        token.attrSet("loading", "lazy")
        return token
    words = Token("text", "", 0)
    words.content = token.content
    return words


def _words(token: Token) -> str:
    if token.type in {"fence", "code_block"}:
        return token.content.strip()
    if token.type != "inline":
        return ""
    said = "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in token.children or ()
        if child.type in {"text", "code_inline", "softbreak", "hardbreak", "image"}
    )
    return TASK.sub("", said).strip()


def _clean(html: str, tags: set[str]) -> str:
    return nh3.clean(
        html,
        tags=tags,
        attributes={tag: names for tag, names in ATTRIBUTES.items() if tag in tags},
        allowed_classes={tag: names for tag, names in CLASSES.items() if tag in tags},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
