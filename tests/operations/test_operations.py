"""The operations page, the dead letters on it, and what monitors are told."""

import datetime
import json
import logging
from io import StringIO

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from hms.celery import app
from hms.core.logs import NoErrorTexts
from hms.notifications import services as outbox
from hms.notifications.enums import DeliveryState
from hms.notifications.models import Delivery
from hms.operations import broker, health, pulse, selectors, services
from hms.operations.enums import FailureState
from hms.operations.models import FailedTask
from hms.operations.tasks import remove_old_failures, tick
from hms.tenancy.scope import tenant
from tests.cast import PASSWORD
from tests.worker import private_queues

PAGE = "/drift/"
SWEEP = "hms.notifications.tasks.sweep_outboxes"


def fail(task=SWEEP, *, args=(), kwargs=None, error=None):
    services.keep_failure(task, args=args, kwargs=kwargs or {}, error=error or ValueError("Kari Lunde"), queue="mail")
    return FailedTask.objects.order_by("-id").first()


@pytest.fixture
def operator(cast):
    """Bjarte also operates the installation."""
    call_command("operator", cast.admin.user.email)
    cast.admin.user.refresh_from_db()
    return cast.admin.user


@pytest.fixture
def signed_in(operator, client):
    """The operator, who has just confirmed the password."""
    client.force_login(operator)
    assert client.post("/konto/bekreft/?next=/drift/", {"password": PASSWORD}).status_code == 302
    return client


# --- who ---


def test_nobody_is_an_operator_until_it_is_said(cast, client):
    for person in (cast.admin, cast.ragnhild, cast.sunniva, cast.olav):
        client.force_login(person.user)
        failed = fail()
        assert client.get(PAGE).status_code == 404
        for verb in ("kjor", "avvis"):
            assert client.post(f"{PAGE}feil/{failed.pk}/{verb}/").status_code == 404
    assert set(FailedTask.objects.values_list("state", flat=True)) == {FailureState.OPEN}


def test_who_is_not_signed_in_is_asked_to(db, client):
    response = client.get(PAGE)
    assert (response.status_code, response.headers["Location"]) == (302, "/konto/logg-inn/?next=/drift/")


def test_an_operator_is_made_and_unmade_by_command_only(cast, client, capsys):
    client.force_login(cast.admin.user)
    call_command("operator", cast.admin.user.email.upper())
    call_command("operator")
    assert cast.admin.user.email in capsys.readouterr().out.splitlines()[-1]
    assert client.get(PAGE).status_code == 200
    assert PAGE in client.get("/fjellvik/").content.decode()
    call_command("operator", cast.admin.user.email, "--remove")
    assert client.get(PAGE).status_code == 404
    assert PAGE not in client.get("/fjellvik/").content.decode()
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("operator", "nobody@example.org")


def test_the_buttons_ask_who_one_is_and_then_do_it(operator, client):
    failed = fail()
    client.force_login(operator)
    response = client.post(f"{PAGE}feil/{failed.pk}/avvis/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/konto/bekreft/")
    failed.refresh_from_db()
    assert failed.state == FailureState.OPEN
    response = client.post(response.headers["Location"], {"password": PASSWORD})
    assert response.status_code in {302, 303}
    failed.refresh_from_db()
    assert (failed.state, failed.handled_by) == (FailureState.DISMISSED, operator)


# --- dead letters ---


def test_a_task_that_fails_for_good_is_kept_without_what_people_wrote(cast, monkeypatch):
    def broken(*args, **kwargs):
        raise ValueError("Kari Lunde har meldt")

    monkeypatch.setattr("hms.notifications.tasks._deliver", broken)
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    handler.addFilter(NoErrorTexts())
    logging.getLogger("celery").addHandler(handler)
    for _time in range(2):
        app.tasks["hms.notifications.tasks.deliver"].apply(args=[cast.fjellvik.pk, [1, 2]])
    logging.getLogger("celery").removeHandler(handler)
    assert "raised unexpected: ValueError (test_operations.py:" in lines.getvalue()
    assert "Kari" not in lines.getvalue()
    [failed] = FailedTask.objects.all()
    assert (failed.task, failed.queue) == ("hms.notifications.tasks.deliver", "mail")
    assert (failed.error, failed.count, failed.is_complete) == ("ValueError", 2, True)
    assert failed.arguments == [[cast.fjellvik.pk, [1, 2]], {}]
    assert "test_operations.py:" in failed.place
    assert "Kari" not in json.dumps([failed.arguments, failed.place, failed.error])


def test_arguments_that_are_no_ids_are_masked(db):
    failed = fail(args=[3, "kari@fjellvik.example", {"name": "Kari"}, None, [True, 4.5]], kwargs={"to": "Kari"})
    assert failed.arguments == [[3, "…", {"name": "…"}, None, [True, "…"]], {"to": "…"}]
    assert not failed.is_complete
    assert not services.is_runnable(failed)


