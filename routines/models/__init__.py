"""Routines, their texts, and who reads them."""

from routines.models.adoptions import Adoption
from routines.models.drafts import Draft, Review
from routines.models.reading import Question, ReadingRequest, Receipt, RoutineClock
from routines.models.routines import Audience, Favourite, Routine
from routines.models.versions import Version

__all__ = [
    "Adoption",
    "Audience",
    "Draft",
    "Favourite",
    "Question",
    "ReadingRequest",
    "Receipt",
    "Review",
    "Routine",
    "RoutineClock",
    "Version",
]
