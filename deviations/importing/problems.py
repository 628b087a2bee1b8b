"""What is wrong with a row, said so that somebody can mend the file."""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hms.core.spreadsheets import harmless

MAX_VALUE = 80


class Reason(models.TextChoices):
    DATE_MISSING = "date_missing", gettext_lazy("The date is missing")
    DATE_UNREADABLE = "date_unreadable", gettext_lazy("The date cannot be read")
    DATE_IN_FUTURE = "date_in_future", gettext_lazy("The date is in the future")
    DATE_TOO_OLD = "date_too_old", gettext_lazy("The date is before 1950")
    TIME_UNREADABLE = "time_unreadable", gettext_lazy("The time cannot be read")
    TEXT_TOO_LONG = "text_too_long", gettext_lazy("The text is longer than 100,000 characters")


@dataclass(frozen=True)
class Problem:
    """One reason why one row is not imported."""

    row: int
    column: str
    reason: str
    value: str = ""

    @property
    def text(self) -> str:
        return str(Reason(self.reason).label)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def problem(row: int, column: str, reason: str, value: str = "") -> Problem:
    """A problem with as much of the value as helps to find it."""
    return Problem(row, column, str(reason), value if len(value) <= MAX_VALUE else value[:MAX_VALUE] + "…")


def as_csv(problems: Iterable[Problem]) -> str:
    """The list as a CSV file for Norwegian spreadsheets: semicolons, and no cell that is run as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([_("Row"), _("Column"), _("What is wrong"), _("Value")])
    for item in problems:
        writer.writerow([item.row, harmless(item.column), item.text, harmless(item.value)])
    return out.getvalue()
