"""What every page makes a phone fetch stays small, and nothing that was written is left out."""

from pathlib import Path

import brotli
import django_htmx
from django.conf import settings

from hms.core.static import LeanStorage, without_comments

CSS = settings.ROOT / "static" / "css"
SCRIPTS = sorted((settings.ROOT / "static" / "js").glob("*.js"))
BUDGET = 25_000


def _weight(*contents: bytes) -> int:
    return sum(len(brotli.compress(content, quality=11)) for content in contents)


def test_style_sheet_stays_within_its_budget() -> None:
    assert _weight((Path(settings.ASSETS_DIR) / "hms.css").read_bytes()) <= BUDGET


def test_scripts_stay_within_their_budget() -> None:
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
    ours = [without_comments(file.read_text()).encode() for file in SCRIPTS]
    assert _weight(htmx.read_bytes(), *ours) <= BUDGET


def test_comments_of_our_scripts_are_not_sent_and_nothing_else_is_missing(tmp_path: Path) -> None:
    storage = LeanStorage(location=tmp_path, base_url="/static/")
    (tmp_path / "js").mkdir()
    source = '// What it does.\nconst a = "https://x"; // why\n  // more\nconst b = `y // z`;\n'
    names = ("js/ours.js", "library.js")
    for name in names:
        (tmp_path / name).write_text(source)
    list(storage.post_process({name: (storage, name) for name in names}))
    assert (
        tmp_path / storage.stored_name("js/ours.js")
    ).read_text() == 'const a = "https://x"; // why\nconst b = `y // z`;\n'
    assert (tmp_path / storage.stored_name("library.js")).read_text() == source


def test_no_text_of_our_scripts_goes_over_several_lines() -> None:
    """Else a line of such a text that begins with two slashes would be taken for a comment."""
    assert [file.name for file in SCRIPTS for line in file.read_text().splitlines() if line.count("`") % 2] == []
    assert [file.name for file in SCRIPTS if "/*" in file.read_text()] == []


def test_every_style_sheet_is_in_the_bundle() -> None:
    listed = {line.split()[0] for line in (CSS / "bundle.txt").read_text().splitlines() if line and line[0] != "#"}
    for_paper = {"document.css"}  # what WeasyPrint reads
    assert {file.name for file in CSS.glob("*.css")} - for_paper == {
        name for name in listed if not name.startswith("ds:")
    }


def test_the_colour_of_darkness_is_the_same_by_choice_and_by_device() -> None:
    tokens = (CSS / "tokens.css").read_text()
    chosen, device = (
        [line.strip() for line in part.split("}")[0].splitlines()[1:] if line.strip()]
        for part in (tokens.split('[data-color-scheme="dark"]')[1], tokens.split('[data-color-scheme="auto"]')[1])
    )
    assert chosen == device
