from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What an assignment asks for."""

    HANDLE = "handle", _("Handle a case")
    ACTION = "action", _("Carry out an action")
    STATEMENT = "statement", _("Give a statement on a plan")
    REPLY = "reply", _("Reply to a disagreement")
    EFFECT_CHECK = "effect_check", _("Check the effect")
    VIEW = "view", _("Give your view")
    READ = "read", _("Read and confirm")
    REVIEW = "review", _("Look through a draft")
    APPROVE = "approve", _("Approve a draft")
    REVISE = "revise", _("Revise a document")
    QUESTION = "question", _("Answer a question")
    FEEDBACK = "feedback", _("Look at what users say")
    RENEW = "renew", _("Renew a training")


# Nobody can do these for another: they are never handed over, and end by themselves when somebody leaves.
PERSONAL = frozenset({Kind.READ, Kind.RENEW})


class State(models.TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


MOVES: dict[str, set[str]] = {
    State.PLANNED: {State.OPEN, State.CANCELLED},
    State.OPEN: {State.DONE, State.CANCELLED},
    State.DONE: {State.OPEN},
    State.CANCELLED: set(),
}


class ExtensionState(models.TextChoices):
    REQUESTED = "requested", _("Waiting for an answer")
    GRANTED = "granted", _("Granted")
    DECLINED = "declined", _("Declined")
    # The work ended or moved before there was an answer.
    WITHDRAWN = "withdrawn", _("Withdrawn")


class NoteKind(models.TextChoices):
    """What a note on an assignment is about."""

    STUCK = "stuck", _("Stuck")
    COMMENT = "comment", _("Comment")
    HANDED_BACK = "handed_back", _("Handed back")
    HANDED_OVER = "handed_over", _("Handed over")
    DUE_DATE = "due_date", _("New due date")
    CANCELLED = "cancelled", _("Cancelled")


class Anchor(models.TextChoices):
    """What a step of the reminder ladder counts from."""

    DUE = "due", _("From the due date")
    # The one who waits for an answer is not helped by a due date weeks away.
    START = "start", _("From when it came, until somebody has begun")


class Recipient(models.TextChoices):
    """Whom a step of the reminder ladder tells."""

    ASSIGNEE = "assignee", _("The one who is responsible")
    # Only of work that is offered to many, and not a step that anybody chooses.
    ACCOUNTABLE = "accountable", _("The one who answers for what nobody has taken")
    REQUESTER = "requester", _("The one who asked for it")
    MANAGER = "manager", _("The line manager")
    HSE_MANAGER = "hse_manager", _("The HSE manager")
    SAFETY_REP = "safety_rep", _("The safety representative")
    SENIOR_SAFETY_REP = "senior_safety_rep", _("The senior safety representative")
    TOP_LEADER = "top_leader", _("The top leader")


class SummaryKind(models.TextChoices):
    """The summaries that leaders get."""

    WEEKLY = "weekly", _("Every week: my own units")
    MONTHLY = "monthly", _("Every month: the whole organisation")
