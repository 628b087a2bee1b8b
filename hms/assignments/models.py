"""Assignments, whom they are offered to, who helps, their links, wishes for more time; ladders, summaries, calendars."""

from typing import Optional

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.assignments.enums import MOVES, Anchor, ExtensionState, Kind, NoteKind, Recipient, State, SummaryKind
from hms.assignments.target import Target
from hms.organisations.enums import Role
from hms.organisations.models import Employee, Group, Unit
from hms.tenancy.models import TenantModel


class Assignment(TenantModel):
    """That one employee must do one thing by a date.

    The source (an action, a deviation, a plan) is named by kind and id and resolved through
    `hms.assignments.sources`; whatever puts work on somebody holds a key to its assignment and never a
    second copy of owner or due date. `planned` means decided on later: no mails, not among my tasks.
    """

    MOVES = MOVES

    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(_("Title"), max_length=160)
    assignee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("Responsible")
    )
    due_on = models.DateField(_("Due date"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    source_kind = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    # The one who asked for it: decides on more time and is told when it is done. None: the system.
    requested_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_confidential = models.BooleanField(default=False)
    is_critical = models.BooleanField(default=False)
    # The law sets the date: its steps count calendar days.
    is_statutory = models.BooleanField(default=False)
    # What the ladder had to say before this is not said: it was given, moved or reopened now.
    armed_at = models.DateTimeField(default=timezone.now)
    # When the next step of the ladder is due; an index range scan is the whole sweep.
    next_step_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    comment = models.TextField(_("Comment"), blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation", "assignee", "due_on", "id"], condition=Q(state="open"), name="assignment_mine"
            ),
            models.Index(fields=["organisation", "source_kind", "source_id"], name="assignment_source"),
            models.Index(fields=["organisation", "state", "due_on", "id"], name="assignment_due"),
            models.Index(fields=["organisation", "ended_at"], condition=Q(state="done"), name="assignment_ended"),
            models.Index(
                fields=["organisation", "next_step_at"],
                condition=Q(state="open", next_step_at__isnull=False),
                name="assignment_due_step",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(state__in=["done", "cancelled"]) & Q(ended_at__isnull=False))
                | (Q(state__in=["planned", "open"]) & Q(ended_at__isnull=True)),
                name="assignment_end_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk}"

    @property
    def is_overdue(self) -> bool:
        return self.state == State.OPEN and self.due_on < timezone.localdate()

    @property
    def open_offer(self) -> Optional["Offer"]:
        """The offer that nobody has taken; until somebody does, the assignee only answers for the work."""
        offer: Offer | None = getattr(self, "offer", None)
        return offer if offer is not None and offer.taken_at is None else None


class Offer(TenantModel):
    """That an assignment is offered to many: a group, a unit with everything below it, or those with a role.

    Who they are is worked out when asked (`hms.assignments.pool`). Whoever takes it becomes the assignee, and then
    it is like any other assignment, but that «not mine» gives it back to the same people.
    """

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="offer")
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Alone: those who work there. With a role: those who have the role there.
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    # Ids of people the case is about: they are never offered it.
    kept_from = ArrayField(models.BigIntegerField(), default=list)
    # Since when it has been free; a work given back is free anew.
    offered_at = models.DateTimeField(default=timezone.now)
    taken_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "group"], condition=Q(taken_at__isnull=True), name="offer_free_group"),
            models.Index(fields=["organisation", "unit"], condition=Q(taken_at__isnull=True), name="offer_free_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(group__isnull=False, unit__isnull=True, role="")
                | Q(group__isnull=True, unit__isnull=False, role="")
                | (Q(group__isnull=True) & ~Q(role="")),
                name="offer_to_one",
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True, taken_at__isnull=True)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="offer_taken_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"

    @property
    def target(self) -> Target:
        """Whom it is offered to."""
        return Target(group=self.group, unit=self.unit, role=self.role)

    @property
    def name(self) -> str:
        """What those it is offered to are called."""
        return self.target.name


class Helper(TenantModel):
    """A co-helper: sees the task and can say something about it; the assignee alone answers for it."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="helpers", db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    added_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["organisation", "employee"], name="helper_employee")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "assignment", "employee"], name="helper_once"),
        ]

    def __str__(self) -> str:
        return f"helper {self.pk}"


class ActionLink(TenantModel):
    """A personal link in a mail. Only the token's hash is stored; GET shows, POST acts."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="links")
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    # Not stored: ok, used, revoked or expired, as `selectors.resolve_link` found it.
    status: str = ""

    class Meta:
        indexes = [models.Index(fields=["organisation", "assignment"], name="action_link_assignment")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "token_hash"], name="action_link_token"),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"


