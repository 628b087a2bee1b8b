"""The plan, its actions, and the safety representative's statements."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.actions.enums import PLAN_MOVES, ActionKind, ControlLevel, Effect, Opinion, PlanState
from hms.assignments.models import Assignment
from hms.audit.history import history
from hms.organisations.models import Employee, Unit
from hms.tenancy.models import TenantModel


class ActionPlan(TenantModel):
    """An anchor for actions (handlingsplan). Domain objects own one through `HasActionPlan`.

    `version` counts material changes; a statement is bound to the version it was given on.
    """

    MOVES = PLAN_MOVES

    source_kind = models.CharField(max_length=60)
    title = models.CharField(max_length=160)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The one who answers for the plan: decides, grants more time, checks the effect.
    owner = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_confidential = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=PlanState.choices, default=PlanState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Why the plan was decided without (or against) a statement on this version.
    decision_reason = models.TextField(_("Reason"), blank=True)
    statement_assignment = models.OneToOneField(
        Assignment, null=True, on_delete=models.PROTECT, related_name="statement_plan"
    )
    effect_assignment = models.OneToOneField(
        Assignment, null=True, on_delete=models.PROTECT, related_name="effect_plan"
    )
    effect = models.CharField(max_length=12, choices=Effect.choices, blank=True, default=Effect.UNKNOWN)
    effect_note = models.TextField(_("What did you see?"), blank=True)
    effect_checked_at = models.DateTimeField(null=True)
    effect_checked_by = models.ForeignKey(
        Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    history = history()

    class Meta:
        verbose_name = _("action plan")
        indexes = [models.Index(fields=["organisation", "state"], name="plan_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "running", "done", "effect_checked", "closed"])
                | Q(decided_at__isnull=False),
                name="plan_decided_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="effect_checked") | Q(effect_checked_at__isnull=False),
                name="plan_effect_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}"


class HasActionPlan(models.Model):
    """Mixin of a domain object that may have an action plan."""

    plan = models.OneToOneField(ActionPlan, null=True, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True


class Action(TenantModel):
    """One measure (tiltak). Who, when and whether it is done are on its assignment."""

    plan = models.ForeignKey(ActionPlan, on_delete=models.PROTECT, related_name="actions", db_index=False)
    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="action")
    title = models.CharField(_("What is to be done?"), max_length=160)
    kind = models.CharField(_("Kind"), max_length=12, choices=ActionKind.choices, default=ActionKind.CORRECTIVE)
    control_level = models.PositiveSmallIntegerField(
        _("How strong is it?"), choices=ControlLevel.choices, null=True, blank=True
    )
    # Whole kroner; Norwegian budgets have no øre.
    cost = models.PositiveIntegerField(_("Cost in kroner"), null=True, blank=True)
    created_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    history = history()

    # Not stored: what can be made of it when it is overdue, for the page that shows it (`hms.actions.overdue`).
    way_on: object = None

    class Meta:
        verbose_name = _("action")
        indexes = [models.Index(fields=["organisation", "plan", "id"], name="action_plan")]

    def __str__(self) -> str:
        return f"action {self.pk}"


class Statement(TenantModel):
    """The safety representative's statement on one version of a plan, and the employer's reply."""

    plan = models.ForeignKey(ActionPlan, on_delete=models.PROTECT, related_name="statements", db_index=False)
    plan_version = models.PositiveIntegerField()
    given_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    given_at = models.DateTimeField(default=timezone.now)
    opinion = models.CharField(max_length=20, choices=Opinion.choices)
    comment = models.TextField(_("Comment"), blank=True)
    reply = models.TextField(_("The employer's reply"), blank=True)
    replied_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    replied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("statement")
        indexes = [models.Index(fields=["organisation", "plan", "-id"], name="statement_plan")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "plan", "plan_version"], name="statement_once_per_version"),
            models.CheckConstraint(
                condition=(Q(reply="") & Q(replied_at__isnull=True)) | (~Q(reply="") & Q(replied_at__isnull=False)),
                name="statement_reply_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"statement {self.pk}"
