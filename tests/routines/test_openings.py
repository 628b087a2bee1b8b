"""Whether routines are opened: numbers without people, and what the radar says of those that nobody opens."""

import datetime

import pytest
from django.utils import timezone

from hms.organisations.enums import Role
from hms.tenancy.scope import tenant
from routines import selectors, services
from routines.models import Opening, RoutineClock
from tests.cast import hold, make_employee
from tests.routines.helpers import begin, publish, url


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


def total() -> int:
    return sum(Opening.objects.values_list("count", flat=True))


def aged(cast, days: int, counted: int = 1000, **fields):
    """A routine that was published so many days ago, where openings have been counted for so long."""
    routine = publish(cast, must_confirm=False, **fields)
    # At noon, so that the clocks' going back since does not move the day.
    now = timezone.localtime().replace(hour=12)
    type(routine).objects.filter(pk=routine.pk).update(published_at=now - datetime.timedelta(days=days))
    RoutineClock.objects.update(counting_since=now - datetime.timedelta(days=counted))
    routine.refresh_from_db()
    return routine


def opened_ago(routine, days: int) -> None:
    day = timezone.localdate() - datetime.timedelta(days=days)
    Opening.objects.create(routine=routine, month=day.replace(day=1), count=1)


def reasons(employee) -> list[str]:
    """What the radar says but for the log of uses, which has a say of its own."""
    found = [reason for one in selectors.sleepers(employee) for reason in one.reasons]
    return [reason for reason in found if not reason.startswith("Ingen har brukt den")]


def test_reading_the_page_changes_nothing_and_the_script_counts_once_a_day(cast, inside, client):
    routine = publish(cast)
    client.force_login(cast.ingrid.user)
    page = client.get(url(routine)).content.decode()
    assert f'data-opened="{url(routine, "apnet/")}"' in page
    assert total() == 0
    assert client.get(url(routine, "apnet/")).status_code == 405
    for _time in range(3):
        assert client.post(url(routine, "apnet/")).status_code == 204
    assert total() == 1
    client.force_login(cast.kari.user)
    client.post(url(routine, "apnet/"))
    row = Opening.objects.get()
    assert (row.count, row.month) == (2, timezone.localdate().replace(day=1))
    assert {field.name for field in Opening._meta.get_fields()} == {"id", "organisation", "routine", "month", "count"}


def test_whoever_looks_after_it_does_not_wake_it(cast, inside, client):
    routine = publish(cast)
    inspector = make_employee(cast.fjellvik, "Ida Tilsyn", cast.kommune)
    hold(inspector, Role.INSPECTOR, ends_on=timezone.localdate() + datetime.timedelta(days=9))
    for person, status in ((cast.amir, 204), (cast.sunniva, 204), (inspector, 403)):
        client.force_login(person.user)
        assert client.post(url(routine, "apnet/")).status_code == status
    assert total() == 0


def test_without_script_what_one_does_counts(cast, inside, client):
    routines = [publish(cast, title=f"Rutine {number}") for number in range(3)]
    client.force_login(cast.ingrid.user)
    client.post(url(routines[0], "lest/"), {"version": 1})
    client.post(url(routines[1], "sporsmal/"), {"text": "Hvorfor?"})
    client.post(url(routines[2], "last-ned/"), {"format": "md"})
    assert Opening.objects.count() == 3
    # And not twice for the same visit.
    client.post(url(routines[0], "apnet/"))
    assert total() == 3


def test_what_is_not_in_force_is_not_counted(cast, inside, client):
    routine = publish(cast)
    services.archive(routine, by=cast.amir, reason="Erstattet.")
    client.force_login(cast.ingrid.user)
    client.post(url(routine, "apnet/"))
    assert total() == 0
    draft = begin(cast, title="Ikke ferdig")
    assert client.post(url(draft, "apnet/")).status_code == 404


def test_owner_sees_a_number_and_readers_do_not(cast, inside, client):
    routine = publish(cast)
    for days, count in ((0, 5), (200, 9), (420, 100)):
        day = (timezone.localdate() - datetime.timedelta(days=days)).replace(day=1)
        Opening.objects.create(routine=routine, month=day, count=count)
    client.force_login(cast.amir.user)
    assert "Åpnet 14 ganger de siste 12 månedene" in client.get(url(routine)).content.decode()
    client.force_login(cast.ingrid.user)
    assert "Åpnet 14" not in client.get(url(routine)).content.decode()


def test_nobody_has_opened_it(cast, inside):
    routine = aged(cast, days=61)
    assert reasons(cast.amir) == ["Ingen har åpnet den siden den ble publisert."]
    opened_ago(routine, 20)
    assert reasons(cast.amir) == []


def test_what_is_new_gets_time_to_be_found(cast, inside):
    aged(cast, days=60)
    assert reasons(cast.amir) == []


def test_not_opened_for_half_a_year(cast, inside):
    routine = aged(cast, days=500)
    opened_ago(routine, 240)
    assert reasons(cast.amir) == ["Ikke åpnet på et halvt år."]
    services.confirm(routine, cast.ingrid, version=1, via="paper")
    assert reasons(cast.amir) == []


def test_silence_from_before_anybody_counted_says_nothing(cast, inside):
    aged(cast, days=500, counted=30)
    assert reasons(cast.amir) == []
    RoutineClock.objects.update(counting_since=timezone.now() - datetime.timedelta(days=70))
    assert reasons(cast.amir) == ["Ingen har åpnet den siden vi begynte å telle."]


def test_old_months_are_forgotten(cast, inside):
    routine = publish(cast)
    this = timezone.localdate().replace(day=1)
    kept, gone = this.replace(year=this.year - 2), (this.replace(year=this.year - 2) - datetime.timedelta(days=1))
    for month in (this, kept, gone.replace(day=1)):
        Opening.objects.create(routine=routine, month=month, count=1)
    services.turn()
    assert set(Opening.objects.values_list("month", flat=True)) == {this, kept}


def test_another_organisation_counts_and_sees_nothing(cast, client):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        Opening.objects.create(routine=routine, month=timezone.localdate().replace(day=1), count=3)
    client.force_login(cast.olav.user)
    assert client.post(url(routine, "apnet/")).status_code == 404
    with tenant(cast.havbris):
        assert not Opening.objects.exists()
        assert selectors.last_opened([routine.pk]) == {}
    with tenant(cast.fjellvik):
        assert total() == 3
