"""Agreeing that an organisation belongs under another, and ending it. Both sides must say yes; either may say no."""

import datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from hms.audit.services import record
from hms.core.sealing import seal
from hms.organisations import affiliations
from hms.organisations.errors import Refused
from hms.organisations.models import Affiliation, AffiliationOffer, Employee

VALID_FOR = datetime.timedelta(days=14)


def offer_affiliation(*, label: str, by: Employee, organisation_number: str = "") -> AffiliationOffer:
    """Invite an organisation to belong under the open one. Effects: the invitation with its code; an event.

    Args:
        label: whom it is for, for one's own list.
        organisation_number: where it is given, nobody else can use the code. Whether anybody here has it is not told.

    Raises:
        Refused: when the open organisation belongs under another itself: there is one level.
    """
    if affiliations.parent_affiliation() is not None:
        raise Refused(_("You belong under another organisation yourselves, and cannot have others below you."))
    now = timezone.now()
    code = affiliations.new_code()
    offer = AffiliationOffer.objects.create(
        label=label.strip(), organisation_number=organisation_number, token_hash=affiliations.hash_of(code),
        sealed_code=seal(code), created_by=by, created_at=now, expires_at=now + VALID_FOR,
    )  # fmt: skip
    record("affiliation.offered", offer, by=by)
    return offer


def withdraw_affiliation_offer(offer: AffiliationOffer, *, by: Employee) -> bool:
    """Make a code useless. Effects: the invitation; an event. False when it was settled already: nothing happens."""
    waiting = AffiliationOffer.objects.filter(
        pk=offer.pk, accepted_at__isnull=True, refused_at__isnull=True, withdrawn_at__isnull=True
    )
    if not waiting.update(withdrawn_at=timezone.now(), sealed_code=""):
        return False
    record("affiliation.offer_withdrawn", offer, by=by)
    return True


def accept_affiliation(code: str, *, by: Employee) -> Affiliation:
    """Let the open organisation belong under the one that gave the code away.

    Effects: the affiliation; the invitation is used; an event here, and one without a name in the parent's log.

    Raises:
        Refused: when the code cannot be used (any more), or one of the two has another place already.
    """
    pk = _ask("SELECT affiliation_accept(%s)", affiliations.hash_of(code))
    if pk is None:
        raise Refused(_("This code can no longer be used. Ask for a new one."), field="code")
    affiliation = Affiliation.objects.select_related("parent").get(pk=pk)
    record("affiliation.accepted", affiliation, by=by)
    return affiliation


def refuse_affiliation(code: str, *, by: Employee) -> None:
    """Say no. Effects: the invitation is settled; an event here, and one that does not say who in the parent's log.

    Raises:
        Refused: when the code cannot be used (any more).
    """
    if _ask("SELECT affiliation_refuse(%s)", affiliations.hash_of(code)) is None:
        raise Refused(_("This code can no longer be used. Ask for a new one."), field="code")
    record("affiliation.refused", by.organisation, by=by)


def end_affiliation(affiliation: Affiliation, *, by: Employee) -> bool:
    """End it, from either side. Effects: what was shared is no longer seen; an event here, and one without a name there.

    Returns:
        False when it was ended already: nothing happens.
    """
    if not _ask("SELECT affiliation_end(%s)", affiliation.pk):
        return False
    record("affiliation.ended", affiliation, by=by)
    return True


def _ask(query: str, argument: object) -> int | bool | None:
    with connection.cursor() as cursor:
        cursor.execute(query, [argument])
        return cursor.fetchone()[0]
