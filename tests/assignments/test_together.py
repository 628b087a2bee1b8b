"""Several organisations at once: as a role that may do what a sweep does there, and nothing anywhere else."""

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from hms.assignments.models import Reminder
from hms.organisations.models import Employee, Unit
from hms.tenancy.scope import NoOrganisation, current_organisation_id, in_turn


def rows(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def organisations_seen():
    return {pk for (pk,) in rows("SELECT DISTINCT organisation_id FROM organisations_employee")}


def test_those_that_are_open_are_seen_and_no_other(cast):
    with in_turn() as turn:
        with turn.together([cast.fjellvik.pk, cast.havbris.pk]):
            assert organisations_seen() == {cast.fjellvik.pk, cast.havbris.pk}
        with turn.together([cast.havbris.pk]):
            assert organisations_seen() == {cast.havbris.pk}


def test_none_counts_as_the_open_one(cast):
    with in_turn() as turn:
        turn.enter(cast.fjellvik.pk)
        with turn.together([cast.fjellvik.pk]), pytest.raises(NoOrganisation):
            current_organisation_id()
        with pytest.raises(NoOrganisation):
            current_organisation_id()
        turn.enter(cast.havbris.pk)
        assert list(Employee.objects.values_list("pk", flat=True)) == [cast.olav.pk]


def test_afterwards_it_is_the_serving_role_with_nothing_open(cast):
    with in_turn() as turn:
        with turn.together([cast.fjellvik.pk]):
            assert rows("SELECT current_user") == [(settings.SWEEP_ROLE,)]
        assert rows("SELECT current_user") == [(settings.APP_ROLE,)]
        with pytest.raises(DatabaseError, match="no organisation is open"), transaction.atomic():
            Unit.objects.count()


def test_without_organisations_nothing_is_seen(cast):
    with in_turn() as turn, pytest.raises(DatabaseError, match="no organisations are open"), turn.together([]):
        organisations_seen()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT title FROM deviations_deviation",
        "SELECT password FROM accounts_user",
        "SELECT parameters FROM notifications_notification",
        "SELECT name FROM organisations_organisation",
        "UPDATE assignments_assignment SET due_on = current_date",
        "UPDATE organisations_employee SET email = 'x@example.no'",
        "DELETE FROM assignments_reminder",
        "INSERT INTO organisations_absence (organisation_id) VALUES (1)",
    ],
)
def test_what_no_sweep_does_is_refused(cast, statement):
    with in_turn() as turn, pytest.raises(DatabaseError, match="permission denied"):
        with turn.together([cast.fjellvik.pk, cast.havbris.pk]):
            rows(statement)


def test_nothing_is_written_in_an_organisation_that_is_not_open(cast, give):
    task = give()
    with in_turn() as turn, pytest.raises(DatabaseError, match="row-level security"):
        with turn.together([cast.havbris.pk]):
            rows(
                "INSERT INTO assignments_reminder "
                "(organisation_id, created_at, assignment_id, due_on, anchor, offset_days, recipient) "
                "VALUES (%s, now(), %s, current_date, 'due', -1, 'assignee')",
                cast.fjellvik.pk,
                task.pk,
            )


def test_what_fails_leaves_nothing_behind(cast, give):
    task = give()
    with pytest.raises(ZeroDivisionError), in_turn() as turn, turn.together([cast.fjellvik.pk]):
        Reminder.objects.bulk_create(
            [
                Reminder(
                    organisation_id=cast.fjellvik.pk,
                    assignment_id=task.pk,
                    due_on=task.due_on,
                    anchor="due",
                    offset_days=-1,
                    recipient="assignee",
                )
            ]
        )
        1 / 0
    assert rows("SELECT current_user") == [(settings.APP_ROLE,)]
    with in_turn() as turn:
        turn.enter(cast.fjellvik.pk)
        assert not Reminder.objects.exists()


def test_the_serving_role_has_nothing_of_it_by_itself(cast):
    """It must say that it becomes the other: being its member alone opens no organisation."""
    with transaction.atomic():
        rows("SELECT set_config('hms.organisations', %s, true)", f"{{{cast.fjellvik.pk},{cast.havbris.pk}}}")
        with pytest.raises(DatabaseError, match="no organisation is open"), transaction.atomic():
            organisations_seen()
