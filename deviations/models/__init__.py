"""Deviations and what belongs to a case, a module for each noun."""

from deviations.models.cases import (
    AccessGrant,
    Comment,
    Deviation,
    DeviationCounter,
    ImportBatch,
    WhyStep,
)
from deviations.models.causes import CaseCost, ContributingCause
from deviations.models.examples import GoodExample, ThumbUp
from deviations.models.ratings import Rating

__all__ = [
    "AccessGrant",
    "CaseCost",
    "Comment",
    "ContributingCause",
    "Deviation",
    "DeviationCounter",
    "GoodExample",
    "ImportBatch",
    "Rating",
    "ThumbUp",
    "WhyStep",
]
