"""django-simple-history as this project uses it: tenant tables, an employee as author."""

from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords

from hms.audit.acting import acting_employee_id


def _author(historical_instance: Any) -> int | None:
    return historical_instance.history_user_id


def _set_author(historical_instance: Any, employee_id: int | None) -> None:
    historical_instance.history_user_id = employee_id


def history(**kwargs: Any) -> HistoricalRecords:
    """Field history of a model that people edit.

    The author is the acting employee's id, not the global user: history belongs to the organisation, and
    nobody is named when somebody anonymous acts.
    """
    return HistoricalRecords(
        history_id_field=models.BigAutoField(primary_key=True),
        history_user_id_field=models.BigIntegerField(null=True),
        history_user_getter=_author,
        history_user_setter=_set_author,
        get_user=lambda **_: acting_employee_id(),
        **kwargs,
    )
