"""The organisation, its unit tree, its people and their dated roles; and which organisation belongs to which."""

from hms.organisations.models.affiliations import Affiliation, AffiliationOffer
from hms.organisations.models.core import (
    DEFAULT_ACCENT,
    Absence,
    Employee,
    Group,
    GroupMember,
    Invitation,
    Membership,
    Organisation,
    PeopleImport,
    QuietPeriod,
    RoleHolding,
    SafetyArea,
    SafetyAreaUnit,
    Unit,
)

__all__ = [
    "DEFAULT_ACCENT",
    "Absence",
    "Affiliation",
    "AffiliationOffer",
    "Employee",
    "Group",
    "GroupMember",
    "Invitation",
    "Membership",
    "Organisation",
    "PeopleImport",
    "QuietPeriod",
    "RoleHolding",
    "SafetyArea",
    "SafetyAreaUnit",
    "Unit",
]
