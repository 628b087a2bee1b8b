"""SMS: the text, the number, the gateway, the month's limit, and what happens when something is wrong."""

import datetime
import logging
from zoneinfo import ZoneInfo

import pytest
import time_machine

from hms.assignments import sources
from hms.assignments.services import assign
from hms.core.sealing import seal
from hms.notifications import channel_settings, services, tasks
from hms.notifications.enums import Channel, DeliveryState, SmsUse
from hms.notifications.models import ChannelSettings, Delivery
from hms.notifications.phones import e164
from hms.notifications.sms import compose, gsm, parts_of
from hms.organisations.models import Unit
from hms.tenancy.scope import tenant
from tests.internet import small_internet

GATEWAY = "46elks://bruker:hemmelig@Fjellvik"
OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture(autouse=True)
def by_day():
    """Noon: at night an SMS may have to wait, whenever the tests run."""
    with time_machine.travel(datetime.datetime(2026, 11, 27, 12, tzinfo=OSLO)) as clock:
        yield clock


@pytest.fixture
def internet():
    with small_internet() as internet:
        yield internet


@pytest.fixture
def texted(cast):
    """Tor Erik has a phone and no address; Fjellvik has a gateway."""
    with tenant(cast.fjellvik):
        cast.tor_erik.email, cast.tor_erik.user, cast.tor_erik.phone = "", None, "912 34 567"
        cast.tor_erik.save()
        ChannelSettings.objects.create(sms_gateway=seal(GATEWAY), sms_service="46elks", sms_limit=3)


def delivery(cast):
    with tenant(cast.fjellvik):
        return Delivery.objects.get()


def used(cast):
    with tenant(cast.fjellvik):
        return channel_settings.used_this_month(channel_settings.current())


def try_again(cast):
    from django.utils import timezone

    with tenant(cast.fjellvik):
        Delivery.objects.update(next_attempt_at=timezone.now() - datetime.timedelta(seconds=1))
    tasks.deliver(cast.fjellvik.pk)


# --- numbers ---


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("912 34 567", "+4791234567"),
        ("+47 91 23 45 67", "+4791234567"),
        ("0047 91234567", "+4791234567"),
        ("(91) 23-45-67", "+4791234567"),
        ("+46 70 123 45 67", "+46701234567"),
        ("+48 512 345 678", "+48512345678"),
        ("22 12 34 56", ""),
        ("", ""),
        ("912345", ""),
        ("820 12 345", ""),
    ],
)
def test_numbers_become_international(written, meant):
    assert e164(written) == meant


# --- texts ---


def test_the_text_fits_one_sms_with_a_real_link():
    url = "https://hms.fjellvik.kommune.no/fjellvik/t/" + "x" * 43 + "/"
    text = compose("Fjellvik kommune", "Frist fredag 3. mai: Fest rekkverket i trapp B ved hovedinngangen i andre", url)
    assert text.startswith("Fjellvik kommune: Frist fredag 3. mai: ")
    assert text.endswith(f"...\n{url}")
    assert len(text) <= 160
    assert parts_of(text) == 1


def test_a_short_subject_is_not_cut():
    assert compose("Havbris", "Frist 3. mai: Rydd", "https://h.no/x") == "Havbris: Frist 3. mai: Rydd\nhttps://h.no/x"


def test_a_long_address_costs_a_part_rather_than_the_subject():
    text = compose("Fjellvik kommune", "Frist fredag 3. mai: Fest rekkverket i trapp B", "https://h.no/" + "x" * 150)
    assert "Frist fredag 3. mai: Fest" in text
    assert parts_of(text) == 2


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Blåbærsyltetøy «ÆØÅ» – nå!", 'Blåbærsyltetøy "ÆØÅ" - nå!'),
        ("Zieliński på Čáhput", "Zielinski på Cahput"),
        ("Røyk 🔥 i kjelleren…", "Røyk i kjelleren..."),
        ("linje\r\nto\x00", "linje to"),
    ],
)
def test_texts_use_the_alphabet_every_phone_has(typed, sent):
    assert gsm(typed) == sent


# --- through a gateway ---


def test_whoever_has_no_address_gets_an_sms(cast, tell, texted, internet):
    tell(parameters={"what": "trapp B"})
    tasks.deliver(cast.fjellvik.pk)
    assert (delivery(cast).channel, delivery(cast).state, delivery(cast).error) == (Channel.SMS, "sent", "")
    [call] = internet.calls
    assert (call.host, call.path) == ("api.46elks.com", "/a1/sms")
    assert (call.fields["to"], call.fields["from"]) == ("+4791234567", "Fjellvik")
    assert call.fields["message"].startswith("Fjellvik kommune: Look at trapp B\nhttp")
    assert used(cast) == 1


