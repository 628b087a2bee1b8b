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
from deviations.models.saved_views import SavedView, StartView, ViewSubscription

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
    "SavedView",
    "StartView",
    "ThumbUp",
    "ViewSubscription",
    "WhyStep",
]
