"""National identity numbers are found in what people write, and nothing else is taken for one."""

import pytest

from hms.core.national_ids import contains_national_id

# Dates that nobody alive here has; the check digits are worked out, not anybody's.
FIRST, SECOND = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def number(beginning: str) -> str:
    """The first valid number that begins with six digits."""
    for individual in range(1000):
        digits = [int(digit) for digit in f"{beginning}{individual:03d}"]
        for weights in (FIRST, SECOND):
            digits.append(-sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) % 11)
        if 10 not in digits:
            return "".join(map(str, digits))
    raise AssertionError(beginning)


@pytest.mark.parametrize(
    "beginning",
    ["010107", "311299", "410107", "710199", "018107", "014107", "016607"],
    ids=["born", "last of the year", "D-number", "D-number, 31st", "test, 80", "test, 40", "test, 65"],
)
@pytest.mark.parametrize(
    "form", ["{0}", "{1} {2}", "{1}-{2}", "Nr. {0}.", "({0})", "{1}\u00a0{2}", "a{0}b", "én {0}, to"]
)
def test_it_is_found_however_it_is_written(beginning, form):
    found = number(beginning)
    assert contains_national_id(form.format(found, found[:6], found[6:]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ring 73 19 97 00",
        "+47 482 12 000",
        "Kontonummer 1234.56.78903",
        "2026-0142",
        # A wrong check digit, a day too many, a month too many.
        str(int(number("010107")) + 1),
        "32" + number("010107")[2:],
        "0113" + number("010107")[4:],
        # Longer numbers hold no shorter ones.
        "9" + number("010107"),
        number("010107") + "7",
        "00000000000",
    ],
)
def test_other_numbers_are_left_alone(text):
    assert not contains_national_id(text)
