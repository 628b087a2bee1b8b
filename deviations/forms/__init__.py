"""What people fill in about cases, a module for each noun."""

from deviations.forms.cases import (
    SEVERITY_WORDS,
    CauseForm,
    CommentForm,
    DetailsForm,
    FilterForm,
    MessageForm,
    PersonForm,
    ReceiptCodeForm,
    ReportForm,
    TriageForm,
    UnitField,
)
from deviations.forms.downloads import DownloadForm
from deviations.forms.offline import OfflineForm
from deviations.forms.posters import PosterForm
from deviations.forms.saved_views import FollowForm, ViewForm
from deviations.forms.sorting import CategoryForm, TranslationForm
from deviations.forms.whistleblowing import (
    MakeWhistleblowingForm,
    ReasonForm,
    ReceiverForm,
    SubjectForm,
    WishesForm,
)

__all__ = [
    "SEVERITY_WORDS",
    "CategoryForm",
    "CauseForm",
    "CommentForm",
    "DetailsForm",
    "DownloadForm",
    "FilterForm",
    "FollowForm",
    "MakeWhistleblowingForm",
    "MessageForm",
    "OfflineForm",
    "PersonForm",
    "PosterForm",
    "ReasonForm",
    "ReceiptCodeForm",
    "ReceiverForm",
    "ReportForm",
    "SubjectForm",
    "TranslationForm",
    "TriageForm",
    "UnitField",
    "ViewForm",
    "WishesForm",
]
