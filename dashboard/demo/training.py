"""The demo's trainings: most have them, for one it runs out soon, for one it has; and how some routines were used."""

import datetime
from dataclasses import dataclass

from dashboard.demo.book import Book
from dashboard.demo.house import House
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.core.months import in_months
from hms.organisations.models import Employee
from routines.enums import AudienceKind, UseKind, Worked
from routines.models import Audience, Routine, Use, Version
from training.models import Completion, Training, TrainingClock, TrainingRoutine
from training.selectors import SOON_DAYS


@dataclass(frozen=True)
class Course:
    """One training. `units`: where most have it, registered so many days ago; `others`: by name, and their days."""

    name: str
    about: str
    months: int | None
    unit: str
    owner: str
    units: dict[str, int]
    others: dict[str, int]
    routine: str = ""
    # Whether the routine is for those who have it, besides whom it is for already.
    is_for_holders: bool = False


COURSES = {
    "fjellvik": [
        Course(
            "Førstehjelp og hjertestarter", "Grunnkurs på fire timer, med øving på hjertestarteren i gangen.", 24, "", "sunniva",
            {"solbakken": 300, "drift": 410}, {"ingrid": 705, "amir": 300, "kari": 90, "sunniva": 300}, "stikkskader",
        ),
        Course(
            "Varme arbeider", "Sveising, skjæring, vinkelsliping. Sertifikatet gjelder i fem år.", 60, "drift", "piotr",
            {}, {"tor_erik": 1785, "roar": 1400, "piotr": 1900},
        ),
        Course(
            "Forflytningsteknikk", "Halv dag med øving: seng, stol, gulv og takheis.", 24, "helse", "kari",
            {"solbakken": 200}, {"kari": 200, "turid": 95}, "forflytning", is_for_holders=True,
        ),
    ]
}  # fmt: skip
# Slug, who, how many days ago, where, unit, how many, how it went, what was seen, what the owner did (empty: nothing yet).
USES = {
    "fjellvik": [
        ("stikkskader", "kari", 24, UseKind.ROUND, "solbakken", 3, Worked.WELL, "", ""),
        (
            "stikkskader", "kari", 2, UseKind.DRILL, "solbakken", 6, Worked.UNCLEAR,
            "Ingen visste hvor den gule boksen står på natta.", "",
        ),
        ("brann-pa-sykehjemmet", "amir", 40, UseKind.DRILL, "solbakken", 14, Worked.WELL, "Ute på fire minutter.", ""),
        (
            "brann-pa-sykehjemmet", "kari", 130, UseKind.MEETING, "solbakken", 9, Worked.BETTER,
            "Møteplassen er vanskelig å finne når det er mørkt.", "Det henger et skilt med lys på parkeringsplassen nå.",
        ),
        ("alenearbeid-ute", "roar", 15, UseKind.ROUND, "drift", 4, Worked.NOT_FOLLOWED, "Radioene lå igjen i bilen.", ""),
    ]
}  # fmt: skip


def write_trainings(book: Book, house: House) -> None:
    """Write the trainings of an organisation, and uses of its routines, into the book."""
    routines = {routine.slug: routine for routine in book.rows.get(Routine, []) if isinstance(routine, Routine)}
    for course in COURSES.get(house.employer.slug, []):
        _give(book, house, course, routines.get(course.routine))
    for row in USES.get(house.employer.slug, []):
        _use(book, house, routines[row[0]], row)
    book.add(TrainingClock(next_at=book.now))


def _give(book: Book, house: House, course: Course, routine: Routine | None) -> None:
    people, begun = house.people, book.now - datetime.timedelta(days=390)
    keeper = people["sunniva"]
    training = book.add(
        Training(
            name=course.name, about=course.about, validity_months=course.months, owner=people[course.owner],
            unit=house.units[course.unit] if course.unit else None, created_at=begun, created_by=keeper,
        )
    )  # fmt: skip
    book.event("training.created", training, at=begun, by=keeper)
    if routine is not None:
        book.add(TrainingRoutine(training=training, routine_id=routine.pk))
        if course.is_for_holders:
            book.add(Audience(routine=routine, kind=AudienceKind.TRAINING, training_id=training.pk))
    for key, days in course.units.items():
        named = [people[name] for name in course.others]
        staff = [person for person in house.staff[house.units[key].pk] if person not in named]
        taught = [person for place, person in enumerate(staff) if place % 5]
        _register(book, training, taught, days, house.managers[house.units[key].pk])
    for name, days in course.others.items():
        _register(book, training, [people[name]], days, people[course.owner])


