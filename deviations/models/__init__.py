"""Deviations and what belongs to a case, a module for each noun."""

from deviations.models.cases import (
    AccessGrant,
    Comment,
    Deviation,
    DeviationCounter,
    ImportBatch,
    WhyStep,
)
from deviations.models.categories import CaseCategory
from deviations.models.identity import HiddenReporter, IdentityGrant
from deviations.models.languages import CaseTranslation
from deviations.models.whistleblowing import (
    Reclassification,
    WhistleblowingReceiver,
    WhistleblowingSettings,
    WhistleblowingSubject,
)

__all__ = [
    "AccessGrant",
    "CaseCategory",
    "CaseTranslation",
    "Comment",
    "Deviation",
    "DeviationCounter",
    "HiddenReporter",
    "IdentityGrant",
    "ImportBatch",
    "Reclassification",
    "WhistleblowingReceiver",
    "WhistleblowingSettings",
    "WhistleblowingSubject",
    "WhyStep",
]
