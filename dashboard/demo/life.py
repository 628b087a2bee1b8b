"""An ordinary case's life, drawn step by step; what the day of loading cuts off has not happened yet."""

import datetime
import random
from dataclasses import dataclass

from dashboard.demo.book import Book
from dashboard.demo.case import Case
from dashboard.demo.house import House
from dashboard.demo.situations import Measure, Situation
from deviations.enums import Cause, CommentVisibility
from deviations.selectors.routines import FINDINGS
from hms.actions.enums import ActionKind, Effect, Opinion
from hms.actions.models import Action
from hms.assignments.enums import State as AssignmentState
from hms.audit.enums import Via
from hms.organisations.calendar import is_working_day
from hms.organisations.models import Employee

DAY = datetime.timedelta(days=1)

_FIRST_ANSWERS = [
    "Takk for at du meldte fra. Jeg ser på det i dag og kommer tilbake til deg.",
    "Takk, dette tar vi tak i. Jeg snakker med de andre på vakt og gir deg beskjed innen fredag.",
    "Bra at du sa fra. Jeg kommer bort og ser på det sammen med deg i morgen tidlig.",
    "Takk. Jeg har bestilt befaring, og verneombudet blir med.",
]
_INTERNAL = [
    "Har ringt leverandøren. De kommer på torsdag.",
    "Samme sak var meldt i fjor. Da ble det bare en midlertidig løsning.",
    "Tar dette opp på personalmøtet på mandag.",
    "Sjekket på stedet i dag. Det stemmer med det som er meldt.",
    "Kostnaden er innenfor rammen vår, så vi trenger ikke å vente på budsjettet.",
    "Snakket med to til på vakt. De har opplevd det samme.",
]
_FROM_REPORTER = [
    "Det skjedde igjen i går kveld, samme sted.",
    "Kan legge til at det er verst tidlig på morgenen.",
    "Takk for raskt svar!",
    "Jeg har tatt et bilde som jeg kan vise deg.",
]
_APPROVALS = [
    "Ser bra ut. Fint at dere tar det som fjerner faren først.",
    "Godkjent. Jeg blir gjerne med når det skal prøves.",
    "",
    "Bra plan. Gi beskjed til alle på morgenmøtet når det er gjort.",
    "",
]
_WISHES = [
    "Jeg savner et tiltak som fjerner årsaken. Opplæring alene holder ikke her.",
    "Fristen er for lang når det gjelder noe så alvorlig. Kan det gjøres denne uka?",
    "Ta med nattevaktene også. De står i det samme.",
]
_DONE = ["Gjort og prøvd.", "", "Ferdig. Bilde ligger på tavla.", "", "Utført i dag.", "Ble ferdig før tida.", ""]
_STUCK = [
    "Delen er ikke på lager før om tre uker.",
    "Jeg får ikke tilgang til rommet før elevene har ferie.",
    "Trenger noen som kan strøm til dette.",
]
_EFFECTS = [
    (Effect.EFFECTIVE, "Gikk runden sammen med verneombudet. Ingen nye meldinger siden tiltaket kom på plass."),
    (Effect.EFFECTIVE, "Spurte fire på vakt. Alle merker forskjell."),
    (Effect.EFFECTIVE, "Kontrollerte på stedet. Det virker, og det brukes."),
    (Effect.PARTLY, "Bedre, men det svikter når vi er få. Vi følger med fram til neste vernerunde."),
]


@dataclass(frozen=True)
class Story:
    """What is told: where, when, by whom, and how far it may come."""

    situation: Situation
    version: int
    place: str
    at: datetime.datetime
    speed: float
    reporter: Employee | None = None
    reporter_name: str = ""
    reporter_email: str = ""


class Clock:
    """Moments at work, in order, up to now."""

    def __init__(self, start: datetime.datetime, now: datetime.datetime, draw: random.Random) -> None:
        self.at, self.now, self.draw = start, now, draw

    @property
    def is_over(self) -> bool:
        return self.at > self.now

    def wait(self, least: float, most: float) -> datetime.datetime:
        """A moment in working hours so many days later, never before the last one."""
        later = self.at + DAY * self.draw.uniform(least, most)
        while not is_working_day(later.date()):
            later += DAY
        if not 8 <= later.hour < 16:
            later = later.replace(hour=self.draw.randint(8, 15), minute=self.draw.randint(0, 59))
        self.at = max(later, self.at + datetime.timedelta(minutes=self.draw.randint(3, 50)))
        return self.at

    def minutes(self, least: int, most: int) -> datetime.datetime:
        """A little later the same day."""
        self.at += datetime.timedelta(minutes=self.draw.randint(least, most))
        return self.at


