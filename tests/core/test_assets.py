"""What every page makes a phone fetch stays small, and nothing that was written is left out."""

from pathlib import Path

import brotli
import django_htmx
from django.conf import settings

CSS = settings.ROOT / "static" / "css"
BUDGET = 25_000


def _weight(*files: Path) -> int:
    return sum(len(brotli.compress(file.read_bytes(), quality=11)) for file in files)


def test_style_sheet_stays_within_its_budget() -> None:
    assert _weight(Path(settings.ASSETS_DIR) / "hms.css") <= BUDGET


def test_scripts_stay_within_their_budget() -> None:
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
    assert _weight(htmx, *(settings.ROOT / "static" / "js").glob("*.js")) <= BUDGET


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
