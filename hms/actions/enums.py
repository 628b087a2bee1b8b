from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SENT = "sent", _("With the safety representative")
    DECIDED = "decided", _("Decided")
    RUNNING = "running", _("In progress")
    DONE = "done", _("Done")
    EFFECT_CHECKED = "effect_checked", _("Effect checked")
    CLOSED = "closed", _("Closed")


# A material change of a sent plan takes it back to draft; a new action on a done plan reopens it.
PLAN_MOVES: dict[str, set[str]] = {
    PlanState.DRAFT: {PlanState.SENT, PlanState.DECIDED},
    PlanState.SENT: {PlanState.DRAFT, PlanState.DECIDED},
    PlanState.DECIDED: {PlanState.RUNNING, PlanState.DRAFT},
    PlanState.RUNNING: {PlanState.DONE, PlanState.DRAFT},
    PlanState.DONE: {PlanState.EFFECT_CHECKED, PlanState.CLOSED, PlanState.DRAFT},
    PlanState.EFFECT_CHECKED: {PlanState.CLOSED, PlanState.DRAFT},
    PlanState.CLOSED: {PlanState.DRAFT},
}


class ActionKind(models.TextChoices):
    IMMEDIATE = "immediate", _("Immediate measure")
    CORRECTIVE = "corrective", _("Corrective action")
    PREVENTIVE = "preventive", _("Preventive action")


class ControlLevel(models.IntegerChoices):
    """The hierarchy of controls, strongest first (domain.md section 4)."""

    REMOVE = 1, _("Remove the hazard")
    SUBSTITUTE = 2, _("Replace with something safer")
    TECHNICAL = 3, _("Technical measure")
    ORGANISATIONAL = 4, _("Organisation, training, routine")
    PROTECTIVE_EQUIPMENT = 5, _("Personal protective equipment")


class Opinion(models.TextChoices):
    """The safety representative's statement; the law gives consultation, not a veto (aml. § 6-2)."""

    APPROVE = "approve", _("Approves the plan")
    REQUEST_CHANGES = "request_changes", _("Asks for a change")
    DISAGREE = "disagree", _("Disagrees")


class Effect(models.TextChoices):
    UNKNOWN = "", _("Not checked")
    EFFECTIVE = "effective", _("It worked")
    PARTLY = "partly", _("It worked in part")
    INEFFECTIVE = "ineffective", _("It did not work")
