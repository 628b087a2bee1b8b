"""A new organisation. Runs as the database's owner: the serving role may not add organisations."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from hms.accounts.models import User
from hms.audit.services import record
from hms.organisations.converters import RESERVED_SLUGS
from hms.organisations.enums import Role
from hms.organisations.errors import Refused
from hms.organisations.models import Employee, Invitation, Organisation
from hms.organisations.services._writing import via
from hms.organisations.services.employees import add_employee
from hms.organisations.services.invitations import invite
from hms.organisations.services.roles import grant_role
from hms.organisations.services.units import create_unit
from hms.tenancy.scope import tenant


@transaction.atomic
def create_organisation(
    *,
    name: str,
    slug: str,
    given_name: str,
    family_name: str,
    email: str,
    organisation_number: str = "",
    language: str = "nb",
    send: bool = True,
) -> tuple[Organisation, Employee, Invitation | None]:
    """Make an organisation with its top unit and its first administrator.

    Effects: organisation, unit, employee, role, events; an invitation to the administrator (a user who has a
    sign-in from before is linked at once, and then there is none).

    Raises:
        Refused: when the address is taken or reserved, or something is not valid.
    """
    if slug in RESERVED_SLUGS:
        raise Refused(_("The address “%(slug)s” is reserved.") % {"slug": slug}, field="slug")
    organisation = Organisation(name=name, slug=slug, organisation_number=organisation_number, language=language)
    try:
        organisation.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    organisation.save()
    with tenant(organisation):
        record("organisation.created", organisation, by=None, via=via(None))
        unit = create_unit(name=name, parent=None, by=None)
        user = User.objects.filter(email__iexact=email).first()
        administrator = add_employee(
            given_name=given_name, family_name=family_name, unit=unit, email=email.lower(), user=user, by=None
        )
        grant_role(administrator, Role.ADMINISTRATOR, by=None)
        invitation = None if user else invite(administrator, by=None, send=send)
    return organisation, administrator, invitation
