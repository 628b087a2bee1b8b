"""When the steps of a ladder come, as dates somebody has looked up in a calendar."""

import csv
import datetime
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hms.assignments.enums import Anchor, Kind, Recipient
from hms.assignments.ladder import Clock, Step, next_moment, remaining, timetable
from hms.assignments.library import default_steps
from hms.organisations.calendar import WorkCalendar, is_working_day
from hms.organisations.models import QuietPeriod

OSLO = ZoneInfo("Europe/Oslo")
D = datetime.date
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
REFERENCE = DATA / "calendar" / "helligdager_no_2024-2028.csv"
TRUTHS = DATA / "truths_A.json"


def calendar(*quiet):
    return WorkCalendar(
        "Europe/Oslo", [QuietPeriod(organisation_id=1, label="", starts_on=a, ends_on=b) for a, b in quiet]
    )


def clock(due_on, **changes):
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=OSLO)
    return Clock(**{"due_on": due_on, "began_on": D(2020, 1, 1), "armed_at": long_ago, **changes})


def days(due_on, *, quiet=(), **changes):
    steps = default_steps(Kind.ACTION, critical=changes.get("is_critical", False))
    timed = timetable(steps, clock(due_on, **changes), calendar(*quiet))
    return [(at.date(), step.offset_days, step.recipient) for at, step in timed]


@pytest.mark.realdata
@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference files are not here")
def test_public_holidays_are_those_of_an_independent_list():
    with REFERENCE.open(encoding="utf-8-sig") as file:
        listed = {D.fromisoformat(row["dato"]) for row in csv.DictReader(file)}
    day, wrong = D(2024, 1, 1), []
    while day < D(2029, 1, 1):
        if is_working_day(day) != (day.weekday() < 5 and day not in listed):
            wrong.append(day)
        day += datetime.timedelta(days=1)
    assert len(listed) > 50
    assert wrong == []


# What the reference data's own account says: Monday to Friday without public holidays.
WORKING_DAYS = {2024: 252, 2025: 252, 2026: 253, 2027: 255, 2028: 251}


@pytest.mark.parametrize(("year", "count"), WORKING_DAYS.items())
def test_working_days_of_a_year_are_as_many_as_somebody_else_counted(year, count):
    norway = calendar()
    days = [D(year, 1, 1) + datetime.timedelta(days=n) for n in range((D(year + 1, 1, 1) - D(year, 1, 1)).days)]
    assert sum(map(norway.is_working_day, days)) == count
    # Counted forward and back it is the same.
    assert norway.shift(D(year - 1, 12, 31), count) == norway.on_or_before(D(year, 12, 31))
    assert norway.shift(D(year + 1, 1, 1), -count) == norway.on_or_after(D(year, 1, 1))


def test_two_holidays_on_one_day_are_one_day_off():
    # Whit Monday and Constitution Day are both Monday 17 May 2027.
    norway = calendar()
    assert not norway.is_working_day(D(2027, 5, 17))
    assert norway.shift(D(2027, 5, 14), 1) == D(2027, 5, 18)
    assert norway.shift(D(2027, 5, 18), -1) == D(2027, 5, 14)


@pytest.mark.realdata
@pytest.mark.skipif(not TRUTHS.exists(), reason="the reference files are not here")
def test_the_counts_are_those_of_the_reference_data():
    truths = json.loads(TRUTHS.read_text(encoding="utf-8"))["helligdager"]
    assert {int(year): n for year, n in truths["working_days_mon_fri_minus_holidays"].items()} == WORKING_DAYS
    assert [day for day, _weekday, _names in truths["coinciding"]] == ["2027-05-17"]


def test_an_action_due_friday_4_december():
    assert days(D(2026, 12, 4)) == [
        (D(2026, 11, 25), -7, "assignee"),
        (D(2026, 12, 3), -1, "assignee"),
        (D(2026, 12, 7), 1, "assignee"),
        (D(2026, 12, 15), 7, "assignee"),
        (D(2026, 12, 24), 14, "manager"),
        # 25 December, 1 January and five weekends lie between.
        (D(2027, 1, 19), 30, "hse_manager"),
        (D(2027, 1, 19), 30, "safety_rep"),
        (D(2027, 1, 19), 30, "top_leader"),
    ]


