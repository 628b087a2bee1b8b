"""A year of reports, drawn: what happens where, when, and who tells."""

import datetime
import random

from dashboard.demo.cast import Employer
from dashboard.demo.house import House
from dashboard.demo.life import DAY, Story
from dashboard.demo.situations import Situation, all_situations
from hms.organisations.models import Employee

# How much is reported in each month: ice in winter, little in July, a campaign in autumn.
_MONTHS = [0, 1.5, 1.4, 1.1, 0.9, 0.9, 0.8, 0.35, 1.2, 1.3, 1.2, 1.2, 0.8]
_WINTER, _SUMMER = {11, 12, 1, 2, 3}, {5, 6, 7, 8}
# How many reports the last days have brought, whatever the season: something is always new.
_LAST_DAYS = [3, 3, 2, 2, 3, 2, 2, 3]


def draw_year(house: House, now: datetime.datetime, count: int) -> list[Story]:
    """So many stories over the last twelve months, the oldest first."""
    draw = house.draw
    recent = _LAST_DAYS if count > 100 else [min(1, days) for days in _LAST_DAYS[::2]]
    days = [back for back, many in enumerate(recent) for _ in range(many)]
    earlier = range(len(recent), 362)
    weights = [_MONTHS[(now - DAY * back).month] for back in earlier]
    days += draw.choices(earlier, weights, k=count - len(days))
    deck = _Deck(house.employer, draw)
    stories = [_story(house, draw, deck, now, back) for back in sorted(days, reverse=True)]
    return sorted(stories, key=lambda story: story.at)


class _Deck:
    """Situations in an order that repeats none before all that fit have been told."""

    def __init__(self, employer: Employer, draw: random.Random) -> None:
        self.employer, self.draw = employer, draw
        self.told: dict[tuple[int, int, str], int] = {}
        self.situations = all_situations()

    def deal(self, place: str, kind: str, month: int) -> tuple[Situation, int]:
        """A situation and the version of its report for a place and a month."""
        choices = [
            (self._used(index, version, place), self.draw.random(), index, version)
            for index, situation in enumerate(self.situations)
            if kind in situation.kinds and _in_season(situation, month)
            for version in range(len(situation.reports))
        ]
        _used, _chance, index, version = min(choices)
        for key in ((index, version, ""), (index, version, place)):
            self.told[key] = self.told.get(key, 0) + 1
        return self.situations[index], version

    def _used(self, index: int, version: int, place: str) -> int:
        # What may happen anywhere must not be told everywhere.
        weight = 3 if len(self.situations[index].kinds) > 1 else 1
        return weight * self.told.get((index, version, ""), 0) + 5 * self.told.get((index, version, place), 0)


def _in_season(situation: Situation, month: int) -> bool:
    return not situation.season or month in (_WINTER if situation.season == "winter" else _SUMMER)


def _story(house: House, draw: random.Random, deck: _Deck, now: datetime.datetime, back: int) -> Story:
    busy = [place for place in house.employer.places if place.kind]
    # Large units report less for each person than small ones.
    place = draw.choices(busy, [place.people**0.7 for place in busy])[0]
    at = (now - DAY * back).replace(hour=draw.choice([7, 7, 8, 9, 10, 11, 12, 13, 14, 14, 15, 17, 20, 22, 2]))
    at = at.replace(minute=draw.randint(0, 59), second=0, microsecond=0)
    if at > now - datetime.timedelta(minutes=20):
        at -= DAY
    situation, version = deck.deal(place.key, place.kind, at.month)
    # One in seven takes its time; praise never does.
    speed = 1.0 if situation.is_praise or draw.random() < 0.85 else draw.choice([2.5, 4.0])
    return Story(situation, version, place.key, at, speed, **_reporter(house, draw, place.key))


def _reporter(house: House, draw: random.Random, place: str) -> dict[str, Employee | str]:
    known = list(house.people.values())
    staff = [person for person in house.staff[house.units[place].pk] if person not in known]
    signed_in = [person for person in staff if person.user_id]
    others = [person for person in staff if not person.user_id]
    way = draw.random()
    if way < 0.13:
        return {}
    if signed_in and (way < 0.74 or not others):
        return {"reporter": draw.choice(signed_in)}
    if not others:
        return {}
    person = draw.choice(others)
    return {"reporter_name": person.name, "reporter_email": person.email}
