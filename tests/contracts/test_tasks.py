"""What must hold of every task, however it was written."""

import inspect

import pytest
from celery import signals
from django.conf import settings

from hms.celery import app
from hms.tenancy.tasks import FIRST_PAUSE, LONGEST_PAUSE, ReliableTask, TenantTask, pause

app.loader.import_default_modules()
TASKS = {name: task for name, task in sorted(app.tasks.items()) if not name.startswith("celery.")}
every_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def queue_of(task):
    return app.amqp.router.route({}, task.name)["queue"].name


def test_there_are_tasks():
    assert len(TASKS) > 8


@every_task
def test_task_has_queue_limits_and_second_chances(task):
    assert isinstance(task, ReliableTask), "the app's task class"
    soft, hard = settings.QUEUE_TIME_LIMITS[queue_of(task)]
    assert 0 < task.soft_time_limit <= soft
    assert task.soft_time_limit < task.time_limit <= hard
    # Otherwise the broker gives it to somebody else while it still runs.
    assert task.time_limit < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert task.acks_late
    assert task.reject_on_worker_lost
    assert task.retry_on_worker_lost
    assert task.max_retries
    assert task.ignore_result


@every_task
def test_task_says_what_it_does(task):
    assert inspect.getdoc(task.run)


@every_task
def test_arguments_are_ids(task):
    """Whatever is not an id would lie in the broker, and could not be run again from a dead letter."""
    parameters = list(inspect.signature(task.run).parameters.values())
    kinds = {parameter.annotation for parameter in parameters if parameter.name != "self"}
    allowed = {int, list[int], list[int] | None}
    assert kinds <= (allowed | {str} if task.name == "hms.operations.tasks.tick" else allowed)
    if isinstance(task, TenantTask):
        assert parameters[0].name == "organisation_id"


def test_beat_asks_for_known_tasks_that_expire():
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] in TASKS, name
        assert 0 < entry["options"]["expires"] <= entry["schedule"].total_seconds(), name


def test_a_queue_nobody_declared_is_refused():
    assert not app.conf.task_create_missing_queues
    assert {queue.name for queue in app.conf.task_queues} == set(settings.QUEUE_TIME_LIMITS)
    with pytest.raises(KeyError):
        app.amqp.queues["misspelt"]


def test_every_queue_has_a_worker_in_production():
    compose = (settings.ROOT / "docker-compose.yml").read_text()
    demo = (settings.ROOT / "bin" / "demo").read_text()
    for queue in settings.QUEUE_TIME_LIMITS:
        assert f'"{queue}' in compose or f",{queue}" in compose, queue
        assert queue in demo, queue


def test_pauses_grow_differ_and_end_before_the_broker_redelivers():
    pauses = [pause(number) for number in range(20)]
    assert pauses[0] <= FIRST_PAUSE
    assert max(pauses) <= LONGEST_PAUSE < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert len({pause(10) for _time in range(5)}) > 1


def test_failures_are_heard():
    for signal in (signals.task_failure, signals.task_unknown, signals.task_postrun, signals.beat_init):
        assert signal.receivers
