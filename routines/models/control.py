"""The control question as columns: of a draft, where it may be half written, and of a version, where it is whole."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from routines.control import FEWEST_ANSWERS, MOST_ANSWERS, Control

# What a text takes along when it becomes another: a draft of a version, a version of a draft.
FIELDS = ("control_question", "control_answers", "control_right", "control_why")
# All of it or nothing: a question that nobody could answer would let nobody confirm.
WHOLE = Q(control_question="", control_answers__len=0, control_right__isnull=True, control_why="") | (
    ~Q(control_question="")
    & Q(
        control_answers__len__gte=FEWEST_ANSWERS,
        control_answers__len__lte=MOST_ANSWERS,
        control_right__isnull=False,
        control_right__lt=F("control_answers__len"),
    )
    & ~Q(control_answers__contains=[""])
)


class WithControl(models.Model):
    """A text that may have a control question (`routines.control`)."""

    control_question = models.CharField(max_length=300, blank=True, default="", db_default="")
    control_answers = ArrayField(models.CharField(max_length=200), default=list, db_default=[])
    # Place of the right one, from 0.
    control_right = models.PositiveSmallIntegerField(null=True)
    control_why = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        abstract = True

    @property
    def control(self) -> Control:
        """The question, as far as it is written; false when there is none."""
        return Control(self.control_question, tuple(self.control_answers), self.control_right, self.control_why)

    def control_fields(self) -> dict[str, Any]:
        """The columns by name, for the text that this one becomes."""
        return {name: getattr(self, name) for name in FIELDS}
