"""Routines, their texts, and who reads them."""

from routines.models.adoptions import Adoption
from routines.models.drafts import Draft, Incoming, Review
from routines.models.law import Handbook, Point, PointRoutine, Requirement, RequirementRoutine
from routines.models.reading import Question, ReadingRequest, Receipt, RoutineClock
from routines.models.routines import Audience, Favourite, Routine
from routines.models.uses import Use
from routines.models.versions import Version

__all__ = [
    "Adoption",
    "Audience",
    "Draft",
    "Favourite",
    "Handbook",
    "Incoming",
    "Point",
    "PointRoutine",
    "Question",
    "ReadingRequest",
    "Receipt",
    "Requirement",
    "RequirementRoutine",
    "Review",
    "Routine",
    "RoutineClock",
    "Use",
    "Version",
]
