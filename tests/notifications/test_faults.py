"""Workers, broker, database and mail server fail in the middle; afterwards everybody has what was due, once.

A message may come twice only where the mail server had taken it and the line died before anybody could write
that down; then with the same Message-ID.
"""

import datetime
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter

import pytest
from celery.exceptions import OperationalError
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from hms.notifications import services, tasks
from hms.notifications.enums import DeliveryState
from hms.notifications.models import Delivery, Notification
from hms.notifications.services import Told, notify_many
from hms.operations import selectors
from hms.tenancy.scope import tenant
from tests.cast import build_cast, make_employee
from tests.conftest import as_owner
from tests.nursery import nursery, other_database, wait_until
from tests.thorough import times
from tests.worker import private_queues

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = times(20, few=8)
# In Fjellvik, and in Havbris: more than are sent between all the kills.
PEOPLE = (44, 22)


@pytest.fixture
def cast(serving_role):
    """The cast, committed, so that other processes see it."""
    with as_owner():
        return build_cast()


@pytest.fixture
def queues():
    """Queues of the test's own on the real broker."""
    with private_queues() as options:
        yield options


@pytest.fixture(scope="module")
def workers(django_db_setup, tmp_path_factory):
    """Where workers come from, for all tests here."""
    with nursery(tmp_path_factory.mktemp("workers")) as place:
        yield place


@pytest.fixture
def start(cast, queues, sink, workers):
    """Starts workers that send to the sink; they are gone when the test ends."""
    yield lambda **more: workers.start(queues, **mail_settings(sink), **more)
    workers.end_all()


def mail_settings(sink):
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": sink.port,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
    }


def tell_people(cast, numbers=PEOPLE):
    """Tell so many people in each organisation one thing each; gives the Message-IDs by address."""
    due = {}
    for organisation, unit, number in zip(organisations(cast), (cast.teknisk, cast.havbris_unit), numbers, strict=True):
        with tenant(organisation):
            people = [make_employee(organisation, f"Person {n} Nes", unit, user=False) for n in range(number)]
            told = [Told(to=person, about=unit, dedupe="1", parameters={"what": person.pk}) for person in people]
            assert notify_many("tests.poke", told) == number
            for delivery in Delivery.objects.select_related("notification__recipient"):
                due[delivery.notification.recipient.email] = delivery.message_id
    return due


def organisations(cast):
    return cast.fjellvik, cast.havbris


def deliveries(cast, **found):
    rows = []
    for organisation in organisations(cast):
        with tenant(organisation):
            rows += Delivery.objects.filter(**found)
    return rows


def all_are(cast, *states):
    return all(delivery.state in states for delivery in deliveries(cast))


def ten_minutes_later(cast):
    """What a dead worker held, and what waits for its next attempt, is due."""
    for organisation in organisations(cast):
        with tenant(organisation):
            Delivery.objects.filter(state__in=[DeliveryState.QUEUED, DeliveryState.SENDING]).update(
                next_attempt_at=timezone.now() - datetime.timedelta(seconds=1)
            )


def sweep_until_sent(cast, seconds=60, *states):
    """Do as beat does until nothing waits, and let the waiting times go by."""

    def done():
        try:
            if all_are(cast, DeliveryState.SENT, *states):
                return True
            if not deliveries(cast, state=DeliveryState.SENDING):
                ten_minutes_later(cast)
                tasks.sweep_outboxes.delay()
        except (DatabaseError, OperationalError):
            # A server is being restarted just now.
            connection.close()
        return False

    wait_until(done, "everything to be sent", seconds)


def assert_everybody_got_theirs(sink, due):
    """Exactly what was due came, with the Message-ID it had from the start."""
    got = {(message["To"], message["Message-ID"]) for message in sink.received}
    assert got == set(due.items())


def twice(sink):
    """The Message-IDs that came more than once."""
    return {key for key, times in Counter(message["Message-ID"] for message in sink.received).items() if times > 1}


def taken_last_on_a_dead_line(sink):
    return {taken[-1] for taken in sink.cut_off if taken}


