"""Routines, their texts, and who reads them."""

from routines.models.adoptions import Adoption
from routines.models.counts import Opening, WrongAnswers
from routines.models.drafts import Draft, Incoming, Review
from routines.models.law import Handbook, Point, PointRoutine, Requirement, RequirementRoutine
from routines.models.reading import Question, ReadingRequest, Receipt, RoutineClock
from routines.models.routines import Audience, Favourite, Routine
from routines.models.sharing import SharedEdition
from routines.models.translations import Translation
from routines.models.uses import Use
from routines.models.versions import Version
from routines.models.words import Word

__all__ = [
    "Adoption",
    "Audience",
    "Draft",
    "Favourite",
    "Handbook",
    "Incoming",
    "Opening",
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
    "SharedEdition",
    "Translation",
    "Use",
    "Version",
    "Word",
    "WrongAnswers",
]
