"""The register: who has been through what, until when, and that it is renewed in time."""

import datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from hms.assignments.enums import Kind
from hms.assignments.models import Assignment
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations.errors import Refused
from hms.organisations.qualifications import held_by, holders_of
from hms.organisations.services import employees
from hms.tenancy.scope import tenant
from tests.training.helpers import make, teach
from training import selectors, services
from training.enums import Standing
from training.models import Completion

TODAY = timezone.localdate
DAY = datetime.timedelta(days=1)


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


def have(training) -> set[str]:
    ids = holders_of("training", [training.pk], TODAY())
    return set(selectors.employed().filter(pk__in=ids).values_list("given_name", flat=True))


def asked() -> list[str]:
    tasks = Assignment.objects.filter(kind=Kind.RENEW, state="open")
    return sorted(tasks.values_list("assignee__given_name", flat=True))


def test_many_are_registered_at_once_and_it_holds_as_long_as_the_training_says(cast, inside):
    training = make(cast)
    done = services.register(training, [cast.ingrid, cast.kari], done_on=TODAY(), by=cast.amir, note="Kurs 12")
    assert {one.employee_id for one in done.new} == {cast.ingrid.pk, cast.kari.pk}
    year = TODAY().replace(year=TODAY().year + 1)
    assert set(Completion.objects.values_list("expires_on", "registered_by", "note")) == {
        (year, cast.amir.pk, "Kurs 12")
    }
    assert have(training) == {"Ingrid", "Kari"}
    assert list(held_by("training", cast.ingrid, TODAY())) == [{"training": training.pk}]
    event = Event.objects.get(verb="training.registered")
    # How many and when, never who.
    assert event.data == {"people": 2, "day": TODAY().isoformat()}
    assert event.actor_id == cast.amir.pk


def test_a_training_without_months_never_runs_out_and_a_change_counts_from_now_on(cast, inside):
    training = make(cast, validity_months=None)
    teach(training, cast.ingrid, by=cast.amir, days_ago=4000)
    services.change_training(training, by=cast.sunniva, validity_months=1)
    assert have(training) == {"Ingrid"}
    teach(training, cast.kari, by=cast.amir, days_ago=40)
    assert have(training) == {"Ingrid"}


def test_the_same_day_twice_is_once(cast, inside):
    training = make(cast)
    teach(training, cast.ingrid, by=cast.amir)
    again = services.register(training, [cast.ingrid, cast.kari], done_on=TODAY(), by=cast.amir)
    assert (len(again.new), again.known) == (1, 1)
    assert Completion.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Completion.objects.create(training=training, employee=cast.ingrid, done_on=TODAY())


def test_the_future_and_those_who_have_left_are_refused(cast, inside):
    training = make(cast)
    with pytest.raises(Refused) as refused:
        services.register(training, [cast.ingrid], done_on=TODAY() + DAY, by=cast.amir)
    assert refused.value.field == "done_on"
    employees.end_employment(cast.ingrid, last_day=TODAY() - DAY, by=cast.admin)
    with pytest.raises(Refused) as refused:
        services.register(training, [cast.kari, cast.ingrid], done_on=TODAY(), by=cast.amir)
    assert refused.value.field == "people"
    services.change_training(training, by=cast.sunniva, is_active=False)
    with pytest.raises(Refused):
        services.register(training, [cast.kari], done_on=TODAY(), by=cast.amir)
    assert not Completion.objects.exists()
    # The database holds it too, whoever writes.
    with pytest.raises(IntegrityError), transaction.atomic():
        Completion.objects.create(training=training, employee=cast.kari, done_on=TODAY() + DAY)


def test_proof_is_never_removed_by_who_serves(cast, inside, serving_role):
    teach(make(cast), cast.ingrid, by=cast.amir)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM training_completion")


# --- renewed in time ---


def test_whoever_is_about_to_lose_it_is_asked_once(cast, inside):
    training = make(cast)
    teach(training, cast.ingrid, by=cast.amir, days_ago=320)
    teach(training, cast.kari, by=cast.amir, days_ago=100)
    assert services.look_through(today=TODAY()) == 1
    assert services.look_through(today=TODAY()) == 0
    assert asked() == ["Ingrid"]
    task = Assignment.objects.get(kind=Kind.RENEW)
    assert task.due_on == Completion.objects.get(employee=cast.ingrid).expires_on
    assert task.title == "Forny: Varme arbeider"
    assert Notification.objects.filter(recipient=cast.ingrid, type="assignments.assigned").count() == 1


