"""Tasks: tried again when a server was away, given up after enough, and one organisation at most."""

import pytest
from django.db import OperationalError
from kombu.exceptions import OperationalError as BrokerError

from hms.celery import app
from hms.operations.models import FailedTask
from hms.tenancy.scope import current_organisation_id
from hms.tenancy.tasks import ReliableTask, TenantTask


@pytest.fixture
def make_task(monkeypatch):
    """A task of the test's own around a function."""
    made = []

    def make(function, **options):
        task = app.task(function, name=f"tests.{function.__name__}", **options)
        made.append(task.name)
        return app.tasks[task.name]

    yield make
    for name in made:
        app.tasks.pop(name)


@pytest.mark.parametrize("error", [OperationalError, BrokerError])
def test_a_server_that_was_away_is_tried_again(db, make_task, error):
    tries = []

    def work():
        tries.append(1)
        if len(tries) < 4:
            raise error("gone")

    task = make_task(work)
    assert isinstance(task, ReliableTask)
    assert task.apply().successful()
    assert len(tries) == 4
    assert not FailedTask.objects.exists()


def test_a_server_that_stays_away_ends_as_one_dead_letter(db, make_task):
    tries = []

    def work(number):
        tries.append(number)
        raise BrokerError("gone")

    assert make_task(work).apply(args=[7]).failed()
    assert len(tries) == 1 + ReliableTask.max_retries
    letter = FailedTask.objects.get()
    assert (letter.task, letter.arguments, letter.error) == ("tests.work", [[7], {}], "OperationalError")


def test_a_mistake_is_not_tried_again(db, make_task):
    tries = []

    def work():
        tries.append(1)
        raise ValueError

    assert make_task(work).apply().failed()
    assert len(tries) == 1


def test_a_tenant_task_works_in_its_organisation_only(cast, make_task):
    seen = []

    def work(organisation_id):
        seen.append(current_organisation_id())

    task = make_task(work, base=TenantTask)
    assert task.apply(args=[cast.havbris.pk]).successful()
    assert seen == [cast.havbris.pk]
    for nonsense in ("1", True, None):
        assert task.apply(args=[nonsense]).failed()
    assert len(seen) == 1
