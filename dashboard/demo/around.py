"""What surrounds the demo's cases: ends that are no solution, a merge, links, a question to others, stopped work.

Written on top of the cases that were told, so that no tale changes because of it. Every method of :class:`Around`
mirrors a service, as those of `dashboard.demo.case.Case` do.
"""

import datetime
from itertools import combinations

from dashboard.demo.book import Book
from dashboard.demo.case import Case, Moment
from dashboard.demo.house import House
from deviations.enums import CommentVisibility, Ending, LinkKind, State
from deviations.models import CaseLink, Comment, Deviation, Hearing, WorkStop
from hms.assignments.enums import Kind
from hms.organisations.enums import Role
from hms.organisations.models import Employee, RoleHolding

_LINKED = 8
_NEAR = datetime.timedelta(days=300)


class Around(Case):
    """A case that was told, taken up again."""

    def __init__(self, book: Book, house: House, deviation: Deviation) -> None:
        super().__init__(book, house)
        self.deviation = deviation

    def reject(self, at: Moment, reason: str) -> None:
        """As `services.reject`."""
        case, by = self.deviation, self.handler
        case.answer, case.first_answered_at, case.closed_by = reason, case.first_answered_at or at, by
        self._end_as(Ending.REJECTED, "deviation.rejected", at, by)
        self._tell_reporter("deviations.rejected", at, f"rejected:{case.pk}:{at.timestamp():.0f}", name=by.given_name)

    def withdraw(self, at: Moment, reason: str) -> None:
        """As `services.withdraw_case`, by the reporter."""
        by = self.deviation.reporter
        self.deviation.closed_by = by
        self._end_as(Ending.WITHDRAWN, "deviation.withdrawn", at, by)
        self._say(reason, at, by, CommentVisibility.REPORTER, is_from_reporter=True)
        self._tell("deviations.withdrawn_by", self.handler, at, f"withdrawn:{self.deviation.pk}")

    def merge(self, at: Moment, main: Deviation, reason: str) -> None:
        """As `services.merge`, by the handler of both."""
        by = self.handler
        said = self._say(reason, at, by, CommentVisibility.INTERNAL)
        self.deviation.closed_by, self.deviation.merged_into = by, main
        self._end_as(Ending.MERGED, "deviation.merged", at, by)
        self.book.event("deviation.took_in", said, at=at, by=by, root=main)
        self._tell_reporter("deviations.merged", at, f"merged:{self.deviation.pk}", name=by.given_name)

    def ask(self, at: Moment, asked: Employee, question: str, due_on: datetime.date) -> None:
        """As `services.ask_for_view`, in an ordinary case."""
        by = self.handler
        hearing = self.book.add(
            Hearing(deviation=self.deviation, asked=asked, asked_by=by, asked_at=at, question=question, shows_case=True)
        )
        hearing.assignment = self._assign(
            Kind.VIEW, hearing, to=asked, due_on=due_on, at=at, by=by, title=self.number, requested_by=by
        )
        data = {"employee": asked.pk, "to": asked.given_name, "shows_case": True}
        self.book.event("hearing.asked", hearing, at=at, by=by, root=self.deviation, data=data)

    def stop_work(self, at: Moment, by: Employee, what: str, told: list[Employee]) -> None:
        """As `services.stop_work`."""
        stop = self.book.add(
            WorkStop(
                deviation=self.deviation, what=what, place=self.deviation.place, since=at, stopped_by=by, stopped_at=at
            )
        )
        self.book.event("work.stopped", stop, at=at, by=by, root=self.deviation)
        for person in {person.pk: person for person in [self.handler, *told] if person != by}.values():
            self._tell("deviations.work_stopped", person, at, f"stop:{stop.pk}", name=by.name)

    def _end_as(self, ending: str, verb: str, at: Moment, by: Employee | None) -> None:
        case = self.deviation
        data = {"from": case.state, "to": State.CLOSED, "ending": ending}
        case.state, case.ending, case.closed_at = State.CLOSED, ending, at
        self.book.event(verb, case, at=at, by=by, data=data)
        self._complete(case.handling, at, by, root=case)

    def _say(
        self, text: str, at: Moment, by: Employee | None, visibility: str, *, is_from_reporter: bool = False
    ) -> Comment:
        return self.book.add(
            Comment(
                deviation=self.deviation, author=by, is_from_reporter=is_from_reporter, visibility=visibility,
                text=text, created_at=at,
            )
        )  # fmt: skip


def surround(book: Book, house: House) -> None:
    """Add what surrounds the cases in the book."""
    by_title = {case.title: case for case in book.rows[Deviation]}
    soon = (book.now + datetime.timedelta(days=3)).date()

    def after(case: Deviation, minutes: int) -> Moment:
        return min(case.reported_at + datetime.timedelta(minutes=minutes), book.now)

    if (rail := by_title.get("Løst rekkverk i trapp B")) and (same := by_title.get("Rekkverket på B-trappa henger")):
        Around(book, house, same).merge(after(same, 35), rail, "Samme rekkverk, samme dag. Ingrid meldte først.")
        Around(book, house, rail).ask(
            after(rail, 75),
            house.people["piotr"],
            "Hvem kontrollerer rekkverk etter at malerne er ferdige, og står det i avtalen med dem?",
            soon,
        )
    if menu := by_title.get("Kaffen på pauserommet er for svak"):
        Around(book, house, menu).reject(
            after(menu, 300),
            "Takk for at du skrev. Dette er ikke et avvik vi følger opp her, men jeg har gitt det videre til "
            "trivselskomiteen, som bestiller kaffen.",
        )
    if key := by_title.get("Nøkkelen til medisinrommet er borte"):
        Around(book, house, key).withdraw(after(key, 55), "Den lå i lomma på den andre jakka. Beklager bryet.")
    if scaffold := by_title.get("Stillas endret uten ny kontroll"):
        told = [row.employee for row in book.rows.get(RoleHolding, []) if row.role in _TOLD]
        Around(book, house, scaffold).stop_work(
            after(scaffold, 25), house.people["tommy"], "Alt arbeid på og under stillaset mot vest.", told
        )
    _link(book)


_TOLD = {Role.HSE_MANAGER, Role.TOP_LEADER}


def _link(book: Book) -> None:
    """The same title in the same unit within some months is the same happening again."""
    alike: dict[tuple[str, int], list[Deviation]] = {}
    for case in book.rows[Deviation]:
        if not case.is_confidential and not case.ending:
            alike.setdefault((case.title, case.unit_id), []).append(case)
    made = 0
    for cases in alike.values():
        for earlier, later in combinations(sorted(cases, key=lambda case: case.reported_at), 2):
            if made == _LINKED or later.reported_at - earlier.reported_at > _NEAR or later.received_at is None:
                continue
            at = later.received_at + datetime.timedelta(minutes=6)
            by = later.handling.assignee
            link = book.add(CaseLink(deviation=later, other=earlier, kind=LinkKind.RECURRENCE, by=by, at=at))
            for case in (later, earlier):
                book.event("deviation.linked", link, at=at, by=by, root=case, data={"kind": LinkKind.RECURRENCE})
            made += 1