class Executioner:
    """Kills a worker when a message of a number is at a point of its way: nothing said, said, or answered."""

    POINTS = ("recipient", "data", "answered")

    def __init__(self, sink):
        self.kill = None
        self.point, self.left = "", 0
        self.done = threading.Event()
        sink.answer_recipient = lambda line: self.at("recipient") or "250 OK"
        sink.answer_data = lambda message: self.at("data") or "250 OK"
        sink.answered = lambda message: bool(self.at("answered"))

    def arm(self, kill, point, after):
        self.kill, self.point, self.left = kill, point, after
        self.done.clear()

    def at(self, point):
        """The answer to a caller that is dead; nothing otherwise."""
        if point != self.point:
            return ""
        self.left -= 1
        if self.left != 0:
            return ""
        self.kill()
        self.done.set()
        return "451 nobody is there"


def test_a_worker_that_is_killed_again_and_again_in_the_middle_sends_everything(cast, queues, start, sink):
    due = tell_people(cast)
    executioner = Executioner(sink)
    worker = start()
    for number in range(KILLS):
        # Celery looks for lost children every five seconds: twice is enough of that.
        only_child = number % 10 == 4
        executioner.arm(
            worker.kill_child if only_child else worker.kill, Executioner.POINTS[number % 3], after=1 + number % 4
        )
        tasks.sweep_outboxes.delay()
        wait_until(executioner.done.is_set, f"kill {number}")
        if not only_child:
            worker = start()
        ten_minutes_later(cast)
    executioner.arm(lambda: None, "never", 1)
    sweep_until_sent(cast)
    assert_everybody_got_theirs(sink, due)
    assert twice(sink) <= taken_last_on_a_dead_line(sink)
    assert len(sink.received) - len(due) <= KILLS
    assert all(delivery.error == "" for delivery in deliveries(cast))
    assert max(delivery.attempts for delivery in deliveries(cast)) <= services.MAX_ATTEMPTS
    for organisation in organisations(cast):
        with tenant(organisation):
            assert Notification.objects.count() == Delivery.objects.count()


def test_a_server_that_refuses_for_now_and_then_for_good(cast, start, sink):
    due = tell_people(cast, (6, 3))
    later, never = sorted(due)[1], sorted(due)[2]
    refused = []

    def answer(line):
        if never in line:
            refused.append(line)
            return "450 later" if len(refused) < 2 else "550 no such person"
        if later in line and later not in [message["To"] for message in sink.received] and len(refused) < 2:
            return "450 later"
        return "250 OK"

    sink.answer_recipient = answer
    start()
    sweep_until_sent(cast, 60, DeliveryState.FAILED)
    message_id = due.pop(never)
    assert_everybody_got_theirs(sink, due)
    assert not twice(sink)
    [failed] = deliveries(cast, state=DeliveryState.FAILED)
    assert (failed.message_id, failed.error, len(refused)) == (message_id, "SMTPRecipientsRefused", 2)
    [told] = selectors.failed_deliveries(timezone.now() - datetime.timedelta(hours=1))
    assert (told.error, told.number) == ("SMTPRecipientsRefused", 1)


def test_a_silent_server_costs_nobody_an_attempt(cast, start, sink):
    due = tell_people(cast, (6, 3))
    sink.silent = True
    start(EMAIL_TIMEOUT=0.3)
    for calls in range(1, 4):
        wait_until(lambda calls=calls: sink.calls >= calls, "the worker to call")
        wait_until(lambda: all_are(cast, DeliveryState.QUEUED), "the worker to give up for now")
        ten_minutes_later(cast)
        tasks.sweep_outboxes.delay()
    wait_until(lambda: sink.calls >= 4, "the worker to call again")
    assert sink.received == []
    sink.silent = False
    sweep_until_sent(cast)
    assert_everybody_got_theirs(sink, due)
    assert not twice(sink)
    assert {delivery.attempts for delivery in deliveries(cast)} == {1}


