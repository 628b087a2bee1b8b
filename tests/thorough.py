"""How much of a long list is tried. A part of it by default, so that the whole run stays under twenty minutes.

`HMS_THOROUGH=1 bin/test` tries everything.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
THOROUGH = os.environ.get("HMS_THOROUGH") == "1"


def some(values: Sequence[T], *, every: int) -> list[T]:
    """All of them when everything is tried; else every so-manieth."""
    return list(values) if THOROUGH else list(values[::every])


def times(many: int, *, few: int) -> int:
    """How often something is done."""
    return many if THOROUGH else few
