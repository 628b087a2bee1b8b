"""The outbox with everything for real: broker, worker process, mail server, committed transactions."""

import datetime
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from hms.assignments import sources
from hms.assignments.services import assign, create_link
from hms.core.sealing import seal
from hms.notifications import devices, services, tasks, webpush
from hms.notifications.enums import DeliveryState
from hms.notifications.models import ChannelSettings, DeadAddress, Delivery
from hms.organisations.models import Unit
from hms.tenancy.scope import tenant
from tests.cast import build_cast
from tests.conftest import as_owner
from tests.internet import small_internet
from tests.notifications.push_device import Device
from tests.worker import private_queues, worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(serving_role):
    """The cast, committed, so that other processes see it."""
    with as_owner():
        return build_cast()


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait until the other process has done its part."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def mail_settings(sink):
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": sink.port,
    }


def states(cast):
    with tenant(cast.fjellvik):
        return list(Delivery.objects.order_by("id").values_list("state", flat=True))


@pytest.fixture
def mail_link(cast, monkeypatch):
    """A task of Tor Erik's that Amir asked for, and the address in his mail."""
    source = sources.Source(
        kind="organisations.unit", label="Unit", icon="building", url=lambda a: "/", facts=lambda a: [],
        root=lambda a: Unit.objects.get(pk=a.source_id),
    )  # fmt: skip
    monkeypatch.setitem(sources._sources, source.kind, source)
    with tenant(cast.fjellvik):
        task = assign(
            kind="action", title="Fest rekkverket", to=cast.tor_erik, due_on=datetime.date(2030, 1, 1),
            source=cast.solbakken, by=cast.tor_erik, requested_by=cast.amir,
        )  # fmt: skip
        return f"/fjellvik/t/{create_link(task, to=cast.tor_erik)}/"


def test_a_worker_process_sends_what_a_request_committed(cast, sink, mail_link):
    with private_queues() as options, worker(options, **mail_settings(sink)):
        assert Client().post(mail_link, {"answer": "done"}).status_code == 303
        assert wait_for(lambda: states(cast) == [DeliveryState.SENT])
    [message] = sink.received
    assert message["To"] == "amir.hosseini@fjellvik.example"


def test_a_broker_that_is_down_fails_no_request_and_the_sweep_heals_it(cast, sink, mail_link):
    with private_queues(broker="redis+socket:///nowhere/broker.sock"):
        begun = time.monotonic()
        assert Client().post(mail_link, {"answer": "done"}).status_code == 303
        assert time.monotonic() - begun < 5, "waiting for a broker is not the reporter's business"
    assert states(cast) == [DeliveryState.QUEUED]
    with private_queues() as options, worker(options, **mail_settings(sink)):
        tasks.sweep_outboxes.delay()
        assert wait_for(lambda: states(cast) == [DeliveryState.SENT])
    assert len(sink.received) == 1


def test_an_address_that_is_refused_is_flagged_told_of_and_spared(cast, sink):
    """The whole way with a real worker and a real refusal: flagged, told, spared, tried again."""

    def tell(dedupe):
        # A kind that the worker's process knows too.
        case = {"case": "2026-0001"}
        with tenant(cast.fjellvik):
            services.notify(
                "deviations.reopened", to=cast.tor_erik, about=cast.solbakken, dedupe=dedupe, parameters=case
            )

    sink.answer_recipient = lambda line: "550 5.1.1 no such person" if "tor.erik" in line else "250 OK"
    with private_queues() as options, worker(options, **mail_settings(sink)):
        tell("1")
        assert wait_for(lambda: states(cast) == [DeliveryState.FAILED])
        tasks.tend_addresses.delay()
        assert wait_for(lambda: len(sink.received) == 1)
        attempts = sink.attempts
        tell("2")
        assert wait_for(lambda: states(cast)[-1] == DeliveryState.FAILED)
        assert sink.attempts == attempts
        sink.answer_recipient = lambda line: "250 OK"
        admin = Client()
        admin.force_login(cast.admin.user)
        with tenant(cast.fjellvik):
            dead = DeadAddress.objects.get()
        assert admin.post(f"/fjellvik/innstillinger/adresser/{dead.pk}/igjen/").status_code == 303
        assert wait_for(lambda: len(sink.received) == 2)
    assert [message["To"] for message in sink.received] == [
        "bjarte.nes@fjellvik.example",
        "tor.erik.moen@fjellvik.example",
    ]
    with tenant(cast.fjellvik):
        assert not DeadAddress.objects.exists()


