"""The one table that another organisation may read: tried from every side, in SQL, as the serving role."""

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from hms.organisations import services as organisations
from hms.organisations.affiliations import hash_of
from hms.organisations.models import Affiliation, AffiliationOffer
from hms.tenancy.scope import in_turn, tenant
from routines import services
from routines.models import SharedEdition
from routines.selectors import shared_templates
from tests.routines.helpers import publish
from tests.routines.kin import code_from, found, havbris_under_fjellvik, join

SHELF = "SELECT title FROM routines_sharededition"


def run(query: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


@pytest.fixture
def shared(cast):
    """Fjellvik shares one routine with Havbris; Nordvik is nobody's."""
    affiliation = havbris_under_fjellvik(cast)
    with tenant(cast.fjellvik):
        routine = publish(cast, title="Stikkskader")
        services.share(routine, by=cast.amir)
    return affiliation


def test_subsidiary_reads_what_is_shared_and_only_that(cast, shared):
    with tenant(cast.fjellvik):
        publish(cast, title="Bare for oss")
    with tenant(cast.havbris):
        assert run(SHELF) == [("Stikkskader",)]
        for table in ("routines_routine", "routines_version", "routines_draft", "organisations_employee"):
            assert run(f"SELECT count(*) FROM {table} WHERE organisation_id = %s", cast.fjellvik.pk) == [(0,)]
        assert run("SELECT count(*) FROM organisations_affiliationoffer") == [(0,)]


def test_third_organisation_reads_nothing(shared):
    third = found("Nordvik", "nordvik")
    with tenant(third.organisation):
        assert run(SHELF) == []
        assert run("SELECT id FROM organisations_affiliation") == []


def test_nobody_reads_without_an_open_organisation(shared):
    with pytest.raises(ProgrammingError, match="no organisation is open"), transaction.atomic():
        run(SHELF)


def test_parent_reads_nothing_of_its_subsidiary(cast, shared):
    with tenant(cast.havbris):
        unit, olav = cast.havbris_unit, cast.olav
        own = services.create_routine(title="Havbris sin", category="work", unit=unit, owner=olav, by=olav, text="Vår.")
        services.adopt(shared_templates()["stikkskader"], unit=unit, owner=olav, by=olav, language="nb")
    with tenant(cast.fjellvik):
        for table in ("routines_routine", "routines_adoption", "routines_draft", "organisations_unit"):
            assert run(f"SELECT count(*) FROM {table} WHERE organisation_id = %s", cast.havbris.pk) == [(0,)]
        assert run("SELECT id FROM routines_routine WHERE id = %s", own.pk) == []
        assert run(SHELF) == [("Stikkskader",)]


@pytest.mark.parametrize("side", ["parent", "subsidiary"])
def test_what_is_ended_is_no_longer_read(cast, shared, side):
    opened, person = (cast.fjellvik, cast.sunniva) if side == "parent" else (cast.havbris, cast.olav)
    with tenant(opened):
        organisations.end_affiliation(shared, by=person)
    with tenant(cast.havbris):
        assert run(SHELF) == []


def test_invitation_that_waits_opens_nothing(cast):
    with tenant(cast.fjellvik):
        routine = publish(cast, title="Stikkskader")
        third = found("Nordvik", "nordvik")
    join(cast.fjellvik, cast.sunniva, third.organisation, third.boss)
    with tenant(cast.fjellvik):
        services.share(routine, by=cast.amir)
    code = code_from(cast.fjellvik, cast.sunniva)
    with tenant(cast.havbris):
        # Knowing the code, and looking at it, is not saying yes.
        assert run("SELECT problem FROM affiliation_offered(%s)", hash_of(code)) == [("",)]
        assert run(SHELF) == []


def test_other_subsidiaries_of_another_parent_never_meet(cast, shared):
    """Two parents, each with one below: each shelf is seen by two organisations."""
    parent, below = found("Nordvik", "nordvik"), found("Sund", "sund")
    join(parent.organisation, parent.boss, below.organisation, below.boss)
    with tenant(parent.organisation):
        assert run(SHELF) == []
    with tenant(below.organisation):
        assert run(SHELF) == []
        assert run("SELECT count(*) FROM organisations_affiliation") == [(1,)]


FORGED = {
    "insert": "INSERT INTO organisations_affiliation (organisation_id, parent_id, started_at) VALUES ({me}, {them}, now())",
    "insert as they": "INSERT INTO organisations_affiliation (organisation_id, parent_id, started_at) VALUES ({them}, {me}, now())",
    "update": "UPDATE organisations_affiliation SET parent_id = {them}",
    "delete": "DELETE FROM organisations_affiliation",
    "offer in their name": "INSERT INTO organisations_affiliationoffer (organisation_id, label, organisation_number, token_hash,"
    " sealed_code, created_by_id, created_at, expires_at) VALUES ({them}, 'x', '', 'x', '', {person}, now(), now() + '1 day')",
    "remove an offer": "DELETE FROM organisations_affiliationoffer",
    "tell": "SELECT affiliation_told({them}, 'x.y', 'x', 1)",
    "policy": "CREATE POLICY mine ON routines_sharededition USING (true)",
    "no policies": "ALTER TABLE routines_sharededition DISABLE ROW LEVEL SECURITY",
    "another function": "CREATE OR REPLACE FUNCTION affiliation_accept(hash text) RETURNS bigint"
    " LANGUAGE sql AS 'SELECT 1::bigint'",
}


@pytest.mark.parametrize("how", FORGED)
def test_relation_cannot_be_forged(cast, how):
    with tenant(cast.fjellvik):
        routine = publish(cast, title="Stikkskader")
    third = found("Nordvik", "nordvik")
    join(cast.fjellvik, cast.sunniva, third.organisation, third.boss)
    with tenant(cast.fjellvik):
        services.share(routine, by=cast.amir)
    query = FORGED[how].format(me=cast.havbris.pk, them=cast.fjellvik.pk, person=cast.olav.pk)
    with tenant(cast.havbris):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(query)
        assert run(SHELF) == []


def test_table_of_the_same_name_changes_nothing(cast, shared):
    """What the policy asks is bound to the table itself, and the functions look in `public` first."""
    third = found("Nordvik", "nordvik")
    with tenant(third.organisation):
        run("CREATE TEMPORARY TABLE organisations_affiliation (LIKE public.organisations_affiliation)")
        run(
            "INSERT INTO organisations_affiliation (id, organisation_id, parent_id, started_at) VALUES (1, %s, %s, now())",
            third.organisation.pk, cast.fjellvik.pk,
        )  # fmt: skip
        assert run("SELECT parent_id FROM organisations_affiliation") == [(cast.fjellvik.pk,)]
        assert run(SHELF) == []
        run("DROP TABLE pg_temp.organisations_affiliation")


def test_offer_that_is_marked_as_accepted_opens_nothing(cast, shared):
    """The parent's own rows say nothing about others: only the affiliation does, and nobody writes it by hand."""
    third = found("Nordvik", "nordvik")
    with tenant(third.organisation):
        organisations.offer_affiliation(label="x", by=third.boss)
        AffiliationOffer.objects.update(accepted_at="2026-01-01T00:00Z")
        assert run(SHELF) == []
        assert not Affiliation.objects.exists()
    with tenant(cast.havbris):
        assert Affiliation.objects.get().parent == cast.fjellvik


def test_ending_is_for_the_two(cast, shared):
    third = found("Nordvik", "nordvik")
    with tenant(third.organisation):
        assert run("SELECT affiliation_end(%s)", shared.pk) == [(False,)]
    with tenant(cast.havbris):
        assert run(SHELF) == [("Stikkskader",)]


def test_subsidiary_writes_nothing_on_the_shelf(cast, shared):
    with tenant(cast.havbris):
        with pytest.raises(ProgrammingError), transaction.atomic():
            run("UPDATE routines_sharededition SET title = 'Vår'")
        # What it may read, it may not remove.
        assert run("DELETE FROM routines_sharededition") == [(0,)]
        for organisation in (cast.fjellvik.pk, cast.havbris.pk):
            with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic():
                run(
                    """INSERT INTO routines_sharededition (organisation_id, routine_id, key, language, number, title,
                       category, law, text, readers, revise_months, shared_at)
                       SELECT %s, routine_id, 'x', 'nn', 1, 'x', 'work', '', 'x', '{}', 12, now()
                       FROM routines_sharededition""",
                    organisation,
                )
                run("SET CONSTRAINTS ALL IMMEDIATE")
        assert run(SHELF) == [("Stikkskader",)]


def test_parent_replaces_but_changes_no_edition(cast, shared):
    with tenant(cast.fjellvik), pytest.raises(ProgrammingError), transaction.atomic():
        SharedEdition.objects.update(text="Noe annet")


def test_sweeps_see_nothing_of_it(cast, shared):
    for table in ("routines_sharededition", "organisations_affiliation", "organisations_affiliationoffer"):
        with pytest.raises(ProgrammingError, match="permission denied"), in_turn() as turn:
            with turn.together([cast.fjellvik.pk, cast.havbris.pk]):
                run(f"SELECT id FROM {table}")
    tables = ["routines_sharededition", "organisations_affiliation", "organisations_affiliationoffer"]
    policies = "SELECT count(*) FROM pg_policies WHERE roles::text LIKE %s AND tablename = ANY (%s)"
    assert run(policies, f"%{settings.SWEEP_ROLE}%", tables) == [(0,)]


def test_both_at_once_get_one_parent(cast):
    """Two codes accepted one after the other: the database keeps it to one, whatever the services looked at."""
    third = found("Nordvik", "nordvik")
    codes = code_from(cast.fjellvik, cast.sunniva), code_from(third.organisation, third.boss)
    with tenant(cast.havbris):
        made = [run("SELECT affiliation_accept(%s)", hash_of(code))[0][0] for code in codes]
        assert made[0] is not None
        assert made[1] is None
        assert run("SELECT count(*) FROM organisations_affiliation WHERE ended_at IS NULL") == [(1,)]
