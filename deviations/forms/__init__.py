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
from deviations.forms.whistleblowing import (
    MakeWhistleblowingForm,
    ReasonForm,
    ReceiverForm,
    SubjectForm,
    WishesForm,
)

__all__ = [
    "SEVERITY_WORDS",
    "CauseForm",
    "CommentForm",
    "DetailsForm",
    "FilterForm",
    "MakeWhistleblowingForm",
    "MessageForm",
    "PersonForm",
    "ReasonForm",
    "ReceiptCodeForm",
    "ReceiverForm",
    "ReportForm",
    "SubjectForm",
    "TriageForm",
    "UnitField",
    "WishesForm",
]