def test_other_arguments_or_another_error_is_another_letter(db):
    for args, error in [([1], ValueError()), ([2], ValueError()), ([1], KeyError()), ([1], ValueError())]:
        fail(args=args, error=error)
    assert sorted(FailedTask.objects.values_list("count", flat=True)) == [1, 1, 2]


def test_what_failed_again_after_it_was_handled_is_new(signed_in, operator):
    first = fail()
    services.dismiss(first.pk, by=operator)
    second = fail()
    assert second.pk != first.pk
    assert selectors.open_failures() == 1


def test_a_failure_that_cannot_be_kept_fails_nothing(db, monkeypatch, caplog):
    monkeypatch.setattr(services, "KEEP", "SELECT nonsense(%s)")
    fail()
    assert "was not kept" in caplog.text
    assert "Kari" not in caplog.text
    assert FailedTask.objects.count() == 0


def test_time_limits_are_failures_too(cast, monkeypatch):
    def slow(*args, **kwargs):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr("hms.operations.services.remove_old", slow)
    remove_old_failures.apply()
    assert FailedTask.objects.get().error == "SoftTimeLimitExceeded"


def test_run_again_queues_it_once(signed_in, operator):
    failed = fail("hms.notifications.tasks.deliver", args=[7, [1]])
    with private_queues():
        for _time in range(2):
            assert signed_in.post(f"{PAGE}feil/{failed.pk}/kjor/").status_code == 303
        assert broker.waiting().queues == {"mail": 1, "sweep": 0, "reports": 0, "default": 0}
    failed.refresh_from_db()
    assert (failed.state, failed.handled_by) == (FailureState.RETRIED, operator)
    page = signed_in.get(f"{PAGE}?vis=behandlet").content.decode()
    assert operator.email in page
    assert "/kjor/" not in page


def test_a_queue_that_is_away_leaves_it_open(signed_in):
    failed = fail()
    with private_queues(broker="redis+socket:///nowhere/broker.sock"):
        page = signed_in.post(f"{PAGE}feil/{failed.pk}/kjor/", follow=True).content.decode()
    failed.refresh_from_db()
    assert failed.state == FailureState.OPEN
    assert "Køen svarer ikke" in page


def test_what_cannot_be_run_again_says_so(signed_in):
    masked, unknown = fail(args=["Kari"]), fail("hms.gone.task")
    page = signed_in.get(PAGE).content.decode()
    assert "/kjor/" not in page
    for failed in (masked, unknown):
        signed_in.post(f"{PAGE}feil/{failed.pk}/kjor/")
        failed.refresh_from_db()
        assert failed.state == FailureState.OPEN
    assert signed_in.post(f"{PAGE}feil/999999999/kjor/").status_code == 404
    assert signed_in.post(f"{PAGE}feil/999999999/avvis/").status_code == 404


def test_the_list_is_paged_and_costs_the_same(signed_in, django_assert_max_num_queries):
    for number in range(27):
        fail(args=[number])
    with django_assert_max_num_queries(12):
        first = signed_in.get(PAGE)
    second = signed_in.get(PAGE + first.context["next_url"])
    assert [len(page.context["failures"]) for page in (first, second)] == [25, 2]
    assert signed_in.get(PAGE, {"etter": "tull"}).status_code == 400


def test_handled_ones_are_forgotten_after_three_months(operator):
    old, new, waiting = fail(args=[1]), fail(args=[2]), fail(args=[3])
    for failed in (old, new):
        services.dismiss(failed.pk, by=operator)
    long_ago = timezone.now() - services.KEPT_FOR - datetime.timedelta(days=1)
    FailedTask.objects.filter(pk=old.pk).update(handled_at=long_ago)
    FailedTask.objects.filter(pk=waiting.pk).update(first_at=long_ago, last_at=long_ago)
    remove_old_failures()
    assert set(FailedTask.objects.values_list("pk", flat=True)) == {new.pk, waiting.pk}


# --- numbers ---


@pytest.fixture
def messages(cast, monkeypatch):
    """Two late messages in two organisations, and one that was given up."""
    from hms.notifications import types

    kind = types.MessageType(
        key="tests.poke", icon="bell", subject=lambda n: "Hemmelig emne", text=lambda n: "", url=lambda n: "/"
    )
    monkeypatch.setitem(types._types, kind.key, kind)
    late = timezone.now() - datetime.timedelta(hours=2)
    with tenant(cast.fjellvik):
        for number, person in enumerate((cast.tor_erik, cast.amir)):
            outbox.notify(kind.key, to=person, about=cast.solbakken, dedupe=str(number))
        Delivery.objects.filter(notification__recipient=cast.amir).update(
            state=DeliveryState.FAILED, error="SMTPRecipientsRefused", claimed_at=timezone.now()
        )
    with tenant(cast.havbris):
        outbox.notify(kind.key, to=cast.olav, about=cast.havbris_unit, dedupe="1")
        Delivery.objects.update(
            due_at=late, attempts=3, next_attempt_at=timezone.now() + datetime.timedelta(hours=1), error="OSError"
        )


