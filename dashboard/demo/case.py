"""One case told step by step: the same rows and events as the services write, at times in the past.

Every method mirrors a service (named in its docstring); `tests/dashboard/test_demo.py` holds the two
together by walking every case's events through the state machines.
"""

import datetime
import hashlib
import uuid
from typing import Any

from dashboard.demo.book import Book
from dashboard.demo.house import House
from deviations.enums import KIND_OF_CATEGORY, CommentVisibility, ReporterKind, ReportKind, Severity, State
from deviations.models import AccessGrant, CaseTranslation, Comment, Deviation, WhyStep
from hms.actions.enums import ActionKind, Opinion, PlanState
from hms.actions.models import Action, ActionPlan, Statement
from hms.actions.services import EFFECT_CHECK_DAYS
from hms.assignments.enums import ExtensionState, Kind, NoteKind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment, ExtensionRequest, Helper, Note, Offer
from hms.audit.enums import Via
from hms.organisations.calendar import add_working_days
from hms.organisations.models import Employee, Group, Unit

Moment = datetime.datetime


class Case:
    """A case and everything that belongs to it."""

    def __init__(self, book: Book, house: House) -> None:
        self.book, self.house = book, house
        self.deviation: Deviation
        self.plan: ActionPlan | None = None
        self.actions: list[Action] = []
        # By their assignment's id: what is offered to many and not taken.
        self.offers: dict[int, Offer] = {}
        self.statement: Statement | None = None

    @property
    def handler(self) -> Employee:
        return self.deviation.handling.assignee

    @property
    def number(self) -> str:
        return self.deviation.number

    # --- reporting ---

    def report(
        self,
        *,
        at: Moment,
        unit: Unit,
        title: str,
        text: str,
        place: str,
        severity: int,
        number: tuple[int, int],
        reporter: Employee | None = None,
        reporter_name: str = "",
        reporter_email: str = "",
        about_manager: bool = False,
        receipt_hash: str = "",
        category: str = "",
        language: str = "nb",
    ) -> None:
        """As `deviations.services.report`. The kind is the one that the category tells."""
        day = at.date()
        kind = ReporterKind.EMPLOYEE if reporter else ReporterKind.NAMED if reporter_name else ReporterKind.ANONYMOUS
        if kind == ReporterKind.ANONYMOUS:
            at = start_of(at)
        concerns = self.house.manager_of(unit) if about_manager else None
        handler = self.house.handler_of(unit, day, passing=concerns)
        key = uuid.UUID(int=self.house.draw.getrandbits(128), version=4)
        self.deviation = deviation = self.book.add(
            Deviation(
                year=number[0],
                sequence=number[1],
                title=title,
                description=text,
                unit=unit,
                place=place,
                occurred_on=day,
                reported_at=at,
                severity=severity,
                kind=KIND_OF_CATEGORY.get(category, ReportKind.UNSAFE_CONDITION),
                language=language,
                is_confidential=about_manager,
                reporter_kind=kind,
                reporter=reporter,
                reporter_name=reporter_name,
                reporter_email=reporter_email,
                receipt_hash="" if reporter else receipt_hash or hashlib.sha256(key.bytes).hexdigest(),
                concerns=concerns,
                idempotency_key=key,
                first_answer_due_on=add_working_days(day, self.house.organisation.receive_days, self.house.quiet),
            )
        )
        via = Via.WEB if reporter else Via.QR
        self.book.event("deviation.reported", deviation, at=at, by=reporter, via=via)
        deviation.handling = self._assign(
            Kind.HANDLE,
            deviation,
            to=handler,
            due_on=day + datetime.timedelta(days=self.house.organisation.handling_days),
            at=at,
            by=None,
            title=title,
            critical=severity == Severity.VERY_SERIOUS,
        )
        if about_manager:
            self.book.add(AccessGrant(deviation=deviation, employee=handler, granted_at=at))
        else:
            for rep in self.house.safety_reps_of(unit):
                if rep not in (reporter, handler):
                    self._tell("deviations.reported", rep, at, f"reported:{deviation.pk}:{rep.pk}")
        self._tell_reporter("deviations.receipt", at, f"receipt:{deviation.pk}")

    # --- handling ---

    def receive(self, at: Moment) -> None:
        """As `services.receive`, by the handler."""
        self._move_case(State.IN_PROGRESS, "deviation.received", at, self.handler)
        self.deviation.received_at = at
        self._tell_reporter("deviations.received", at, f"received:{self.deviation.pk}", name=self.handler.given_name)

    def triage(self, at: Moment, **fields: Any) -> None:
        """As `services.triage`."""
        for name, value in fields.items():
            setattr(self.deviation, name, value)
        self.deviation.kind = KIND_OF_CATEGORY.get(self.deviation.category, self.deviation.kind)
        self.deviation.version += 1
        self.book.event("deviation.triaged", self.deviation, at=at, by=self.handler, data={"fields": sorted(fields)})

    def translate(self, at: Moment, text: str) -> None:
        """As `services.translate`, to bokmål."""
        self.book.add(
            CaseTranslation(
                deviation=self.deviation, language="nb", text=text, translated_by=self.handler, translated_at=at
            )
        )
        data = {"language": "nb"}
        self.book.event("deviation.translated", self.deviation, at=at, by=self.handler, data=data)

    def analyse(self, at: Moment, why: list[str], causes: list[str]) -> None:
        """As `services.analyse`."""
        last = len(why) - 1
        for position, text in enumerate(why):
            self.book.add(
                WhyStep(deviation=self.deviation, position=position, text=text, is_root=position == last and last > 0)
            )
        self.deviation.causes = causes
        self.deviation.version += 1
        self.book.event("deviation.analysed", self.deviation, at=at, by=self.handler)

    def comment(self, at: Moment, by: Employee | None, text: str, visibility: str = CommentVisibility.INTERNAL) -> None:
        """As `services.comment` and `services.reply_from_reporter`."""
        is_reporter = by is None or by == self.deviation.reporter
        if by is None and self.deviation.reporter_kind == ReporterKind.ANONYMOUS:
            at = start_of(at)
        said = self.book.add(
            Comment(
                deviation=self.deviation,
                author=by,
                is_from_reporter=is_reporter,
                visibility=CommentVisibility.REPORTER if is_reporter else visibility,
                text=text,
                created_at=at,
            )
        )
        self.book.event(
            "deviation.commented", said, at=at, by=by, root=self.deviation,
            via=Via.QR if by is None else Via.WEB, data={"visibility": said.visibility},
        )  # fmt: skip
        if said.visibility == CommentVisibility.REPORTER and not is_reporter:
            self._tell_reporter("deviations.comment_to_reporter", at, f"comment:{said.pk}", name=by.given_name)
        if by != self.handler:
            self._tell("deviations.comment", self.handler, at, f"comment:{said.pk}:handler", email=is_reporter)

    def answer(self, at: Moment, text: str) -> None:
        """As `services.answer`: written to the reporter while the work goes on."""
        said = self.book.add(
            Comment(
                deviation=self.deviation,
                author=self.handler,
                visibility=CommentVisibility.REPORTER,
                text=text,
                created_at=at,
            )
        )
        self.deviation.first_answered_at = self.deviation.first_answered_at or at
        self.book.event("deviation.answered", said, at=at, by=self.handler, root=self.deviation)
        self._tell_reporter("deviations.answered", at, f"answer:{said.pk}", name=self.handler.given_name)

    def make_confidential(self, at: Moment, also: list[Employee] | None = None) -> None:
        """As `services.set_confidential` before there is a plan, and `services.grant_access` for the others."""
        self.deviation.is_confidential = True
        self.deviation.version += 1
        self.book.event("deviation.made_confidential", self.deviation, at=at, by=self.handler)
        self.book.add(AccessGrant(deviation=self.deviation, employee=self.handler, granted_at=at))
        self.deviation.handling.is_confidential, self.deviation.handling.title = True, self.number
        for person in also or []:
            self.book.add(AccessGrant(deviation=self.deviation, employee=person, granted_at=at))
            data = {"employee": person.pk, "to": person.given_name}
            self.book.event("deviation.access_granted", self.deviation, at=at, by=self.handler, data=data)

    def postpone(self, at: Moment, due_on: datetime.date) -> None:
        """As `assignments.services.set_due_date` on the handling."""
        handling = self.deviation.handling
        data = {**_titled(handling), "from": handling.due_on.isoformat(), "to": due_on.isoformat()}
        handling.due_on = due_on
        self.book.event("assignment.due_date_changed", handling, at=at, by=self.handler, root=self.deviation, data=data)

    # --- the plan ---

    def start_plan(self, at: Moment) -> None:
        """As `services.start_plan`."""
        self.plan = self.deviation.plan = self.book.add(
            ActionPlan(
                source_kind=Deviation._meta.label_lower,
                title=self.number if self.deviation.is_confidential else self.deviation.title,
                unit=self.deviation.unit,
                owner=self.handler,
                is_confidential=self.deviation.is_confidential,
            )
        )
        self.book.event("plan.started", self.plan, at=at, by=self.handler)

    def add_action(
        self,
        at: Moment,
        title: str,
        responsible: Employee,
        due_on: datetime.date,
        *,
        level: int | None = None,
        kind: str = ActionKind.CORRECTIVE,
        cost: int | None = None,
        offered_to: Group | None = None,
    ) -> Action:
        """As `actions.services.add_action`; `responsible` only answers for what is offered."""
        by = self.handler
        immediate = kind == ActionKind.IMMEDIATE
        if not immediate:
            self.plan.version += 1
            if self.plan.state in {PlanState.SENT, PlanState.RUNNING, PlanState.DONE}:
                self._move_plan(PlanState.DRAFT, "plan.changed", at, by, version=self.plan.version)
        assignment = self._assign(
            Kind.ACTION, self.plan, to=responsible, due_on=due_on, at=at, by=by, title=title,
            planned=True, requested_by=by, root=self.plan, offered_to=offered_to,
        )  # fmt: skip
        action = self.book.add(
            Action(
                plan=self.plan, assignment=assignment, title=title, kind=kind, control_level=level, cost=cost,
                created_by=by, created_at=at,
            )
        )  # fmt: skip
        assignment.source_kind, assignment.source_id = action._meta.label_lower, action.pk
        shown = "" if self.plan.is_confidential else title
        self.book.event("action.added", action, at=at, by=by, root=self.plan, data={"title": shown})
        self.actions.append(action)
        if immediate:
            self._start(assignment, at, by)
        return action

    def help_with(self, action: Action, at: Moment, helper: Employee) -> None:
        """As `assignments.services.add_helper`."""
        assignment, by = action.assignment, self.handler
        self.book.add(Helper(assignment=assignment, employee=helper, added_by=by, added_at=at))
        event = self.book.event(
            "assignment.helper_added", assignment, at=at, by=by, root=self.plan,
            data={**_titled(assignment), "employee": helper.pk},
        )  # fmt: skip
        told = self._parameters(assignment, by) | {"responsible": assignment.assignee.given_name}
        self.book.notify(
            "assignments.helper_added", to=helper, about=assignment, at=at, dedupe=str(event.pk), parameters=told
        )

    def send(self, at: Moment, to: Employee) -> None:
        """As `actions.services.send_to_safety_rep`."""
        due_on = at.date() + datetime.timedelta(days=self.house.organisation.statement_days)
        self.plan.statement_assignment = self._assign(
            Kind.STATEMENT, self.plan, to=to, due_on=due_on, at=at, by=self.handler, title=self.plan.title,
            requested_by=self.handler, root=self.plan,
        )  # fmt: skip
        self.plan.sent_at = at
        self._move_plan(PlanState.SENT, "plan.sent", at, self.handler, version=self.plan.version)

    def give_statement(self, at: Moment, opinion: str, comment: str) -> None:
        """As `actions.services.give_statement`."""
        by = self.plan.statement_assignment.assignee
        self.statement = statement = self.book.add(
            Statement(
                plan=self.plan,
                plan_version=self.plan.version,
                given_by=by,
                given_at=at,
                opinion=opinion,
                comment=comment,
            )
        )
        data = {"opinion": opinion, "version": self.plan.version, "statement": statement.pk}
        self.book.event("plan.stated", self.plan, at=at, by=by, data=data)
        self._complete(self.plan.statement_assignment, at, by, root=self.plan)
        told = {"opinion": opinion, "name": by.given_name, "case": self.number}
        self.book.notify(
            "actions.statement_given", to=self.plan.owner, about=self.plan, at=at,
            dedupe=f"statement:{statement.pk}", parameters=told,
        )  # fmt: skip
        if opinion == Opinion.REQUEST_CHANGES:
            self._move_plan(PlanState.DRAFT, "plan.returned", at, by)
        elif opinion == Opinion.DISAGREE:
            self._assign(
                Kind.REPLY, statement, to=self.plan.owner, at=at, by=by, title=self.plan.title, root=self.plan,
                due_on=at.date() + datetime.timedelta(days=self.house.organisation.statement_days),
            )  # fmt: skip
            for person in self.house.told_of_disagreement(by):
                self.book.notify(
                    "actions.disagreement", to=person, about=self.plan, at=at,
                    dedupe=f"disagreement:{statement.pk}:{person.pk}",
                    parameters={"name": by.given_name, "case": self.number},
                )  # fmt: skip

    def reply(self, at: Moment, text: str) -> None:
        """As `actions.services.reply_to_statement`."""
        statement, by = self.statement, self.handler
        statement.reply, statement.replied_by, statement.replied_at = text, by, at
        self.book.event("plan.replied", statement, at=at, by=by, root=self.plan)
        asked = next(
            row for row in self.book.rows[Assignment] if row.kind == Kind.REPLY and row.source_id == statement.pk
        )
        self._complete(asked, at, by, root=self.plan)
        self.book.notify(
            "actions.reply_given", to=statement.given_by, about=self.plan, at=at, dedupe=f"reply:{statement.pk}",
            parameters={"name": by.given_name, "case": self.number},
        )  # fmt: skip

    def decide(self, at: Moment, reason: str = "") -> None:
        """As `actions.services.decide`."""
        plan, by = self.plan, self.handler
        plan.decided_at, plan.decided_by, plan.decision_reason = at, by, reason
        self._move_plan(PlanState.DECIDED, "plan.decided", at, by, version=plan.version)
        asked = plan.statement_assignment
        if asked is not None and asked.state == AssignmentState.OPEN:
            self._end(asked, AssignmentState.CANCELLED, "assignment.cancelled", at, by, root=plan)
        self._move_plan(PlanState.RUNNING, "plan.running", at, by)
        for action in self.actions:
            if action.assignment.state == AssignmentState.PLANNED:
                self._start(action.assignment, at, by)
        self._finish_plan(at, by)

    def complete(self, action: Action, at: Moment, comment: str = "", via: str = Via.WEB) -> None:
        """As `assignments.services.complete` on an action."""
        assignment = action.assignment
        by = assignment.assignee
        event = self._complete(assignment, at, by, root=self.plan, comment=comment, via=via)
        if assignment.requested_by != by:
            self.book.notify(
                "assignments.completed", to=assignment.requested_by, about=assignment, at=at, dedupe=str(event.pk),
                parameters=self._parameters(assignment, by),
            )  # fmt: skip
        self._finish_plan(at, by)

    def say_stuck(self, action: Action, at: Moment, text: str) -> None:
        """As `assignments.services.say_stuck`."""
        assignment = action.assignment
        note = self.book.add(
            Note(assignment=assignment, kind=NoteKind.STUCK, author=assignment.assignee, text=text, created_at=at)
        )
        event = self.book.event(
            "assignment.stuck", assignment, at=at, by=assignment.assignee, root=self.plan, via=Via.LINK,
            data={**_titled(assignment), "note": note.pk},
        )  # fmt: skip
        if assignment.requested_by != assignment.assignee:
            self.book.notify(
                "assignments.stuck", to=assignment.requested_by, about=assignment, at=at, dedupe=str(event.pk),
                parameters=self._parameters(assignment, assignment.assignee),
            )  # fmt: skip

    def ask_for_more_time(self, action: Action, at: Moment, new_due_on: datetime.date, reason: str) -> None:
        """As `assignments.services.request_extension`; the answer has not come."""
        assignment = action.assignment
        by = assignment.assignee
        wish = self.book.add(
            ExtensionRequest(
                assignment=assignment, requested_by=by, requested_at=at, old_due_on=assignment.due_on,
                new_due_on=new_due_on, reason=reason, state=ExtensionState.REQUESTED,
            )
        )  # fmt: skip
        data = {"from": assignment.due_on.isoformat(), "to": new_due_on.isoformat(), "extension": wish.pk}
        event = self.book.event(
            "assignment.extension_requested", assignment, at=at, by=by, root=self.plan, via=Via.LINK,
            data={**_titled(assignment), **data},
        )  # fmt: skip
        self.book.notify(
            "assignments.extension_requested", to=assignment.requested_by, about=assignment, at=at,
            dedupe=str(event.pk), parameters=self._parameters(assignment, by) | {"new_due_on": new_due_on.isoformat()},
        )  # fmt: skip

    def check_effect(self, at: Moment, effect: str, note: str) -> None:
        """As `actions.services.check_effect`."""
        plan, by = self.plan, self.handler
        plan.effect, plan.effect_note, plan.effect_checked_at, plan.effect_checked_by = effect, note, at, by
        self._move_plan(PlanState.EFFECT_CHECKED, "plan.effect_checked", at, by, effect=effect)
        self._complete(plan.effect_assignment, at, by, root=plan)

    # --- the end ---

    def close(self, at: Moment, answer: str) -> None:
        """As `services.close`."""
        deviation, by = self.deviation, self.handler
        deviation.answer, deviation.closed_at, deviation.closed_by = answer, at, by
        deviation.first_answered_at = deviation.first_answered_at or at
        self._move_case(State.CLOSED, "deviation.closed", at, by)
        self._complete(deviation.handling, at, by, root=deviation)
        if self.plan is not None and self.plan.state == PlanState.EFFECT_CHECKED:
            self._move_plan(PlanState.CLOSED, "plan.closed", at, by)
        self._tell_reporter("deviations.closed", at, f"closed:{deviation.pk}:{at.timestamp():.0f}", name=by.given_name)

    def reopen(self, at: Moment, by: Employee | None, reason: str) -> None:
        """As `services.reopen`."""
        deviation, handling = self.deviation, self.deviation.handling
        if by is None and deviation.reporter_kind == ReporterKind.ANONYMOUS:
            at = start_of(at)
        deviation.closed_at = deviation.closed_by = None
        self._move_case(State.IN_PROGRESS, "deviation.reopened", at, by, via=Via.WEB if by else Via.QR)
        self.book.add(
            Comment(
                deviation=deviation, author=by, is_from_reporter=by is None or by == deviation.reporter,
                visibility=CommentVisibility.REPORTER, text=reason, created_at=at,
            )
        )  # fmt: skip
        handling.due_on = at.date() + datetime.timedelta(days=self.house.organisation.handling_days)
        handling.state, handling.ended_at, handling.ended_by = AssignmentState.OPEN, None, None
        event = self.book.event(
            "assignment.reopened", handling, at=at, by=by, root=deviation,
            data={"from": AssignmentState.DONE, "to": AssignmentState.OPEN, **_titled(handling)},
        )  # fmt: skip
        self._tell_assignee(handling, event.pk, at, by)
        self._tell("deviations.reopened", self.handler, at, f"reopened:{deviation.pk}:{at.timestamp():.0f}")

    # --- parts ---

    def _move_case(self, to: str, verb: str, at: Moment, by: Employee | None, via: str = Via.WEB) -> None:
        data = {"from": self.deviation.state, "to": to}
        self.deviation.state = to
        self.book.event(verb, self.deviation, at=at, by=by, via=via, data=data)

    def _move_plan(self, to: str, verb: str, at: Moment, by: Employee, **data: Any) -> None:
        data = {"from": self.plan.state, "to": to, **data}
        self.plan.state = to
        self.book.event(verb, self.plan, at=at, by=by, data=data)

    def _finish_plan(self, at: Moment, by: Employee) -> None:
        plan = self.plan
        left = [action for action in self.actions if action.assignment.state != AssignmentState.DONE]
        if plan.state != PlanState.RUNNING or left:
            return
        plan.effect_assignment = self._assign(
            Kind.EFFECT_CHECK, plan, to=plan.owner, at=at, by=by, title=plan.title, root=plan,
            due_on=at.date() + datetime.timedelta(days=EFFECT_CHECK_DAYS),
        )  # fmt: skip
        self._move_plan(PlanState.DONE, "plan.done", at, by)
        self._tell("deviations.plan_completed", plan.owner, at, f"plan-completed:{plan.pk}:{plan.version}")

    def _assign(
        self,
        kind: str,
        source: Any,
        *,
        to: Employee,
        due_on: datetime.date,
        at: Moment,
        by: Employee | None,
        title: str,
        planned: bool = False,
        critical: bool = False,
        requested_by: Employee | None = None,
        root: Any = None,
        offered_to: Group | None = None,
    ) -> Assignment:
        masked = self.deviation.is_confidential
        assignment = self.book.add(
            Assignment(
                kind=kind,
                title=self.number if masked and kind != Kind.ACTION else title,
                assignee=to,
                due_on=due_on,
                state=AssignmentState.PLANNED if planned else AssignmentState.OPEN,
                source_kind=source._meta.label_lower,
                source_id=source.pk,
                requested_by=requested_by,
                is_confidential=masked,
                is_critical=critical,
                created_at=at,
            )
        )
        if offered_to is not None:
            self.offers[assignment.pk] = self.book.add(Offer(assignment=assignment, group=offered_to, offered_at=at))
        event = self.book.event(
            "assignment.offered" if offered_to else "assignment.assigned", assignment, at=at, by=by,
            root=root or self.deviation,
            data={**_titled(assignment), "to": to.pk, **({"group": offered_to.name} if offered_to else {})},
        )  # fmt: skip
        if not planned:
            self._tell_assignee(assignment, event.pk, at, by)
        return assignment

    def _start(self, assignment: Assignment, at: Moment, by: Employee) -> None:
        assignment.state = AssignmentState.OPEN
        event = self.book.event(
            "assignment.started", assignment, at=at, by=by, root=self.plan,
            data={"from": AssignmentState.PLANNED, "to": AssignmentState.OPEN, **_titled(assignment)},
        )  # fmt: skip
        self._tell_assignee(assignment, event.pk, at, by)

    def _complete(
        self, assignment: Assignment, at: Moment, by: Employee, *, root: Any, comment: str = "", via: str = Via.WEB
    ) -> Any:
        assignment.comment = comment
        return self._end(assignment, AssignmentState.DONE, "assignment.completed", at, by, root=root, via=via)

    def _end(
        self, assignment: Assignment, to: str, verb: str, at: Moment, by: Employee, *, root: Any, via: str = Via.WEB
    ) -> Any:
        data = {"from": assignment.state, "to": to, **_titled(assignment)}
        assignment.state, assignment.ended_at, assignment.ended_by = to, at, by
        return self.book.event(verb, assignment, at=at, by=by, root=root, via=via, data=data)

    def _tell(self, type_key: str, to: Employee, at: Moment, dedupe: str, *, email: bool = True, **more: str) -> None:
        told = {"case": self.number, **more}
        self.book.notify(type_key, to=to, about=self.deviation, at=at, dedupe=dedupe, parameters=told, email=email)

    def _tell_reporter(self, type_key: str, at: Moment, dedupe: str, **more: str) -> None:
        to = self.deviation.reporter or self.deviation.reporter_email
        if to:
            self.book.notify(
                type_key, to=to, about=self.deviation, at=at, dedupe=dedupe, parameters={"case": self.number, **more}
            )

    def _tell_assignee(self, assignment: Assignment, occurrence: int, at: Moment, by: Employee | None) -> None:
        if assignment.pk in self.offers:
            self._tell_everybody(self.offers[assignment.pk], occurrence, at, by)
            return
        if by == assignment.assignee:
            return
        self.book.notify(
            "assignments.assigned", to=assignment.assignee, about=assignment, at=at, dedupe=str(occurrence),
            parameters=self._parameters(assignment, assignment.requested_by or by),
        )  # fmt: skip

    def _tell_everybody(self, offer: Offer, occurrence: int, at: Moment, by: Employee | None) -> None:
        offer.offered_at = at
        told = self._parameters(offer.assignment, by) | {"group": offer.group.name, "is_back": False}
        for person in self.house.members[offer.group.pk]:
            self.book.notify(
                "assignments.offered", to=person, about=offer.assignment, at=at, dedupe=str(occurrence), parameters=told
            )

    def _parameters(self, assignment: Assignment, by: Employee | None) -> dict[str, str]:
        masked = assignment.is_confidential
        # What came from the reporter's words stays out of mails.
        in_mail = {
            Kind.ACTION: assignment.title,
            Kind.HANDLE: f"Avvik {self.number}",
        }.get(assignment.kind, f"planen for {self.number}")
        return {
            "title": "" if masked else assignment.title,
            "mail_title": "" if masked else in_mail,
            "due_on": assignment.due_on.isoformat(),
            "name": by.given_name if by else "",
        }


def _titled(assignment: Assignment) -> dict[str, str]:
    return {"title": "…" if assignment.is_confidential else assignment.title}


def start_of(at: Moment) -> Moment:
    """The only time that is kept of what somebody anonymous does: the day."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