def live(book: Book, house: House, story: Story, number: tuple[int, int]) -> Case:
    """Write the case of a story as far as it has come."""
    case = Case(book, house)
    situation = story.situation
    title, text, _place = situation.reports[story.version]
    case.report(
        at=story.at,
        unit=house.units[story.place],
        title=title,
        text=text,
        place=situation.reports[story.version][2],
        severity=situation.severity,
        number=number,
        reporter=story.reporter,
        reporter_name=story.reporter_name,
        reporter_email=story.reporter_email,
        category=situation.category,
    )
    case.deviation.category = situation.category if story.reporter or house.draw.random() < 0.4 else ""
    _Life(case, story, Clock(case.deviation.reported_at, book.now, house.draw)).run()
    return case


class _Life:
    """The steps after the report."""

    def __init__(self, case: Case, story: Story, clock: Clock) -> None:
        self.case, self.story, self.clock = case, story, clock
        self.situation, self.draw = story.situation, clock.draw
        self.slow = story.speed

    def run(self) -> None:
        case, clock = self.case, self.clock
        clock.wait(0.05, 1.9 * self.slow)
        if clock.is_over:
            return
        case.receive(clock.at)
        if self.draw.random() < 0.45:
            clock.minutes(2, 30)
            if clock.is_over:
                return
            case.answer(clock.at, self.draw.choice(_FIRST_ANSWERS))
        if not self._sort() or not self._talk() or not self._plan():
            return
        self._end()

    def _sort(self) -> bool:
        fields = {"category": self.situation.category}
        if self.situation.now:
            fields["immediate_measure"] = self.situation.now
        if Cause.ROUTINE in self.situation.causes:
            fields["routine_cover"] = FINDINGS[self.case.deviation.sequence % len(FINDINGS)]
        self.clock.minutes(4, 90)
        if self.clock.is_over:
            return False
        self.case.triage(self.clock.at, **fields)
        if (self.situation.why and self.situation.severity > 1) or len(self.situation.why) > 2:
            self.clock.wait(0.2, 4 * self.slow)
            if self.clock.is_over:
                return False
            self.case.analyse(self.clock.at, self.situation.why, self.situation.causes)
        return True

    def _talk(self) -> bool:
        case = self.case
        if self.draw.random() < 0.3:
            self.clock.wait(0.1, 1.5)
            if self.clock.is_over:
                return False
            case.comment(self.clock.at, case.handler, self.draw.choice(_INTERNAL))
        if self.draw.random() < 0.15 and not self.situation.is_praise:
            self.clock.wait(0.1, 1)
            if self.clock.is_over:
                return False
            case.comment(
                self.clock.at, case.deviation.reporter, self.draw.choice(_FROM_REPORTER), CommentVisibility.REPORTER
            )
        return True

    def _plan(self) -> bool:
        """The plan until everything in it is done. False when it has not come so far."""
        if not self.situation.actions:
            return True
        case, clock = self.case, self.clock
        clock.wait(0.1, 3 * self.slow)
        if clock.is_over:
            return False
        case.start_plan(clock.at)
        for measure in self.situation.actions:
            clock.minutes(1, 6)
            self._add(measure)
        return self._consult() and self._carry_out()

    def _add(self, measure: Measure) -> None:
        case = self.case
        due_on = self.clock.at.date() + DAY * self.draw.choice([7, 10, 10, 14, 21, 28])
        while not is_working_day(due_on):
            due_on += DAY
        first = measure is self.situation.actions[0]
        costs = self.draw.choice([None, None, 1200, 4500, 18000, 65000]) if measure.level <= 3 else None
        case.add_action(
            min(self.clock.at, case.book.now),
            measure.title,
            case.house.doer(measure.who, case.deviation.unit),
            due_on,
            level=measure.level,
            kind=ActionKind.CORRECTIVE if first else ActionKind.PREVENTIVE,
            cost=costs,
        )

    def _consult(self) -> bool:
        case, clock = self.case, self.clock
        rep = case.house.safety_reps_of(case.deviation.unit)[0]
        clock.wait(0.05, 2 * self.slow)
        if clock.is_over:
            return False
        case.send(clock.at, rep)
        silent = self.draw.random() < 0.05
        clock.wait(8, 9) if silent else clock.wait(0.3, 4 * self.slow)
        if clock.is_over:
            return False
        has_wish = not silent and self.draw.random() < 0.08 and len(self.situation.actions) > 1
        if has_wish and not self._improve(rep):
            return False
        if not silent:
            case.give_statement(min(clock.at, clock.now), Opinion.APPROVE, self.draw.choice(_APPROVALS))
        clock.wait(0.1, 1.5)
        if clock.is_over:
            return False
        case.decide(clock.at, "Verneombudet svarte ikke innen fristen, og tiltakene haster." if silent else "")
        due_on = max(action.assignment.due_on for action in case.actions) + DAY * 14
        if self.draw.random() < 0.93 and due_on > case.deviation.handling.due_on:
            case.postpone(clock.minutes(1, 5), due_on)
        return not clock.is_over

    def _improve(self, rep: Employee) -> bool:
        """The safety representative asks for a change; the plan comes back better."""
        case, clock = self.case, self.clock
        case.give_statement(clock.at, Opinion.REQUEST_CHANGES, self.draw.choice(_WISHES))
        clock.wait(0.3, 2)
        if clock.is_over:
            return False
        due_on = clock.at.date() + DAY * 14
        case.add_action(clock.at, "Følg opp på neste vernerunde sammen med verneombudet", case.handler, due_on, level=4)
        clock.minutes(5, 30)
        if clock.is_over:
            return False
        case.send(clock.at, rep)
        clock.wait(0.2, 2)
        return not clock.is_over

    def _carry_out(self) -> bool:
        case, clock = self.case, self.clock
        decided = clock.at
        moments = sorted((self._done_at(action, decided), index) for index, action in enumerate(case.actions))
        for at, index in moments:
            action = case.actions[index]
            if at > clock.now:
                self._trouble(action)
                continue
            via = Via.LINK if action.assignment.assignee != case.handler and self.draw.random() < 0.5 else Via.WEB
            case.complete(action, at, self.draw.choice(_DONE), via)
            clock.at = max(clock.at, at)
        return all(action.assignment.state == AssignmentState.DONE for action in case.actions)

    def _done_at(self, action: Action, decided: datetime.datetime) -> datetime.datetime:
        days = (action.assignment.due_on - decided.date()).days
        late = self.draw.random()
        # Most are done in time, some late, and a few seem never to end.
        at = days * self.draw.uniform(0.3, 1.0) if late < 0.86 else days + self.draw.uniform(1, 18) * self.slow
        clock = Clock(decided, self.clock.now, self.draw)
        return clock.wait(at, at + 1) if late < 0.985 else clock.now + DAY

    def _trouble(self, action: Action) -> None:
        """Of what is late, some have said why."""
        case, now = self.case, self.clock.now
        assignment = action.assignment
        if assignment.assignee == case.handler or assignment.due_on > now.date() + DAY * 4 or self.draw.random() > 0.35:
            return
        at = max(self.clock.at + datetime.timedelta(hours=2), now - DAY * self.draw.uniform(0.4, 3))
        if at >= now:
            return
        if self.draw.random() < 0.5:
            case.say_stuck(action, at, self.draw.choice(_STUCK))
        else:
            case.ask_for_more_time(action, at, now.date() + DAY * 14, self.draw.choice(_STUCK))

    def _end(self) -> None:
        case, clock = self.case, self.clock
        check_first = bool(case.plan) and self.draw.random() < 0.35
        if check_first and not self._check_effect():
            return
        clock.wait(0.1, 3 * self.slow)
        if clock.is_over:
            return
        case.close(clock.at, self.situation.answer)
        if case.plan and not check_first:
            self._check_effect()

    def _check_effect(self) -> bool:
        self.clock.wait(22, 34)
        if self.clock.is_over:
            return False
        effect, note = self.draw.choice(_EFFECTS)
        self.case.check_effect(self.clock.at, effect, note)
        return True
