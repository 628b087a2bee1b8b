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
from deviations.forms.saved_views import FollowForm, ViewForm

__all__ = [
    "SEVERITY_WORDS",
    "CauseForm",
    "CommentForm",
    "DetailsForm",
    "DownloadForm",
    "FilterForm",
    "FollowForm",
    "MessageForm",
    "PersonForm",
    "ReceiptCodeForm",
    "ReportForm",
    "TriageForm",
    "UnitField",
    "ViewForm",
]
