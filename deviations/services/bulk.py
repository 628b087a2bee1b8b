"""Many cases are given to somebody or sorted at once, and put back."""

import datetime
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from deviations import rules, selectors
from deviations.enums import BulkKind, State
from deviations.models import BulkChange, Deviation
from deviations.services.handling import hand_over, may_be_given
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.notifications.services import notify
from hms.organisations.models import Employee

MOST = 100
UNDO_MINUTES = 10


@dataclass(frozen=True)
class Seen:
    """A case as it was when somebody chose it: its version, and who had it (0: nobody)."""

    case: int
    version: int
    handler: int


def bulk_assign(*, cases: Collection[Seen], to: Employee, by: Employee, key: uuid.UUID) -> BulkChange:
    """Give many cases to somebody.

    Effects, in one transaction: each that its doer handles, is open, may be given to that person and is as it was
    seen is handed over; one message for all of them; what was done and what was skipped, with why, is kept. The same
    key again answers the first change and does nothing.
    """

    def give(case: Deviation) -> str:
        if case.handling is not None and case.handling.assignee_id == to.pk and case.handling.open_offer is None:
            return "already"
        if not may_be_given(case, to):
            return "not_theirs"
        hand_over(case, to=to, by=by, email=False)
        return ""

    change = _change(cases, BulkKind.ASSIGN, by=by, key=key, act=give, value=handler_id_of)
    if change.changed and to.pk != by.pk:
        notify(
            "deviations.given_many",
            to=to,
            about=change,
            dedupe=f"bulk:{change.pk}",
            parameters={"name": by.given_name, "count": len(change.changed)},
        )
    return change


def bulk_categorise(*, cases: Collection[Seen], category: str, by: Employee, key: uuid.UUID) -> BulkChange:
    """Put many cases in a category; effects as :func:`bulk_assign`, without a message. New cases stay new."""

    def sort(case: Deviation) -> str:
        if case.category == category:
            return "already"
        _set_category(case, category, by=by)
        return ""

    return _change(cases, BulkKind.CATEGORY, by=by, key=key, act=sort, value=lambda case: case.category)


def handler_id_of(case: Deviation) -> int:
    """Id of whoever has a case; 0 when nobody has."""
    return case.handling.assignee_id if case.handling is not None else 0


def _change(
    cases: Collection[Seen],
    kind: str,
    *,
    by: Employee,
    key: uuid.UUID,
    act: Callable[[Deviation], str],
    value: Callable[[Deviation], Any],
) -> BulkChange:
    try:
        with transaction.atomic():
            # A second sending waits here for the first to be done.
            change = BulkChange.objects.create(by=by, kind=kind, idempotency_key=key)
    except IntegrityError:
        return BulkChange.objects.get(idempotency_key=key)
    seen = {one.case: one for one in list(cases)[:MOST]}
    visible = _locked(by, seen)
    for pk, one in seen.items():
        case = visible.get(pk)
        why = _obstacle(case, one, by)
        if case is None or why:
            change.skipped.append({"case": pk if case is not None else None, "why": why})
            continue
        was = value(case)
        if why := act(case):
            change.skipped.append({"case": pk, "why": why})
            continue
        change.changed.append({"case": pk, "was": was, "now": value(case), "version": case.version})
    change.save(update_fields=["changed", "skipped"])
    record("deviations.changed_many", change, by=by, data={"kind": str(kind), "cases": len(change.changed)})
    return change


def _locked(by: Employee, seen: Collection[int]) -> dict[int, Deviation]:
    """The cases among these that somebody may see, locked in one order; whistleblowing never."""
    visible = set(selectors.visible_to(by).filter(pk__in=seen).values_list("pk", flat=True))
    rows = (
        Deviation.objects.select_for_update(of=("self",))
        .filter(pk__in=visible)
        .select_related("handling__assignee", "plan", "organisation", "unit")
        .order_by("pk")
    )
    return {case.pk: case for case in rows}


def _obstacle(case: Deviation | None, seen: Seen, by: Employee) -> str:
    """Why a case is left as it is: `gone`, `not_yours`, `closed`, `changed`, or nothing."""
    if case is None:
        return "gone"
    if not rules.is_handler(by, case):
        return "not_yours"
    if case.state == State.CLOSED:
        return "closed"
    return "changed" if (case.version, handler_id_of(case)) != (seen.version, seen.handler) else ""


def _set_category(case: Deviation, category: str, *, by: Employee) -> None:
    case.category = category
    case.version += 1
    case.save(update_fields=["category", "version"])
    record("deviation.triaged", case, by=by, data={"fields": ["category"]})


def may_undo(change: BulkChange, now: datetime.datetime | None = None) -> bool:
    """Whether a change may still be put back."""
    age = (now or timezone.now()) - change.at
    return change.undone_at is None and bool(change.changed) and age <= datetime.timedelta(minutes=UNDO_MINUTES)


def undo_bulk(change: BulkChange, *, by: Employee) -> BulkChange:
    """Put back what has not been changed since.

    Effects, in one transaction: each case that is still as the change left it, open and the doer's to handle has what
    it had before; how many were left is kept.

    Raises:
        InvalidTransition: when it is undone already, more than ten minutes old, or somebody else's.
    """
    lock(change)
    if not may_undo(change) or change.by_id != by.pk:
        raise InvalidTransition(change, "done", "undone")
    cases = _locked(by, [row["case"] for row in change.changed])
    put_back = sum(_put_back(cases.get(row["case"]), row, change.kind, by=by) for row in change.changed)
    change.undone_at, change.kept = timezone.now(), len(change.changed) - put_back
    change.save(update_fields=["undone_at", "kept"])
    record("deviations.changed_back", change, by=by, data={"cases": put_back})
    return change


def _put_back(case: Deviation | None, row: dict[str, Any], kind: str, *, by: Employee) -> bool:
    if case is None or case.state == State.CLOSED or not rules.is_handler(by, case):
        return False
    if kind == BulkKind.CATEGORY:
        if (case.category, case.version) != (row["now"], row["version"]):
            return False
        _set_category(case, row["was"], by=by)
        return True
    before = Employee.objects.filter(pk=row["was"]).first()
    is_as_left = handler_id_of(case) == row["now"]
    if not is_as_left or before is None or not before.is_employed() or not may_be_given(case, before):
        return False
    hand_over(case, to=before, by=by, email=False)
    return True
