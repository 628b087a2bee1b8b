"""An organisation's units and people, and who answers for what, without a query per case."""

import datetime
import random
import secrets
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password

from dashboard.demo import names
from dashboard.demo.book import Book
from dashboard.demo.cast import Employer, Person
from hms.accounts.models import User
from hms.audit.enums import Via
from hms.organisations.enums import Role
from hms.organisations.models import (
    Absence,
    Employee,
    Group,
    GroupMember,
    Membership,
    Organisation,
    QuietPeriod,
    RoleHolding,
    SafetyArea,
    SafetyAreaUnit,
    Unit,
)

# Of the people without a name of their own: how many have an address, and how many of those sign in.
_HAS_ADDRESS, _SIGNS_IN = 0.6, 0.7


@dataclass
class House:
    """One organisation, furnished."""

    organisation: Organisation
    employer: Employer
    draw: random.Random
    quiet: list[QuietPeriod] = field(default_factory=list)
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Employee] = field(default_factory=dict)
    staff: dict[int, list[Employee]] = field(default_factory=dict)
    managers: dict[int, Employee] = field(default_factory=dict)
    reps: dict[int, Employee] = field(default_factory=dict)
    committee: list[Employee] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)
    members: dict[int, list[Employee]] = field(default_factory=dict)

    def manager_of(self, unit: Unit) -> Employee:
        """The nearest leader upward."""
        return next(self.managers[pk] for pk in reversed(unit.path) if pk in self.managers)

    def handler_of(self, unit: Unit, on: datetime.date, passing: Employee | None = None) -> Employee:
        """The nearest leader upward who is not the one it is about; the deputy of one who is away."""
        leaders = (self.managers[pk] for pk in reversed(unit.path) if pk in self.managers)
        leader = next(person for person in leaders if person != passing)
        away = [row for row in self.absences if row.employee == leader and row.starts_on <= on <= row.ends_on]
        return away[0].deputy if away else leader

    def safety_reps_of(self, unit: Unit) -> list[Employee]:
        return [next(self.reps[pk] for pk in reversed(unit.path) if pk in self.reps)]

    def told_of_disagreement(self, by: Employee) -> list[Employee]:
        return [person for person in self.committee if person != by]

    def doer(self, letter: str, unit: Unit) -> Employee:
        """Who carries out an action: the handler, a colleague in the unit, or somebody by trade."""
        if letter in self.employer.doers:
            return self.people[self.employer.doers[letter]]
        if letter == "D":
            return self._caretaker(unit)
        if letter == "K":
            colleagues = [person for person in self.staff[unit.pk] if person.email]
            if colleagues:
                return self.draw.choice(colleagues)
        return self.manager_of(unit)

    def _caretaker(self, unit: Unit) -> Employee:
        for key, person in self.employer.caretakers.items():
            if self.units[key] == unit:
                return self.people[person]
        others = [
            person
            for person in self.staff[self.units[self.employer.workshop].pk]
            if person.email and person not in self.people.values()
        ]
        return others[list(self.units.values()).index(unit) % len(others)]


def furnish(book: Book, employer: Employer, organisation: Organisation, users: dict[str, User], password: str) -> House:
    """Units, people, roles, safety areas, absences and quiet days of an employer.

    Args:
        users: users made so far, by address: one person may work in several organisations.
        password: the hash that all the demo's users share.
    """
    house = House(organisation, employer, random.Random(f"{employer.slug} 2026"))  # noqa: S311  no secret: the same each time
    since = book.now - datetime.timedelta(days=400)
    book.event("organisation.created", organisation, at=since, by=None, via=Via.SYSTEM)
    for place in employer.places:
        unit = book.add(Unit(name=place.name, report_token=secrets.token_urlsafe(16)))
        parent = house.units.get(place.parent or "")
        unit.parent, unit.path = parent, [*(parent.path if parent else []), unit.pk]
        house.units[place.key] = unit
        book.event("unit.created", unit, at=since, by=None, via=Via.SYSTEM)
    _hire(book, house, users, password, since)
    _elect(book, house, since)
    _group(book, house, since)
    _quiet_days(book, house)
    _absences(book, house)
    return house


def _hire(book: Book, house: House, users: dict[str, User], password: str, since: datetime.datetime) -> None:
    employer = house.employer
    taken = {tuple(person.name.rsplit(" ", 1)) for person in employer.people}
    invented = names.invent(house.draw, taken)
    for place in employer.places:
        unit = house.units[place.key]
        named = [person for person in employer.people if person.unit == place.key]
        strangers = [
            Person("", " ".join(next(invented)), place.key, house.draw.choice(employer.titles[place.kind]))
            for _ in range(max(0, place.people - len(named)))
        ]
        for person in [*named, *strangers]:
            employee = _employ(book, house, person, unit, users, password)
            house.staff.setdefault(unit.pk, []).append(employee)
            if person.key:
                house.people[person.key] = employee
            book.event("employee.added", employee, at=since, by=None, via=Via.IMPORT)