@pytest.fixture
def give(cast, monkeypatch):
    """Give Tor Erik a task that can be answered from a link."""
    source = sources.Source(
        kind="organisations.unit", label="Unit", icon="building", url=lambda a: "/", facts=lambda a: [],
        root=lambda a: Unit.objects.get(pk=a.source_id),
    )  # fmt: skip
    monkeypatch.setitem(sources._sources, source.kind, source)

    def give(**fields):
        return assign(
            kind="action", title="Fest rekkverket", to=cast.tor_erik, due_on=datetime.date(2030, 5, 3),
            source=cast.solbakken, by=cast.amir, **fields,
        )  # fmt: skip

    return give


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ((27, 6, 59), (27, 7, 0)),
        ((27, 7, 0), (27, 7, 0)),
        ((27, 20, 59), (27, 20, 59)),
        ((27, 21, 0), (28, 7, 0)),
        ((27, 23, 30), (28, 7, 0)),
        ((28, 0, 10), (28, 7, 0)),
    ],
)
def test_what_can_wait_is_not_sent_at_night(cast, tell, texted, by_day, written, sent):
    (day, hour, minute), (then, at, past) = written, sent
    by_day.move_to(datetime.datetime(2026, 11, day, hour, minute, tzinfo=OSLO), tick=False)
    tell()
    due = delivery(cast).next_attempt_at.astimezone(OSLO)
    assert (due.day, due.hour, due.minute) == (then, at, past)


def test_what_cannot_wait_is_sent_at_night(cast, tell, texted, by_day, internet):
    by_day.move_to(datetime.datetime(2026, 11, 27, 3, tzinfo=OSLO), tick=False)
    tell(urgency="critical")
    tasks.deliver(cast.fjellvik.pk)
    assert delivery(cast).state == DeliveryState.SENT


def test_a_task_comes_with_a_link_that_works_without_signing_in(cast, client, texted, internet, give):
    with tenant(cast.fjellvik):
        give()
    tasks.deliver(cast.fjellvik.pk)
    [call] = internet.calls
    first, address = call.fields["message"].splitlines()
    assert first == "Fjellvik kommune: Frist fredag 3. mai 2030: Fest rekkverket"
    page = client.get(address[address.index("/fjellvik/t/") :])
    assert page.status_code == 200
    assert "Fest rekkverket" in page.content.decode()


def test_a_confidential_task_is_masked_and_asks_for_sign_in(cast, texted, internet, give):
    with tenant(cast.fjellvik):
        give(confidential=True)
    tasks.deliver(cast.fjellvik.pk)
    [call] = internet.calls
    assert "rekkverket" not in call.fields["message"]
    assert "Frist fredag 3. mai 2030: en oppgave" in call.fields["message"]
    assert "/t/" not in call.fields["message"]


def test_the_daily_reminder_leads_to_the_first_task_that_can_be_answered(cast, texted, internet, give):
    with tenant(cast.fjellvik):
        task = give()
        Delivery.objects.all().delete()
        services.notify(
            "assignments.digest", to=cast.tor_erik, about=cast.tor_erik, dedupe="d",
            parameters={"tasks": [task.pk], "overdue": 0},
        )  # fmt: skip
    tasks.deliver(cast.fjellvik.pk)
    [call] = internet.calls
    assert "1 oppgave venter på deg" in call.fields["message"]
    assert "/fjellvik/t/" in call.fields["message"]


def test_a_task_done_meanwhile_is_not_texted_about(cast, texted, internet, give):
    from hms.assignments.services import complete

    with tenant(cast.fjellvik):
        task = give()
        Delivery.objects.all().delete()
        services.notify(
            "assignments.digest", to=cast.tor_erik, about=cast.tor_erik, dedupe="d",
            parameters={"tasks": [task.pk], "overdue": 0},
        )  # fmt: skip
        complete(task, by=None)
    tasks.deliver(cast.fjellvik.pk)
    assert (delivery(cast).state, internet.calls, used(cast)) == (DeliveryState.SKIPPED, [], 0)


def test_a_gateway_that_is_down_is_tried_again_and_costs_nothing(cast, tell, texted, internet):
    internet.answer = lambda call: 503
    tell()
    tasks.deliver(cast.fjellvik.pk)
    assert (delivery(cast).state, delivery(cast).error) == (DeliveryState.QUEUED, "GatewayRefused")
    assert used(cast) == 0
    internet.answer = lambda call: 200
    try_again(cast)
    assert (delivery(cast).state, delivery(cast).attempts) == (DeliveryState.SENT, 2)
    assert used(cast) == 1


