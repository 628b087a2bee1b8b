"""What must hold before organisations' data is served: a role bound by row-level security, no hidden tables."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from hms.tenancy.fields import organisation_field


def bypasses_row_level_security(connection: BaseDatabaseWrapper) -> str:
    """The name of the connection's role when policies don't hold it (superuser or BYPASSRLS), else nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        role, bypasses = cursor.fetchone()
    return role if bypasses else ""


def refuse_unbound_role(connection: BaseDatabaseWrapper) -> None:
    """Raise ImproperlyConfigured on a connection of a role that walks past row-level security."""
    role = bypasses_row_level_security(connection)
    if role:
        raise ImproperlyConfigured(
            f"The database role {role!r} bypasses row-level security. Serve as {settings.APP_ROLE!r}; "
            "only migrations and backups run as the owner."
        )


def guard_connections() -> None:
    """Called by whatever serves (web, worker): every connection from now on is refused to an unbound role.

    Not a check that runs once: the database may be away at start, and then there would be nobody to say so.
    """
    connection_created.connect(_close_when_unbound, dispatch_uid="tenancy.close_when_unbound")


def _close_when_unbound(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    try:
        refuse_unbound_role(connection)
    except ImproperlyConfigured:
        # Open it would be used again, and nobody would ask a second time.
        connection.close()
        raise


@register()
def many_to_many_has_explicit_through(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """An automatic many-to-many table has no organisation column, so it is refused."""
    return [
        Error(
            f"{model._meta.label}.{field.name} needs an explicit through model with an organisation.",
            obj=model,
            id="tenancy.E002",
        )
        for model in apps.get_models()
        if organisation_field(model)
        for field in model._meta.local_many_to_many
        if field.remote_field.through._meta.auto_created
    ]