def test_renewing_ends_the_task_and_asks_again_the_next_time(cast, inside):
    training = make(cast)
    teach(training, cast.ingrid, by=cast.amir, days_ago=350)
    services.turn()
    assert asked() == ["Ingrid"]
    teach(training, cast.ingrid, by=cast.amir)
    assert asked() == []
    assert Assignment.objects.get(kind=Kind.RENEW).state == "done"
    services.look_through(today=TODAY())
    assert asked() == []
    services.look_through(today=TODAY() + datetime.timedelta(days=340))
    assert asked() == ["Ingrid"]


def test_what_was_history_when_it_was_registered_asks_nobody(cast, inside):
    training = make(cast)
    teach(training, cast.ingrid, by=cast.amir, days_ago=900)
    services.look_through(today=TODAY())
    assert asked() == []
    # An older one written down afterwards ends nothing.
    teach(training, cast.kari, by=cast.amir, days_ago=350)
    services.look_through(today=TODAY())
    teach(training, cast.kari, by=cast.amir, days_ago=700)
    assert asked() == ["Kari"]


def test_leavers_and_trainings_out_of_use_are_called_off_and_handed_to_nobody(cast, inside):
    training, other = make(cast), make(cast, name="Førstehjelp")
    for one in (training, other):
        teach(one, cast.ingrid, cast.kari, by=cast.amir, days_ago=350)
    services.look_through(today=TODAY())
    assert asked() == ["Ingrid", "Ingrid", "Kari", "Kari"]
    # No successor is asked for: nobody can be trained for another.
    employees.end_employment(cast.ingrid, last_day=TODAY() - DAY, by=cast.admin)
    services.look_through(today=TODAY())
    assert asked() == ["Kari", "Kari"]
    services.change_training(other, by=cast.sunniva, is_active=False)
    assert asked() == ["Kari"]


def test_owner_who_leaves_hands_the_training_over(cast, inside):
    training = make(cast, owner=cast.tor_erik)
    with pytest.raises(Refused):
        employees.end_employment(cast.tor_erik, last_day=TODAY(), by=cast.admin)
    employees.end_employment(cast.tor_erik, last_day=TODAY(), by=cast.admin, hand_over_to=cast.piotr)
    training.refresh_from_db()
    assert training.owner == cast.piotr


def test_taken_back_it_stands_and_does_not_count(cast, inside):
    training = make(cast)
    teach(training, cast.ingrid, by=cast.amir, days_ago=350)
    services.look_through(today=TODAY())
    (wrong,) = teach(training, cast.ingrid, by=cast.amir)
    assert asked() == []
    services.withdraw(wrong, by=cast.amir, reason="Det var Kari.")
    assert selectors.mine(cast.ingrid)[0].standing == Standing.SOON
    # The one before it is to be renewed after all.
    services.look_through(today=TODAY())
    assert asked() == ["Ingrid"]
    with pytest.raises(InvalidTransition):
        services.withdraw(wrong, by=cast.amir, reason="Igjen.")
    teach(training, cast.ingrid, by=cast.amir)
    assert Completion.objects.count() == 3


def test_standing_follows_the_one_that_lasts_longest(cast, inside):
    training = make(cast)
    teach(training, cast.ingrid, by=cast.amir, days_ago=100)
    teach(training, cast.ingrid, by=cast.amir, days_ago=500)
    (line,) = selectors.mine(cast.ingrid)
    assert line.standing == Standing.VALID
    assert [one.done_on for one in selectors.earlier(cast.ingrid, [training.pk])[training.pk]] == [
        TODAY() - 100 * DAY, TODAY() - 500 * DAY,
    ]  # fmt: skip


def test_another_organisation_has_its_own(cast):
    with tenant(cast.fjellvik):
        training = make(cast)
        teach(training, cast.ingrid, by=cast.amir)
    with tenant(cast.havbris):
        assert not Completion.objects.exists()
        assert list(holders_of("training", [training.pk], TODAY())) == []
        same = services.create_training(name="Varme arbeider", by=cast.olav)
        assert services.register(same, [cast.olav], done_on=TODAY(), by=cast.olav).new
        # Fjellvik's people do not exist here.
        with pytest.raises(Refused):
            services.register(same, [cast.ingrid], done_on=TODAY(), by=cast.olav)


def test_sweep_opens_those_whose_time_has_come(cast, inside):
    training = make(cast)
    teach(training, cast.ingrid, by=cast.amir, days_ago=350)
    now = timezone.now()
    assert services.organisations_to_look_through(now) == [cast.fjellvik.pk]
    services.turn()
    assert asked() == ["Ingrid"]
    assert services.organisations_to_look_through(now) == []
