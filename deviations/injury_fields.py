"""Which role sees which field of the injury register: declared here once, for the page, the PDF and the table alike.

The register is open to those whom aml. § 5-1 third paragraph names, and the employer keeps secret what is personal in
it (second paragraph). Names are for those who keep it, who follow the injured up, and the authority; representatives
and the committee get everything they need to prevent the next one. docs/administer.md shows the matrix in words, and a
test compares it with what is shown.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from hms.organisations.enums import Role

# Not a role of the organisation: whoever handles the case of the entry.
HANDLER = "handler"

KEEPERS = frozenset({Role.HSE_MANAGER, Role.MANAGER, HANDLER})
EVERYBODY = KEEPERS | {
    Role.SAFETY_REP, Role.SENIOR_SAFETY_REP, Role.COMMITTEE_MEMBER, Role.CONSULTANT, Role.INSPECTOR,
}  # fmt: skip
NAMED_TO = KEEPERS | {Role.CONSULTANT, Role.INSPECTOR}


class Field(models.TextChoices):
    """What stands in the register, in the order it is shown."""

    WHEN = "when", _("Date")
    SORT = "sort", _("Injury or illness")
    UNIT = "unit", _("Unit")
    CASE = "case", _("Case number")
    PERSON = "person", _("Name")
    PERSON_KIND = "person_kind", _("Who")
    OCCUPATION = "occupation", _("Occupation")
    WORK = "work", _("Work being done")
    COURSE = "course", _("Course of events")
    CAUSES = "causes", _("Presumed causes")
    HARM = "harm", _("Kind of injury")
    OUTCOME = "outcome", _("How did it go?")
    ABSENCE = "absence", _("Absence")
    DAYS = "days", _("Lost days")
    NAV = "nav", _("Reported to NAV")


@dataclass(frozen=True)
class Shown:
    """To whom a field is shown.

    Attributes:
        to: roles, of which the reader must have one for the entry.
        points_out: it may say who it was, so it is kept back where the reader may not know that: in a confidential case
            they may not open, and where the reporter is hidden or anonymous and they have not been told who it is.
        opens: it leads to the case, so it is for those who may open that.
    """

    to: frozenset[Any]
    points_out: bool = False
    opens: bool = False


MATRIX: dict[str, Shown] = {
    Field.WHEN: Shown(EVERYBODY),
    Field.SORT: Shown(EVERYBODY),
    Field.UNIT: Shown(EVERYBODY),
    Field.CASE: Shown(EVERYBODY, opens=True),
    Field.PERSON: Shown(NAMED_TO, points_out=True),
    Field.PERSON_KIND: Shown(EVERYBODY),
    Field.OCCUPATION: Shown(EVERYBODY, points_out=True),
    Field.WORK: Shown(EVERYBODY),
    Field.COURSE: Shown(EVERYBODY),
    Field.CAUSES: Shown(EVERYBODY),
    Field.HARM: Shown(EVERYBODY),
    Field.OUTCOME: Shown(EVERYBODY),
    Field.ABSENCE: Shown(EVERYBODY),
    Field.DAYS: Shown(NAMED_TO, points_out=True),
    Field.NAV: Shown(NAMED_TO, points_out=True),
}


def shows(field: str, roles: frozenset[Any], *, knows_who: bool, may_open: bool) -> bool:
    """Whether a reader with these roles for an entry sees a field of it."""
    rule = MATRIX[field]
    return bool(rule.to & roles) and (knows_who or not rule.points_out) and (may_open or not rule.opens)


def may_appear(roles: frozenset[Any]) -> list[Field]:
    """The fields that somebody with these roles sees of some entry: the columns of their register."""
    return [field for field in Field if MATRIX[field].to & roles]
