"""Templates, and the ones that come with the system: one folder each, with a text in every language.

`<key>/<language>.md` begins with front matter (`title`, `category`, `law`, `version`, `revise_months`, `readers`), then
the text. `version` counts up when the text of any language changes; those who have taken the template up are told.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from routines.enums import Category

FOLDER = Path(__file__).parent
LANGUAGES = ("nb", "nn", "en")
FIELDS = {"title", "category", "law", "version", "revise_months", "readers"}
# `everybody`, or roles (`hms.organisations.enums.Role`) with commas between.
EVERYBODY = "everybody"


@dataclass(frozen=True)
class Text:
    """A template in one language."""

    title: str
    law: str
    text: str


@dataclass(frozen=True)
class Template:
    """What a routine can be begun from: one that comes with the system, or one that a parent organisation shares.

    Attributes:
        version: its newest edition, in any language.
        readers: roles it is meant for; empty for everybody.
        texts: by language; at least one.
        shared_by: the parent organisation that shares it; None for one that comes with the system.
        sharer: what that organisation is called.
        editions: by language, where the languages do not follow each other.
    """

    key: str
    category: Category
    version: int
    revise_months: int
    readers: tuple[str, ...]
    texts: dict[str, Text]
    shared_by: int | None = None
    sharer: str = ""
    editions: dict[str, int] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it can be taken up in."""
        return tuple(language for language in LANGUAGES if language in self.texts)

    def nearest(self, language: str) -> str:
        """A language it has: that one, else the first."""
        return language if language in self.texts else self.languages[0]

    def in_(self, language: str) -> Text:
        """The text in a language, in bokmål where there is none, else in the first."""
        return self.texts[self.nearest(language)]

    def edition(self, language: str) -> int:
        """The newest edition in a language."""
        return self.editions.get(self.nearest(language), self.version)


class BrokenTemplate(Exception):
    """A file of the library does not say what it must. The message names the file and what is wrong."""


@cache
def templates() -> dict[str, Template]:
    """Every template by its key, read once.

    Raises:
        BrokenTemplate: when a file lacks something; a contract test finds it before anybody else does.
    """
    return load(FOLDER)


def load(folder: Path) -> dict[str, Template]:
    """The templates of a folder, by category in the order of :class:`Category`, then by key."""
    found = [_template(path) for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith("_")]
    order = list(Category)
    found.sort(key=lambda template: (order.index(template.category), template.key))
    return {template.key: template for template in found}


def _template(folder: Path) -> Template:
    files = {language: folder / f"{language}.md" for language in LANGUAGES}
    for path in files.values():
        if not path.is_file():
            raise BrokenTemplate(f"{folder.name}: {path.name} is missing")
    read = {language: _read(path) for language, path in files.items()}
    common = [{name: head[name] for name in FIELDS - {"title", "law"}} for head, _text in read.values()]
    if any(head != common[0] for head in common):
        raise BrokenTemplate(f"{folder.name}: the languages do not agree on what they have in common")
    head = common[0]
    readers = tuple(name.strip() for name in head["readers"].split(","))
    try:
        return Template(
            key=folder.name,
            category=Category(head["category"]),
            version=int(head["version"]),
            revise_months=int(head["revise_months"]),
            readers=() if readers == (EVERYBODY,) else readers,
            texts={language: Text(one["title"], one["law"], text) for language, (one, text) in read.items()},
        )
    except ValueError as problem:
        raise BrokenTemplate(f"{folder.name}: {problem}") from problem


def _read(path: Path) -> tuple[dict[str, str], str]:
    """Front matter and text of a file."""
    name = f"{path.parent.name}/{path.name}"
    begin, head, text = [*path.read_text(encoding="utf-8").split("---\n", 2), "", ""][:3]
    if begin or not text.strip():
        raise BrokenTemplate(f"{name}: no front matter, or no text")
    fields = {}
    for line in head.splitlines():
        key, colon, value = line.partition(":")
        if not colon or not value.strip() or key in fields:
            raise BrokenTemplate(f"{name}: {line!r}")
        fields[key] = value.strip()
    if fields.keys() != FIELDS:
        raise BrokenTemplate(f"{name}: {sorted(fields.keys() ^ FIELDS)}")
    return fields, text.strip() + "\n"
