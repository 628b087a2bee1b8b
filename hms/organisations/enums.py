from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Roles that an employee holds from a date to a date (domain.md section 3)."""

    MANAGER = "manager", _("Manager")
    HSE_MANAGER = "hse_manager", _("HSE manager")
    SAFETY_REP = "safety_rep", _("Safety representative")
    SENIOR_SAFETY_REP = "senior_safety_rep", _("Senior safety representative")
    COMMITTEE_MEMBER = "committee_member", _("Working environment committee member")
    TOP_LEADER = "top_leader", _("Top leader")
    ADMINISTRATOR = "administrator", _("Administrator")
    CONSULTANT = "consultant", _("Occupational health consultant")
    INSPECTOR = "inspector", _("Inspector (read only)")


# Roles that mean nothing without the place they are held for.
UNIT_ROLES = {Role.MANAGER}
AREA_ROLES = {Role.SAFETY_REP}
# The staff elects them (aml. § 6-1): nobody gives these away.
ELECTED_ROLES = {Role.SAFETY_REP, Role.SENIOR_SAFETY_REP}
# Guests: the role must have an end.
EXPIRING_ROLES = {Role.CONSULTANT, Role.INSPECTOR}


class InvitationState(models.TextChoices):
    WAITING = "waiting", _("Being sent")
    SENT = "sent", _("Sent")
    BOUNCED = "bounced", _("Did not arrive")
    ACCEPTED = "accepted", _("Accepted")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class OfferState(models.TextChoices):
    """How an invitation to belong under a parent organisation stands."""

    WAITING = "waiting", _("Waits for an answer")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("They said no")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ImportKind(models.TextChoices):
    """What the rows of an uploaded table are."""

    UNITS = "units", _("Units")
    PEOPLE = "people", _("People")
