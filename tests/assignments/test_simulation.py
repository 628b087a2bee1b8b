"""Three years of an organisation on a virtual clock, with outages, against a calendar written independently.

The oracle below shares no code with the product: it looks up Easter by its own rule, walks day by day, and
keeps its own account of what should have been said when. Only the sweep's moments are common to both.
"""

import datetime
import random
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
import time_machine

from hms.assignments import services, sweeping
from hms.assignments.enums import Kind
from hms.assignments.models import Assignment, Reminder
from hms.assignments.selectors import organisations_with_due_steps
from hms.notifications.models import Notification
from hms.organisations.models import QuietPeriod
from hms.tenancy.scope import tenant

OSLO = ZoneInfo("Europe/Oslo")
D = datetime.date
BEGIN, END = D(2027, 1, 4), D(2029, 12, 31)
QUIET = [(D(year, 7, 12), D(year, 7, 30)) for year in (2027, 2028, 2029)]
# Day 0 is the due date; what the handbook says, written down once more.
ORDINARY = [(-7, "assignee"), (-1, "assignee"), (1, "assignee"), (7, "assignee"), (14, "manager"),
            (30, "hse_manager"), (30, "safety_rep"), (30, "top_leader")]  # fmt: skip
CRITICAL = [(-1, "assignee"), (0, "assignee"), (1, "assignee"), (1, "manager"), (3, "hse_manager"), (3, "top_leader")]


def easter(year):
    """Easter Sunday by Oudin's rule."""
    century, golden = year // 100, year % 19
    moon = (century - century // 4 - (century - (century - 17) // 25) // 3 + 19 * golden + 15) % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    sunday = moon - weekday
    month = 3 + (sunday + 40) // 44
    return D(year, month, sunday + 28 - 31 * (month // 4))


def days_off():
    off = set()
    for year in range(2026, 2032):
        off |= {D(year, 1, 1), D(year, 5, 1), D(year, 5, 17), D(year, 12, 25), D(year, 12, 26)}
        off |= {easter(year) + datetime.timedelta(days=n) for n in (-3, -2, 0, 1, 39, 49, 50)}
    for first, last in QUIET:
        off |= {first + datetime.timedelta(days=n) for n in range((last - first).days + 1)}
    return off


OFF = days_off()


def works(day):
    return day.isoweekday() < 6 and day not in OFF


class Oracle:
    """What should be said of one assignment, worked out day by day."""

    def __init__(self, due, given, *, critical):
        self.critical, self.said, self.is_open = critical, [], True
        self.arm(due, given)

    def arm(self, due, now):
        """A due date, from now on: what was said for the same date before is not said again."""
        before = {row[1:3] for row in self.said if row[0] == due}
        self.due = due
        self.waiting = [row for row in self.moments() if row[0] > now and row[1:] not in before]

    def moments(self):
        for offset, who in CRITICAL if self.critical else ORDINARY:
            day, left = self.due, abs(offset)
            if self.critical:
                day += datetime.timedelta(days=offset)
            while not self.critical and left:
                day += datetime.timedelta(days=1 if offset > 0 else -1)
                left -= works(day)
            yield datetime.datetime(day.year, day.month, day.day, 7, tzinfo=OSLO), offset, who

    def hear(self, now):
        """A sweep passes: everything whose time has come is said now, if it is a decent hour."""
        decent = works(now.date()) and 7 <= now.hour < 17
        if self.is_open and (self.critical or decent):
            self.said += [(self.due, offset, who, now) for moment, offset, who in self.waiting if moment <= now]
            self.waiting = [row for row in self.waiting if row[0] > now]


def sweeps(chance):
    """Moments of the sweep: by day and by night, with outages of up to five days."""
    day = BEGIN
    while day < END:
        if chance.random() < 0.03:
            day += datetime.timedelta(days=chance.randint(1, 5))
            continue
        for hour in sorted(
            {7, chance.choice([0, 3, 9, 13, 18, 23])} if chance.random() < 0.9 else {chance.randint(0, 23)}
        ):
            yield datetime.datetime(day.year, day.month, day.day, hour, 10, tzinfo=OSLO)
        day += datetime.timedelta(days=1)


@pytest.mark.parametrize("seed", [20261123])
def test_every_step_is_said_exactly_once_and_none_at_night(cast, give, seed):
    chance = random.Random(seed)  # noqa: S311  no secret
    people = [cast.tor_erik, cast.ingrid, cast.amir, cast.piotr, cast.helene, cast.kari]
    with tenant(cast.fjellvik):
        for first, last in QUIET:
            QuietPeriod.objects.create(label="Ferie", starts_on=first, ends_on=last)
    known: dict[int, Oracle] = {}
    with time_machine.travel(datetime.datetime(2027, 1, 4, 6, tzinfo=OSLO), tick=False) as clock:
        for number, now in enumerate(sweeps(chance)):
            clock.move_to(now - datetime.timedelta(minutes=5))
            live(cast, give, chance, people, known, number)
            clock.move_to(now)
            for organisation in organisations_with_due_steps(now):
                with tenant(organisation):
                    while sweeping.sweep(now):
                        pass
            for oracle in known.values():
                oracle.hear(now)
    with tenant(cast.fjellvik):
        compare(known)


def live(cast, give, chance, people, known, number):
    """People get work, move it, and do some of it."""
    today = datetime.datetime.now(OSLO).date()
    now = datetime.datetime.now(OSLO)
    if number % 10 == 0:
        due, critical = today + datetime.timedelta(days=chance.randint(-3, 70)), chance.random() < 0.15
        task = give(to=chance.choice(people), due_on=due, critical=critical, kind=Kind.ACTION, by=None)
        known[task.pk] = Oracle(due, now, critical=critical)
    if number % 17 == 0:
        pk = chance.choice(list(known))
        with tenant(cast.fjellvik):
            task = Assignment.objects.get(pk=pk)
            if task.state == "open":
                due = today + datetime.timedelta(days=chance.randint(1, 40))
                services.set_due_date(task, due_on=due, by=cast.amir)
                known[pk].arm(due, now)
    if number % 23 == 0:
        pk = chance.choice(list(known))
        with tenant(cast.fjellvik):
            task = Assignment.objects.get(pk=pk)
            if task.state == "open":
                services.complete(task, by=None)
                known[pk].is_open = False


def compare(known):
    rows = Reminder.objects.values_list("assignment_id", "due_on", "offset_days", "recipient", "created_at")
    said = Counter((pk, due, offset, who, moment) for pk, due, offset, who, moment in rows)
    expected = Counter((pk, *row) for pk, oracle in known.items() for row in oracle.said)
    assert sum(expected.values()) > 400
    assert said - expected == Counter(), "said, but not due"
    assert expected - said == Counter(), "due, but not said"
    critical = {pk for pk, oracle in known.items() if oracle.critical}
    for pk, _due, _offset, _who, moment in said:
        local = moment.astimezone(OSLO)
        assert pk in critical or (works(local.date()) and 7 <= local.hour < 17)
    # One routine mail per person and day.
    mails = Counter(
        (row.recipient_id, row.created_at.astimezone(OSLO).date())
        for row in Notification.objects.filter(type="assignments.digest")
    )
    assert mails
    assert set(mails.values()) == {1}
