"""The lock and the alarm: no scope is an error, another organisation's rows do not exist."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from hms.audit.models import Event
from hms.audit.services import record
from hms.organisations.models import Employee, Unit
from hms.tenancy.scope import NoOrganisation, current_organisation_id, tenant


def test_suite_runs_as_the_serving_role(cast):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("hms_app", False, False)


@pytest.mark.parametrize(
    "query",
    [
        lambda: list(Employee.objects.all()),
        lambda: Employee.objects.exists(),
        lambda: Employee.objects.count(),
        lambda: Employee.objects.raw("SELECT * FROM organisations_employee")[0],
        lambda: list(Employee.history.all()),
        lambda: Employee.objects.update(given_name="x"),
    ],
    ids=["list", "exists", "count", "raw", "history", "update"],
)
def test_query_without_scope_raises(cast, query):
    with pytest.raises(DatabaseError, match="no organisation is open"), transaction.atomic():
        query()


def test_default_of_new_row_needs_scope(cast):
    with pytest.raises(NoOrganisation):
        Unit(name="Adrift")


def test_scope_shows_only_its_own(cast):
    with tenant(cast.fjellvik):
        assert not Employee.objects.filter(pk=cast.olav.pk).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM organisations_employee WHERE organisation_id = %s", [cast.havbris.pk])
            assert cursor.fetchone() == (0,)
    with tenant(cast.havbris):
        assert list(Employee.objects.values_list("pk", flat=True)) == [cast.olav.pk]


def test_inner_scope_gives_the_outer_one_back(cast):
    with tenant(cast.fjellvik):
        with tenant(cast.havbris):
            assert Employee.objects.count() == 1
        assert current_organisation_id() == cast.fjellvik.pk
        assert Employee.objects.count() == 10
        with pytest.raises(ZeroDivisionError), tenant(cast.havbris):
            1 / 0
        assert Employee.objects.count() == 10


def test_row_of_another_organisation_cannot_be_written(cast):
    with tenant(cast.fjellvik), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Unit.objects.create(organisation=cast.havbris, name="Smuggled", report_token="x")


def test_foreign_key_cannot_cross_organisations(cast):
    with tenant(cast.fjellvik), pytest.raises(IntegrityError), transaction.atomic():
        Employee.objects.create(given_name="A", family_name="B", unit_id=cast.havbris_unit.pk)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET verb = 'x'", "DELETE FROM audit_event"])
def test_event_cannot_be_changed_or_removed(cast, statement):
    with tenant(cast.fjellvik):
        record("unit.looked_at", cast.solbakken, by=cast.amir)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)
        assert Event.objects.get().verb == "unit.looked_at"


def test_another_organisation_cannot_be_renamed(cast):
    with tenant(cast.fjellvik):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE organisations_organisation SET name = 'Taken' WHERE slug = 'havbris'")
            assert cursor.rowcount == 0