class ExtensionRequest(TenantModel):
    """A wish for more time: a new date and a reason, answered by the one who asked for the work."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="extension_requests")
    requested_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField(default=timezone.now)
    old_due_on = models.DateField()
    new_due_on = models.DateField(_("New due date"))
    reason = models.TextField(_("Reason"))
    state = models.CharField(max_length=10, choices=ExtensionState.choices, default=ExtensionState.REQUESTED)
    decided_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)

    MOVES = {
        ExtensionState.REQUESTED: {ExtensionState.GRANTED, ExtensionState.DECLINED, ExtensionState.WITHDRAWN},
        ExtensionState.GRANTED: set(),
        ExtensionState.DECLINED: set(),
        ExtensionState.WITHDRAWN: set(),
    }

    class Meta:
        indexes = [models.Index(fields=["organisation", "assignment"], name="extension_assignment")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "assignment"],
                condition=Q(state="requested"),
                name="extension_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", decided_at__isnull=True)
                | (~Q(state="requested") & Q(decided_at__isnull=False)),
                name="extension_decision_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"extension {self.pk}"


class Note(TenantModel):
    """What somebody wrote about an assignment along the way.

    Kept here and not in the event log, which nobody may change: people's words must be possible to erase.
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="notes", db_index=False)
    kind = models.CharField(max_length=12, choices=NoteKind.choices)
    author = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.TextField(_("Comment"))
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["organisation", "assignment", "id"], name="note_assignment")]

    def __str__(self) -> str:
        return f"note {self.pk}"


class LadderStep(TenantModel):
    """One step of an organisation's own reminder ladder for a kind: when, and who is told.

    A kind without rows has the steps of `hms.assignments.library`.
    """

    kind = models.CharField(max_length=20, choices=Kind.choices)
    is_critical = models.BooleanField(default=False)
    anchor = models.CharField(max_length=5, choices=Anchor.choices, default=Anchor.DUE)
    # Working days from the anchor (calendar days for critical and statutory work); negative is before.
    offset_days = models.SmallIntegerField()
    recipient = models.CharField(max_length=20, choices=Recipient.choices)
    # A new step says nothing about mornings before it was made. None: it is as old as the ladder.
    active_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "is_critical", "anchor", "offset_days", "recipient"],
                name="ladder_step_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.anchor} {self.offset_days:+d} {self.recipient}"


class Reminder(TenantModel):
    """That a step was taken for a due date; a moved due date makes the step due again.

    It names what the step was, not its row: the ladder may change, what was done stays.
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="reminders")
    anchor = models.CharField(max_length=5, choices=Anchor.choices)
    offset_days = models.SmallIntegerField()
    recipient = models.CharField(max_length=20, choices=Recipient.choices)
    due_on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "assignment", "anchor", "offset_days", "recipient", "due_on"],
                name="reminder_once",
            ),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"


class SummarySchedule(TenantModel):
    """When the organisation's leaders get their next summary of a kind; made by the first sweep that looks.

    The serving role finds the organisations to open by `next_at`, without opening any.
    """

    kind = models.CharField(max_length=7, choices=SummaryKind.choices)
    # None: the organisation does not send them.
    next_at = models.DateTimeField(null=True)
    # The name of the last period that needs no telling any more: `2026-W48`, `2026-10`.
    last_period = models.CharField(max_length=8)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at", "organisation"], condition=Q(next_at__isnull=False), name="summary_schedule_next"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["organisation", "kind"], name="summary_schedule_once")]

    def __str__(self) -> str:
        return f"{self.kind} summary after {self.last_period}"


class SummaryRefusal(TenantModel):
    """That one leader does not want one kind of summary; nobody who wants them has a row."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=7, choices=SummaryKind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "employee", "kind"], name="summary_refusal_once")
        ]

    def __str__(self) -> str:
        return f"no {self.kind} summary for {self.employee_id}"


class CalendarFeed(TenantModel):
    """A secret address where a calendar program reads one person's open work. Only the token's hash is stored.

    When it was read last is not kept: a GET changes nothing, and nobody needs a trace of somebody's calendar.
    """

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "token_hash"], name="calendar_feed_token"),
            models.UniqueConstraint(
                fields=["organisation", "employee"], condition=Q(revoked_at__isnull=True), name="calendar_feed_one_live"
            ),
        ]

    def __str__(self) -> str:
        return f"calendar feed {self.pk}"
