"""The written situations: what people met at work, why, what was done, and what they were answered.

One file per kind of workplace in `situations/`. An action is `who|strength|title`: who is a letter (L the
handler, K a colleague in the unit, others by the employer's `doers`), strength a level of the hierarchy of
controls.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "situations"


@dataclass(frozen=True)
class Measure:
    """One action that was taken."""

    who: str
    level: int
    title: str


@dataclass(frozen=True)
class Situation:
    """Something that happens at some kinds of workplaces.

    Attributes:
        kinds: the kinds of workplaces.
        reports: (title, text, place) as different people have told it.
        season: `winter`, `summer` or empty.
        now: what was done at once.
        answer: what the reporter was told in the end.
    """

    kinds: list[str]
    reports: list[tuple[str, str, str]]
    category: str
    severity: int
    causes: list[str]
    why: list[str]
    now: str
    actions: list[Measure]
    answer: str
    season: str = ""

    @property
    def is_praise(self) -> bool:
        return self.category == "praise"


@cache
def all_situations() -> list[Situation]:
    """Every written situation, in a fixed order."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for entry in content["situation"]:
            actions = [_measure(text) for text in entry.pop("actions")]
            reports = [tuple(report) for report in entry.pop("reports")]
            found.append(Situation(kinds=content["fits"], reports=reports, actions=actions, **entry))
    return found


def _measure(text: str) -> Measure:
    who, level, title = text.split("|")
    return Measure(who, int(level), title)
