"""Who reported, as much of it as a reader may know. The one way to a reporter's name."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from deviations.enums import ReporterKind
from deviations.models import Deviation, IdentityGrant
from deviations.rules import may_know_reporter, reporter_id_of, sees_internal_comments
from hms.organisations.models import Employee


@dataclass(frozen=True)
class ShownReporter:
    """A reporter as somebody may see them.

    Attributes:
        name: full name; empty when the reader may not know it.
        given_name: for addressing them; empty likewise.
        label: the name, or what stands for it («Hidden», «Anonymous»); empty when there is nothing to say.
    """

    name: str = ""
    given_name: str = ""
    label: str = ""


def reporter_of(deviation: Deviation) -> Employee | None:
    """The employee who reported, hidden or not: for services and routing, never for a page."""
    if deviation.reporter_kind != ReporterKind.HIDDEN:
        return deviation.reporter
    return Employee.objects.select_related("user", "unit").filter(pk=reporter_id_of(deviation)).first()


def reporter_shown_to(
    employee: Employee | None, deviation: Deviation, *, in_table: bool = False, sees_internal: bool | None = None
) -> ShownReporter:
    """What a reader sees of the reporter (None: whoever has the receipt code).

    Args:
        in_table: a hidden reporter stays hidden from those who know them too: a file is passed on. Then nothing is
            read for each row, when `reporter` is loaded.
        sees_internal: whether the reader sees the inside of the case, where that is known already.
    """
    if deviation.reporter_kind == ReporterKind.ANONYMOUS:
        return ShownReporter(label=_("Anonymous"))
    if deviation.reporter_kind == ReporterKind.HIDDEN:
        if employee is None or in_table or not may_know_reporter(employee, deviation):
            return ShownReporter(label=_("Reporter hidden"))
        hidden = reporter_of(deviation)
        return _named(hidden) if hidden is not None else ShownReporter()
    if deviation.reporter is not None:
        return _named(deviation.reporter)
    # A name typed without sign-in is for those who handle the case.
    if sees_internal is None:
        sees_internal = employee is not None and sees_internal_comments(employee, deviation)
    name = deviation.reporter_name if sees_internal else ""
    return ShownReporter(name=name, label=name)


def _named(person: Employee) -> ShownReporter:
    return ShownReporter(name=person.name, given_name=person.given_name, label=person.name)


def who_knows_reporter(deviation: Deviation) -> list[Employee]:
    """Whom a hidden reporter has let know, by name."""
    if deviation.reporter_kind != ReporterKind.HIDDEN:
        return []
    knowing = IdentityGrant.objects.filter(deviation=deviation).values("employee")
    return list(Employee.objects.filter(pk__in=knowing))
