"""Which channels a message goes out on: by urgency, organisation, person, address, number and device."""

import itertools

import pytest

from hms.core.sealing import seal
from hms.notifications import devices, services, types
from hms.notifications.enums import Channel, SmsUse, Urgency
from hms.notifications.models import ChannelSettings, Delivery, Preference
from hms.notifications.services import Told, notify_many
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant
from tests.notifications.push_device import Device

EMAIL, SMS, PUSH = Channel.EMAIL, Channel.SMS, Channel.PUSH


@pytest.fixture(autouse=True)
def vapid(settings):
    from hms.notifications.webpush import new_private_key

    settings.VAPID_PRIVATE_KEY = new_private_key()


@pytest.fixture
def set_up(cast):
    """Set up Fjellvik and Tor Erik; gives the kinds of message with each urgency."""

    def set_up(**facts):
        with tenant(cast.fjellvik):
            Employee.objects.filter(pk=cast.tor_erik.pk).update(
                email="tor@fjellvik.example" if facts["email"] else "",
                user=cast.tor_erik.user if facts["email"] else None,
                phone="912 34 567" if facts["phone"] else "",
            )
            cast.tor_erik.refresh_from_db()
            ChannelSettings.objects.create(
                sms_gateway=seal("seven://key") if facts["gateway"] else "",
                sms_use=facts["use"],
                push_allowed=facts["push_allowed"],
            )
            if facts["wants_sms"]:
                Preference.objects.create(employee=cast.tor_erik, urgent_sms=True)
            if facts["device"]:
                devices.add(cast.tor_erik, **Device().form, device="Chrome, Android")

    return set_up


@pytest.fixture
def urgency(poke, monkeypatch):
    def urgency(level):
        from dataclasses import replace

        monkeypatch.setitem(types._types, "tests.poke", replace(types.get("tests.poke"), urgency=level))

    return urgency


def chosen(cast, **changes):
    with tenant(cast.fjellvik):
        services.notify("tests.poke", to=cast.tor_erik, about=cast.solbakken, dedupe="1", **changes)
        return sorted(Delivery.objects.values_list("channel", flat=True))


FACTS = {
    "email": [True, False],
    "phone": [True, False],
    "gateway": [True, False],
    "use": list(SmsUse),
    "wants_sms": [True, False],
    "push_allowed": [True, False],
    "device": [True, False],
}


@pytest.mark.parametrize("level", list(Urgency))
def test_every_combination_of_address_number_gateway_wish_and_device(cast, set_up, urgency, level):
    """What an administrator was promised on the page, in all 384 combinations."""
    from django.db import transaction

    urgency(level)
    for values in itertools.product(*FACTS.values()):
        facts = dict(zip(FACTS, values, strict=True))
        expected = set()
        if facts["email"]:
            expected.add(EMAIL)
        if facts["phone"] and facts["gateway"]:
            asked_for = level == Urgency.CRITICAL and facts["use"] == SmsUse.URGENT and facts["wants_sms"]
            if not facts["email"] or asked_for:
                expected.add(SMS)
        if facts["push_allowed"] and facts["device"] and level != Urgency.ROUTINE:
            expected.add(PUSH)
        before = cast.tor_erik.user
        point = transaction.savepoint()
        set_up(**facts)
        assert chosen(cast) == sorted(expected), facts
        transaction.savepoint_rollback(point)
        cast.tor_erik.user = before


ALL = {"email": True, "phone": True, "gateway": True, "use": SmsUse.URGENT, "wants_sms": True, "push_allowed": True,
       "device": True}  # fmt: skip


def test_inbox_only_means_inbox_only(cast, set_up, urgency):
    urgency(Urgency.CRITICAL)
    set_up(**ALL)
    assert chosen(cast, email=False) == []


def test_one_message_can_be_more_urgent_than_its_kind(cast, set_up):
    set_up(**ALL)
    assert chosen(cast, urgency=Urgency.CRITICAL) == sorted([EMAIL, SMS, PUSH])


def test_an_organisation_that_set_up_nothing_gets_mail_and_push(cast):
    with tenant(cast.fjellvik):
        devices.add(cast.tor_erik, **Device().form, device="")
    assert chosen(cast) == sorted([EMAIL, PUSH])


def test_no_push_without_the_installations_key(cast, set_up, settings):
    settings.VAPID_PRIVATE_KEY, settings.DEMO = "", False
    set_up(**ALL)
    assert chosen(cast) == [EMAIL]


def test_the_demo_needs_no_gateway(cast, set_up, settings):
    settings.DEMO = True
    set_up(**ALL | {"gateway": False, "email": False, "device": False})
    assert chosen(cast) == [SMS]


@pytest.mark.parametrize("number", ["22 12 34 56", "820 12 345", "12", "ring meg", "+47 800 12 345"])
def test_no_sms_to_a_number_that_none_reaches(cast, set_up, number):
    set_up(**ALL | {"email": False, "device": False})
    cast.tor_erik.phone = number
    assert chosen(cast) == []


def test_one_organisations_settings_and_devices_are_not_anothers(cast, set_up):
    set_up(**ALL)
    with tenant(cast.havbris):
        cast.olav.email, cast.olav.user, cast.olav.phone = "", None, "91234567"
        services.notify("tests.poke", to=cast.olav, about=cast.havbris_unit, dedupe="1", urgency=Urgency.CRITICAL)
        assert not Delivery.objects.exists()
        assert not ChannelSettings.objects.exists()


def test_many_are_told_on_all_their_channels_in_one_statement(cast, set_up, urgency, django_assert_num_queries):
    urgency(Urgency.CRITICAL)
    set_up(**ALL)
    people = [cast.tor_erik, cast.amir, cast.kari, cast.helene, cast.sunniva]
    with tenant(cast.fjellvik):
        told = [Told(person, cast.solbakken, "1", {"what": "x"}) for person in people]
        with django_assert_num_queries(1):
            assert notify_many("tests.poke", told) == 5
        assert Delivery.objects.filter(notification__recipient=cast.tor_erik).count() == 3
        assert Delivery.objects.exclude(notification__recipient=cast.tor_erik).count() == 4
        assert notify_many("tests.poke", told) == 0
        assert Delivery.objects.count() == 7
        assert len(set(Delivery.objects.values_list("message_id", flat=True))) == 7


def test_critical_work_is_urgent_and_other_work_is_not(cast, set_up):
    """By the real message: the task itself says whether it is critical."""
    import datetime

    from hms.assignments import services as assignments
    from tests.deviations.helpers import report

    set_up(**ALL)
    with tenant(cast.fjellvik):
        case = report(cast)
        Delivery.objects.all().delete()
        for critical in (True, False):
            assignments.assign(
                kind="action", title="Sperr trappa", to=cast.tor_erik, due_on=datetime.date(2030, 1, 1), source=case,
                by=cast.amir, critical=critical,
            )  # fmt: skip
        sms = Delivery.objects.filter(channel=SMS, notification__recipient=cast.tor_erik)
        assert [d.notification.type for d in sms] == ["assignments.assigned"]
