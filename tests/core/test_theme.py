"""An organisation may choose any colour, and everybody can still read."""

import pytest
from django.conf import settings

from hms.core import theme

EXTREMES = [
    "#000000",
    "#ffffff",
    "#ffff00",
    "#00ffff",
    "#ff00ff",
    "#ff0000",
    "#00ff00",
    "#0000ff",
    "#777777",
    "#010101",
]
COMMON = ["#0C5A5E", "#7a2e63", "#f59e0b", "#c0ffee", "#b0b0b0", "#123456", "#e11d48", "#84cc16", "#fefefe", "#5a3d00"]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("colour", EXTREMES + COMMON)
def test_text_can_be_read_on_every_surface(colour: str, dark: bool) -> None:
    steps = theme.scale(colour, dark=dark)
    for surface in ("background-default", "background-tinted", "surface-default", "surface-tinted"):
        assert theme.contrast(steps["text-default"], steps[surface]) >= 7
        assert theme.contrast(steps["text-subtle"], steps[surface]) >= 4.5
        assert theme.contrast(steps["border-strong"], steps[surface]) >= 3


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("colour", EXTREMES + COMMON)
def test_the_main_button_can_be_read(colour: str, dark: bool) -> None:
    steps = theme.scale(colour, dark=dark)
    assert theme.contrast(steps["base-contrast-default"], steps["base-default"]) >= 4.5


def test_the_chosen_colour_is_the_button_colour() -> None:
    assert theme.scale("#0C5A5E")["base-default"] == "#0c5a5e"


def test_style_sheet_covers_light_dark_and_the_device() -> None:
    sheet = theme.css("#7a2e63")
    assert sheet.count("--ds-color-accent-base-default:") == 3
    assert "[data-color-scheme=dark]" in sheet
    assert "prefers-color-scheme:dark" in sheet


@pytest.mark.parametrize(
    "colour", ["", "red", "#fff", "0c5a5e", "#0c5a5g", "#0c5a5e;}", "#0c5a5e\n", "#0c5a5e00", "＃0c5a5e"]
)
def test_nothing_but_a_colour_reaches_the_style_sheet(colour: str) -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        theme.css(colour)


def test_pages_without_an_organisation_have_the_default_accent() -> None:
    built_in = (settings.ROOT / "static" / "css" / "accent.css").read_text()
    assert theme.css("#0C5A5E") in built_in
