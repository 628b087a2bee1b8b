"""A draft's way: looked through, approved, or sent back to whoever writes it."""

import datetime
from collections.abc import Collection
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock, move
from hms.notifications.services import notify
from hms.organisations.models import Employee
from hms.organisations.selectors import line_manager_of, safety_reps_of
from routines.blanks import blanks_in
from routines.enums import DraftState, Opinion
from routines.errors import NotReady, StaleDraft
from routines.models import Draft, Review, Routine
from routines.services.publishing import publish
from routines.services.writing import end_asking

REVIEW_DAYS = 7
APPROVAL_DAYS = 7


def approver_of(routine: Routine, *, author: Employee) -> Employee:
    """Who approves a routine: the one who is named, else the owner's superior; somebody else than the author if at all.

    The owner where nobody is above them.
    """
    if routine.approver is not None and routine.approver.is_employed() and routine.approver_id != author.pk:
        return routine.approver
    above = line_manager_of(routine.owner)
    if above is not None and above.pk == author.pk:
        above = line_manager_of(author)
    return above or routine.owner


def representatives_for(routine: Routine) -> list[Employee]:
    """The safety representatives who look through a routine's drafts, where it concerns the working environment."""
    return safety_reps_of(routine.unit) if routine.needs_safety_rep else []


def send(
    draft: Draft,
    *,
    by: Employee,
    revision: int,
    reviewers: Collection[Employee] = (),
    due_on: datetime.date | None = None,
    translates: int | None = None,
    at: datetime.datetime | None = None,
) -> None:
    """Send a draft on its way: to those who look through it, and the safety representative; else to be approved.

    Effects: a new round; a review and a task for each; the text stands still; an event. With nobody to ask it goes
    straight to whoever approves.

    Args:
        translates: of a translation, the number of the version in force that it says the same as.

    Raises:
        NotReady: when there is no text, nothing says what is new, or it translates another text than the one in force.
        StaleDraft, InvalidTransition: as for `writing.save_draft`.
    """
    lock(draft)
    if not draft.is_writable:
        raise InvalidTransition(draft, draft.state, DraftState.REVIEW)
    _require_ready(draft, revision)
    _say_what_it_translates(draft, translates)
    reps = representatives_for(draft.routine)
    asked = {person.pk: person for person in [*reps, *reviewers]}
    now = at or timezone.now()
    due = due_on or timezone.localdate(now) + datetime.timedelta(days=REVIEW_DAYS)
    afresh = {"round": draft.round + 1, "decision_note": ""}
    if not asked:
        to_approval(draft, by=by, at=now, **afresh)
        return
    move(
        draft, DraftState.REVIEW, by=by, verb="routine.sent_to_review", root=draft.routine, at=now,
        data={"people": len(asked)}, **afresh,
    )  # fmt: skip
    for person in asked.values():
        review = Review.objects.create(
            draft=draft, round=draft.round, reviewer=person, is_safety_rep=person in reps, asked_at=now
        )
        review.assignment = assignments.assign(
            kind=Kind.REVIEW, title=task_title(draft, "review"), due_on=due, source=review, by=by, to=person,
            requested_by=draft.author, at=now,
        )  # fmt: skip
        review.save(update_fields=["assignment"])


def task_title(draft: Draft, what: str) -> str:
    """What a task about a draft is called, in the organisation's language."""
    with translation.override(draft.organisation.language):
        words = {
            "review": _("Look through: %(title)s"),
            "approve": _("Approve: %(title)s"),
        }[what]
        return (words % {"title": draft.title})[:160]


def _require_ready(draft: Draft, revision: int) -> None:
    if draft.revision != revision:
        raise StaleDraft
    if not draft.text.strip():
        raise NotReady(_("Write the text first."))
    if draft.routine.current_id is not None and not draft.change_note.strip():
        raise NotReady(_("Say what is new, and why."))
    for _field, words in draft.control.problems():
        raise NotReady(f"{_('The control question:')} {words}")


def _say_what_it_translates(draft: Draft, number: int | None) -> None:
    if not draft.is_translation:
        return
    # The routine that was fetched with the draft may be older than this transaction's lock of the draft.
    draft.routine.refresh_from_db(fields=["current"])
    current = draft.routine.current
    if current is None:
        raise NotReady(_("Nothing is in force to translate yet. Send the translation when the routine is published."))
    if number != current.number:
        raise NotReady(
            _("Version %(number)d is in force now. See what has changed, and say that the translation follows it.")
            % {"number": current.number}
        )
    draft.translates = current
    draft.save(update_fields=["translates"])


def answer_review(
    review: Review, *, by: Employee, opinion: str, comment: str = "", at: datetime.datetime | None = None
) -> None:
    """Say what one thinks of a draft.

    Effects: the answer; the task is done; an event; the author is told. When everybody has answered and all is fine,
    the draft goes on to whoever approves.

    Raises:
        InvalidTransition: when it was answered, or the round is over.
    """
    draft = review.draft
    lock(draft)
    lock(review)
    if review.answered_at is not None or draft.state != DraftState.REVIEW or review.round != draft.round:
        raise InvalidTransition(draft, draft.state, "review")
    now = at or timezone.now()
    review.opinion, review.comment, review.answered_at = opinion, comment.strip(), now
    review.save(update_fields=["opinion", "comment", "answered_at"])
    record(
        "routine.reviewed", review, by=by, root=draft.routine, at=now,
        data={"opinion": opinion, "as_representative": review.is_safety_rep},
    )  # fmt: skip
    if review.assignment is not None and review.assignment.state == AssignmentState.OPEN:
        assignments.complete(review.assignment, by=by)
    everybody = list(Review.objects.filter(draft=draft, round=draft.round))
    if all(one.opinion == Opinion.ENDORSE for one in everybody):
        to_approval(draft, by=by, at=now)
    elif draft.author_id != by.pk:
        notify(
            "routines.reviewed", to=draft.author, about=draft, dedupe=f"review-{review.pk}",
            parameters=_parameters(draft, by=by),
        )  # fmt: skip


