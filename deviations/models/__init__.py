"""Deviations and what belongs to a case, a module for each noun."""

from deviations.models.cases import (
    AccessGrant,
    Comment,
    Deviation,
    DeviationCounter,
    ImportBatch,
    WhyStep,
)
from deviations.models.saved_views import SavedView, StartView, ViewSubscription

__all__ = [
    "AccessGrant",
    "Comment",
    "Deviation",
    "DeviationCounter",
    "ImportBatch",
    "SavedView",
    "StartView",
    "ViewSubscription",
    "WhyStep",
]
