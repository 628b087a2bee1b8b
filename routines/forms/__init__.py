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
from routines.forms.filters import FilterForm
from routines.forms.keeping import AudienceForm, RoutineForm, StillRightForm
from routines.forms.library import AdoptForm, MergeForm
from routines.forms.reading import AnswerForm, PaperForm, QuestionForm

__all__ = [
    "AdoptForm",
    "AnswerForm",
    "ApproveForm",
    "AudienceForm",
    "DraftForm",
    "FilesForm",
    "FilterForm",
    "MergeForm",
    "NewRoutineForm",
    "PaperForm",
    "PlaceForm",
    "QuestionForm",
    "ReasonForm",
    "ReviewForm",
    "RoutineForm",
    "SendForm",
    "StillRightForm",
]
