"""Routines, their texts, and who reads them."""

from routines.models.drafts import Draft, Incoming, Review
from routines.models.reading import Question, ReadingRequest, Receipt, RoutineClock
from routines.models.routines import Audience, Favourite, Routine
from routines.models.versions import Version

__all__ = [
    "Audience",
    "Draft",
    "Favourite",
    "Incoming",
    "Question",
    "ReadingRequest",
    "Receipt",
    "Review",
    "Routine",
    "RoutineClock",
    "Version",
]