def test_one_who_makes_the_server_hang_holds_nobody_else(cast, start, sink):
    """One recipient's mail never gets an answer; the others, and the other organisation, get theirs meanwhile."""
    due = tell_people(cast, (6, 3))
    stuck = min(address for address in due if "fjellvik" in address)
    hang = threading.Event()
    sink.answer_data = lambda message: (hang.wait(30) and "451 too late") if message["To"] == stuck else "250 OK"
    start(EMAIL_TIMEOUT=0.5)
    tasks.sweep_outboxes.delay()
    wait_until(lambda: len(sink.received) == len(due) - 1, "all the others")
    wait_until(lambda: not deliveries(cast, state=DeliveryState.SENDING), "the worker to give up for now")
    hang.set()
    [waits] = deliveries(cast, state=DeliveryState.QUEUED)
    assert (waits.message_id, waits.error, waits.attempts) == (due[stuck], "SMTPServerDisconnected", 1)
    sink.answer_data = lambda message: "250 OK"
    sweep_until_sent(cast)
    assert_everybody_got_theirs(sink, due)
    assert not twice(sink)


@pytest.mark.parametrize("dies", ["before the answer", "after the answer"])
def test_a_server_that_takes_a_mail_and_dies(cast, start, sink, dies):
    """Only what was taken without an answer comes twice, with the same Message-ID."""
    due = tell_people(cast, (8, 4))
    dropped = []

    def drop(message):
        if message["Message-ID"] in dropped or len(dropped) == 3 or len(sink.received) % 2:
            return False
        dropped.append(message["Message-ID"])
        return True

    if dies == "before the answer":
        sink.answer_data = lambda message: "" if drop(message) else "250 OK"
    else:
        sink.answered = drop
    start()
    sweep_until_sent(cast)
    assert len(dropped) == 3
    assert_everybody_got_theirs(sink, due)
    assert twice(sink) == (set(dropped) if dies == "before the answer" else set())
    assert len(sink.received) == len(due) + len(twice(sink))


# --- servers that are restarted: servers of the test's own ---


@pytest.fixture
def servers(django_db_setup, worker_id):
    """A database server and a broker that nobody else uses, with the schema of the test's database."""
    sys.path.insert(0, str(settings.ROOT / "bin"))
    from _runtime.services import Services

    own = Services(f"faults-{worker_id}")
    own.clear()
    try:
        own.start()
        copy_schema(own)
        yield own
    finally:
        own.stop()
        own.clear()


def copy_schema(own):
    told = connection.settings_dict
    programs = own._programs()
    schema = subprocess.run(
        [programs / "pg_dump", "--schema-only", "-U", "postgres", "-h", told["OPTIONS"]["host"], told["NAME"]],
        check=True,
        capture_output=True,
    ).stdout
    subprocess.run(
        [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h", own.sockets, "hms"],
        input=schema,
        check=True,
        capture_output=True,
    )


def restart(own, name, end, *, before=lambda: None):
    """End a server, do something, start it again, and wait until it answers."""
    [running] = [running for running in own.processes.running if running.name == name]
    running.process.send_signal(end)
    running.process.wait(30)
    before()
    own.processes.restart(running)
    wait_until(own.is_running, f"{name} to be back")


def test_database_and_broker_are_restarted_in_the_middle(servers, serving_role, sink, tmp_path):
    """PostgreSQL stops without a shutdown, the broker is killed: once it keeps its queue, once it loses it."""

    def lose_the_queue():
        for folder in servers.folder.glob("appendonlydir*"):
            shutil.rmtree(folder)

    troubles = {
        5: lambda: restart(servers, "postgres", signal.SIGQUIT),
        10: lambda: restart(servers, "valkey", signal.SIGKILL),
        15: lambda: restart(servers, "postgres", signal.SIGKILL),
        20: lambda: restart(servers, "valkey", signal.SIGKILL, before=lose_the_queue),
    }

    def answer(message):
        # The server has the mail and has not said so yet: the worst moment to have nowhere to write it down.
        trouble = troubles.pop(len(sink.received) + 1, None)
        if trouble:
            trouble()
        return "250 OK"

    sink.answer_data = answer
    broker = servers.redis_url.replace("unix://", "redis+socket://")
    with other_database(str(servers.sockets), "hms"), private_queues(broker=broker) as options:
        with as_owner():
            cast = build_cast()
        with nursery(tmp_path, database_url=servers.database_url("hms_app")) as place:
            due = tell_people(cast, (20, 10))
            place.start(options, broker=broker, **mail_settings(sink))
            sweep_until_sent(cast, 90)
        assert not troubles
        assert_everybody_got_theirs(sink, due)
        assert not twice(sink)
