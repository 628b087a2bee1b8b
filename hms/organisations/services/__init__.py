"""The only writers of the organisation's tables. Every function writes events to the audit log.

`by` is the employee who acts; None is the system (a command).
"""

from hms.organisations.services.absences import change_absence, register_absence, remove_absence
from hms.organisations.services.affiliations import (
    accept_affiliation,
    end_affiliation,
    offer_affiliation,
    refuse_affiliation,
    withdraw_affiliation_offer,
)
from hms.organisations.services.areas import change_safety_area, create_safety_area, remove_safety_area
from hms.organisations.services.creation import create_organisation
from hms.organisations.services.employees import (
    add_employee,
    change_employee,
    end_employment,
    resume_employment,
)
from hms.organisations.services.groups import (
    add_member,
    change_group,
    create_group,
    remove_member,
    retire_group,
    reuse_group,
)
from hms.organisations.services.invitations import accept_invitation, invite, withdraw_invitation
from hms.organisations.services.roles import change_role, end_role, grant_role, hand_over_role
from hms.organisations.services.setup import add_quiet_period, change_organisation, remove_quiet_period
from hms.organisations.services.units import (
    change_unit,
    create_unit,
    move_unit,
    renew_report_token,
    retire_unit,
    reuse_unit,
)

__all__ = [
    "accept_affiliation",
    "accept_invitation",
    "add_employee",
    "add_member",
    "add_quiet_period",
    "change_absence",
    "change_employee",
    "change_group",
    "change_organisation",
    "change_role",
    "change_safety_area",
    "change_unit",
    "create_group",
    "create_organisation",
    "create_safety_area",
    "create_unit",
    "end_affiliation",
    "end_employment",
    "end_role",
    "grant_role",
    "hand_over_role",
    "invite",
    "move_unit",
    "offer_affiliation",
    "refuse_affiliation",
    "register_absence",
    "remove_absence",
    "remove_member",
    "remove_quiet_period",
    "remove_safety_area",
    "renew_report_token",
    "resume_employment",
    "retire_group",
    "retire_unit",
    "reuse_group",
    "reuse_unit",
    "withdraw_affiliation_offer",
    "withdraw_invitation",
]
