"""Deviations and what belongs to a case, a module for each noun."""

from deviations.models.cases import (
    AccessGrant,
    Comment,
    Deviation,
    DeviationCounter,
    ImportBatch,
    WhyStep,
)

__all__ = [
    "AccessGrant",
    "Comment",
    "Deviation",
    "DeviationCounter",
    "ImportBatch",
    "WhyStep",
]
