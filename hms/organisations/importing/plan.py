"""What an import would do, row by row."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from hms.core.tabular import Table


@dataclass
class Line:
    """One row of the file.

    Attributes:
        number: of the row, as a spreadsheet shows it.
        name: who or what it is, for people's eyes.
        values: cleaned field values; blank cells are left out and change nothing.
        existing: the object it updates, or None for a new one.
        changed: names of the fields that differ from the existing object's.
        errors: (column as the file calls it, what is wrong).
    """

    number: int
    name: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    existing: Any = None
    changed: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """error, new, changed or unchanged."""
        if self.errors:
            return "error"
        if self.existing is None:
            return "new"
        return "changed" if self.changed else "unchanged"

    @property
    def changed_labels(self) -> list[str]:
        """The names of the changed fields, for people."""
        labels = {"manager": _("manager"), "parent": _("unit above")}
        return [
            labels.get(name) or str(self.existing._meta.get_field(name).verbose_name).lower() for name in self.changed
        ]


@dataclass
class Plan:
    """Everything an import would do. `problems` concern the whole file (a column that is missing)."""

    lines: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(line.kind for line in self.lines)
        return {kind: counted[kind] for kind in ("new", "changed", "unchanged", "error")}

    @property
    def errors(self) -> list[Line]:
        return [line for line in self.lines if line.errors]

    @property
    def can_apply(self) -> bool:
        """Whether there is something to do and nothing wrong."""
        counts = self.counts
        return not self.problems and not counts["error"] and bool(counts["new"] + counts["changed"])

    def of_kind(self, kind: str) -> list[Line]:
        return [line for line in self.lines if line.kind == kind]


class Columns:
    """Which column holds which field, by Norwegian or English header."""

    def __init__(self, table: Table, names: dict[str, tuple[str, ...]], plan: Plan) -> None:
        self.table = table
        self.places = {name: place for name, known in names.items() if (place := table.column(*known)) is not None}
        used = set(self.places.values())
        unknown = [header for place, header in enumerate(table.headers) if place not in used]
        if unknown:
            plan.notes.append(_("These columns are not used: %(columns)s.") % {"columns": ", ".join(unknown)})

    def has(self, name: str) -> bool:
        return name in self.places

    def header(self, name: str) -> str:
        """What the file calls the field (the field's own name when the file has no such column)."""
        place = self.places.get(name)
        return self.table.headers[place] if place is not None else name

    def cell(self, row: list[str], name: str) -> str:
        """The trimmed cell, or empty."""
        place = self.places.get(name)
        return " ".join(row[place].split()) if place is not None else ""
