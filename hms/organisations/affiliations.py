"""Reading which organisation belongs under which, and the codes by which that is agreed.

The table's policies show the rows of the open organisation's own parent and of its own subsidiaries, and no others.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from hms.core.sealing import CannotUnseal, unseal
from hms.organisations.access import visibility
from hms.organisations.models import Affiliation, AffiliationOffer, Employee, Organisation
from hms.tenancy.scope import current_organisation_id

# Without letters that look like digits. Sixteen of thirty are more than anybody can try out.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 16, 4


def new_code() -> str:
    """A code that can be read aloud: four groups of four."""
    letters = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    return "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def hash_of(code: str) -> str:
    """What is stored of a code, however somebody typed it."""
    return hashlib.sha256(re.sub(r"[^0-9A-Z]", "", code.upper()).encode()).hexdigest()


def code_of(offer: AffiliationOffer) -> str:
    """The code of an invitation that waits; nothing when it is settled, or the key it was sealed with is gone."""
    try:
        return unseal(offer.sealed_code) if offer.sealed_code else ""
    except CannotUnseal:
        return ""


@visibility(AffiliationOffer)
def offers_visible_to(employee: Employee) -> QuerySet[AffiliationOffer]:
    """The open organisation's invitations; who may do what with them is the permission's matter."""
    return AffiliationOffer.objects.all()


@visibility(Affiliation)
def visible_to(employee: Employee) -> QuerySet[Affiliation]:
    """What the open organisation is a part of, on either side."""
    return Affiliation.objects.select_related("organisation", "parent")


def parent_affiliation() -> Affiliation | None:
    """What the open organisation belongs under now."""
    rows = Affiliation.objects.filter(organisation_id=current_organisation_id(), ended_at__isnull=True)
    return rows.select_related("parent").first()


def subsidiary_affiliations() -> QuerySet[Affiliation]:
    """The organisations that belong under the open one now, by name."""
    rows = Affiliation.objects.filter(parent_id=current_organisation_id(), ended_at__isnull=True)
    return rows.select_related("organisation").order_by("organisation__name", "id")


@dataclass(frozen=True)
class Offered:
    """An invitation as the one who was given its code may know it.

    Attributes:
        problem: why it cannot be accepted: `own`, `has_parent`, `is_parent`, `is_below`; empty when it can.
    """

    parent: Organisation
    problem: str


def offered_by(code: str) -> Offered | None:
    """The invitation of a code, if it waits and is not meant for another organisation than the open one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT parent, problem FROM affiliation_offered(%s)", [hash_of(code)])
        row = cursor.fetchone()
    return Offered(Organisation.objects.get(pk=row[0]), row[1]) if row else None
