"""The demo's law register, eight points and goals: most are covered, and something is missing."""

import datetime

from django.utils import translation

from dashboard.demo.book import Book
from dashboard.demo.house import House
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.core.months import in_months
from routines.models import Handbook, Point, PointRoutine, Requirement, RequirementRoutine, Routine
from routines.services.law import CHECK_AHEAD
from routines.starter_laws import BY_CODE

GOALS = """- Ingen skal bli skadd på jobb.
- Alle avvik får svar innen to virkedager.
- Halvparten så mange tilfeller av vold og trusler som i fjor.
- Alle nye er lært opp før de jobber alene.
"""
# Code of the starter list → slugs of the routines that meet it, how many days ago it was checked (None: never), a text.
RULES: list[tuple[str, list[str], int | None, str]] = [
    ("ikf-5", ["slik-melder-vi-avvik"], 90, ""),
    ("aml-2-3", ["slik-melder-vi-avvik"], 90, ""),
    ("aml-3-1", [], 200, "Vernerunder to ganger i året, og risikovurdering før hver endring."),
    ("aml-3-5", [], 200, "Daglig leder tok kurset for ledere, og kursbeviset ligger i personalmappa."),
    ("aml-4-1", ["alenearbeid-ute", "forflytning"], 150, ""),
    ("aml-4-3", ["vold-og-trusler"], 345, ""),
    ("aml-5-1", ["stikkskader"], 150, ""),
    ("fua-violence", ["vold-og-trusler"], 150, ""),
    ("fire-12", ["brann-pa-sykehjemmet", "varmt-arbeid"], 60, ""),
    ("gdpr-5", [], None, ""),
]
POINTS: dict[int, tuple[str, list[str]]] = {
    6: (
        "Hver avdeling kartlegger farer på vernerunden i mars og september. Tiltakene kommer inn i handlingsplanen.",
        [],
    ),
    7: ("", ["slik-melder-vi-avvik"]),
}


def write_law(book: Book, house: House) -> None:
    """Write an organisation's register into the book; those without an HSE manager have none."""
    keeper = house.people.get("sunniva") or house.people.get("olav")
    if keeper is None:
        return
    routines = {routine.slug: routine for routine in book.rows.get(Routine, []) if isinstance(routine, Routine)}
    for code, slugs, days, text in RULES:
        starter = BY_CODE[code]
        begun = book.now - datetime.timedelta(days=380)
        checked = book.now - datetime.timedelta(days=days) if days is not None else None
        with translation.override("nb"):
            rule = book.add(
                Requirement(
                    code=code, law=str(starter.law), place=str(starter.place), summary=str(starter.summary),
                    address=starter.address, how_met=text, owner=keeper, created_at=begun, created_by=keeper,
                    checked_on=checked.date() if checked else None, checked_by=keeper if checked else None,
                )
            )  # fmt: skip
        book.event("requirement.added", rule, at=begun, by=keeper)
        if checked:
            book.event("requirement.checked", rule, at=checked, by=keeper)
        for slug in slugs:
            if slug in routines:
                book.add(RequirementRoutine(requirement=rule, routine=routines[slug]))
        due_on = in_months((checked or book.now).date(), rule.check_months)
        is_near = due_on <= book.now.date() + CHECK_AHEAD
        asked = min(book.now, book.now - datetime.timedelta(hours=5)) if is_near else checked or begun
        rule.task = book.add(
            Assignment(
                kind=Kind.REVISE, title=f"Sjekk at vi følger: {rule.name}"[:160], assignee=keeper, due_on=due_on,
                state=AssignmentState.OPEN if is_near else AssignmentState.PLANNED,
                source_kind=Requirement._meta.label_lower, source_id=rule.pk, created_at=asked, armed_at=asked,
            )
        )  # fmt: skip
        data = {"title": rule.task.title, "to": keeper.pk}
        book.event("assignment.assigned", rule.task, at=asked, by=None, root=rule, data=data)
    for number, (text, slugs) in POINTS.items():
        point = book.add(Point(number=number, text=text))
        for slug in slugs:
            if slug in routines:
                book.add(PointRoutine(point=point, routine=routines[slug]))
    written = book.now - datetime.timedelta(days=40)
    book.add(Handbook(goals=GOALS, changed_at=written, changed_by=keeper))
