"""What the year taught: what reporters thought of the answers, what it cost, what contributed, what is worth telling.

Written on top of the cases that were told, by their numbers and not by chance, so that no tale changes because of it.
"""

import datetime

from dashboard.demo.book import Book
from deviations.enums import Consent, ExampleState, Helped, ReporterKind, State
from deviations.models import CaseCost, ContributingCause, Deviation, GoodExample, Rating, ThumbUp, WhyStep
from hms.organisations.models import Employee

# How reporters answer, by turns; most are content.
_SAID = [
    (Helped.YES, ""),
    (Helped.YES, "Bra at det ble tatt på alvor."),
    (Helped.PARTLY, "Bedre, men det tok litt lang tid."),
    (Helped.YES, ""),
    (Helped.YES, "Takk for et ordentlig svar."),
    (Helped.YES, ""),
    (Helped.NO, "Det er som før når vi er få på jobb."),
    (Helped.YES, "Nå kjennes det trygt."),
]

# By the title of a report: (title, problem, what was done, what became better).
_EXAMPLES = {
    "Skled på vått baderomsgulv": (
        "Tørre gulv etter dusjen",
        "Vann ble stående på badene, og både beboere og ansatte kunne skli.",
        "Slukene ble renset, dusjsonene fikk ny sklisikring, og rens av sluk kom på lista hver måned.",
        "Gulvene er tørre ti minutter etter dusjing. Ingen har meldt om glatte bad siden.",
    ),
    "Kanyle lå i vanlig søppelpose": (
        "Kanyleboks der sprøytene settes",
        "Brukte kanyler havnet i vanlig avfall fordi boksen sto et annet sted.",
        "Alle traller fikk egen kanyleboks, og vi gikk over til sikkerhetskanyler.",
        "Ingen stikkskader på flere måneder, og nye vikarer får vist hvordan vi gjør det første dag.",
    ),
    "Istapper over terrassedøra": (
        "Ingen går under istappene lenger",
        "Snø og is kunne falle ned der folk gikk ut.",
        "Vi satte opp snøfangere og flyttet gangveien mens arbeidet pågikk.",
        "Døra kan brukes hele vinteren, og vaktmesteren slipper å sperre av.",
    ),
    "Is i trappa ved personalinngangen": (
        "Trygg trapp hele vinteren",
        "Vann fra takrenna frøs i trappa.",
        "Takrenna ble lagt om, og strøkassa står nå ved døra.",
        "Trappa er bar, og den som kommer først, strør på et halvt minutt.",
    ),
    "Åpen sjakt uten lokk": (
        "Lokk som ikke kan flyttes ved en feil",
        "Sjakter sto åpne når noen hadde tatt bort lokket.",
        "Lokkene er hengslet fast og malt røde, og åpne sjakter føres på tavla om morgenen.",
        "Ingen åpne sjakter på de siste vernerundene.",
    ),
    "Skrutrekker falt fra stillaset": (
        "Verktøyet henger fast",
        "Verktøy kunne falle ned der andre gikk.",
        "Alle fikk line til håndverktøyet, og det er fotlist på alle plan.",
        "Ikke ett fall av verktøy siden, og linene er i bruk hver dag.",
    ),
}
_SHARED = 6


def learn(book: Book, people: list[Employee]) -> None:
    """Add to the cases in the book what was learnt from them."""
    shared = 0
    for case in book.rows[Deviation]:
        _time_of_day(case)
        if case.is_confidential:
            continue
        _cost(book, case)
        _bones(book, case)
        if case.state != State.CLOSED or case.ending:
            continue
        said = _rate(book, case)
        texts = _EXAMPLES.get(case.title)
        if texts and said and shared < _SHARED and not any(known.title == texts[0] for known in _examples(book)):
            shared += _share(book, case, texts, people)


def _examples(book: Book) -> list[GoodExample]:
    return book.rows.get(GoodExample, [])


def _time_of_day(case: Deviation) -> None:
    """Two of three who sign in say when it happened: shortly before they told of it."""
    if case.reporter_kind == ReporterKind.EMPLOYEE and case.sequence % 3 and case.occurred_at_time is None:
        case.occurred_at_time = case.reported_at.replace(minute=0, second=0, microsecond=0).time()


def _cost(book: Book, case: Deviation) -> None:
    if case.severity > 1 and case.sequence % 7 == 0 and case.received_at:
        amount = [2_500, 8_000, 14_000, 40_000][case.sequence % 4]
        lost = case.sequence % 5 if case.category == "injury" else None
        book.add(CaseCost(deviation=case, amount=amount, lost_days=lost))
        at = case.received_at + datetime.timedelta(minutes=4)
        book.event("deviation.cost_estimated", case, at=at, by=case.handling.assignee)


def _bones(book: Book, case: Deviation) -> None:
    """Where the causes have more kinds than one, the steps of «why» hang on them."""
    if len(case.causes) < 2 or case.sequence % 2:
        return
    steps = [step for step in book.rows.get(WhyStep, []) if step.deviation is case]
    for position, step in enumerate(steps):
        category = case.causes[min(position, len(case.causes) - 1)]
        text = step.text if len(step.text) <= 120 else step.text[:117] + " …"
        book.add(ContributingCause(deviation=case, category=category, position=position, text=text))


def _rate(book: Book, case: Deviation) -> bool:
    """Three of four answer, within a few days. Gives whether others may learn from it."""
    rated_at = case.closed_at + datetime.timedelta(hours=5 + case.sequence % 60)
    is_told = case.title in _EXAMPLES
    if (case.sequence % 4 == 3 and not is_told) or rated_at > book.now:
        return False
    if case.reporter_kind == ReporterKind.ANONYMOUS:
        rated_at = rated_at.replace(hour=0, minute=0, second=0, microsecond=0)
    helped, comment = _SAID[0] if is_told else _SAID[case.sequence // 4 % len(_SAID)]
    may_share = helped == Helped.YES
    rating = book.add(
        Rating(
            deviation=case, closed_at=case.closed_at, helped=helped, comment=comment, may_share=may_share,
            rated_at=rated_at,
        )
    )  # fmt: skip
    book.event("deviation.rated", rating, at=rated_at, by=case.reporter, root=case)
    return may_share


def _share(book: Book, case: Deviation, texts: tuple[str, str, str, str], people: list[Employee]) -> bool:
    at = case.closed_at + datetime.timedelta(days=4)
    if at > book.now:
        return False
    title, problem, done, better = texts
    handler = case.handling.assignee
    example = book.add(
        GoodExample(
            deviation=case, unit=case.unit, category=case.category, title=title, problem=problem, done=done,
            better=better, state=ExampleState.PUBLISHED, consent=Consent.GIVEN, consent_at=at, created_by=handler,
            created_at=at, published_at=at, published_by=handler,
        )
    )  # fmt: skip
    book.event("example.written", example, at=at, by=handler, root=case)
    book.event(
        "example.published", example, at=at + datetime.timedelta(minutes=2), by=handler, root=case,
        data={"from": ExampleState.DRAFT, "to": ExampleState.PUBLISHED},
    )  # fmt: skip
    for person in people[case.sequence % 5 :: 9][:14]:
        book.add(ThumbUp(example=example, employee=person))
    return True
