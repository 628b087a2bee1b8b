"""The fishbone, and what it cost."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from deviations.enums import Cause
from deviations.models import Deviation
from hms.core.forms import HmsForm, VersionMixin

MOST_TEXT, MOST_EACH = 120, 6


class FishboneForm(VersionMixin, HmsForm):
    """What contributed, one cause on each line under its category."""

    def __init__(self, *args: Any, deviation: Deviation, **kwargs: Any) -> None:
        known: dict[str, list[str]] = {}
        for bone in deviation.bones.all():
            known.setdefault(bone.category, []).append(bone.text)
        initial = {category: "\n".join(texts) for category, texts in known.items()}
        super().__init__(*args, initial={**initial, "version": deviation.version}, **kwargs)
        for category, label in Cause.choices:
            self.fields[category] = forms.CharField(
                label=label, required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
            )
        self.fields[Cause.ROUTINE].help_text = _("One cause on each line.")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["bones"] = bones = {}
        for category in Cause.values:
            lines = [" ".join(line.split()) for line in (data.get(category) or "").splitlines()]
            texts = [line for line in lines if line]
            if any(len(text) > MOST_TEXT for text in texts):
                self.add_error(
                    category,
                    ValidationError(_("Write at most %(most)d characters on a line."), params={"most": MOST_TEXT}),
                )
            if len(texts) > MOST_EACH:
                self.add_error(
                    category, ValidationError(_("Choose the %(most)d most important ones."), params={"most": MOST_EACH})
                )
            if texts:
                bones[category] = texts
        return data


class CostForm(HmsForm):
    """Estimates, both optional."""

    amount = forms.IntegerField(
        label=_("Cost in kroner"), required=False, min_value=0, max_value=2_000_000_000,
        help_text=_("Damage, lost production, overtime. What the actions cost is counted by itself."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    lost_days = forms.IntegerField(
        label=_("Lost working days"), required=False, min_value=0, max_value=30_000,
        help_text=_("Absence because of this, for all together. Nothing about who or why."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip

    def __init__(self, *args: Any, deviation: Deviation, **kwargs: Any) -> None:
        cost = getattr(deviation, "cost", None)
        if cost is not None:
            kwargs.setdefault("initial", {"amount": cost.amount, "lost_days": cost.lost_days})
        super().__init__(*args, **kwargs)
