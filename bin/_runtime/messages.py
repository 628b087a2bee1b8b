"""Which texts the product shows: read from Python and templates, kept in locale/*/LC_MESSAGES/django.po.

Pure Python, so that no machine needs GNU gettext. Run by the project's Python (needs Babel and Django):
adds what is new to every catalogue, drops what is gone, and says what is left to translate.
"""

from __future__ import annotations

import ast
import gettext
import importlib.util
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.template.base import Lexer, Token, TokenType
from django.utils.text import smart_split
from django.utils.translation import trim_whitespace

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("nb", "nn", "en")
SOURCE_LANGUAGE = "en"
# Packages whose texts our users meet. Our catalogues hold what their authors have not translated, and what
# stands beside our own texts and must not speak in another tone.
BORROWED = {
    "django": ("forms", "core/validators.py", "contrib/auth/forms.py", "contrib/auth/password_validation.py",
               "contrib/humanize", "contrib/postgres", "utils", "db/models/fields/__init__.py", "views/csrf.py"),
    "allauth": ("account", "mfa", "usersessions", "core", "templates/account", "templates/allauth", "templates/mfa",
                "templates/usersessions"),
}  # fmt: skip
_OURS_TO_SAY = ("allauth/", "django/forms/", "django/core/validators.py", "django/contrib/auth/password_validation.py")
# Only seen in Django's admin, which is not installed.
_NEVER_SEEN = ("/admin.py", "/apps.py", "account/models.py", "mfa/models.py", "usersessions/models.py")
_NOT_SHIPPED = {"tests", "node_modules", "var", "bench", "bin", "locale", "migrations"}
_SHAPES = {
    "gettext": ("id",),
    "ngettext": ("id", "plural"),
    "pgettext": ("context", "id"),
    "npgettext": ("context", "id", "plural"),
}

# Context, singular and plural; the first and last may be missing.
Message = tuple[str | None, str, str | None]
Found = dict[Message, set[str]]


# --- Python ---


def _shape(function: ast.expr, names: dict[str, str]) -> tuple[str, ...]:
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    name = names.get(name, name)
    return _SHAPES.get(re.sub(r"_(lazy|noop)$", "", name), ())