def test_numbers_are_of_all_organisations_and_nothing_else(messages):
    seen = health.snapshot()
    assert [(one.channel, one.state, one.number) for one in seen.pending] == [("email", "queued", 2)]
    assert 7100 < seen.age(seen.oldest_unsent) < 7300
    assert [(one.error, one.number) for one in seen.failed] == [("SMTPRecipientsRefused", 1)]
    assert seen.due_steps.number == 0


def test_a_message_for_later_is_not_late(cast, messages):
    with tenant(cast.havbris):
        Delivery.objects.update(attempts=0, error="")
    with tenant(cast.fjellvik):
        Delivery.objects.update(next_attempt_at=timezone.now() + datetime.timedelta(hours=5))
    assert health.snapshot().oldest_unsent is None


def test_the_page_holds_no_content_of_organisations(messages, cast, signed_in):
    fail(args=[cast.fjellvik.pk, "Hemmelig tittel"])
    page = signed_in.get(PAGE).content.decode()
    assert "SMTPRecipientsRefused" in page
    assert "ValueError" in page
    for secret in ("Hemmelig", "Tor Erik", "Fjellvik", "Havbris", "olav", "Lunde"):
        assert secret not in page


def test_silence_is_shown(signed_in):
    page = signed_in.get(PAGE)
    assert [part["works"] for part in page.context["parts"]] == [True, True, True, False]
    assert not any(queue["works"] for queue in page.context["queues"])
    pulse.beat()
    for queue in ("mail", "sweep", "reports", "default"):
        tick(queue)
    page = signed_in.get(PAGE)
    assert all(part["works"] for part in page.context["parts"])
    assert all(queue["works"] for queue in page.context["queues"])
    assert pulse.is_silent(timezone.now() - pulse.SILENT_AFTER - datetime.timedelta(seconds=1))


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_page_speaks_every_language(signed_in, operator, language):
    operator.language = language
    operator.save()
    fail()
    words = {"nb": "Kjør igjen", "nn": "Køyr igjen", "en": "Run again"}
    page = signed_in.get(PAGE).content.decode()
    assert words[language] in page
    assert all(word not in page for other, word in words.items() if other != language)


def test_health_says_little_without_the_token(db, client, settings):
    settings.HEALTH_TOKEN = "a-long-secret"
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}):
        answer = client.get("/healthz", headers=headers)
        assert answer.status_code == 200
        assert set(answer.json()) == {"status", "web", "database", "broker", "demo"}


def test_without_a_token_in_the_settings_nobody_has_one(db, client, settings):
    settings.HEALTH_TOKEN = ""
    assert "details" not in client.get("/healthz", headers={"Authorization": "Bearer "}).json()


def test_health_tells_what_waits_to_whoever_has_the_token(messages, client, settings):
    settings.HEALTH_TOKEN = "a-long-secret"
    pulse.beat()
    fail()
    with private_queues():
        app.tasks[SWEEP].delay()
        told = client.get("/healthz", headers={"Authorization": "Bearer a-long-secret"}).json()["details"]
    assert told["queues"] == {"mail": 1, "sweep": 0, "reports": 0, "default": 0}
    assert told["unacknowledged"] == 0
    assert told["unsent_messages"] == 2
    assert 7100 < told["oldest_unsent_message_age_seconds"] < 7300
    assert told["failed_messages"] == {"SMTPRecipientsRefused": 1}
    assert (told["due_steps"], told["oldest_due_step_age_seconds"], told["dead_letters"]) == (0, None, 1)
    assert told["beat_age_seconds"] < 60
    assert told["worker_age_seconds"] == {"mail": None, "sweep": None, "reports": None, "default": None}


def test_a_broker_that_is_down_is_unknown_and_hides_nothing_else(messages, caplog):
    caplog.set_level(logging.WARNING)
    with private_queues(broker="redis+socket:///nowhere/broker.sock"):
        told = health.details(health.snapshot())
    assert (told["queues"], told["unacknowledged"]) == (None, None)
    assert told["unsent_messages"] == 2


def test_prometheus_gets_the_same_numbers(messages, monkeypatch):
    from hms.core import counters
    from hms.operations.metrics import Numbers

    # The thread of the test is not Prometheus's: its connection stays.
    monkeypatch.setattr(connection, "close", lambda: None)
    pulse.beat()
    fail()
    counters.add(f"task:{SWEEP}:success", 3)
    with private_queues():
        app.tasks[SWEEP].delay()
        samples = {
            (sample.name, *sorted(sample.labels.values())): sample.value
            for family in Numbers().collect()
            for sample in family.samples
        }
    assert samples["hms_queue_tasks", "mail"] == 1
    assert samples["hms_unacknowledged_tasks",] == 0
    assert samples["hms_deliveries", "email", "queued"] == 2
    assert samples["hms_deliveries", "", "failed"] == 1
    assert samples["hms_dead_letters",] == 1
    assert samples["hms_due_steps",] == 0
    assert 7100 < samples["hms_oldest_unsent_message_age_seconds",] < 7300
    assert samples["hms_pulse_age_seconds", "beat"] < 60
    assert samples["hms_tasks_total", SWEEP, "success"] == 3
