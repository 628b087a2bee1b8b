"""The demo's routines: with versions behind them, readers who have come so far, and one draft on its way."""

import datetime

from dashboard.demo.book import Book
from dashboard.demo.house import House
from dashboard.demo.routine_texts import STORIES, Edition, Story
from dashboard.demo.translations import translate
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.organisations.models import Employee, Unit
from routines.control import NO_CONTROL
from routines.diffing import delta
from routines.enums import AudienceKind, DraftState, Opinion, State
from routines.markdown import plain
from routines.models import (
    Adoption,
    Audience,
    Draft,
    Favourite,
    Opening,
    Question,
    ReadingRequest,
    Receipt,
    Review,
    Routine,
    RoutineClock,
    Version,
    WrongAnswers,
)
from routines.services.publishing import REVISE_AHEAD

READING_DAYS = 14


def write_routines(book: Book, house: House) -> None:
    """Write the routines of an organisation into the book."""
    for story in STORIES.get(house.employer.slug, []):
        _Telling(book, house, story).tell()
    book.add(RoutineClock(next_at=book.now, counting_since=book.now - datetime.timedelta(days=400)))


class _Telling:
    """One routine's story."""

    def __init__(self, book: Book, house: House, story: Story) -> None:
        self.book, self.house, self.story = book, house, story
        self.unit: Unit = house.units[story.whose]
        self.owner: Employee = house.people[story.owner]
        self.approver: Employee = house.people[story.approver]
        self.versions: list[Version] = []

    def tell(self) -> None:
        begun = self._ago(self.story.editions[0].days + 12)
        self.routine = self.book.add(
            Routine(
                slug=self.story.slug, title=self.story.title, category=self.story.category, unit=self.unit,
                owner=self.owner, law=self.story.law, created_at=begun, created_by=self.owner,
                reading_days=READING_DAYS,
            )
        )  # fmt: skip
        self.book.add(Audience(routine=self.routine, kind=AudienceKind.UNIT, unit=self.unit))
        self.book.event("routine.created", self.routine, at=begun, by=self.owner)
        for edition in self.story.editions:
            self._publish(edition)
        translate(self.book, self.routine, self.versions)
        if self.story.template:
            self._adopt(*self.story.template, begun)
        self._plan_revision()
        self._read()
        self._count()
        for asker, text, answer in self.story.questions:
            self._ask(self.house.people[asker], text, answer)
        if self.story.draft:
            self._draft(*self.story.draft)

    def _adopt(self, key: str, edition: int, text: str, at: datetime.datetime) -> None:
        """Where the routine came from: a template of the library as it was then."""
        self.book.add(
            Adoption(
                routine=self.routine, key=key, language="nb", version=edition, text=text, adopted_by=self.owner,
                adopted_at=at,
            )
        )  # fmt: skip
        data = {"key": key, "version": edition}
        self.book.event("routine.adopted", self.routine, at=at, by=self.owner, data=data)

    def _ago(self, days: int, hours: int = 0) -> datetime.datetime:
        return (self.book.now - datetime.timedelta(days=days)).replace(hour=9, minute=0) + datetime.timedelta(hours=hours)  # fmt: skip

    def _publish(self, edition: Edition) -> None:
        at = self._ago(edition.days)
        before = self.versions[-1] if self.versions else None
        changed = delta(before.text, edition.text) if before else None
        control = (self.story.control or NO_CONTROL) if edition is self.story.editions[-1] else NO_CONTROL
        asked = {
            "control_question": control.question, "control_answers": list(control.answers),
            "control_right": control.right, "control_why": control.why,
        }  # fmt: skip
        version = self.book.add(
            Version(
                routine=self.routine, number=len(self.versions) + 1, language="nb", title=self.story.title,
                text=edition.text, change_note=edition.note, is_material=edition.is_material or before is None,
                author=self.owner, author_name=self.owner.name, approved_by=self.approver, approved_at=at,
                valid_from=at.date(), published_at=at, lines_added=changed.added if changed else 0,
                lines_removed=changed.removed if changed else 0, **asked,
            )
        )  # fmt: skip
        draft = self.book.add(
            Draft(
                routine=self.routine, language="nb", state=DraftState.PUBLISHED, base=before, title=version.title,
                text=version.text, change_note=version.change_note, is_material=version.is_material, revision=4, round=1,
                author=self.owner, edited_by=self.owner, edited_at=self._ago(edition.days + 9), version=version,
                approved_by=self.approver, approved_at=at, created_at=self._ago(edition.days + 12), **asked,
            )
        )  # fmt: skip
        self._reviewed(draft, edition.days)
        self.versions.append(version)
        was = State.DRAFT if before is None else State.PUBLISHED
        self.routine.state, self.routine.current = State.PUBLISHED, version
        self.routine.text, self.routine.published_at = plain(version.text), at
        self.book.event(
            "routine.published", self.routine, at=at, by=self.approver,
            data={"from": was, "to": State.PUBLISHED, "version": version.number},
        )  # fmt: skip

    def _reviewed(self, draft: Draft, days: int) -> None:
        """The safety representative looked through it, and then it was approved."""
        for rep in self.house.safety_reps_of(self.unit):
            if rep == self.owner:
                continue
            sent, said = self._ago(days + 8), self._ago(days + 5)
            review = self.book.add(
                Review(
                    draft=draft, round=1, reviewer=rep, is_safety_rep=True, opinion=Opinion.ENDORSE,
                    comment="Bra og kort. Heng den på vaktrommet.", asked_at=sent, answered_at=said,
                )
            )  # fmt: skip
            self.book.event("routine.sent_to_review", draft, at=sent, by=self.owner, root=self.routine)
            self.book.event("routine.reviewed", review, at=said, by=rep, root=self.routine)
        self.book.event("routine.approved", draft, at=self._ago(days), by=self.approver, root=self.routine)

    def _plan_revision(self) -> None:
        newest = self.versions[-1]
        due_on = newest.published_at.date() + datetime.timedelta(days=365)
        task = self._task(
            Kind.REVISE, f"Revider: {self.story.title}", self.owner, due_on, newest.published_at, planned=True
        )
        asked_on = due_on - REVISE_AHEAD
        if asked_on <= self.book.now.date():
            at = self._ago((self.book.now.date() - asked_on).days)
            task.state = AssignmentState.OPEN
            data = {"title": task.title, "from": AssignmentState.PLANNED, "to": AssignmentState.OPEN}
            self.book.event("assignment.started", task, at=at, by=None, root=self.routine, data=data)
        self.routine.revision = task

    def _task(
        self,
        kind: str,
        title: str,
        to: Employee,
        due_on: datetime.date,
        at: datetime.datetime,
        *,
        planned: bool = False,
    ) -> Assignment:
        task = self.book.add(
            Assignment(
                kind=kind, title=title, assignee=to, due_on=due_on,
                state=AssignmentState.PLANNED if planned else AssignmentState.OPEN,
                source_kind=Routine._meta.label_lower, source_id=self.routine.pk,
                requested_by=self.owner if to != self.owner else None, created_at=at, armed_at=at,
            )
        )  # fmt: skip
        self.book.event(
            "assignment.assigned", task, at=at, by=None, root=self.routine, data={"title": title, "to": to.pk}
        )
        return task

    def _read(self) -> None:
        """Most have confirmed the first version; of the last one that matters some have, and the rest are asked."""
        readers = [
            person
            for unit in self.house.units.values()
            if self.unit.pk in unit.path
            for person in self.house.staff[unit.pk]
            if person != self.house.people.get("elin")
        ]
        material = [version for version in self.versions if version.is_material]
        for place, person in enumerate(readers):
            for version in material[:-1]:
                self._confirmed(person, version, place % 11)
            newest, played = material[-1], person == self.house.people.get("ingrid")
            if place % 10 < self.story.read and not (played and len(material) > 1):
                self._confirmed(person, newest, place % 11)
            else:
                self._asked(person, newest)
            if place % 7 == 0:
                self.book.add(Favourite(routine=self.routine, employee=person))

    def _confirmed(self, person: Employee, version: Version, days: int) -> None:
        at = min(version.published_at + datetime.timedelta(days=days, hours=3), self.book.now)
        self.book.add(Receipt(routine=self.routine, version=version, employee=person, at=at))

    def _asked(self, person: Employee, version: Version) -> None:
        at = version.published_at
        due_on = at.date() + datetime.timedelta(days=READING_DAYS)
        # Whoever has not read what is old was new here, and has some days still.
        if due_on < self.book.now.date():
            at = self._ago(6)
            due_on = at.date() + datetime.timedelta(days=READING_DAYS)
        title = f"Les: {self.story.title}"
        task = self._task(Kind.READ, title, person, due_on, at)
        self.book.add(
            ReadingRequest(routine=self.routine, employee=person, version=version, assignment=task, asked_at=at)
        )  # fmt: skip
        self.book.notify(
            "routines.asked", to=person, about=task, at=at, dedupe=f"asked-{task.pk}",
            parameters={
                "slug": self.story.slug, "title": self.story.title, "due_on": due_on.isoformat(),
                "name": self.owner.given_name, "count": 1,
            },
        )  # fmt: skip

    def _count(self) -> None:
        """How often it was opened, and how many answered the control question wrong at first."""
        month = self.book.now.date().replace(day=1)
        for count in self.story.opened:
            self.book.add(Opening(routine=self.routine, month=month, count=count))
            month = (month - datetime.timedelta(days=1)).replace(day=1)
        if self.story.wrong:
            self.book.add(WrongAnswers(version=self.versions[-1], count=self.story.wrong))

    def _ask(self, asker: Employee, text: str, answer: str) -> None:
        at = self._ago(3, hours=2)
        question = self.book.add(
            Question(routine=self.routine, version=self.versions[-1], asked_by=asker, text=text, asked_at=at)
        )
        self.book.event("routine.asked", question, at=at, by=asker, root=self.routine)
        task = self._task(
            Kind.QUESTION, f"Svar på et spørsmål om: {self.story.title}"[:160], self.owner,
            at.date() + datetime.timedelta(days=5), at,
        )  # fmt: skip
        task.source_kind, task.source_id, task.requested_by = Question._meta.label_lower, question.pk, asker
        question.assignment = task
        if answer:
            said = self._ago(1, hours=1)
            question.answer, question.answered_by, question.answered_at = answer, self.owner, said
            data = {"title": task.title, "from": task.state, "to": AssignmentState.DONE}
            task.state, task.ended_at, task.ended_by = AssignmentState.DONE, said, self.owner
            self.book.event("assignment.completed", task, at=said, by=self.owner, root=self.routine, data=data)
            self.book.event("routine.answered", question, at=said, by=self.owner, root=self.routine)

    def _draft(self, author: str, note: str, text: str) -> None:
        """A new version that the safety representative is looking through just now."""
        writer, sent = self.house.people[author], self._ago(1)
        draft = self.book.add(
            Draft(
                routine=self.routine, language="nb", state=DraftState.REVIEW, base=self.versions[-1],
                title=self.story.title, text=text, change_note=note, revision=3, round=1, author=writer,
                edited_by=writer, edited_at=sent, created_at=self._ago(6), **self.versions[-1].control_fields(),
            )
        )  # fmt: skip
        self.book.event("routine.draft_begun", draft, at=self._ago(6), by=writer, root=self.routine)
        self.book.event("routine.sent_to_review", draft, at=sent, by=writer, root=self.routine)
        reps = [rep for rep in self.house.safety_reps_of(self.unit) if rep != writer]
        for rep in [*reps, self.house.people["kari"]]:
            review = self.book.add(
                Review(draft=draft, round=1, reviewer=rep, is_safety_rep=rep in reps, asked_at=sent)
            )  # fmt: skip
            due_on = sent.date() + datetime.timedelta(days=7)
            task = self._task(Kind.REVIEW, f"Se gjennom: {self.story.title}", rep, due_on, sent)
            task.source_kind, task.source_id, task.requested_by = Review._meta.label_lower, review.pk, writer
            review.assignment = task
