"""Celery tasks that work inside one organisation."""

from typing import Any

from celery import Task

from hms.tenancy.scope import tenant


class TenantTask(Task):
    """A task whose first argument is the organisation's id; it runs inside `tenant(id)`.

    Use as `@shared_task(base=TenantTask)`. A call without the id is a programming error and raises.
    """

    abstract = True

    def __call__(self, organisation_id: int, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(organisation_id, int) or isinstance(organisation_id, bool):
            raise TypeError(f"{self.name}: the first argument must be an organisation id")
        with tenant(organisation_id):
            return super().__call__(organisation_id, *args, **kwargs)
