"""What to do with many cases at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deviations.selectors import category_choices
from hms.core.forms import HmsForm, IdempotentMixin
from hms.organisations.forms.fields import PersonField
from hms.organisations.selectors import employed


class BulkAssignForm(IdempotentMixin, HmsForm):
    """Who shall have them."""

    to = PersonField(label=_("Who shall handle them?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].offer(employed())


class BulkCategoryForm(IdempotentMixin, HmsForm):
    """What category they have in common."""

    category = forms.ChoiceField(label=_("Category"), choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", _("Choose …")), *category_choices()]
