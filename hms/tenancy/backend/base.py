"""PostgreSQL connection with the securing schema editor."""

from django.db.backends.postgresql import base

from hms.tenancy.backend.schema import DatabaseSchemaEditor


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL backend; only the schema editor differs."""

    SchemaEditorClass = DatabaseSchemaEditor
