"""What must be true of every table, read from PostgreSQL's own catalogue."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from hms.tenancy.fields import organisation_field

# Tables that belong to no organisation. A new one is added here on purpose, with its reason.
GLOBAL_TABLES = {
    "accounts_user": "a sign-in, whatever organisations the person works in",
    "account_emailaddress": "of a sign-in",
    "account_emailconfirmation": "of a sign-in",
    "mfa_authenticator": "of a sign-in",
    "usersessions_usersession": "of a sign-in",
    "django_session": "of a sign-in",
    "auth_group": "Django's; unused",
    "auth_group_permissions": "Django's; unused",
    "auth_permission": "Django's; unused",
    "django_content_type": "Django's",
    "django_migrations": "Django's",
    "organisations_organisation": "what a scope is opened with; own policies",
    "organisations_membership": "read before the organisation is known",
    "operations_failedtask": "a task may fail before it has opened an organisation; holds ids only",
}


@pytest.fixture
def fetch(db, serving_role):
    def run(query: str, *parameters: object) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall()

    return run


def tables(fetch) -> set[str]:
    return {name for (name,) in fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def test_every_table_is_global_on_purpose_or_forced_behind_a_policy(fetch):
    secured = {
        name
        for (name,) in fetch(
            """SELECT relname FROM pg_class c JOIN pg_policies p ON p.tablename = c.relname
               WHERE relrowsecurity AND relforcerowsecurity
               AND qual LIKE '%%hms_organisation()%%' AND with_check LIKE '%%hms_organisation()%%'"""
        )
    }
    assert tables(fetch) - secured == set(GLOBAL_TABLES)


def test_every_tenant_table_has_not_null_organisation(fetch):
    nullable = fetch(
        """SELECT table_name FROM information_schema.columns
           WHERE column_name = 'organisation_id' AND is_nullable = 'YES' AND table_schema = 'public'"""
    )
    assert nullable == []


def test_every_foreign_key_between_tenant_tables_is_composite(fetch):
    tenant_tables = tables(fetch) - set(GLOBAL_TABLES)
    keys = fetch(
        """SELECT conrelid::regclass::text, confrelid::regclass::text, conname,
                  (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(conkey) WITH ORDINALITY k(num, n)
                   JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.num)
           FROM pg_constraint WHERE contype = 'f'"""
    )
    simple = [
        (source, name)
        for source, target, name, columns in keys
        if source in tenant_tables and target in tenant_tables and columns[0] != "organisation_id"
    ]
    assert simple == []
    assert len(keys) > 40


def test_every_model_foreign_key_is_a_database_key(fetch):
    """Nothing is checked by Django alone: each key of a tenant model stands in the database (history excepted)."""
    keyed = set(
        fetch(
            """SELECT conrelid::regclass::text, a.attname::text FROM pg_constraint
               JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = ANY(conkey) WHERE contype = 'f'"""
        )
    )
    missing = [
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        if organisation_field(model) and not model.__name__.startswith("Historical")
        for field in model._meta.local_fields
        if field.remote_field and (model._meta.db_table, field.column) not in keyed
    ]
    assert missing == []


def test_unique_constraints_of_tenant_tables_are_per_organisation(fetch):
    tenant_tables = tables(fetch) - set(GLOBAL_TABLES)
    rows = fetch(
        """SELECT indrelid::regclass::text, indexrelid::regclass::text,
                  (SELECT array_agg(a.attname::text) FROM pg_attribute a
                   WHERE a.attrelid = indrelid AND a.attnum = ANY(indkey))
           FROM pg_index WHERE indisunique AND NOT indisprimary"""
    )
    # One-to-one columns are unique alone as well: harmless, since ids are never chosen by people.
    shared = [
        (table, index)
        for table, index, columns in rows
        if table in tenant_tables and "organisation_id" not in columns and not columns[0].endswith("_id")
    ]
    # A token's hash is looked up inside its organisation, but may as well be unique everywhere.
    assert [row for row in shared if "token_hash" not in row[1]] == []


def test_serving_role_owns_nothing_and_cannot_touch_the_log(fetch):
    role = settings.APP_ROLE
    assert fetch("SELECT tablename FROM pg_tables WHERE tableowner = %s", role) == []
    privileges = {
        verb
        for (verb,) in fetch(
            """SELECT privilege_type FROM information_schema.role_table_grants
               WHERE grantee = %s AND table_name = 'audit_event'""",
            role,
        )
    }
    assert privileges == {"SELECT", "INSERT"}


# Policies beside the one that every table has. A new one is added here on purpose, with its reason.
MORE_POLICIES = {
    ("organisations_organisation", "anyone_may_read", "SELECT", "{public}"): "the address decides which",
    ("organisations_organisation", "open_one_may_change", "UPDATE", "{public}"): "its own settings",
    ("organisations_affiliation", "parent_may_read", "SELECT", f"{{{settings.APP_ROLE}}}"): "who belongs under one",
    ("routines_sharededition", "subsidiary_may_read", "SELECT", f"{{{settings.APP_ROLE}}}"): "what a parent shares",
}


def test_a_policy_is_for_a_role_that_was_named(fetch):
    """Another role than those two sees nothing of an organisation, whatever it is granted."""
    policies = fetch("SELECT tablename, policyname, cmd, roles::text FROM pg_policies WHERE schemaname = 'public'")
    usual = {"organisation_is_open", "organisations_are_open"}
    assert {policy for policy in policies if policy[1] not in usual} == set(MORE_POLICIES)
    assert {(name, granted) for _table, name, _cmd, granted in policies if name in usual} == {
        ("organisation_is_open", f"{{{settings.APP_ROLE}}}"),
        ("organisations_are_open", f"{{{settings.SWEEP_ROLE}}}"),
    }


def test_only_the_parent_and_those_below_it_are_asked_for_by_name(fetch):
    """What the two wider policies say, word for word: they are the only ways from one organisation to another."""
    said = dict(
        fetch(
            "SELECT policyname, regexp_replace(qual, '\\s+', ' ', 'g') FROM pg_policies WHERE policyname = ANY (%s)",
            ["parent_may_read", "subsidiary_may_read"],
        )
    )
    assert said == {
        "parent_may_read": "(parent_id = ( SELECT hms_organisation() AS hms_organisation))",
        "subsidiary_may_read": (
            "(organisation_id = ( SELECT a.parent_id FROM organisations_affiliation a WHERE ((a.organisation_id ="
            " ( SELECT hms_organisation() AS hms_organisation)) AND (a.ended_at IS NULL))))"
        ),
    }


def test_serving_role_cannot_write_who_belongs_under_whom(fetch):
    """Accepting and ending are functions that ask for the code, or for being one of the two."""
    granted = fetch(
        """SELECT table_name::text, privilege_type::text FROM information_schema.role_table_grants
           WHERE grantee = %s AND table_name = ANY (%s)""",
        settings.APP_ROLE,
        ["organisations_affiliation", "organisations_affiliationoffer", "routines_sharededition"],
    )
    assert set(granted) == {
        ("organisations_affiliation", "SELECT"),
        *(("organisations_affiliationoffer", verb) for verb in ("SELECT", "INSERT", "UPDATE")),
        *(("routines_sharededition", verb) for verb in ("SELECT", "INSERT", "DELETE")),
    }
    for function in ("affiliation_told(bigint, text, text, bigint)",):
        assert fetch("SELECT has_function_privilege(%s, %s, 'EXECUTE')", settings.APP_ROLE, function) == [(False,)]


def test_the_role_of_sweeps_is_nobodys_and_may_do_little(fetch):
    role = settings.SWEEP_ROLE
    assert fetch(
        "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = %s", role
    ) == [(False, False, False, False)]
    changed = fetch(
        """SELECT attrelid::regclass::text, attname::text, granted.privilege_type
           FROM pg_attribute, aclexplode(attacl) AS granted
           WHERE grantee = %s::regrole AND privilege_type <> 'SELECT'""",
        role,
    )
    assert changed == [("assignments_assignment", "next_step_at", "UPDATE")]
    added = fetch(
        """SELECT c.oid::regclass::text, granted.privilege_type FROM pg_class c, aclexplode(relacl) AS granted
           WHERE grantee = %s::regrole AND privilege_type <> 'SELECT' ORDER BY 1""",
        role,
    )
    assert added == [
        ("assignments_reminder", "INSERT"),
        ("audit_event", "INSERT"),
        ("notifications_delivery", "INSERT"),
        ("notifications_notification", "INSERT"),
    ]


def test_definer_functions_cannot_be_called_by_everybody_and_pin_their_path(fetch):
    rows = fetch(
        """SELECT proname, proconfig::text, has_function_privilege('public', p.oid, 'EXECUTE')
           FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE prosecdef AND nspname = 'public'"""
    )
    assert rows
    for name, configuration, is_public in rows:
        assert "search_path" in (configuration or ""), name
        assert not is_public, name


def test_every_state_has_its_moves():
    """A model with a state says which moves are allowed, for every state and to known states only."""
    for model in apps.get_models():
        if not hasattr(model, "MOVES"):
            continue
        states = {value for value, _label in model._meta.get_field("state").choices}
        assert set(model.MOVES) == states, model._meta.label
        assert set().union(*model.MOVES.values()) <= states, model._meta.label


def test_state_is_changed_only_through_move():
    """`.update(state=` goes past the lock, the rules and the log; only the outbox does so, with its own guards."""
    allowed = {
        "hms/notifications/",
        "hms/assignments/services.py",
        "hms/assignments/_writing.py",
        "hms/assignments/many.py",
        "hms/reports/",
        "dashboard/demo/",
        "deviations/importing/",
    }
    offenders = [
        str(path.relative_to(settings.ROOT))
        for folder in ("hms", "deviations", "routines", "training", "dashboard")
        for path in (settings.ROOT / folder).rglob("*.py")
        if ".update(state="
        in path.read_text().replace("\n", "").replace(" ", "").replace(".update(state", ".update(state")
        and not any(str(path.relative_to(settings.ROOT)).startswith(prefix) for prefix in allowed)
    ]
    assert offenders == []
