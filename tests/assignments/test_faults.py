"""The sweep is killed where it stands, again and again: afterwards everything was said once."""

import datetime
import json
import os
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection

from hms.assignments.enums import Kind
from hms.assignments.models import Assignment, Reminder
from hms.assignments.services import assign
from hms.notifications.models import Delivery, Notification
from hms.tenancy.scope import tenant
from tests.cast import build_cast, make_employee
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db(transaction=True)

OSLO = ZoneInfo("Europe/Oslo")
PEOPLE, KILLS = 40, 20

# Children that sweep one person at a time, each killed with no warning; the last one may finish. No broker.
KILLER = """
import datetime, json, os, random, signal, time
from django.conf import settings
told = json.loads(os.environ["HMS_TEST_SWEEP"])
settings.DATABASES["default"]["NAME"] = told["database"]
settings.DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c role={settings.APP_ROLE}"
settings.CELERY_BROKER_URL = "redis+socket:///nowhere/broker.sock"
import django
django.setup()
from hms.assignments.sweeping import sweep
from hms.tenancy.scope import tenant

now = datetime.datetime.fromisoformat(told["now"])

def child():
    while True:
        with tenant(told["organisation"]):
            if not sweep(now, most=3):
                return

killed = 0
for number in range(told["kills"] + 1):
    pid = os.fork()
    if pid == 0:
        child()
        os._exit(0)
    if number < told["kills"]:
        time.sleep(random.uniform(0.02, 0.12))
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    killed += os.WIFSIGNALED(status)
    # The server notices that the one who held the lock is gone.
    time.sleep(0.05)
print("killed", killed)
"""


@pytest.fixture
def cast(serving_role):
    """The cast, committed, so that other processes see it."""
    with as_owner():
        return build_cast()


def test_a_sweep_that_is_killed_in_the_middle_says_everything_once(cast):
    with time_machine.travel(datetime.datetime(2026, 11, 16, 12, tzinfo=OSLO), tick=False):
        with tenant(cast.fjellvik):
            people = [make_employee(cast.fjellvik, f"Person {n} Nes", cast.teknisk, user=False) for n in range(PEOPLE)]
            for person in people:
                for _task in range(2):
                    assign(
                        kind=Kind.ACTION, title="Sjekk stigen", to=person, due_on=datetime.date(2026, 12, 4),
                        source=cast.solbakken, by=person,
                    )  # fmt: skip
    told = {
        "database": connection.settings_dict["NAME"],
        "organisation": cast.fjellvik.pk,
        "now": datetime.datetime(2026, 11, 25, 10, tzinfo=OSLO).isoformat(),
        "kills": KILLS,
    }
    done = subprocess.run(
        [sys.executable, "-c", KILLER],
        env={**os.environ, "HMS_TEST_SWEEP": json.dumps(told)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[-1]) >= 3, "too quick to be killed"
    with tenant(cast.fjellvik):
        assert not Assignment.objects.filter(next_step_at__lte=told["now"]).exists()
        assert Reminder.objects.count() == 2 * PEOPLE
        digests = Notification.objects.filter(type="assignments.digest")
        assert sorted(digests.values_list("recipient_id", flat=True)) == sorted(person.pk for person in people)
        assert Delivery.objects.filter(notification__in=digests).count() == PEOPLE
        assert all(len(digest.parameters["tasks"]) == 2 for digest in digests)