def test_easter_is_stepped_over():
    # Thursday 25 March to Monday 29 March 2027 are holidays.
    found = days(D(2027, 3, 24))
    assert (D(2027, 3, 30), 1, "assignee") in found
    assert (D(2027, 4, 7), 7, "assignee") in found


def test_quiet_days_are_no_working_days():
    summer = (D(2027, 7, 12), D(2027, 7, 30))
    found = days(D(2027, 7, 9), quiet=[summer])
    assert (D(2027, 8, 2), 1, "assignee") in found
    assert all(not summer[0] <= day <= summer[1] for day, _offset, _who in found)


def test_a_due_date_on_a_saturday_counts_from_there():
    found = days(D(2026, 12, 5))
    assert (D(2026, 12, 4), -1, "assignee") in found
    assert (D(2026, 12, 7), 1, "assignee") in found


def test_critical_steps_come_on_any_day():
    assert days(D(2026, 12, 25), is_critical=True, quiet=[(D(2026, 12, 1), D(2027, 1, 31))]) == [
        (D(2026, 12, 24), -1, "assignee"),
        (D(2026, 12, 25), 0, "assignee"),
        (D(2026, 12, 26), 1, "assignee"),
        (D(2026, 12, 26), 1, "manager"),
        (D(2026, 12, 28), 3, "hse_manager"),
        (D(2026, 12, 28), 3, "top_leader"),
    ]


def test_statutory_steps_count_calendar_days_and_warn_in_time():
    found = days(D(2026, 12, 7), is_statutory=True)
    # The day before is a Sunday: Friday. Seven before is a Monday.
    assert (D(2026, 12, 4), -1, "assignee") in found
    assert (D(2026, 11, 30), -7, "assignee") in found
    # Fourteen after is Monday 21 December.
    assert (D(2026, 12, 21), 14, "manager") in found


@pytest.mark.parametrize(("zone", "utc_hour"), [("Europe/Oslo", 6), ("Asia/Tokyo", 22), ("UTC", 7)])
def test_steps_come_in_the_local_morning(zone, utc_hour):
    timed = timetable([Step(Anchor.DUE, 0, Recipient.ASSIGNEE)], clock(D(2026, 12, 4)), WorkCalendar(zone))
    assert timed[0].at.astimezone(datetime.UTC).hour == utc_hour


def test_mornings_stay_mornings_when_clocks_change():
    steps = [Step(Anchor.DUE, 0, Recipient.ASSIGNEE), Step(Anchor.DUE, 1, Recipient.ASSIGNEE)]
    found = [at.astimezone(datetime.UTC).hour for at, _step in timetable(steps, clock(D(2026, 10, 23)), calendar())]
    assert found == [5, 6]


def test_an_unanswered_report_counts_from_when_it_came():
    steps = [step for step in default_steps(Kind.HANDLE, critical=False) if step.anchor == Anchor.START]
    timed = timetable(steps, clock(D(2027, 1, 1), began_on=D(2026, 12, 3)), calendar())
    assert [(at.date(), step.recipient) for at, step in timed] == [
        (D(2026, 12, 7), "assignee"),
        (D(2026, 12, 10), "manager"),
    ]


def test_what_was_due_before_it_was_given_is_not_said():
    given = datetime.datetime(2026, 12, 3, 7, tzinfo=OSLO)
    ladder = dict.fromkeys(default_steps(Kind.ACTION, critical=False))
    assert next_moment(ladder, clock(D(2026, 12, 4), armed_at=given), calendar()).date() == D(2026, 12, 7)


def test_a_new_step_says_nothing_about_mornings_before_it_was_made():
    made = datetime.datetime(2026, 12, 10, 12, tzinfo=OSLO)
    ladder = {Step(Anchor.DUE, 1, Recipient.ASSIGNEE): made, Step(Anchor.DUE, 5, Recipient.ASSIGNEE): made}
    [left] = remaining(ladder, clock(D(2026, 12, 4)), calendar())
    assert left.step.offset_days == 5


def test_taken_steps_are_not_taken_again():
    ladder = dict.fromkeys(default_steps(Kind.ACTION, critical=False))
    left = remaining(ladder, clock(D(2026, 12, 4)), calendar(), taken=set(ladder))
    assert left == []
    assert next_moment(ladder, clock(D(2026, 12, 4)), calendar(), taken=set(ladder)) is None