def _register(book: Book, training: Training, people: list[Employee], days: int, by: Employee) -> None:
    day = book.now.date() - datetime.timedelta(days=days)
    # HMS was not here before that: what is older was written down when it came.
    at = max(book.now - datetime.timedelta(days=days), training.created_at + datetime.timedelta(days=1))
    last = in_months(day, training.validity_months) if training.validity_months else None
    for person in people:
        completion = book.add(
            Completion(
                training=training, employee=person, done_on=day, expires_on=last,
                registered_by=by, registered_at=at, registered_on=at.date(),
            )
        )  # fmt: skip
        if last is not None and at.date() <= last <= book.now.date() + datetime.timedelta(days=SOON_DAYS):
            completion.renewal = _renew(book, training, person, last)
    data = {"people": len(people), "day": day.isoformat()}
    book.event("training.registered", training, at=at, by=by, data=data)


def _renew(book: Book, training: Training, person: Employee, last: datetime.date) -> Assignment:
    """The task that asks for it to be renewed, since the day there were sixty left."""
    at = min(book.now, book.now - datetime.timedelta(days=SOON_DAYS - (last - book.now.date()).days, hours=1))
    task = book.add(
        Assignment(
            kind=Kind.RENEW, title=f"Forny: {training.name}", assignee=person, due_on=last, state=AssignmentState.OPEN,
            source_kind=Training._meta.label_lower, source_id=training.pk, created_at=at, armed_at=at,
        )
    )  # fmt: skip
    data = {"title": task.title, "to": person.pk}
    book.event("assignment.assigned", task, at=at, by=None, root=training, data=data)
    return task


def _use(book: Book, house: House, routine: Routine, row: tuple) -> None:
    _slug, who, days, kind, unit, people, worked, note, outcome = row
    by, at = house.people[who], book.now - datetime.timedelta(days=days, hours=2)
    in_force = [
        version
        for version in book.rows[Version]
        if isinstance(version, Version) and version.routine == routine and version.valid_from <= at.date()
    ]
    use = book.add(
        Use(
            routine=routine, version=in_force[-1], kind=kind, used_on=at.date(), unit=house.units[unit], people=people,
            worked=worked, note=note, registered_by=by, registered_at=at, registered_on=at.date(),
        )
    )  # fmt: skip
    book.event("routine.used", use, at=at, by=by, root=routine)
    if worked not in {Worked.UNCLEAR, Worked.BETTER}:
        return
    task = book.add(
        Assignment(
            kind=Kind.FEEDBACK, title=f"Gjør den bedre: {routine.title}", assignee=routine.owner,
            due_on=at.date() + datetime.timedelta(days=14), state=AssignmentState.OPEN, source_kind=Use._meta.label_lower,
            source_id=use.pk, requested_by=by, created_at=at, armed_at=at,
        )
    )  # fmt: skip
    use.assignment = task
    data = {"title": task.title, "to": routine.owner.pk}
    book.event("assignment.assigned", task, at=at, by=by, root=routine, data=data)
    if outcome:
        said = at + datetime.timedelta(days=6)
        use.outcome, use.followed_up_by, use.followed_up_at = outcome, routine.owner, said
        data = {"title": task.title, "from": task.state, "to": AssignmentState.DONE}
        task.state, task.ended_at, task.ended_by = AssignmentState.DONE, said, routine.owner
        book.event("assignment.completed", task, at=said, by=routine.owner, root=routine, data=data)
        book.event("routine.use_followed_up", use, at=said, by=routine.owner, root=routine)
