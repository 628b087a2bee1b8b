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

__all__ = [
    "SEVERITY_WORDS",
    "CauseForm",
    "CommentForm",
    "DetailsForm",
    "FilterForm",
    "MessageForm",
    "PersonForm",
    "ReceiptCodeForm",
    "ReportForm",
    "TriageForm",
    "UnitField",
]
