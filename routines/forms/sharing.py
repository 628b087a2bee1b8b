"""Sharing a routine with those who belong under us."""

from django import forms
from django.utils.translation import gettext_lazy as _

from hms.core.forms import HmsForm


class ShareForm(HmsForm):
    """That somebody has seen what goes along. Asked for twice where the text names people."""

    is_wanted = forms.BooleanField(
        label=_("Share with the subsidiaries"),
        error_messages={"required": _("Tick the box to share it, or cancel.")},
    )
    with_names = forms.BooleanField(
        label=_("The names may be read by them"),
        error_messages={"required": _("Say that the names may be read by the subsidiaries, or take them out first.")},
    )

    def __init__(self, *args: object, has_names: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not has_names:
            del self.fields["with_names"]
