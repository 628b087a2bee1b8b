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
from deviations.models.languages import CaseTranslation

__all__ = [
    "AccessGrant",
    "CaseCategory",
    "CaseTranslation",
    "Comment",
    "Deviation",
    "DeviationCounter",
    "ImportBatch",
    "WhyStep",
]