def test_a_redirect_is_not_followed(cast, tell, texted, internet):
    internet.answer = lambda call: 302
    tell()
    tasks.deliver(cast.fjellvik.pk)
    assert {call.host for call in internet.calls} == {"api.46elks.com"}
    assert delivery(cast).state == DeliveryState.QUEUED


def test_the_months_limit_holds_and_a_new_month_opens_it(cast, tell, texted, internet):
    import time_machine

    for number in range(5):
        tell(dedupe=str(number))
    tasks.deliver(cast.fjellvik.pk)
    assert len(internet.calls) == used(cast) == 3
    with tenant(cast.fjellvik):
        failed = Delivery.objects.filter(state=DeliveryState.FAILED)
        assert [one.error for one in failed] == ["LimitReached"] * 2
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=32)
    with time_machine.travel(later):
        tell(dedupe="next month")
        assert used(cast) == 0
        tasks.deliver(cast.fjellvik.pk)
        assert used(cast) == 1
    assert len(internet.calls) == 4


def test_long_texts_count_as_several(cast, texted):
    with tenant(cast.fjellvik):
        assert channel_settings.take_sms(2)
        assert not channel_settings.take_sms(2)
        assert channel_settings.take_sms(1)
        assert not channel_settings.take_sms(1)
        channel_settings.give_back_sms(2)
        assert channel_settings.used_this_month(channel_settings.current()) == 1


def test_a_limit_of_none_sends_none(cast, tell, texted, internet):
    with tenant(cast.fjellvik):
        ChannelSettings.objects.update(sms_limit=0)
    tell()
    tasks.deliver(cast.fjellvik.pk)
    assert internet.calls == []
    assert delivery(cast).error == "LimitReached"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"phone": ""}, "NoNumber"),
        ({"gateway": ""}, "NoGateway"),
        ({"gateway": "gibberish"}, "NoGateway"),
    ],
)
def test_what_can_never_be_sent_fails_at_once(cast, tell, texted, internet, change, error):
    tell()
    with tenant(cast.fjellvik):
        if "phone" in change:
            cast.tor_erik.phone = ""
            cast.tor_erik.save()
        else:
            ChannelSettings.objects.update(sms_gateway=change["gateway"])
    tasks.deliver(cast.fjellvik.pk)
    assert (delivery(cast).state, delivery(cast).error) == (DeliveryState.FAILED, error)
    assert internet.calls == []


@pytest.mark.parametrize("status", [200, 400, 503])
def test_no_number_text_or_secret_in_the_log(cast, tell, texted, internet, caplog, capfd, status):
    caplog.set_level(logging.DEBUG)
    internet.answer = lambda call: status
    tell(parameters={"what": "Hemmelig tittel"})
    tasks.deliver(cast.fjellvik.pk)
    assert internet.calls
    said = caplog.text + "".join(capfd.readouterr()) + delivery(cast).error
    for secret in ("1234567", "Hemmelig", "hemmelig", "bruker", "Moen"):
        assert secret not in said


def test_with_mail_too_an_sms_says_the_same_once(cast, tell, internet, mailoutbox):
    from hms.notifications.enums import Urgency
    from hms.notifications.models import Preference

    with tenant(cast.fjellvik):
        cast.tor_erik.phone = "91234567"
        cast.tor_erik.save()
        ChannelSettings.objects.create(sms_gateway=seal(GATEWAY), sms_use=SmsUse.URGENT)
        Preference.objects.create(employee=cast.tor_erik, urgent_sms=True)
    tell(urgency=Urgency.CRITICAL)
    tasks.deliver(cast.fjellvik.pk)
    assert (len(mailoutbox), len(internet.calls)) == (1, 1)
    assert mailoutbox[0].subject in internet.calls[0].fields["message"]


# --- the demo ---


def test_in_the_demo_an_sms_lies_in_the_mailbox(cast, tell, texted, internet, settings, tmp_path):
    from hms.notifications import demo_mail

    settings.DEMO, settings.STATE_DIR = True, tmp_path
    tell(parameters={"what": "trapp B på Solbakken"})
    tasks.deliver(cast.fjellvik.pk)
    [name] = demo_mail.names()
    sms = demo_mail.read(name)
    assert (sms.is_sms, sms.to) == (True, "+4791234567")
    assert sms.subject == "Fjellvik kommune: Look at trapp B på Solbakken"
    assert "/fjellvik/varsler/" in sms.text
    assert internet.calls == []
