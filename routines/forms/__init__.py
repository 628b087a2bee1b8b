"""Forms of routines. They validate; services decide and write."""

from routines.forms.drafts import (
    ApproveForm,
    DraftForm,
    FilesForm,
    NewRoutineForm,
    PlaceForm,
    ReasonForm,
    ReviewForm,
    SendForm,
)
from routines.forms.exchange import BringForm, FormatForm, TakeOverForm
from routines.forms.filters import FilterForm
from routines.forms.keeping import AudienceForm, RoutineForm, StillRightForm
from routines.forms.reading import AnswerForm, PaperForm, QuestionForm

__all__ = [
    "AnswerForm",
    "ApproveForm",
    "AudienceForm",
    "BringForm",
    "DraftForm",
    "FilesForm",
    "FilterForm",
    "FormatForm",
    "NewRoutineForm",
    "PaperForm",
    "PlaceForm",
    "QuestionForm",
    "ReasonForm",
    "ReviewForm",
    "RoutineForm",
    "SendForm",
    "StillRightForm",
    "TakeOverForm",
]
