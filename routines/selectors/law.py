"""Reading the law register, and what covers each point of internkontrollforskriften § 5."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from hms.audit import verbs
from hms.audit.selectors import timeline
from hms.organisations.access import visibility
from hms.organisations.enums import Role
from hms.organisations.models import Employee, RoleHolding
from hms.organisations.people import current
from routines.enums import State
from routines.models import Handbook, Point, Requirement, Routine
from routines.selectors.routines import in_force
from routines.starter_laws import STARTERS, Starter

# Pages of other apps that belong to the points and the handbook, where those apps have them.
RISKS, WHEEL = "risk:list", "annual_wheel:overview"


@visibility(Requirement)
def visible_requirements(employee: Employee) -> QuerySet[Requirement]:
    """The rules are there for everybody who works here (§ 5 no. 1)."""
    return Requirement.objects.all()


def _with_routines(rows: QuerySet[Any]) -> QuerySet[Any]:
    routines = Routine.objects.defer("text", "search").select_related("current", "organisation").order_by("title", "id")
    return rows.prefetch_related(Prefetch("routines", routines, to_attr="linked"))


def register() -> list[Requirement]:
    """The rules that apply, by law and place, each with its routines in `linked`. Two queries."""
    rows = Requirement.objects.filter(set_aside_at__isnull=True).select_related("owner", "checked_by", "task")
    return list(_with_routines(rows).order_by("law", "place", "id"))


def set_aside() -> QuerySet[Requirement]:
    """The rules of which somebody has said that they do not apply."""
    return Requirement.objects.filter(set_aside_at__isnull=False).order_by("law", "place", "id")


def is_met(requirement: Requirement) -> bool:
    """Whether a routine in force or a text says how a rule is met. Wants `linked`."""
    return bool(requirement.how_met.strip()) or any(
        routine.state == State.PUBLISHED for routine in requirement.linked  # type: ignore[attr-defined]
    )  # fmt: skip


def starters_left() -> list[Starter]:
    """What of the starter list nobody has taken in."""
    known = set(Requirement.objects.exclude(code="").values_list("code", flat=True))
    return [starter for starter in STARTERS if starter.code not in known]


def linked_routines(requirement: Requirement) -> list[Routine]:
    """The routines that meet a rule, by title."""
    rows = requirement.routines.defer("text", "search").select_related("owner", "current")
    return list(rows.order_by("title", "id"))


def law_timeline(requirement: Requirement) -> list[verbs.Line]:
    """A rule's story, newest first."""
    return verbs.lines(timeline(requirement).filter(verb__startswith="requirement.")[:40], nobody=str(_("Somebody")))


# --- the eight points ---


@dataclass(frozen=True)
class Asked:
    """What one point asks, in our own words, and what to do while nothing covers it."""

    number: int
    words: Any
    in_writing: bool
    missing: Any


ASKED = [
    Asked(
        1,
        _("The rules that apply are at hand, and we know which of them matter to us."),
        False,
        _("Take the rules that apply to you into the law register."),
    ),
    Asked(
        2,
        _("Everybody knows enough of our work with health, safety and environment, and hears of changes."),
        False,
        _("Publish routines that people confirm that they have read."),
    ),
    Asked(
        3,
        _("The employees take part, so that what all of us know is used."),
        False,
        _("Have a safety representative elected, or write how employees take part."),
    ),
    Asked(4, _("We have goals for health, safety and environment."), True, _("Write your goals.")),
    Asked(
        5,
        _("It is clear who does what and who decides, and who is responsible."),
        True,
        _("Say who the top leader is and who leads each unit."),
    ),
    Asked(
        6,
        _("We map dangers and problems, assess the risk, and have plans and measures to bring it down."),
        True,
        _("Write how dangers are mapped, risk is assessed and measures are planned."),
    ),
    Asked(7, _("We find, put right and prevent what breaks the rules."), True, _("Write how deviations are handled.")),
    Asked(
        8,
        _("We look through the system regularly to see that it works as it should."),
        True,
        _("Write when and how the system is looked through."),
    ),
]


@dataclass(frozen=True)
class Page:
    """A page of this product that belongs to a point. `holds`: what is there is enough to cover it."""

    label: Any
    url: str
    holds: bool


@dataclass(frozen=True)
class Covered:
    """A point, and what covers it."""

    asked: Asked
    text: str
    routines: list[Routine]
    # Chosen once, and out of force since.
    gone: list[Routine]
    pages: list[Page]

    @property
    def is_covered(self) -> bool:
        return bool(self.text.strip() or self.routines or any(page.holds for page in self.pages))


def eight_points(organisation_slug: str) -> list[Covered]:
    """All eight, in order. The same few queries however much there is."""
    points = {point.number: point for point in _with_routines(Point.objects.all())}
    pages = _pages(organisation_slug)
    found = []
    for asked in ASKED:
        point = points.get(asked.number)
        linked: list[Routine] = point.linked if point else []
        found.append(
            Covered(
                asked,
                point.text if point else "",
                [routine for routine in linked if routine.state == State.PUBLISHED],
                [routine for routine in linked if routine.state != State.PUBLISHED],
                pages[asked.number],
            )
        )
    return found


def point_of(number: int) -> Point | None:
    return Point.objects.filter(number=number).first()


def handbook_text() -> Handbook | None:
    """What the organisation has written for its handbook."""
    return Handbook.objects.select_related("changed_by").first()


def page_if_there(name: str, organisation_slug: str) -> str:
    """The address of another app's page; empty while that app has none, so that no link leads nowhere."""
    try:
        return reverse(name, args=[organisation_slug])
    except NoReverseMatch:
        return ""


def _pages(slug: str) -> dict[int, list[Page]]:
    def page(label: Any, name: str, holds: Callable[[], bool], anchor: str = "") -> list[Page]:
        address = page_if_there(name, slug)
        return [Page(label, address + anchor, bool(holds()))] if address else []

    roles = set(
        RoleHolding.objects.filter(current(), current(prefix="employee__")).values_list("role", flat=True).distinct()
    )
    text = handbook_text()
    book = "routines:handbook"
    return {
        1: page(_("Law register"), "routines:law_register", lambda: Requirement.objects.filter(set_aside_at=None).exists()),
        2: page(_("Routines, with who has read them"), "routines:list", lambda: in_force().filter(must_confirm=True).exists()),
        3: page(_("Safety representatives"), book, lambda: bool(roles & {Role.SAFETY_REP, Role.SENIOR_SAFETY_REP}), "#organisation"),
        4: page(_("Goals"), book, lambda: bool(text and text.goals.strip()), "#goals"),
        5: page(_("Organisation and roles"), book, lambda: {Role.TOP_LEADER, Role.MANAGER} <= roles, "#organisation"),
        6: page(_("Risks"), RISKS, lambda: True),
        7: page(_("Deviations"), "deviations:list", lambda: True),
        8: page(_("Annual wheel"), WHEEL, lambda: True),
    }  # fmt: skip
