"""Naming a filter, sharing it, following it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deviations.enums import Frequency
from deviations.models import SavedView
from deviations.services.saved_views import MOST_VIEWS
from hms.core.forms import HmsForm
from hms.organisations.enums import Role
from hms.organisations.models import Employee

OWN, ALL, SOME = "own", "all", "roles"


class FollowForm(HmsForm):
    """What somebody wants of a view: to begin with it, to be told what is new in it."""

    is_start = forms.BooleanField(label=_("Open the list with this view"), required=False)
    frequency = forms.ChoiceField(
        label=_("Tell me what is new"),
        required=False,
        choices=[("", _("No")), *Frequency.choices],
        help_text=_("Numbers and case numbers only, in your daily e-mail. Confidential cases are not in it."),
    )


class ViewForm(FollowForm):
    """A view of one's own; whoever may share says with whom."""

    name = forms.CharField(
        label=_("Name"), max_length=60, error_messages={"required": _("Give the view a name.")}
    )  # fmt: skip
    audience = forms.ChoiceField(
        label=_("Who shall have this view?"),
        choices=[(OWN, _("Only me")), (SOME, _("Those with certain roles")), (ALL, _("Everybody"))],
        widget=forms.RadioSelect,
        help_text=_("Everybody sees only the cases they may see."),
    )
    for_roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ["name", "audience", "for_roles", "is_start", "frequency"]

    def __init__(self, *args: Any, owner: Employee, may_share: bool, view: SavedView | None = None, **kwargs: Any):
        if view is not None:
            audience = ALL if view.is_for_all else SOME if view.for_roles else OWN
            kwargs["initial"] = {
                "name": view.name, "audience": audience, "for_roles": view.for_roles, **kwargs.get("initial", {})
            }  # fmt: skip
        else:
            kwargs.setdefault("initial", {"audience": OWN})
        super().__init__(*args, **kwargs)
        self.owner, self.view = owner, view
        self.fields["for_roles"].is_conditional = True  # type: ignore[attr-defined]
        if not may_share:
            del self.fields["audience"], self.fields["for_roles"]

    def clean_name(self) -> str:
        # A name is one line, in tabs and in mails.
        name = " ".join(self.cleaned_data["name"].split())
        others = SavedView.objects.filter(owner=self.owner).exclude(pk=self.view.pk if self.view else None)
        if others.filter(name=name).exists():
            raise forms.ValidationError(_("You have a view with this name. Choose another one."))
        if self.view is None and others.count() >= MOST_VIEWS:
            raise forms.ValidationError(
                _("You have %(count)d views. Remove one before you save another.") % {"count": MOST_VIEWS}
            )
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("audience") == SOME and not data.get("for_roles"):
            self.add_error("for_roles", _("Choose at least one role."))
        return data

    def sharing(self) -> dict[str, Any]:
        """With whom, as the service wants it; nothing for those who may not share."""
        if "audience" not in self.fields:
            return {}
        audience = self.cleaned_data["audience"]
        return {
            "is_for_all": audience == ALL,
            "for_roles": self.cleaned_data["for_roles"] if audience == SOME else [],
        }
