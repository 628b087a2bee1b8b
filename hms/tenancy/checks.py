"""System checks: the process must not run as a role that walks past row-level security."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import connections

from hms.tenancy.fields import organisation_field


@register(Tags.database)
def role_is_bound_by_row_level_security(databases: Any = None, **kwargs: Any) -> list[Error]:
    """Refuse a serving process whose database role bypasses policies (superuser or BYPASSRLS)."""
    errors: list[Error] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
            role, superuser, bypass = cursor.fetchone()
        if superuser or bypass:
            errors.append(
                Error(
                    f"The database role {role!r} bypasses row-level security.",
                    hint=f"Serve as {settings.APP_ROLE!r}; only migrations and backups run as the owner.",
                    id="tenancy.E001",
                )
            )
    return errors


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
