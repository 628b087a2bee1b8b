"""H1, H2 and F: worked out by hand, and never from hours that nobody has entered."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from deviations import services
from deviations.injury_enums import InjuredKind, InjuryOutcome
from deviations.models import HoursWorked
from deviations.selectors import frequencies
from hms.audit.models import Event
from hms.organisations.enums import Role
from hms.tenancy.scope import tenant
from tests.cast import hold, make_employee
from tests.conftest import as_owner
from tests.deviations.helpers import report
from tests.deviations.injury_words import injure

PAGE, HOURS = "/fjellvik/skader/tall/", "/fjellvik/skader/timer/"
TODAY = datetime.date(2026, 10, 15)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime.datetime(2026, 10, 15, 12, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def happen(cast):
    """Injuries of a day, at Solbakken unless said otherwise."""

    def happen(day, number=1, *, unit=None, **fields):
        with tenant(cast.fjellvik):
            by = cast.piotr if unit == cast.teknisk else cast.amir
            case = report(cast, occurred_on=day, unit=unit or cast.solbakken)
            for _each in range(number):
                injure(cast, case, occurred_on=day, by=by, **fields)
            return case

    return happen


def enter(cast, year, *hours, unit=None):
    """Hours of a year's months from January; one number with `year` alone is the whole year's."""
    with tenant(cast.fjellvik):
        for month, number in enumerate(hours, 1):
            services.enter_hours(
                by=cast.sunniva, unit=unit, year=year, month=month if len(hours) > 1 else None, hours=number
            )


def ask(cast, unit=None, years=(2025,), who=None):
    with tenant(cast.fjellvik):
        found = frequencies.yearly(unit, years, reader=who or cast.sunniva, today=TODAY)
        return {tally.begin.year: tally for tally in found}


def numbers(tally):
    return (tally.hours, tally.lost_time, tally.treated, tally.lost_days, tally.h1, tally.h2, tally.f)


def test_by_hand(cast, happen):
    # Two with absence (5 + 3 days), one treated, one first aid: 400 000 hours.
    happen(datetime.date(2025, 3, 3), absence="days", absent_days=5)
    happen(
        datetime.date(2025, 3, 3), absence="dates", absent_from=datetime.date(2025, 3, 4),
        absent_until=datetime.date(2025, 3, 6), person_kind=InjuredKind.HIRED_IN,
    )  # fmt: skip
    happen(datetime.date(2025, 6, 1), outcome=InjuryOutcome.MEDICAL)
    happen(datetime.date(2025, 6, 1))
    enter(cast, 2025, 400_000)
    tally = ask(cast)[2025]
    # 2 × 10⁶ / 400 000 = 5; 3 × 10⁶ / 400 000 = 7.5; 8 × 10⁶ / 400 000 = 20.
    assert numbers(tally) == (400_000, 2, 3, 8, Decimal("5.0"), Decimal("7.5"), Decimal("20.0"))
    assert tally.recorded == 4
    assert not tally.is_shaky


def test_death_is_lost_time_and_who_is_not_counted(cast, happen):
    day = datetime.date(2025, 3, 3)
    happen(day, outcome=InjuryOutcome.FATAL)
    lost = {"absence": "days", "absent_days": 9}
    for kind in (InjuredKind.VISITOR, InjuredKind.PUPIL, InjuredKind.CONTRACTOR, InjuredKind.OTHER):
        happen(day, person_kind=kind, **lost)
    happen(day, is_illness=True, **lost)
    enter(cast, 2025, 1_000_000)
    assert numbers(ask(cast)[2025]) == (1_000_000, 1, 1, 0, Decimal("1.0"), Decimal("1.0"), Decimal("0.0"))


def test_confidential_injuries_count_and_whistleblowing_does_not(cast, happen):
    day = datetime.date(2025, 3, 3)
    secret, whistle = (happen(day, absence="days", absent_days=1) for _each in range(2))
    enter(cast, 2025, 1_000_000)
    with tenant(cast.fjellvik):
        services.set_confidential(secret, by=cast.amir)
        services.add_receiver(employee=cast.tor_erik, position=1, is_outside_line=True, starts_on=TODAY, by=cast.admin)
        services.make_whistleblowing(whistle, by=cast.amir, reason="Varsling")
    assert ask(cast)[2025].lost_time == 1


def test_whom_a_case_is_about_does_not_learn_of_it_by_counting(cast):
    day = datetime.date(2025, 3, 3)
    with tenant(cast.fjellvik):
        case = report(cast, occurred_on=day, about_my_manager=True)
        injure(cast, case, occurred_on=day, by=cast.helene, absence="days", absent_days=1)
    enter(cast, 2025, 100_000, unit=cast.solbakken)
    assert ask(cast, cast.solbakken, who=cast.amir)[2025].recorded == 0
    assert ask(cast, cast.solbakken, who=cast.helene)[2025].recorded == 1


def test_the_year_of_the_injury_has_the_days_and_they_grow(cast, happen):
    happen(datetime.date(2025, 12, 30), absence="dates", absent_from=datetime.date(2025, 12, 31))
    enter(cast, 2025, 1_000_000)
    enter(cast, 2024, 1_000_000)
    tallies = ask(cast, years=(2024, 2025))
    assert (tallies[2024].lost_days, tallies[2025].lost_days) == (0, (TODAY - datetime.date(2025, 12, 31)).days + 1)


def test_hours_that_are_missing_are_not_zero(cast, happen):
    happen(datetime.date(2025, 3, 3), absence="days", absent_days=5)
    assert numbers(ask(cast)[2025]) == (None, 1, 1, 5, None, None, None)
    enter(cast, 2025, *[1000] * 11)
    assert (ask(cast)[2025].hours, ask(cast)[2025].missing_months) == (None, 1)
    enter(cast, 2025, *[1000] * 12)
    assert ask(cast)[2025].hours == 12_000
    # The year's own number is the one that counts.
    enter(cast, 2025, 20_000)
    assert ask(cast)[2025].hours == 20_000


def test_the_running_year_goes_as_far_as_its_hours(cast, happen):
    happen(datetime.date(2026, 2, 28), absence="days", absent_days=2)
    happen(datetime.date(2026, 3, 1), absence="days", absent_days=2)
    assert ask(cast, years=(2026,))[2026].hours is None
    enter(cast, 2026, 50_000, 50_000)
    tally = ask(cast, years=(2026,))[2026]
    assert (tally.last, tally.hours, tally.lost_time, tally.h1) == (
        datetime.date(2026, 2, 28), 100_000, 1, Decimal("10.0"),
    )  # fmt: skip
    assert tally.is_shaky
    assert tally.of_one == Decimal("10.0")
    # A gap: nothing can be said of the months after it.
    with tenant(cast.fjellvik):
        services.enter_hours(by=cast.sunniva, unit=None, year=2026, month=4, hours=50_000)
    tally = ask(cast, years=(2026,))[2026]
    assert (tally.hours, tally.missing_months, tally.h1) == (None, 1, None)


def test_a_unit_has_its_own_hours_and_the_injuries_below_it(cast, happen):
    happen(datetime.date(2025, 3, 3), absence="days", absent_days=1)
    happen(datetime.date(2025, 3, 3), absence="days", absent_days=1, unit=cast.teknisk)
    enter(cast, 2025, 500_000)
    enter(cast, 2025, 100_000, unit=cast.helse)
    assert ask(cast)[2025].lost_time == 2
    assert numbers(ask(cast, cast.helse)[2025])[:2] == (100_000, 1)
    # Nobody has entered Solbakken's: missing, although those above it have hours.
    assert numbers(ask(cast, cast.solbakken)[2025])[:2] == (None, 1)


def test_months(cast, happen):
    happen(datetime.date(2026, 2, 28), absence="days", absent_days=2)
    enter(cast, 2026, 50_000, 40_000)
    with tenant(cast.fjellvik):
        months = frequencies.monthly(None, 2026, reader=cast.sunniva, today=TODAY)
    assert len(months) == 10
    assert [(tally.hours, tally.lost_time, tally.h1) for tally in months[:3]] == [
        (50_000, 0, Decimal("0.0")), (40_000, 1, Decimal("25.0")), (None, 0, None),
    ]  # fmt: skip


def test_the_page_says_missing_and_shows_numbers_in_norwegian(cast, client, happen):
    happen(datetime.date(2025, 3, 3), absence="days", absent_days=5)
    enter(cast, 2025, 160_000)
    client.force_login(cast.sunniva.user)
    page = client.get(PAGE).content.decode()
    assert "Mangler" in page
    # 1 × 10⁶ / 160 000 = 6.25; rounded to even.
    assert "6,2" in page
    assert "31,2" in page
    assert "160\u00a0000" in page


@pytest.mark.parametrize(
    ("who", "whole", "unit"),
    [
        ("sunniva", True, True), ("vigdis", True, True), ("ragnhild", True, True), ("amir", False, True),
        ("kari", False, True), ("piotr", False, False), ("tor_erik", None, None), ("admin", None, None),
    ],
)  # fmt: skip
def test_who_sees_whose_numbers(cast, client, happen, who, whole, unit):
    enter(cast, 2025, 161_803)
    enter(cast, 2025, 27_182, unit=cast.solbakken)
    client.force_login(getattr(cast, who).user)
    answer = client.get(PAGE)
    assert answer.status_code == (403 if whole is None else 200)
    if whole is None:
        return
    assert ("161\u00a0803" in answer.content.decode()) == whole
    page = client.get(f"{PAGE}?unit={cast.solbakken.pk}").content.decode()
    assert ("27\u00a0182" in page) == unit


@pytest.mark.parametrize("role", [Role.TOP_LEADER, Role.COMMITTEE_MEMBER])
def test_a_leader_at_the_top_and_the_committee_see_the_whole(cast, client, role):
    enter(cast, 2025, 161_803)
    with as_owner(), tenant(cast.fjellvik):
        person = make_employee(cast.fjellvik, "Leser Toppen", cast.kommune)
        hold(person, role)
    client.force_login(person.user)
    assert "161\u00a0803" in client.get(PAGE).content.decode()


# --- entering ---


def test_the_hse_manager_enters_months_and_takes_them_back(cast, client):
    client.force_login(cast.sunniva.user)
    path = f"{HOURS}?year=2026&unit={cast.solbakken.pk}"
    assert client.get(path).status_code == 200
    assert client.post(path, {"hours_1": "1200", "hours_2": "1100"}).status_code == 303
    with tenant(cast.fjellvik):
        assert frequencies.entered(cast.solbakken, 2026) == {1: 1200, 2: 1100}
        assert Event.objects.filter(verb="hours.entered", actor=cast.sunniva).count() == 2
    assert client.post(path, {"hours_1": "1250", "hours_2": ""}).status_code == 303
    with tenant(cast.fjellvik):
        assert frequencies.entered(cast.solbakken, 2026) == {1: 1250}
        assert frequencies.entered(None, 2026) == {}
        assert HoursWorked.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "sent", "field"),
    [
        ("?year=2026", {"hours_1": "0"}, "hours_1"),
        ("?year=2026", {"hours_1": "-4"}, "hours_1"),
        ("?year=2026", {"hours_1": "mange"}, "hours_1"),
        ("?year=2025", {"hours_year": "10", "hours_1": "11"}, "hours_year"),
    ],
)
def test_hours_that_make_no_sense_are_refused(cast, client, query, sent, field):
    client.force_login(cast.sunniva.user)
    answer = client.post(HOURS + query, sent)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    with tenant(cast.fjellvik):
        assert not HoursWorked.objects.exists()


def test_a_year_that_runs_has_no_whole_and_no_month_to_come(cast, client):
    client.force_login(cast.sunniva.user)
    page = client.get(HOURS).content.decode()
    assert 'name="hours_10"' in page
    assert 'name="hours_11"' not in page
    assert 'name="hours_year"' not in page
    assert client.get(f"{HOURS}?unit=999999").status_code == 404
    assert client.get(f"{HOURS}?year=x&unit=y").status_code == 404


@pytest.mark.parametrize("who", ["amir", "ragnhild", "vigdis", "kari", "ingrid", "admin"])
def test_nobody_else_enters_hours(cast, client, who):
    client.force_login(getattr(cast, who).user)
    assert client.get(HOURS).status_code == 403
    assert client.post(HOURS, {"hours_1": "5"}).status_code == 403


def test_the_database_keeps_one_number_for_each_period(cast):
    enter(cast, 2025, 10)
    with tenant(cast.fjellvik):
        for broken in ({"year": 2025, "hours": 4}, {"year": 2025, "month": 13, "hours": 4}, {"year": 2024, "hours": 0}):
            with pytest.raises(IntegrityError), transaction.atomic():
                HoursWorked.objects.create(**broken)


def test_as_many_queries_however_many_injuries(cast, client, happen):
    client.force_login(cast.sunniva.user)
    counts = []
    for number in (1, 9):
        happen(datetime.date(2026, 2, 2), number, absence="days", absent_days=2)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1]
