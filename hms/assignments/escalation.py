"""Whom a step tells: up the line, past vacancies, absences and the one it is about, to whoever is there."""

import datetime
from functools import cached_property

from hms.assignments import pool, selectors
from hms.assignments.enums import Kind, Recipient
from hms.assignments.models import Assignment, Offer
from hms.organisations.enums import Role
from hms.organisations.models import Absence, Employee, Unit
from hms.organisations.roster import Held, roster
from hms.organisations.selectors import safety_reps_of


class Line:
    """Who answers for whom on one day. Asks once, however many assignments there are.

    Args:
        away: the deputies (or None) of everybody who is away, by employee, when they are known already.
    """

    def __init__(
        self,
        day: datetime.date,
        away: dict[int, Employee | None] | None = None,
    ) -> None:
        self.day = day
        self._safety_reps: dict[int, list[Employee]] = {}
        self._pools: dict[tuple, list[Employee]] = {}
        if away is not None:
            self.away = away

    def know(self, held: list[Held]) -> None:
        """Who leads and who holds which role on the day, from somebody who has asked already."""
        self._roster = held

    def readers(self, assignment: Assignment) -> list[Employee]:
        """Who is reminded of an assignment: its owner; until somebody takes it, everybody there who may."""
        offer = assignment.open_offer
        free_to = self.pool(offer) if offer is not None and not assignment.is_confidential else []
        return free_to or [self.owner(assignment)]

    def pool(self, offer: Offer) -> list[Employee]:
        """Those who are there to take an offer."""
        key = offer.target.key
        if key not in self._pools:
            found = pool.present(offer.target, self.day).select_related("user", "unit").order_by("id")
            self._pools[key] = list(found)
        return [person for person in self._pools[key] if person.pk not in offer.kept_from]

    def owner(self, assignment: Assignment) -> Employee:
        """Who answers for an assignment: the assignee; while they are away their deputy, else the manager.

        The work of somebody who has left is the manager's to pass on. What is confidential stays with the one who
        has it; when they have left it is told to whoever may know of it.
        """
        return self._instead(assignment) or assignment.assignee

    def _instead(self, assignment: Assignment) -> Employee | None:
        has_left = assignment.assignee.has_left(self.day)
        if not has_left and (assignment.is_confidential or assignment.assignee_id not in self.away):
            return None
        deputy = None if has_left else self.deputy_of(assignment.assignee_id)
        if deputy is not None:
            return deputy
        # A representative's own matter is the one's who asked, never the line's.
        others = self._requester(assignment) if assignment.kind == Kind.STATEMENT else self._above(assignment)
        return next(iter(others or self._requester(assignment)), None)

    def deputy_of(self, employee_id: int) -> Employee | None:
        """As `organisations.selectors.deputy_of`, without asking the database for each."""
        deputy = self.away.get(employee_id)
        if deputy is not None and deputy.pk in self.away:
            deputy = self.away[deputy.pk]
        is_there = deputy is not None and deputy.pk not in self.away and deputy.pk != employee_id
        return deputy if deputy is not None and is_there and deputy.is_employed(self.day) else None

    def told(self, assignment: Assignment, recipient: str) -> list[Employee]:
        """Whom a step tells about an assignment; never the assignee, except by the assignee's own steps.

        When nobody holds the role the next one up the line is told instead; for the representatives' own matters
        the one who asked. A confidential assignment is told only to people who may know of it: the nearest leader
        who may, else whoever asked for it.
        """
        if recipient == Recipient.ASSIGNEE:
            return self.readers(assignment)
        if recipient == Recipient.ACCOUNTABLE:
            return [self.owner(assignment)]
        if recipient == Recipient.REQUESTER:
            return self._requester(assignment) or self._above(assignment)[:1]
        if recipient == Recipient.SENIOR_SAFETY_REP:
            found = self._others(assignment, self.holders(Role.SENIOR_SAFETY_REP))
            return found or self._requester(assignment)
        unit = assignment.assignee.unit
        line = self._others(assignment, self.managers(unit))
        found = line[:1] if recipient == Recipient.MANAGER else self._others(assignment, self.of_role(recipient, unit))
        return found or self._above(assignment)[:1] or self._requester(assignment)

    def of_role(self, recipient: str, unit: Unit) -> list[Employee]:
        """Whoever holds the role that a step names."""
        if recipient == Recipient.SAFETY_REP:
            return self.safety_reps(unit)
        return self.holders(Role.HSE_MANAGER if recipient == Recipient.HSE_MANAGER else Role.TOP_LEADER)

    def _above(self, assignment: Assignment) -> list[Employee]:
        """Everybody the assignment can be told to when nobody else is there: up the line, the HSE manager, the top."""
        line = self.managers(assignment.assignee.unit)
        return self._others(assignment, [*line, *self.holders(Role.HSE_MANAGER), *self.holders(Role.TOP_LEADER)])

    def managers(self, unit: Unit) -> list[Employee]:
        """Leaders from the unit upward; those who are away are replaced by their deputies, or passed."""
        nearest_first = sorted(
            (held for held in self._roster if held.role == Role.MANAGER and held.unit_id in unit.path),
            key=lambda held: -unit.path.index(held.unit_id),
        )
        there = [self.away.get(held.employee.pk, held.employee) for held in nearest_first]
        return list(dict.fromkeys(person for person in there if person is not None and person.is_employed(self.day)))

    def safety_reps(self, unit: Unit) -> list[Employee]:
        if unit.pk not in self._safety_reps:
            self._safety_reps[unit.pk] = self._present(safety_reps_of(unit, self.day))
        return self._safety_reps[unit.pk]

    def holders(self, role: str) -> list[Employee]:
        people = {held.employee.pk: held.employee for held in self._roster if held.role == role}
        return self._present([people[pk] for pk in sorted(people)])

    @cached_property
    def _roster(self) -> list[Held]:
        return roster(self.day)

    @cached_property
    def away(self) -> dict[int, Employee | None]:
        """Deputies (or None) of everybody who is away."""
        rows = (
            Absence.objects.filter(starts_on__lte=self.day, ends_on__gte=self.day)
            .select_related("deputy__user")
            .order_by("id")
        )
        return {row.employee_id: row.deputy for row in rows}

    def _present(self, people: list[Employee]) -> list[Employee]:
        """The people, deputies for those who are away; all of them when nobody would be left."""
        there = [self.deputy_of(person.pk) if person.pk in self.away else person for person in people]
        employed = [person for person in there if person is not None and person.is_employed(self.day)]
        return list(dict.fromkeys(employed)) or people

    def _others(self, assignment: Assignment, people: list[Employee]) -> list[Employee]:
        others = dict.fromkeys(person for person in people if person.pk != assignment.assignee_id)
        if assignment.is_confidential:
            return [person for person in others if selectors.may_know(person, assignment)]
        return list(others)

    def _requester(self, assignment: Assignment) -> list[Employee]:
        """The one who asked: their deputy while they are away, their manager when they have left."""
        asked = assignment.requested_by
        if asked is None or asked.pk == assignment.assignee_id:
            return []
        if asked.has_left(self.day):
            return self._others(assignment, self.managers(asked.unit))[:1]
        deputy = None if assignment.is_confidential else self.deputy_of(asked.pk)
        return [deputy if deputy is not None and deputy.pk != assignment.assignee_id else asked]