def _calls(source: str) -> Iterator[tuple[tuple[str, ...], ast.Call]]:
    """Every call of gettext's functions, whatever name they were imported by, and what its arguments are."""
    tree = ast.parse(source)
    names = {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (shape := _shape(node.func, names)):
            yield shape, node


def _texts(shape: tuple[str, ...], call: ast.Call) -> dict[str, str]:
    """The constant texts among the arguments, by what they are."""
    found = zip(shape, call.args, strict=False)
    return {name: part.value for name, part in found if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def in_python(source: str) -> Iterator[Message]:
    """The constant texts given to gettext's functions."""
    for shape, call in _calls(source):
        texts = _texts(shape, call)
        if len(texts) == len(shape):
            yield texts.get("context"), texts["id"], texts.get("plural")


def unreadable() -> list[str]:
    """Where our own code asks for the translation of something that is no constant, so that no catalogue has it."""
    return [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in _files(ROOT)
        if path.suffix == ".py"
        for shape, call in _calls(path.read_text(encoding="utf-8"))
        if len(_texts(shape, call)) < len(shape)
    ]


# --- templates ---

_CONSTANT = re.compile(r"""_\(("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""")


def _is_text(word: str) -> bool:
    return word[:1] in {'"', "'"}


def _unquote(word: str) -> str:
    """The text between the quotes, without the filters after it."""
    quote = word[0]
    end = re.search(rf"(?<!\\){quote}", word[1:])
    return word[1 : end.start() + 1 if end else None].replace(f"\\{quote}", quote).replace("\\\\", "\\")


def _context(words: list[str]) -> str | None:
    return _unquote(words[words.index("context") + 1]) if "context" in words else None


def _block(tokens: Iterator[Token], words: list[str]) -> Message:
    """What stands up to endblocktranslate, as Django looks it up."""
    texts = [""]
    for token in tokens:
        if token.token_type == TokenType.TEXT:
            texts[-1] += token.contents.replace("%", "%%")
        elif token.token_type == TokenType.VAR:
            texts[-1] += f"%({token.contents})s"
        elif token.contents.strip() == "plural":
            texts.append("")
        else:
            break
    if "trimmed" in words:
        texts = [trim_whitespace(text) for text in texts]
    return _context(words), texts[0], texts[1] if len(texts) > 1 else None


def in_template(source: str) -> Iterator[Message]:
    """The texts of translate, blocktranslate and `_("…")` in a template."""
    tokens = iter(Lexer(source).tokenize())
    for token in tokens:
        if token.token_type not in {TokenType.BLOCK, TokenType.VAR}:
            continue
        words = list(smart_split(token.contents))
        if words[0] in {"blocktranslate", "blocktrans"}:
            yield _block(tokens, words)
        elif words[0] in {"translate", "trans"} and _is_text(words[1]):
            yield _context(words), _unquote(words[1]).replace("%", "%%"), None
        for constant in _CONSTANT.findall(token.contents):
            yield None, _unquote(constant).replace("%", "%%"), None


# --- where they are ---


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.suffix in {".py", ".html", ".txt"} and not any(p in _NOT_SHIPPED or p[0] == "." for p in parts):
            yield path


def _collect(folders: list[Path], root: Path) -> Found:
    found: Found = {}
    for folder in folders:
        for path in _files(folder):
            read = in_python if path.suffix == ".py" else in_template
            for message in read(path.read_text(encoding="utf-8")):
                if message[1]:
                    found.setdefault(message, set()).add(path.relative_to(root).as_posix())
    # One entry serves the singular alone and with its plural, as in every gettext catalogue.
    for context, text, plural in [message for message in found if message[2]]:
        found[context, text, plural] |= found.pop((context, text, None), set())
    return found


def own() -> Found:
    """Every text of ours, with the files that it stands in."""
    return _collect([ROOT], ROOT)


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name} is not installed.")
    return Path(spec.origin).parent


def _translated(package: Path, language: str) -> set[tuple[str | None, str]]:
    """What a package's own catalogues say in a language, as (context, singular)."""
    known: set[tuple[str | None, str]] = set()
    for path in package.rglob(f"locale/{language}/LC_MESSAGES/django.mo"):
        with path.open("rb") as file:
            entries = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        for key, text in entries.items():
            if text:
                context, _, single = (key[0] if isinstance(key, tuple) else key).rpartition("\x04")
                known.add((context or None, single))
    return known


def _is_unseen(file: str) -> bool:
    """Whether nobody meets a file of another package: a template of ours stands in its place, say."""
    _, templates, name = file.partition("/templates/")
    return (bool(templates) and (ROOT / "templates" / name).exists()) or file.endswith(_NEVER_SEEN)


def borrowed(language: str) -> Found:
    """The texts of other packages that our users meet and that our catalogues must say."""
    missing: Found = {}
    for name, parts in BORROWED.items():
        package = _package(name)
        known = _translated(package, language)
        found = _collect([package / part for part in parts], package.parent)
        missing |= {
            message: files
            for message, files in found.items()
            if (message[:2] not in known or any(file.startswith(_OURS_TO_SAY) for file in files))
            and not all(map(_is_unseen, files))
        }
    return missing


# --- catalogues ---


# Headers that nobody fills in, and those that would change at every run.
_EMPTY_HEADERS = re.compile(
    rb'^"(Report-Msgid|POT-Creation|PO-Revision|Last-Translator|Language-Team|Generated)-?.*\n', re.M
)


def path_of(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def wanted(language: str) -> Found:
    """What the catalogue of a language must hold."""
    return own() if language == SOURCE_LANGUAGE else borrowed(language) | own()


def read(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def renew(language: str) -> Catalog:
    """The catalogue with exactly the wanted texts; translations are kept, English is its own translation."""
    old = read(language)
    comment = "# Kept by bin/messages; translate here. Compiled by bin/assets."
    new = Catalog(locale=language, project="HMS", version="1", fuzzy=False, header_comment=comment)
    for (context, text, plural), files in sorted(wanted(language).items(), key=lambda pair: (pair[0][1], str(pair[0]))):
        before = old.get(text, context)
        strings = before.string if before else ""
        if plural and isinstance(strings, str):
            strings = (strings, "")
        elif not plural and not isinstance(strings, str):
            strings = strings[0]
        if language == SOURCE_LANGUAGE:
            strings = (text, plural) if plural else text
        new.add(
            (text, plural) if plural else text, strings, context=context,
            locations=[(file, 0) for file in sorted(files)],
            user_comments=before.user_comments if before else [],
        )  # fmt: skip
    return new


def write(language: str, catalogue: Catalog) -> None:
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = BytesIO()
    write_po(file, catalogue, width=110, include_lineno=False)
    path.write_bytes(_EMPTY_HEADERS.sub(b"", file.getvalue()))


def is_translated(entry: object) -> bool:
    strings = entry.string if isinstance(entry.string, tuple | list) else [entry.string]  # type: ignore[attr-defined]
    return all(strings)


def main() -> None:
    for language in LANGUAGES:
        catalogue = renew(language)
        write(language, catalogue)
        missing = [entry for entry in catalogue if entry.id and not is_translated(entry)]
        print(f"{path_of(language).relative_to(ROOT)}: {len(catalogue)} texts, {len(missing)} to translate")
        for entry in missing:
            print("   ", entry.id if isinstance(entry.id, str) else " / ".join(entry.id))


if __name__ == "__main__":
    sys.exit(main())
