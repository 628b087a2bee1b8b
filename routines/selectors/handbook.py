"""The internal control handbook: put together from what the organisation has, every time it is read."""

import datetime
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from hms.assignments.enums import State as AssignmentState
from hms.core.months import in_months
from hms.organisations.enums import Role
from hms.organisations.handbook import Chapter, chapters
from hms.organisations.models import Employee, Organisation, RoleHolding, SafetyAreaUnit
from hms.organisations.people import current
from hms.organisations.selectors import Branch, unit_tree
from routines.enums import Category
from routines.markdown import render
from routines.models import Handbook, Requirement, Routine, Version
from routines.selectors.law import (
    RISKS,
    WHEEL,
    Covered,
    eight_points,
    handbook_text,
    is_met,
    page_if_there,
    register,
)
from routines.selectors.routines import in_force, with_list_columns
from routines.selectors.translations import in_language_of_reader

MOST_ROUTINES = 1000
MOST_VERSIONS = 300
MOST_IN_A_YEAR = 300
MONTHS_AHEAD = 12
# Roles that the handbook names, in this order.
SHOWN_ROLES = [
    Role.TOP_LEADER, Role.HSE_MANAGER, Role.SENIOR_SAFETY_REP, Role.COMMITTEE_MEMBER, Role.CONSULTANT,
]  # fmt: skip


@dataclass
class Area:
    """A safety area: its units and who represents them."""

    name: str
    units: list[str] = field(default_factory=list)
    people: list[Employee] = field(default_factory=list)


@dataclass(frozen=True)
class Planned:
    """Something that is to be done: a routine to revise or a rule to check."""

    due_on: datetime.date
    name: str
    who: Employee
    is_late: bool
    # One of the two.
    routine: Routine | None = None
    requirement: Requirement | None = None


@dataclass(frozen=True)
class Month:
    """What is to be done in one month; what is late stands in the first."""

    first: datetime.date
    lines: list[Planned]


@dataclass(frozen=True)
class Pages:
    """Where things are done; empty where this product has no such page."""

    risks: str
    wheel: str


@dataclass(frozen=True)
class Book:
    """Everything that the handbook shows."""

    organisation: Organisation
    text: Handbook | None
    goals: SafeString | str
    branches: list[Branch]
    roles: list[tuple[Any, list[Employee]]]
    areas: list[Area]
    chapters: list[tuple[Any, list[Routine]]]
    has_more: bool
    requirements: list[tuple[Requirement, bool]]
    points: list[Covered]
    pages: Pages
    year: list[Month]
    # What the other domains say.
    others: list[Chapter]

    @property
    def missing(self) -> list[Covered]:
        """The points that nothing covers."""
        return [point for point in self.points if not point.is_covered]


def handbook(organisation: Organisation) -> Book:
    """The handbook of the open organisation, as of now. As many queries however much there is."""
    text = handbook_text()
    routines = list(
        with_list_columns(in_force())
        .select_related("current__approved_by")
        .order_by("title", "id")[: MOST_ROUTINES + 1]
    )
    in_language_of_reader(routines)
    by_category = [
        (category.label, [routine for routine in routines[:MOST_ROUTINES] if routine.category == category])
        for category in Category
    ]
    roles, areas = _roles()
    slug = organisation.slug
    return Book(
        organisation=organisation,
        text=text,
        goals=render(text.goals, {}) if text and text.goals.strip() else "",
        branches=unit_tree(),
        roles=roles,
        areas=areas,
        chapters=[(label, rows) for label, rows in by_category if rows],
        has_more=len(routines) > MOST_ROUTINES,
        requirements=[(requirement, is_met(requirement)) for requirement in register()],
        points=eight_points(slug),
        pages=Pages(risks=page_if_there(RISKS, slug), wheel=page_if_there(WHEEL, slug)),
        year=year_ahead(timezone.localdate()),
        others=chapters(slug),
    )


def year_ahead(today: datetime.date) -> list[Month]:
    """What is planned for the twelve months from now, month by month: revisions of routines and checks of rules.

    What should have been done already stands in this month. Three queries.
    """
    last = in_months(today, MONTHS_AHEAD)
    waiting = [AssignmentState.OPEN, AssignmentState.PLANNED]
    due = in_force().filter(revision__state__in=waiting, revision__due_on__lte=last)
    routines = list(
        with_list_columns(due).select_related("revision").order_by("revision__due_on", "id")[:MOST_IN_A_YEAR]
    )
    in_language_of_reader(routines)
    rules = Requirement.objects.filter(set_aside_at=None, task__state__in=waiting, task__due_on__lte=last)
    lines = [
        Planned(row.revision.due_on, row.title, row.owner, row.revision.due_on < today, routine=row) for row in routines
    ]
    lines += [
        Planned(row.task.due_on, row.name, row.owner, row.task.due_on < today, requirement=row)
        for row in rules.select_related("task", "owner").order_by("task__due_on", "id")[:MOST_IN_A_YEAR]
    ]

    def month_of(line: Planned) -> datetime.date:
        return max(line.due_on, today).replace(day=1)

    lines.sort(key=lambda line: (line.due_on, line.name))
    return [Month(first, list(group)) for first, group in groupby(lines, key=month_of)]


def newest_versions() -> list[Version]:
    """What has come into force, newest first: the handbook's own list of changes."""
    rows = Version.objects.filter(translates__isnull=True).select_related("routine", "approved_by")
    rows = rows.defer("text", "routine__text", "routine__search")
    return list(rows.order_by("-published_at", "-id")[:MOST_VERSIONS])


def _roles() -> tuple[list[tuple[Any, list[Employee]]], list[Area]]:
    holdings = list(
        RoleHolding.objects.filter(
            current(), current(prefix="employee__"), role__in=[*SHOWN_ROLES, Role.SAFETY_REP]
        )
        .select_related("employee", "safety_area")
        .order_by("employee__given_name", "employee__family_name", "id")
    )  # fmt: skip
    named = [
        (role.label, list(dict.fromkeys(holding.employee for holding in holdings if holding.role == role)))
        for role in SHOWN_ROLES
    ]
    areas: dict[int, Area] = {}
    for part in SafetyAreaUnit.objects.select_related("safety_area", "unit").order_by(
        "safety_area__name", "unit__name"
    ):
        areas.setdefault(part.safety_area_id, Area(part.safety_area.name)).units.append(part.unit.name)
    for holding in holdings:
        if holding.role == Role.SAFETY_REP and holding.safety_area is not None:
            areas.setdefault(holding.safety_area_id, Area(holding.safety_area.name)).people.append(holding.employee)
    return [(label, people) for label, people in named if people], list(areas.values())