def to_approval(draft: Draft, *, by: Employee, at: datetime.datetime | None = None, **changes: Any) -> None:
    """Send a draft to whoever approves it, whether or not everybody has answered.

    Effects: reviews that nobody answered are asked no more; a task; an event.

    Raises:
        InvalidTransition: when it is not on its way there.
    """
    now = at or timezone.now()
    approver = approver_of(draft.routine, author=draft.author)
    move(
        draft, DraftState.APPROVAL, by=by, verb="routine.sent_to_approval", root=draft.routine, at=now,
        data={"to_name": approver.given_name}, **changes,
    )  # fmt: skip
    end_asking(draft, by=by)
    due = timezone.localdate(now) + datetime.timedelta(days=APPROVAL_DAYS)
    draft.approval = assignments.assign(
        kind=Kind.APPROVE, title=task_title(draft, "approve"), due_on=due, source=draft, by=by, to=approver,
        requested_by=draft.author, at=now,
    )  # fmt: skip
    draft.save(update_fields=["approval"])


def objections_to(draft: Draft) -> list[Review]:
    """Disagreements of this round, which whoever approves must answer."""
    return list(
        Review.objects.filter(draft=draft, round=draft.round, opinion=Opinion.DISAGREE).select_related("reviewer")
    )


def is_representative_silent(draft: Draft) -> bool:
    """Whether the safety representative should have a say and has not: nobody holds the office, or they are silent."""
    if not draft.routine.needs_safety_rep:
        return False
    said = Review.objects.filter(draft=draft, round=draft.round, is_safety_rep=True, answered_at__isnull=False)
    return not said.exists()


def approve(
    draft: Draft, *, by: Employee, note: str = "", with_blanks: bool = False, at: datetime.datetime | None = None
) -> None:
    """Approve a draft. It is published at once, or on the day it is to be in force from.

    Effects: who and when; the task is done; an event; what publishing does.

    Args:
        with_blanks: that `[[blanks]]` of the text are meant to stand there.

    Raises:
        NotReady: when a disagreement is not answered, nothing says why the representative was not waited for, or
            blanks are not filled in.
        InvalidTransition: when it is not for approval.
    """
    lock(draft)
    if draft.state != DraftState.APPROVAL:
        raise InvalidTransition(draft, draft.state, DraftState.APPROVED)
    if not note.strip() and objections_to(draft):
        raise NotReady(_("Somebody disagrees. Write a reply to them."))
    if not note.strip() and is_representative_silent(draft):
        raise NotReady(_("The safety representative has not answered. Write why you do not wait."))
    if not with_blanks and (blanks := blanks_in(draft.text)):
        raise NotReady(_("Not filled in yet: %(blanks)s.") % {"blanks": ", ".join(blanks)})
    now = at or timezone.now()
    move(
        draft, DraftState.APPROVED, by=by, verb="routine.approved", root=draft.routine, at=now,
        approved_by=by, approved_at=now, decision_note=note.strip(),
    )  # fmt: skip
    if draft.approval is not None and draft.approval.state == AssignmentState.OPEN:
        assignments.complete(draft.approval, by=by)
    for review in objections_to(draft):
        notify(
            "routines.replied", to=review.reviewer, about=draft, dedupe=f"reply-{review.pk}",
            parameters=_parameters(draft, by=by),
        )  # fmt: skip
    if draft.valid_from is None or draft.valid_from <= timezone.localdate(now):
        publish(draft, at=at)
    elif draft.author_id != by.pk:
        _tell_author("routines.approved", draft, by=by)


def send_back(draft: Draft, *, by: Employee, reason: str) -> None:
    """Give a draft back to whoever writes it: from the approver, or by the author who wants to go on writing.

    Effects: it may be written again; tasks are called off; an event; the author is told with the reason.

    Raises:
        InvalidTransition: when it is being written already, or has been published.
    """
    lock(draft)
    end_asking(draft, by=by)
    move(
        draft, DraftState.WRITING, by=by, verb="routine.sent_back", root=draft.routine,
        decision_note=reason.strip(), approved_by=None, approved_at=None,
    )  # fmt: skip
    if draft.author_id != by.pk:
        _tell_author("routines.sent_back", draft, by=by)


def _parameters(draft: Draft, *, by: Employee) -> dict[str, str]:
    known = {"slug": draft.routine.slug, "title": draft.title, "name": by.given_name}
    return {**known, "language": draft.language} if draft.is_translation else known


def _tell_author(message: str, draft: Draft, *, by: Employee) -> None:
    notify(
        message, to=draft.author, about=draft, dedupe=f"{draft.round}-{draft.revision}-{timezone.now():%Y%m%d%H%M%S}",
        parameters=_parameters(draft, by=by),
    )  # fmt: skip
