"""Limits that remember nobody, small units, and robots: whatever comes is taken."""

import uuid

import pytest
from django.core.cache import cache
from django.utils import timezone

from deviations.models import Deviation
from deviations.selectors.anonymity import small_unit
from deviations.services import crowding
from hms.notifications.models import Delivery, Notification
from hms.tenancy.scope import tenant
from tests.cast import make_employee

ADDRESS, AGENT = "203.0.113.88", "Robotfingre/1.0"


def send(client, cast, unit=None, **fields):
    data = {
        "description": "Rekkverket er løst.", "severity": "2", "who": "anonymous", "unit": (unit or cast.solbakken).pk,
        "idempotency_key": str(uuid.uuid4()),
    } | fields  # fmt: skip
    return client.post(f"/fjellvik/meld/?sted={cast.solbakken.report_token}", data)


@pytest.fixture
def one_an_hour(monkeypatch):
    monkeypatch.setattr(crowding, "UNIT_AN_HOUR", 1)


def deliveries_about(case) -> int:
    about = [case.pk, case.handling_id]
    return Delivery.objects.filter(notification__about_id__in=about).count()


# --- many at once ---


def test_above_the_limit_a_report_is_taken_and_marked_and_mailed_to_nobody(cast, client, one_an_hour):
    for _number in range(4):
        response = send(client, cast)
        assert response.status_code == 200
        assert response.context["receipt_code"]
    with tenant(cast.fjellvik):
        first, *others = Deviation.objects.select_related("handling").order_by("pk")
        assert [case.is_one_of_many for case in (first, *others)] == [False, True, True, True]
        assert deliveries_about(first) > 0
        # One mail says that there are many; nothing about each.
        assert Notification.objects.filter(type="deviations.many_at_once").count() == 1
        told = Notification.objects.filter(type="deviations.many_at_once")
        others_told = Delivery.objects.filter(notification__about_id__in=[case.pk for case in others])
        assert others_told.exclude(notification__in=told).count() == 0
        # All are somebody's work, and in the list.
        assert all(case.handling.assignee == cast.amir for case in others)
    client.force_login(cast.amir.user)
    assert "Mange på en gang" in client.get(f"/fjellvik/avvik/{others[0].number}/").content.decode()


def test_a_flood_of_small_ones_does_not_silence_a_very_serious_one(cast, client, one_an_hour):
    for _number in range(3):
        send(client, cast)
    send(client, cast, severity="3")
    with tenant(cast.fjellvik):
        serious = Deviation.objects.get(severity=3)
        assert not serious.is_one_of_many
        assert deliveries_about(serious) > 0


def test_somebody_signed_in_by_name_is_not_limited(cast, client, one_an_hour):
    client.force_login(cast.ingrid.user)
    for _number in range(3):
        send(client, cast, who="employee")
    with tenant(cast.fjellvik):
        assert not Deviation.objects.filter(is_one_of_many=True).exists()


def test_another_organisation_and_another_unit_are_not_limited(cast, one_an_hour):
    count = {"severity": 1}
    assert not crowding.is_crowded(cast.fjellvik, cast.solbakken, **count)
    assert crowding.is_crowded(cast.fjellvik, cast.solbakken, **count)
    assert not crowding.is_crowded(cast.fjellvik, cast.teknisk, **count)
    assert not crowding.is_crowded(cast.havbris, cast.havbris_unit, **count)


def test_the_whole_organisation_has_a_limit_too(cast, monkeypatch):
    monkeypatch.setattr(crowding, "ORGANISATION_AN_HOUR", 2)
    units = (cast.solbakken, cast.teknisk, cast.helse)
    assert [crowding.is_crowded(cast.fjellvik, unit, severity=1) for unit in units] == [False, False, True]


def test_the_counters_hold_no_address_and_end_with_the_hour(cast, client):
    client.defaults |= {"REMOTE_ADDR": ADDRESS, "HTTP_USER_AGENT": AGENT}
    send(client, cast)
    store = cache._cache.get_client()
    keys = [key.decode() for key in store.keys("*")]
    counters = [key for key in keys if "open-reports" in key]
    assert counters
    held = " ".join([*keys, *(str(store.get(key)) for key in counters)])
    assert ADDRESS not in held
    assert AGENT not in held
    now = timezone.now()
    left = 3600 - now.minute * 60 - now.second
    # All of them end at the full hour: when the first was counted cannot be read from them.
    assert all(abs(store.ttl(key) - left) <= 5 for key in counters)


def test_a_robot_that_fills_in_the_field_nobody_sees_is_taken_and_mailed_to_nobody(cast, client):
    assert send(client, cast, website="https://spam.example").status_code == 200
    with tenant(cast.fjellvik):
        case = Deviation.objects.get()
        assert case.is_one_of_many
        assert not Delivery.objects.exclude(notification__type="deviations.many_at_once").exists()


# --- small units ---


def test_the_form_warns_where_few_work_and_offers_the_level_above(cast, client):
    page = client.get(f"/fjellvik/meld/?sted={cast.solbakken.report_token}").content.decode()
    assert "Færre enn fem jobber på Solbakken sykehjem" in page
    # Helse has four: the whole municipality is the first level with enough.
    assert "Meld for Fjellvik kommune i stedet" in page
    assert send(client, cast, level_up="on").status_code == 200
    with tenant(cast.fjellvik):
        case = Deviation.objects.get()
        assert case.unit == cast.kommune
        # Nothing of it says where it came from.
        assert not Notification.objects.filter(recipient__in=[cast.amir, cast.helene]).exists()


def test_whoever_chooses_another_small_unit_is_warned_of_that_before_it_is_sent(cast, client):
    client.force_login(cast.ragnhild.user)
    warned = client.post(
        "/fjellvik/meld/",
        {"description": "Sjefen slo.", "severity": "2", "who": "anonymous", "unit": cast.teknisk.pk, "warned_unit": ""},
    )
    assert warned.status_code == 422
    page = warned.content.decode()
    assert "Færre enn fem jobber på Teknisk drift" in page
    assert f'name="warned_unit" value="{cast.teknisk.pk}"' in page
    assert "Sjefen slo." in page
    with tenant(cast.fjellvik):
        assert not Deviation.objects.exists()
    sent = client.post(
        "/fjellvik/meld/",
        {
            "description": "Sjefen slo.", "severity": "2", "who": "anonymous", "unit": cast.teknisk.pk,
            "warned_unit": cast.teknisk.pk,
        },
    )  # fmt: skip
    assert sent.status_code == 200
    with tenant(cast.fjellvik):
        assert Deviation.objects.get().unit == cast.teknisk


def test_somebody_who_reports_by_name_is_not_warned(cast, client):
    client.force_login(cast.ragnhild.user)
    data = {"description": "Løst.", "severity": "2", "who": "employee", "unit": cast.teknisk.pk, "warned_unit": ""}
    assert client.post("/fjellvik/meld/", data).status_code == 303


def test_small_counts_those_who_work_below_and_not_those_who_have_left(cast):
    with tenant(cast.fjellvik):
        assert small_unit(cast.kommune) is None
        assert small_unit(cast.helse).above == cast.kommune
        newcomer = make_employee(cast.fjellvik, "Nye Ny", cast.solbakken, user=False)
        assert small_unit(cast.helse) is None
        newcomer.ends_on = newcomer.starts_on
        newcomer.save()
        assert small_unit(cast.helse) is not None


def test_where_even_the_whole_is_small_there_is_a_warning_and_no_offer(cast):
    with tenant(cast.havbris):
        assert small_unit(cast.havbris_unit).above is None
