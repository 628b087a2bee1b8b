"""Per-organisation accent palette: 16 Designsystemet steps × light and dark from one colour.

Steps 1–11 have a fixed relative luminance, so the contrast of text, borders and surfaces holds for any
colour; only `base-*` follows the chosen colour, and its text is black or white, whichever contrasts more
(always at least 4.5:1). The method is Designsystemet's, so the result equals what its own tool makes.
"""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

Colour = list[float]

# Each step with its luminance in light and in dark.
STEPS = (
    ("background-default", 1, 0.009),
    ("background-tinted", 0.9, 0.014),
    ("surface-default", 1, 0.021),
    ("surface-tinted", 0.81, 0.027),
    ("surface-hover", 0.7, 0.036),
    ("surface-active", 0.59, 0.056),
    ("border-subtle", 0.5, 0.08),
    ("border-default", 0.19, 0.22),
    ("border-strong", 0.11, 0.39),
    ("text-subtle", 0.11, 0.39),
    ("text-default", 0.0245, 0.84),
)


def _parse(colour: str) -> Colour:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):  # what goes into a style sheet is never anything else
        raise ValueError("A colour must be written as #rrggbb.")
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{max(0, min(255, math.floor(channel + 0.5))):02x}" for channel in colour)


def _linear(channel: float) -> float:
    channel /= 255
    return channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(light: float) -> float:
    light = max(0.0, light)
    return 255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)


def _luminance(colour: Colour) -> float:
    red, green, blue = map(_linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two colours, 1 to 21."""
    return _contrast(_parse(one), _parse(other))


def _contrast(one: Colour, other: Colour) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _at_luminance(colour: Colour, target: float) -> Colour:
    """Mix with black or white until the relative luminance is `target`."""
    if target in (0, 1):
        return [255.0 * target] * 3
    black, white = [0.0] * 3, [255.0] * 3
    low, high = (black, colour) if _luminance(colour) > target else (colour, white)
    middle = low
    for _ in range(22):
        middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
        if abs(_luminance(middle) - target) < 1e-7:
            break
        low, high = (low, middle) if _luminance(middle) > target else (middle, high)
    return [float(math.floor(channel + 0.5)) for channel in middle]


def _lightness(colour: Colour) -> float:
    """CIE L*, 0 to 100."""
    y = _luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 0.0088564516 else y * 903.2962962


def _luminance_of(lightness: float) -> float:
    y = ((lightness + 16) / 116) ** 3 if lightness > 8 else max(0.0, lightness) / 903.2962962
    grey = max(0, min(255, math.floor(_encoded(y) + 0.5)))
    return _luminance([grey] * 3)


def _muted(colour: Colour, share: float = 0.7) -> Colour:
    """Same lightness and hue with less chroma (OKLCH): strong colours glare on a dark page."""
    r, g, b = map(_linear, colour)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short
    green_red = (1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short) * share
    blue_yellow = (0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short) * share
    long, medium, short = (
        (lightness + a * green_red + b * blue_yellow) ** 3
        for a, b in (
            (0.3963377774, 0.2158037573),
            (-0.1055613458, -0.0638541728),
            (-0.0894841775, -1.291485548),
        )
    )
    mixed = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
    )
    return [float(max(0, min(255, math.floor(_encoded(light) + 0.5)))) for light in mixed]


@lru_cache(maxsize=256)
def scale(brand: str, *, dark: bool = False) -> Mapping[str, str]:
    """The 16 steps of a colour, by name. ValueError unless `brand` is #rrggbb. Every mail asks for the same few."""
    colour = _parse(brand)
    source = _muted(colour) if dark else colour
    steps = {name: _hex(_at_luminance(source, in_dark if dark else in_light)) for name, in_light, in_dark in STEPS}
    lightness = _lightness(colour)
    if dark:
        lightness = 70 if lightness <= 30 else 100 - lightness
    shift = -8 if lightness <= 30 or 49 <= lightness <= 65 else 8
    base = _at_luminance(colour, _luminance_of(lightness)) if dark else colour
    text_is_white = _contrast(base, [255.0] * 3) >= _contrast(base, [0.0] * 3)
    base_lightness = _lightness(base)
    distance = 60 if base_lightness <= 40 or base_lightness >= 60 else 50
    subtle = base_lightness + distance if text_is_white else base_lightness - distance
    steps |= {
        "base-default": _hex(base),
        "base-hover": _hex(_at_luminance(colour, _luminance_of(lightness - shift))),
        "base-active": _hex(_at_luminance(colour, _luminance_of(lightness - 2 * shift))),
        "base-contrast-subtle": _hex(_at_luminance(base, _luminance_of(subtle))),
        "base-contrast-default": "#ffffff" if text_is_white else "#000000",
    }
    # Kept for everybody, so nobody may change it.
    return MappingProxyType(steps)


def css(brand: str) -> str:
    """The style sheet of an accent colour, for light, dark and the device's choice."""

    def variables(dark: bool) -> str:
        return "".join(f"--ds-color-accent-{name}:{colour};" for name, colour in scale(brand, dark=dark).items())

    light, dark = variables(False), variables(True)
    return (
        f":root,[data-color-scheme=light]{{{light}}}\n"
        f"[data-color-scheme=dark]{{{dark}}}\n"
        f"@media (prefers-color-scheme:dark){{[data-color-scheme=auto]{{{dark}}}}}\n"
    )