def _employ(book: Book, house: House, person: Person, unit: Unit, users: dict[str, User], password: str) -> Employee:
    given, family = person.name.rsplit(" ", 1)
    email = names.address(given, family, person.domain or f"{house.employer.slug}.example")
    has_address = bool(person.key) or house.draw.random() < _HAS_ADDRESS
    signs_in = person.signs_in if person.key else has_address and house.draw.random() < _SIGNS_IN
    user = None
    if signs_in:
        if email not in users:
            users[email] = book.add(User(email=email, password=password, created_at=book.now))
        user = users[email]
    started = book.now.date() - datetime.timedelta(days=house.draw.randint(420, 6000))
    employee = book.add(
        Employee(
            user=user,
            given_name=given,
            family_name=family,
            unit=unit,
            email=email if has_address else "",
            phone=_number(book, house, has_address),
            job_title=person.title,
            employee_number="" if person.domain else f"{10000 + len(book.rows.get(Employee, []))}",
            note=person.note,
            starts_on=started,
        )
    )
    if user is not None:
        book.add(Membership(user=user, organisation=house.organisation, created_at=book.now, starts_on=started))
    return employee


def _number(book: Book, house: House, has_address: bool) -> str:
    """A number that nobody has. Whoever has no address has one, and gets the demo's SMS."""
    if house.draw.random() < 0.4:
        return f"+47 0050 {house.draw.randint(1000, 9999)}"
    return "" if has_address else f"+47 0060 {1000 + len(book.rows.get(Employee, [])):04}"


def _elect(book: Book, house: House, since: datetime.datetime) -> None:
    def hold(employee: Employee, role: str, **more: object) -> None:
        more.setdefault("starts_on", since.date())
        holding = book.add(RoleHolding(employee=employee, role=role, **more))
        book.event("role.granted", holding, at=since, by=None, root=employee, via=Via.SYSTEM, data={"role": role})

    for place in house.employer.places:
        if place.manager:
            house.managers[house.units[place.key].pk] = house.people[place.manager]
            hold(house.people[place.manager], Role.MANAGER, unit=house.units[place.key])
    for name, (key, unit_keys) in house.employer.areas.items():
        area = book.add(SafetyArea(name=name))
        book.event("safety_area.created", area, at=since, by=None, via=Via.SYSTEM)
        for unit_key in unit_keys:
            book.add(SafetyAreaUnit(safety_area=area, unit=house.units[unit_key]))
            house.reps[house.units[unit_key].pk] = house.people[key]
        # Elected for two years (OLM § 3-4).
        hold(house.people[key], Role.SAFETY_REP, safety_area=area, ends_on=since.date() + datetime.timedelta(days=730))
    for role, keys in house.employer.roles.items():
        ends = {"ends_on": book.now.date() + datetime.timedelta(days=120)} if role == Role.CONSULTANT else {}
        for key in keys:
            hold(house.people[key], role, **ends)
            if role in {Role.SENIOR_SAFETY_REP, Role.COMMITTEE_MEMBER} and house.people[key] not in house.committee:
                house.committee.append(house.people[key])


def _group(book: Book, house: House, since: datetime.datetime) -> None:
    for name, (unit_key, keys) in house.employer.groups.items():
        group = house.groups[name] = book.add(Group(name=name, unit=house.units.get(unit_key)))
        book.event("group.created", group, at=since, by=None, via=Via.SYSTEM)
        house.members[group.pk] = [house.people[key] for key in keys]
        for person in house.members[group.pk]:
            member = book.add(GroupMember(group=group, employee=person, starts_on=since.date()))
            data = {"employee": person.pk}
            book.event("group.member_added", member, at=since, by=None, root=group, via=Via.SYSTEM, data=data)


def _quiet_days(book: Book, house: House) -> None:
    for year in range(book.now.year - 1, book.now.year + 2):
        for label, first, last in [
            ("Fellesferie", datetime.date(year, 7, 11), datetime.date(year, 7, 31)),
            ("Julaften", datetime.date(year, 12, 24), datetime.date(year, 12, 24)),
            ("Nyttårsaften", datetime.date(year, 12, 31), datetime.date(year, 12, 31)),
        ]:
            house.quiet.append(book.add(QuietPeriod(label=label, starts_on=first, ends_on=last)))


def _absences(book: Book, house: House) -> None:
    """One leader is on leave just now, and one was."""
    if "oddvar" not in house.people:
        return
    today = book.now.date()
    deputy = house.people["berge"]
    for first, last in [(-5, 16), (-210, -180)]:
        absence = Absence(
            employee=house.people["oddvar"],
            deputy=deputy,
            starts_on=today + datetime.timedelta(days=first),
            ends_on=today + datetime.timedelta(days=last),
        )
        house.absences.append(book.add(absence))


def password_hash(password: str) -> str:
    """One hash for everybody: 200 slow ones would take a minute."""
    return make_password(password)