def test_many_workers_send_each_message_once(cast, sink, tell):
    numbers = range(12)
    with private_queues():
        for number in numbers:
            tell(dedupe=str(number))

    def work(_number):
        try:
            tasks.deliver(cast.fjellvik.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert states(cast) == [DeliveryState.SENT] * len(numbers)
    assert len({message["Message-ID"] for message in sink.received}) == len(sink.received) == len(numbers)


def test_no_transaction_is_open_while_the_server_is_spoken_to(cast, sink, tell):
    seen = []

    def look(_message):
        # Another connection can lock the row: the worker holds nothing while it talks.
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(locked_by_us, cast).result(timeout=10))
        return "250 OK"

    sink.answer_data = look
    with private_queues():
        tell()
    tasks.deliver(cast.fjellvik.pk)
    assert seen == [DeliveryState.SENDING]


def locked_by_us(cast):
    try:
        with tenant(cast.fjellvik):
            return Delivery.objects.select_for_update(nowait=True).get().state
    finally:
        connections.close_all()


def test_the_same_occurrence_from_two_requests_at_once_is_told_once(cast):
    def say(_number):
        try:
            with tenant(cast.fjellvik):
                told = services.notify("tests.poke", to=cast.tor_erik, about=cast.solbakken, dedupe="1", email=False)
                time.sleep(0.05)
                return told is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(say, range(4))) == [False, False, False, True]


def test_a_worker_process_sends_on_every_channel(cast, sink, settings):
    """Mail server, SMS gateway and push service, each on a real socket; the worker is an ordinary one."""
    settings.VAPID_PRIVATE_KEY = webpush.new_private_key()
    device = Device()
    with tenant(cast.fjellvik):
        ChannelSettings.objects.create(sms_gateway=seal("46elks://bruker:hemmelig@Fjellvik"))
        devices.add(cast.tor_erik, **device.form, device="Chrome, Android")
        cast.kari.email, cast.kari.user, cast.kari.phone = "", None, "912 34 567"
        cast.kari.save()
    own = {"VAPID_PRIVATE_KEY": settings.VAPID_PRIVATE_KEY}
    with small_internet() as internet, private_queues() as options, worker(options, **mail_settings(sink), **own):
        with tenant(cast.fjellvik):
            for person in (cast.tor_erik, cast.kari):
                # Cannot wait, so that it is sent at whatever hour the tests run.
                services.notify("assignments.completed", to=person, about=cast.solbakken, dedupe="1",
                                parameters={"title": "Fest rekkverket", "mail_title": "", "name": "Amir"},
                                urgency="critical")  # fmt: skip
        assert wait_for(lambda: states(cast) == [DeliveryState.SENT] * 3)
    assert [message["To"] for message in sink.received] == ["tor.erik.moen@fjellvik.example"]
    calls = {call.host: call for call in internet.calls}
    assert set(calls) == {"api.46elks.com", "fcm.googleapis.com"}
    assert calls["api.46elks.com"].fields["to"] == "+4791234567"
    assert device.read(calls["fcm.googleapis.com"].body)["title"] == "Fjellvik kommune"


def test_two_workers_never_share_the_last_sms(cast):
    from hms.notifications import channel_settings

    with tenant(cast.fjellvik):
        ChannelSettings.objects.create(sms_limit=5)

    def take(_number):
        try:
            with tenant(cast.fjellvik):
                return channel_settings.take_sms(1)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(12))) == 5
