"""Deviations and what belongs to a case, a module for each noun."""

from deviations.models.bulk import BulkChange
from deviations.models.cases import (
    AccessGrant,
    Comment,
    Deviation,
    DeviationCounter,
    ImportBatch,
    WhyStep,
)
from deviations.models.categories import (
    CaseCategory,
)
from deviations.models.causes import (
    CaseCost,
    ContributingCause,
)
from deviations.models.examples import (
    GoodExample,
    ThumbUp,
)
from deviations.models.hearings import Hearing
from deviations.models.identity import (
    HiddenReporter,
    IdentityGrant,
)
from deviations.models.injuries import (
    HoursWorked,
    Injury,
    NavReport,
    Notice,
    NoticeList,
)
from deviations.models.languages import (
    CaseTranslation,
)
from deviations.models.links import CaseLink, MissedAction, SplitOff
from deviations.models.ratings import (
    Rating,
)
from deviations.models.saved_views import (
    SavedView,
    StartView,
    ViewSubscription,
)
from deviations.models.stopping import WorkStop
from deviations.models.whistleblowing import (
    Reclassification,
    WhistleblowingReceiver,
    WhistleblowingSettings,
    WhistleblowingSubject,
)

__all__ = [
    "AccessGrant",
    "BulkChange",
    "CaseCategory",
    "CaseCost",
    "CaseLink",
    "CaseTranslation",
    "Comment",
    "ContributingCause",
    "Deviation",
    "DeviationCounter",
    "GoodExample",
    "Hearing",
    "HiddenReporter",
    "HoursWorked",
    "IdentityGrant",
    "ImportBatch",
    "Injury",
    "MissedAction",
    "NavReport",
    "Notice",
    "NoticeList",
    "Rating",
    "Reclassification",
    "SavedView",
    "SplitOff",
    "StartView",
    "ThumbUp",
    "ViewSubscription",
    "WhistleblowingReceiver",
    "WhistleblowingSettings",
    "WhistleblowingSubject",
    "WhyStep",
    "WorkStop",
]
