"""Forms of plans."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.actions import sources
from hms.actions.enums import ActionKind, ControlLevel, Effect, Opinion
from hms.actions.models import Action, ActionPlan
from hms.assignments.fields import TargetField
from hms.core.forms import ChoiceCards, HmsForm, VersionMixin
from hms.organisations.forms.fields import PersonField
from hms.organisations.models import Employee
from hms.organisations.selectors import employed


class ActionForm(HmsForm):
    """One action: what, who, when; the rest is optional."""

    title = forms.CharField(label=_("What is to be done?"), max_length=160)
    responsible = PersonField(label=_("Who does it?"), required=False)
    offered_to = TargetField(
        label=_("Or: one of several?"),
        required=False,
        help_text=_("All of them are told, and one takes it. Until then the manager answers for it, or you."),
    )
    due_on = forms.DateField(label=_("Due date"), widget=forms.DateInput)
    kind = forms.ChoiceField(label=_("Kind"), choices=ActionKind.choices, initial=ActionKind.CORRECTIVE)
    control_level = forms.TypedChoiceField(
        label=_("How strong is it?"),
        choices=[("", "—"), *ControlLevel.choices],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("The higher on the list, the better it protects."),
    )
    cost = forms.IntegerField(label=_("Cost in kroner"), min_value=0, max_value=1_000_000_000, required=False)

    def __init__(self, *args: Any, plan: ActionPlan, action: Action | None = None, **kwargs: Any) -> None:
        if action is not None:
            kwargs.setdefault(
                "initial",
                {
                    "title": action.title,
                    "responsible": None if action.assignment.open_offer else action.assignment.assignee_id,
                    "offered_to": action.assignment.open_offer.target if action.assignment.open_offer else None,
                    "due_on": action.assignment.due_on,
                    "kind": action.kind,
                    "control_level": action.control_level,
                    "cost": action.cost,
                },
            )
        super().__init__(*args, **kwargs)
        self.unchanged_due_on = action.assignment.due_on if action else None
        self.fields["responsible"].offer(employed().exclude(pk__in=sources.get(plan.source_kind).kept_from(plan)))
        if plan.is_confidential:
            # What is confidential is given to one person who may know.
            del self.fields["offered_to"]
        else:
            # One of the two is needed, so neither is said to be optional.
            self.fields["responsible"].is_conditional = self.fields["offered_to"].is_conditional = True
            self.fields["offered_to"].offer(also=action.assignment.open_offer if action else None)
        self.fields["due_on"].initial = timezone.localdate() + datetime.timedelta(days=14)

    def clean_due_on(self) -> datetime.date:
        due_on = self.cleaned_data["due_on"]
        if due_on < timezone.localdate() and due_on != self.unchanged_due_on:
            raise ValidationError(_("The due date is past. Choose today or later."))
        return due_on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        person, many = data.get("responsible"), data.get("offered_to")
        if person and many:
            self.add_error("offered_to", _("Choose one person, or some of whom one takes it, not both."))
        elif not person and not many and not self.errors.keys() & {"responsible", "offered_to"}:
            self.add_error("responsible", _("Choose who does it."))
        return data


class StatementForm(VersionMixin, HmsForm):
    """The safety representative's statement, on the version of the plan that was read."""

    opinion = forms.ChoiceField(
        label=_("What is your statement?"),
        choices=Opinion.choices,
        widget=ChoiceCards(
            descriptions={
                Opinion.APPROVE: _("The manager can decide the plan"),
                Opinion.REQUEST_CHANGES: _("The plan goes back to the manager with your comment"),
                Opinion.DISAGREE: _("Your disagreement is kept, and the manager must reply before deciding"),
            }
        ),
    )
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("opinion") in {Opinion.REQUEST_CHANGES, Opinion.DISAGREE} and not data.get("comment"):
            self.add_error("comment", _("Write what should be different."))
        return data


class ReplyForm(HmsForm):
    """The employer's reply to a disagreement."""

    reply = forms.CharField(label=_("Your reply"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


class DecisionForm(HmsForm):
    """Decide the plan; with a reason when there is no statement on it."""

    reason = forms.CharField(
        label=_("Why is it decided without a statement?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_reason:
            del self.fields["reason"]


class EffectForm(HmsForm):
    """Did it work?"""

    effect = forms.ChoiceField(
        label=_("Did the actions work?"),
        choices=[choice for choice in Effect.choices if choice[0]],
        widget=ChoiceCards,
    )
    note = forms.CharField(
        label=_("What did you see?"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class SafetyRepForm(HmsForm):
    """Which safety representative the plan goes to, when there is more than one."""

    to = forms.ModelChoiceField(label=_("Safety representative"), queryset=Employee.objects.none(), empty_label=None)

    def __init__(self, *args: Any, reps: list[Employee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = Employee.objects.filter(pk__in=[rep.pk for rep in reps])
        self.fields["to"].initial = reps[0].pk if reps else None
