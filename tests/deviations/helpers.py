"""Making cases in tests, through the services."""

import datetime
from typing import Any

from django.utils import timezone

from deviations import services
from deviations.enums import ReporterKind, Severity
from deviations.models import Deviation
from hms.actions import services as plans
from hms.actions.models import Action
from tests.cast import Cast


def report(cast: Cast, text: str = "Rekkverket i trapp B løsnet. Ingen ble skadet.", **fields: Any) -> Deviation:
    """A case that Ingrid reports at Solbakken; call inside `tenant(cast.fjellvik)`."""
    fields = {
        "organisation": cast.fjellvik,
        "unit": cast.solbakken,
        "description": text,
        "severity": Severity.SERIOUS,
        "reporter_kind": ReporterKind.EMPLOYEE,
        "reporter": cast.ingrid,
        "place": "Trapp B",
        **fields,
    }
    if fields["reporter_kind"] != ReporterKind.EMPLOYEE:
        fields["reporter"] = None
    return services.report(**fields).deviation


def add_action(
    cast: Cast, deviation: Deviation, *, days: int = 5, title: str = "Fest rekkverket", **fields: Any
) -> Action:
    """An action for Tor Erik in the case's plan, by Amir."""
    plan = services.start_plan(deviation, by=cast.amir)
    return plans.add_action(
        plan,
        title=title,
        responsible=cast.tor_erik,
        due_on=timezone.localdate() + datetime.timedelta(days=days),
        by=cast.amir,
        **fields,
    )


def url(deviation: Deviation, tail: str = "") -> str:
    return f"/fjellvik/avvik/{deviation.number}/{tail}"
