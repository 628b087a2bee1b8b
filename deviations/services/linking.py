"""Cases are said to have to do with each other, or not."""

from django.db.models import Q

from deviations.enums import LinkKind
from deviations.models import CaseLink, Deviation
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.organisations.models import Employee


def link(deviation: Deviation, *, other: Deviation, kind: str, by: Employee | None) -> CaseLink:
    """Link two cases; a recurrence says that this one is the other happening again.

    Effects: one row for the two, whichever it was made from: a new kind takes the place of the old one; an event on
    each, without the other's number (not everybody who reads the one may know of the other). Closed cases are linked
    too: it says nothing about their content. Nothing when it is so already.

    Raises:
        InvalidTransition: when it is the same case, or either is whistleblowing.
    """
    for case in sorted((deviation, other), key=lambda case: case.pk):
        lock(case)
    if deviation.pk == other.pk or deviation.is_whistleblowing or other.is_whistleblowing:
        raise InvalidTransition(deviation, deviation.state, "link")
    known = link_between(deviation, other)
    if known is not None:
        is_same_way = known.deviation_id == deviation.pk or kind != LinkKind.RECURRENCE
        if known.kind == kind and is_same_way:
            return known
        known.delete()
    made = CaseLink.objects.create(deviation=deviation, other=other, kind=kind, by=by)
    if kind != LinkKind.DISMISSED:
        for case in (deviation, other):
            record("deviation.linked", made, by=by, root=case, data={"kind": str(kind)})
    return made


def dismiss(deviation: Deviation, *, other: Deviation, by: Employee) -> None:
    """Say that a suggested case has nothing to do with this one: it is not suggested again, from either side.

    A link that was made stays.
    """
    if link_between(deviation, other) is None:
        link(deviation, other=other, kind=LinkKind.DISMISSED, by=by)


def unlink(deviation: Deviation, *, other: Deviation, by: Employee) -> None:
    """Take a link away. Effects: an event on each; nothing when there is none."""
    for case in sorted((deviation, other), key=lambda case: case.pk):
        lock(case)
    known = link_between(deviation, other)
    if known is None or known.kind == LinkKind.DISMISSED:
        return
    for case in (deviation, other):
        record("deviation.unlinked", known, by=by, root=case)
    known.delete()


def link_between(deviation: Deviation, other: Deviation) -> CaseLink | None:
    """What somebody has said about two cases."""
    either = Q(deviation=deviation, other=other) | Q(deviation=other, other=deviation)
    return CaseLink.objects.filter(either).first()
