"""Schema editor that cannot create an unprotected tenant table.

For a model with an :class:`~hms.tenancy.fields.OrganisationField` (history models too) it adds

* forced row-level security with the policy `organisation_id = (SELECT hms_organisation())` for the serving role, and
  none for anybody else; the sub-select makes PostgreSQL evaluate the function once per query, not per row;
* a unique key `(organisation_id, id)`, the target of composite foreign keys;
* composite foreign keys `(organisation_id, x_id) → (organisation_id, id)` to other tenant tables, because
  foreign-key checks ignore row-level security.

Every table is granted to the serving role; migrations take back what it must not do.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.ddl_references import Columns, ForeignKeyName, Statement, Table
from django.db.backends.postgresql import schema

from hms.tenancy.fields import organisation_field

POLICY = "organisation_is_open"
# The history of migrations may be read by the serving role (health check), never written.
READ_ONLY_TABLES = {"django_migrations"}


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """See the module's docstring."""

    # NULL makes Django add the key afterwards through _create_fk_sql, which is where it becomes composite.
    sql_create_column_inline_fk = None

    def create_model(self, model: type[models.Model]) -> None:
        super().create_model(model)
        table = self.quote_name(model._meta.db_table)
        role = self.quote_name(settings.APP_ROLE)
        verbs = "SELECT" if model._meta.db_table in READ_ONLY_TABLES else "SELECT, INSERT, UPDATE, DELETE"
        self.execute(f"GRANT {verbs} ON {table} TO {role}")
        if organisation_field(model) is not None:
            self._secure(model, table, role)

    def _secure(self, model: type[models.Model], table: str, role: str) -> None:
        self.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        self.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        self.execute(
            f"CREATE POLICY {POLICY} ON {table} TO {role} USING (organisation_id = (SELECT hms_organisation())) "
            f"WITH CHECK (organisation_id = (SELECT hms_organisation()))"
        )
        # History copies its keys as nullable; a row that belongs to nobody must not exist.
        self.execute(f"ALTER TABLE {table} ALTER COLUMN organisation_id SET NOT NULL")
        primary_key = model._meta.pk.column
        name = self.quote_name(self._create_index_name(model._meta.db_table, ["organisation_id", primary_key], "_org"))
        self.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (organisation_id, {self.quote_name(primary_key)})"
        )

    def _create_fk_sql(self, model: type[models.Model], field: models.ForeignKey, suffix: str) -> Any:
        target = field.remote_field.model
        source_field, target_field = organisation_field(model), organisation_field(target)
        if field is source_field or source_field is None or target_field is None:
            return super()._create_fk_sql(model, field, suffix)
        from_columns = [source_field.column, field.column]
        to_columns = [target_field.column, field.target_field.column]
        return Statement(
            self.sql_create_fk,
            table=Table(model._meta.db_table, self.quote_name),
            name=ForeignKeyName(
                model._meta.db_table,
                [field.column],
                target._meta.db_table,
                to_columns,
                suffix,
                self._fk_constraint_name_of,
            ),
            column=Columns(model._meta.db_table, from_columns, self.quote_name),
            to_table=Table(target._meta.db_table, self.quote_name),
            to_column=Columns(target._meta.db_table, to_columns, self.quote_name),
            deferrable=self.connection.ops.deferrable_sql(),
        )

    def _fk_constraint_name_of(self, table: str, columns: list[str], suffix: str) -> str:
        return self.quote_name(self._create_index_name(table, columns, suffix))
