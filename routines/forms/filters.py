"""Finding routines."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hms.core.forms import HmsForm
from hms.organisations.enums import Role
from hms.organisations.models import Unit
from hms.organisations.selectors import in_tree_order
from routines.enums import Category

# `?vis=`: which routines.
ALL, MINE, FAVOURITES, NEWEST, DRAFTS, ARCHIVE = "", "meg", "favoritter", "nye", "utkast", "arkiv"
# A page of its own among the same tabs.
LIBRARY = "bibliotek"


class FilterForm(HmsForm):
    """Words, what it is about, where, and for which role. What does not fit is left out."""

    q = forms.CharField(required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"}))
    category = forms.ChoiceField(label=_("About"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    role = forms.ChoiceField(label=_("For"), required=False)
    vis = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[(name, name) for name in (ALL, MINE, FAVOURITES, NEWEST, DRAFTS, ARCHIVE)]
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = in_tree_order(Unit.objects.filter(is_active=True))
        self.fields["category"].choices = [("", _("Everything")), *Category.choices]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            ("", _("All units")),
            *((str(unit.pk), "\u2003" * max(0, len(unit.path) - 1) + unit.name) for unit in units),
        ]
        self.fields["role"].choices = [("", _("All roles")), *Role.choices]  # type: ignore[attr-defined]
