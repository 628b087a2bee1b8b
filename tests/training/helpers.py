"""Making trainings in tests, through the services."""

import datetime
from typing import Any

from django.utils import timezone

from tests.cast import Cast
from training import services
from training.models import Completion, Training


def make(cast: Cast, name: str = "Varme arbeider", **fields: Any) -> Training:
    """A training of the whole organisation that holds for a year; call inside `tenant(cast.fjellvik)`."""
    fields = {"by": cast.sunniva, "validity_months": 12, **fields}
    return services.create_training(name=name, **fields)


def teach(training: Training, *people: Any, by: Any, days_ago: int = 0) -> list[Completion]:
    """Register people for a day that is so long ago."""
    day = timezone.localdate() - datetime.timedelta(days=days_ago)
    return list(services.register(training, people, done_on=day, by=by).new)
