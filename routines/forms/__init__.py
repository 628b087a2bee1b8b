"""Forms of routines. They validate; services decide and write."""

from routines.forms.control import ConfirmForm
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
from routines.forms.law import AdoptLawsForm, CheckForm, GoalsForm, PointForm, RequirementForm
from routines.forms.library import AdoptForm, MergeForm
from routines.forms.reading import AnswerForm, PaperForm, QuestionForm
from routines.forms.sharing import ShareForm

__all__ = [
    "AdoptForm",
    "AdoptLawsForm",
    "AnswerForm",
    "ApproveForm",
    "AudienceForm",
    "BringForm",
    "CheckForm",
    "ConfirmForm",
    "DraftForm",
    "FilesForm",
    "FilterForm",
    "FormatForm",
    "GoalsForm",
    "MergeForm",
    "NewRoutineForm",
    "PaperForm",
    "PlaceForm",
    "PointForm",
    "QuestionForm",
    "ReasonForm",
    "RequirementForm",
    "ReviewForm",
    "RoutineForm",
    "SendForm",
    "ShareForm",
    "StillRightForm",
    "TakeOverForm",
]
