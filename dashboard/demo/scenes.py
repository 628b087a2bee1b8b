"""Cases that are told in full, so that whoever opens the demo meets every side of the work."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.demo import pictures
from dashboard.demo.book import Book
from dashboard.demo.case import Case
from dashboard.demo.house import House
from dashboard.demo.life import DAY
from deviations.enums import Category, Cause, CommentVisibility, RoutineCover, Severity
from deviations.services import receipt_hash
from hms.actions.enums import ActionKind, ControlLevel, Effect, Opinion
from hms.audit.enums import Via
from hms.organisations.models import Employee

# Opens the anonymous case about gloves on the follow-up page.
RECEIPT_CODE = "23456-789AB-CDEFG-HJKMN"

Tell = Callable[[Case, "Days", tuple[int, int]], None]


@dataclass(frozen=True)
class Scene:
    """One told case: when it was reported, how it goes, a picture with its description, and whether the whole
    day's mails are sent when the demo starts."""

    at: datetime.datetime
    tell: Tell
    picture: Callable[[], object] | None = None
    shows: str = ""
    sends_mails: bool = False


class Days:
    """Moments so many days before now; none is in the future, and their order is kept."""

    def __init__(self, now: datetime.datetime) -> None:
        self.now = now

    def at(self, back: float, hour: int, minute: int = 0) -> datetime.datetime:
        moment = (self.now - DAY * back).replace(hour=hour, minute=minute, second=0, microsecond=0)
        # Loaded before that time of day: squeezed together just before now.
        minutes = 24 * 60 - hour * 60 - minute
        return moment if moment < self.now else self.now - datetime.timedelta(seconds=minutes)


def scenes_of(slug: str, now: datetime.datetime) -> list[Scene]:
    """The told cases of an organisation."""
    days = Days(now)
    told: dict[str, list[Scene]] = {
        "fjellvik": [
            Scene(
                days.at(1, 14, 2),
                _hand_rail,
                pictures.stair_rail,
                "Rekkverk i trapp som har løsnet øverst",
                sends_mails=True,
            ),
            Scene(
                days.at(0, 7, 20),
                _ice_this_morning,
                pictures.icy_steps,
                "Is på trappa, og istapper fra takrenna over",
                sends_mails=True,
            ),
            Scene(days.at(0, 6, 45), _night_alone),
            Scene(days.at(9, 9, 10), _disagreement_waits),
            Scene(days.at(64, 10, 5), _disagreement_answered),
            Scene(days.at(12, 13, 30), _about_a_manager),
            Scene(days.at(26, 15, 15), _harassment),
            Scene(days.at(31, 11, 40), _reopened_by_reporter),
            Scene(days.at(48, 12, 0), _reopened_anonymously),
            Scene(days.at(5, 12, 0), _anonymous_talk),
            Scene(days.at(17, 8, 25), _blocked_exit, pictures.blocked_exit, "Esker foran en dør merket nødutgang"),
            Scene(days.at(20, 16, 10), _answered_yesterday),
            # What becomes of these three is told in `dashboard.demo.around`.
            Scene(days.at(1, 14, 31), _same_hand_rail),
            Scene(days.at(14, 9, 35), _weak_coffee),
            Scene(days.at(6, 7, 10), _lost_key),
        ],
        "havbris": [
            Scene(days.at(2, 9, 30), _scaffold, sends_mails=True),
            Scene(days.at(0, 8, 5), _crane),
            Scene(days.at(24, 10, 0), _concrete),
        ],
    }
    return told[slug]


def tell(scene: Scene, book: Book, house: House, number: tuple[int, int]) -> Case:
    """Write one scene."""
    case = Case(book, house)
    book.fresh = book.OF_TODAY if scene.sends_mails else book.FRESH
    scene.tell(case, Days(book.now), number)
    book.fresh = book.FRESH
    return case


def _hand_rail(case: Case, days: Days, number: tuple[int, int]) -> None:
    """The case of the prototypes: waits for Kari's statement; Tor Erik is at work."""
    house = case.house
    case.report(
        at=days.at(1, 14, 2),
        unit=house.units["solbakken"],
        title="Løst rekkverk i trapp B",
        text="Rekkverket i trapp B løsnet da en beboer støttet seg. Ingen ble skadet. "
        "To skruer i øverste feste mangler.",
        place="Trapp B",
        severity=Severity.SERIOUS,
        number=number,
        reporter=house.people["ingrid"],
    )
    case.receive(days.at(1, 14, 20))
    case.triage(
        days.at(1, 14, 24), category=Category.UNSAFE_CONDITION, immediate_measure="Trapp B er sperret. Bruk trapp A."
    )
    case.start_plan(days.at(1, 14, 27))
    closed_off = case.add_action(
        days.at(1, 14, 28), "Sperr trapp B og sett opp skilt", house.people["tor_erik"], days.at(1, 14).date(),
        level=ControlLevel.ORGANISATIONAL, kind=ActionKind.IMMEDIATE,
    )  # fmt: skip
    case.comment(days.at(1, 15, 5), house.people["tor_erik"], "Trappa er sperret. Skruer er bestilt.")
    case.complete(closed_off, days.at(1, 15, 40), "Sperret i begge etasjer.", Via.LINK)
    case.analyse(
        days.at(0, 7, 58),
        [
            "Rekkverket løsnet fordi to skruer manglet.",
            "Skruene ble ikke satt tilbake etter maling i august.",
            "Ingen kontrollerte trappa da jobben var ferdig.",
            "Vi mangler sjekkliste for ferdig arbeid utført av innleide.",
        ],
        [Cause.ROUTINE, Cause.CONTRACTOR],
    )
    case.add_action(
        days.at(0, 8, 3), "Fest rekkverket med nye skruer og test det", house.people["tor_erik"],
        (days.now + DAY * 4).date(), level=ControlLevel.TECHNICAL, kind=ActionKind.IMMEDIATE, cost=450,
    )  # fmt: skip
    case.add_action(
        days.at(0, 8, 5), "Sjekk at trapp A er fri så lenge trapp B er sperret", case.handler,
        (days.now + DAY * 6).date(), level=ControlLevel.ORGANISATIONAL, kind=ActionKind.IMMEDIATE,
        offered_to=house.groups["Brannvernledere"],
    )  # fmt: skip
    case.add_action(
        days.at(0, 8, 7), "Lag sjekkliste for ferdig arbeid", house.people["amir"], (days.now + DAY * 18).date(),
        level=ControlLevel.ORGANISATIONAL, kind=ActionKind.PREVENTIVE,
    )  # fmt: skip
    case.send(days.at(0, 8, 12), house.people["kari"])


def _ice_this_morning(case: Case, days: Days, number: tuple[int, int]) -> None:
    """New and by name from the QR poster: waits for Amir."""
    case.report(
        at=days.at(0, 7, 20),
        unit=case.house.units["solbakken"],
        title="Takrenna drypper på trappa, og det fryser",
        text="Takrenna drypper rett på øverste trinn, og i natt frøs det til. Jeg skled, men holdt meg i døra. "
        "Dagvakta kommer klokka halv åtte.",
        place="Personalinngangen",
        severity=Severity.SERIOUS,
        number=number,
        reporter_name="Margot Tveiten",
        reporter_email="margot.tveiten@vikarbyra.example",
    )


def _night_alone(case: Case, days: Days, number: tuple[int, int]) -> None:
    """New and anonymous, in the unit without a manager."""
    case.report(
        at=days.at(0, 6, 45),
        unit=case.house.units["hjemme_sor"],
        title="Alene på nattpatrulje igjen",
        text="For tredje gang denne måneden var jeg alene på bilen om natta. "
        "Klokka fire måtte jeg løfte en bruker som hadde falt, uten hjelp.",
        place="Nattpatruljen",
        severity=Severity.VERY_SERIOUS,
        number=number,
    )


def _disagreement_waits(case: Case, days: Days, number: tuple[int, int]) -> None:
    """The safety representative disagrees; the manager has not replied yet."""
    house = case.house
    case.report(
        at=days.at(9, 9, 10),
        unit=house.units["fjordglott"],
        title="For få på natt til å følge brannrutinen",
        text="Rutinen sier at to skal evakuere og én møte brannvesenet. Vi er to. Det går ikke opp.",
        place="Hele huset",
        severity=Severity.VERY_SERIOUS,
        number=number,
        reporter=_somebody(house, "fjordglott"),
    )
    case.receive(days.at(9, 10, 0))
    case.triage(days.at(9, 10, 12), category=Category.FIRE, immediate_measure="Bakvakt på telefon fra i kveld.")
    case.analyse(
        days.at(8, 9, 0),
        ["Vi er én for lite til å følge rutinen.", "Rutinen ble skrevet da vi var tre på natt.",
         "Bemanningen ble endret uten ny risikovurdering."],
        [Cause.ROUTINE, Cause.WORKLOAD],
    )  # fmt: skip
    case.start_plan(days.at(7, 9, 30))
    case.add_action(
        days.at(7, 9, 34), "Skriv om brannrutinen for to på natt", case.handler, (days.now + DAY * 20).date(),
        level=ControlLevel.ORGANISATIONAL,
    )  # fmt: skip
    case.send(days.at(6, 12, 0), house.people["kari"])
    case.give_statement(
        days.at(2, 10, 15),
        Opinion.DISAGREE,
        "En ny rutine gjør oss ikke flere. Jeg mener det må settes inn en tredje på natt til sprinkleranlegget "
        "er på plass, og at brannvesenet må spørres før rutinen endres.",
    )


def _disagreement_answered(case: Case, days: Days, number: tuple[int, int]) -> None:
    """Disagreement, the employer's reply, and a decision."""
    house = case.house
    case.report(
        at=days.at(64, 10, 5),
        unit=house.units["brann"],
        title="Rent og skittent tøy i samme garderobe",
        text="Vi går rett fra brann og inn i garderoben der det rene tøyet henger. Sot og lukt sitter i alt.",
        place="Brannstasjonen",
        severity=Severity.SERIOUS,
        number=number,
        reporter=_somebody(house, "brann"),
    )
    case.receive(days.at(63, 9, 0))
    case.triage(days.at(63, 9, 20), category=Category.CHEMICAL)
    case.analyse(
        days.at(61, 10, 0),
        ["Sot følger med inn i garderoben.", "Det er bare én vei inn, og den går forbi det rene tøyet.",
         "Stasjonen er bygd før vi visste hvor farlig dette er."],
        [Cause.PREMISES],
    )  # fmt: skip
    case.start_plan(days.at(60, 9, 0))
    lockers = case.add_action(
        days.at(60, 9, 5), "Flytt skap for skittent tøy til vognhallen", case.handler, days.at(30, 9).date(),
        level=ControlLevel.TECHNICAL, cost=24000,
    )  # fmt: skip
    case.send(days.at(59, 9, 0), house.people["ida_marie"])
    case.give_statement(
        days.at(56, 14, 0),
        Opinion.DISAGREE,
        "Å flytte skap hjelper lite når vi fortsatt må gå gjennom. Jeg mener vi trenger egen inngang og dusj.",
    )
    case.reply(
        days.at(54, 11, 0),
        "Jeg er enig i målet. Egen inngang er lagt inn i budsjettforslaget for neste år, og tas i AMU. Fram "
        "til da flytter vi skapene og setter opp dusj i vognhallen, som kan gjøres nå.",
    )
    case.decide(days.at(53, 9, 0))
    case.complete(lockers, days.at(33, 13, 0), "Skapene er flyttet, og dusjen virker.")
    case.close(
        days.at(30, 10, 0),
        "Takk for at du meldte. Skittent tøy tas nå av i vognhallen, der det også er dusj. Egen inngang er med i "
        "budsjettforslaget for neste år, og du får vite hva som blir bestemt.",
    )


def _about_a_manager(case: Case, days: Days, number: tuple[int, int]) -> None:
    """About the unit's manager: confidential from the first moment, and past her."""
    house = case.house
    case.report(
        at=days.at(12, 13, 30),
        unit=house.units["fjellvik_skole"],
        title="Blir snakket til foran elever",
        text="Jeg blir irettesatt høyt foran elever og kolleger flere ganger i uka. Jeg gruer meg til å gå på jobb.",
        place="Fjellvik skole",
        severity=Severity.SERIOUS,
        number=number,
        reporter=_somebody(house, "fjellvik_skole"),
        about_manager=True,
    )
    case.receive(days.at(11, 8, 40))
    case.answer(
        days.at(11, 9, 0),
        "Takk for at du sa fra. Bare jeg kan lese dette. Jeg vil gjerne snakke med deg denne uka. Velg selv hvor.",
    )
    case.triage(days.at(11, 9, 10), category=Category.PSYCHOSOCIAL)


def _harassment(case: Case, days: Days, number: tuple[int, int]) -> None:
    """Made confidential by the handler, who shares it with the HSE manager; the titles say nothing."""
    house = case.house
    case.report(
        at=days.at(26, 15, 15),
        unit=house.units["drift"],
        title="Plaging på pauserommet",
        text="En av oss får høre det hver dag for måten han snakker på. Han sier at det går bra. Det gjør det ikke.",
        place="Pauserommet",
        severity=Severity.SERIOUS,
        number=number,
        reporter=_somebody(house, "drift"),
    )
    case.receive(days.at(25, 8, 15))
    case.make_confidential(days.at(25, 8, 20), also=[house.people["sunniva"]])
    case.triage(days.at(25, 8, 30), category=Category.PSYCHOSOCIAL)
    case.start_plan(days.at(22, 9, 0))
    case.add_action(
        days.at(22, 9, 5), "Samtaler med hver enkelt, sammen med bedriftshelsetjenesten", house.people["sunniva"],
        (days.now + DAY * 3).date(), level=ControlLevel.ORGANISATIONAL,
    )  # fmt: skip
    case.decide(days.at(21, 10, 0), "Fortrolig. Verneombudet er spurt muntlig, med samtykke fra den det gjelder.")
    case.postpone(days.at(21, 10, 5), (days.now + DAY * 20).date())


def _reopened_by_reporter(case: Case, days: Days, number: tuple[int, int]) -> None:
    """Closed too early: the reporter says that it came back."""
    house = case.house
    case.report(
        at=days.at(31, 11, 40),
        unit=house.units["solbakken"],
        title="Takheisen på rom 118 henger seg opp",
        text="Heisen stopper halvveis og må nødsenkes. Beboeren blir redd, og vi blir stående i en vond stilling.",
        place="Rom 118",
        severity=Severity.SERIOUS,
        number=number,
        reporter=house.people["ingrid"],
    )
    case.receive(days.at(31, 12, 30))
    case.triage(days.at(31, 12, 40), category=Category.EQUIPMENT, immediate_measure="Bruker mobil heis på rommet.")
    case.start_plan(days.at(30, 9, 0))
    battery = case.add_action(
        days.at(30, 9, 2), "Bytt batteri i takheisen på rom 118", house.people["tor_erik"], days.at(20, 9).date(),
        level=ControlLevel.TECHNICAL, cost=3200,
    )  # fmt: skip
    case.send(days.at(30, 9, 5), house.people["kari"])
    case.give_statement(days.at(28, 13, 0), Opinion.APPROVE, "Fint. Prøv den med full last før den tas i bruk.")
    case.decide(days.at(27, 8, 30))
    case.complete(battery, days.at(22, 12, 0), "Byttet og prøvd med full last.", Via.LINK)
    case.close(
        days.at(21, 9, 0),
        "Takk, Ingrid. Batteriet er byttet, og Tor Erik har prøvd heisen med full last. Si fra hvis den stopper igjen.",
    )
    case.reopen(days.at(3, 7, 50), house.people["ingrid"], "Den stoppet igjen i natt, på samme sted.")


def _reopened_anonymously(case: Case, days: Days, number: tuple[int, int]) -> None:
    """Reopened with the receipt code, and closed again with a better answer."""
    house = case.house
    case.report(
        at=days.at(48, 12, 0),
        unit=house.units["vika"],
        title="Tobakkslukt inn i personalrommet",
        text="Det røykes utenfor vinduet, og alt trekker inn der vi spiser.",
        place="Personalrommet",
        severity=Severity.MINOR,
        number=number,
    )
    case.receive(days.at(46, 9, 0))
    case.close(days.at(44, 14, 0), "Takk. Vi har satt opp skilt om at det ikke er lov å røyke der.")
    case.reopen(days.at(40, 18, 5), None, "Skiltet står der, men de røyker under det.")
    case.comment(days.at(39, 8, 45), case.handler, "Flytter benken. Det er den som gjør at de står der.")
    case.close(
        days.at(33, 15, 0),
        "Takk for at du sa fra igjen. Benken er flyttet til andre siden av bygget, og vinduet kan stå åpent.",
    )


def _anonymous_talk(case: Case, days: Days, number: tuple[int, int]) -> None:
    """Anonymous, with a conversation: the demo's receipt code opens it."""
    case.report(
        at=days.at(5, 12, 0),
        unit=case.house.units["renhold"],
        title="Får ikke hansker som passer",
        text="Vi får bare store hansker. De sklir av, så mange vasker uten.",
        place="Lageret på rådhuset",
        severity=Severity.MINOR,
        number=number,
        receipt_hash=receipt_hash(RECEIPT_CODE),
    )
    case.receive(days.at(4, 8, 10))
    case.triage(days.at(4, 8, 15), category=Category.EQUIPMENT)
    case.answer(days.at(4, 8, 20), "Takk for at du sa fra. Hvilke størrelser mangler, og gjelder det alle lag?")
    case.comment(days.at(3, 20, 12), None, "Small og medium. Det gjelder alle som jobber kveld.")
    case.comment(
        days.at(2, 9, 0), case.handler, "Bestilt i dag. De kommer på torsdag.", CommentVisibility.REPORTER
    )  # fmt: skip


def _blocked_exit(case: Case, days: Days, number: tuple[int, int]) -> None:
    """Running, with an action past its due date and a wish for more time."""
    house = case.house
    case.report(
        at=days.at(17, 8, 25),
        unit=house.units["solbakken"],
        title="Esker foran nødutgangen",
        text="Varemottaket er fullt, så leveransen ble satt foran nødutgangen. Jeg fikk ikke opp døra.",
        place="Korridor U1",
        severity=Severity.VERY_SERIOUS,
        number=number,
        reporter=house.people["ingrid"],
    )
    case.receive(days.at(17, 8, 50))
    case.triage(
        days.at(17, 9, 0), category=Category.FIRE, immediate_measure="Døra er ryddet, og gulvet merket med tape."
    )
    case.analyse(
        days.at(16, 10, 0),
        ["Eskene ble satt der det var plass.", "Varemottaket er halvert etter ombyggingen.",
         "Ombyggingen ble gjort uten plan for leveranser."],
        [Cause.PREMISES, Cause.ROUTINE],
    )  # fmt: skip
    case.start_plan(days.at(15, 9, 0))
    marking = case.add_action(
        days.at(15, 9, 4), "Mal fri sone foran nødutgangene", house.people["tor_erik"], days.at(2, 9).date(),
        level=ControlLevel.TECHNICAL, cost=1800,
    )  # fmt: skip
    agreed = case.add_action(
        days.at(15, 9, 8), "Avtal levering to ganger i uka i stedet for én", case.handler, days.at(5, 9).date(),
        level=ControlLevel.REMOVE, kind=ActionKind.PREVENTIVE,
    )  # fmt: skip
    case.send(days.at(14, 12, 0), house.people["kari"])
    case.give_statement(days.at(12, 9, 30), Opinion.APPROVE, "Bra at årsaken fjernes.")
    case.decide(days.at(11, 9, 0))
    case.help_with(marking, days.at(11, 9, 2), house.people["kari"])
    case.postpone(days.at(11, 9, 3), (days.now + DAY * 14).date())
    case.complete(agreed, days.at(6, 14, 0), "Ny avtale gjelder fra mandag.")
    case.ask_for_more_time(
        marking, days.at(1, 12, 20), (days.now + DAY * 7).date(), "Malingen tørker ikke i fuktig vær."
    )


def _answered_yesterday(case: Case, days: Days, number: tuple[int, int]) -> None:
    """Closed yesterday: the answer is new in Ingrid's inbox."""
    house = case.house
    case.report(
        at=days.at(20, 16, 10),
        unit=house.units["solbakken"],
        title="Lyset på medisinrommet blinker",
        text="Lysrøret blinker så mye at det er vanskelig å lese etikettene.",
        place="Medisinrom 1",
        severity=Severity.MINOR,
        number=number,
        reporter=house.people["ingrid"],
    )
    case.receive(days.at(19, 8, 0))
    case.triage(days.at(19, 8, 10), category=Category.UNSAFE_CONDITION, immediate_measure="Satte inn leselampe.")
    case.start_plan(days.at(19, 8, 12))
    lamp = case.add_action(
        days.at(19, 8, 14), "Bytt til LED-armatur på medisinrommene", house.people["tor_erik"], days.at(4, 9).date(),
        level=ControlLevel.TECHNICAL, cost=5200,
    )  # fmt: skip
    case.send(days.at(19, 8, 20), house.people["kari"])
    case.give_statement(days.at(17, 9, 0), Opinion.APPROVE, "")
    case.decide(days.at(16, 9, 0))
    case.complete(lamp, days.at(5, 13, 30), "Begge rommene er ferdige.", Via.LINK)
    case.check_effect(days.at(2, 10, 0), Effect.EFFECTIVE, "Leste etikettene uten briller. Lyset er jevnt.")
    case.close(
        days.at(1, 13, 10),
        "Takk, Ingrid. Begge medisinrommene har fått nytt lys som ikke blinker. Kari og jeg prøvde det i går, og vi "
        "kunne lese alle etikettene.",
    )


def _same_hand_rail(case: Case, days: Days, number: tuple[int, int]) -> None:
    """A second report of the hand rail."""
    case.report(
        at=days.at(1, 14, 31),
        unit=case.house.units["solbakken"],
        title="Rekkverket på B-trappa henger",
        text="Jeg gikk ned med tøyvogna, og rekkverket ga etter. Det henger i én skrue.",
        place="Trapp B",
        severity=Severity.SERIOUS,
        number=number,
        reporter=_somebody(case.house, "solbakken"),
        category=Category.UNSAFE_CONDITION,
    )


def _weak_coffee(case: Case, days: Days, number: tuple[int, int]) -> None:
    """Nothing that the health and safety work can put right."""
    case.report(
        at=days.at(14, 9, 35),
        unit=case.house.units["solbakken"],
        title="Kaffen på pauserommet er for svak",
        text="Den nye maskinen lager tynn kaffe. Kan vi få den gamle tilbake?",
        place="Pauserommet",
        severity=Severity.MINOR,
        number=number,
        reporter=_somebody(case.house, "solbakken"),
        category=Category.OTHER,
    )


def _lost_key(case: Case, days: Days, number: tuple[int, int]) -> None:
    """Taken back the same morning."""
    case.report(
        at=days.at(6, 7, 10),
        unit=case.house.units["solbakken"],
        title="Nøkkelen til medisinrommet er borte",
        text="Jeg finner ikke nøkkelen til medisinrom 1. Den var på plass i går kveld.",
        place="Medisinrom 1",
        severity=Severity.SERIOUS,
        number=number,
        reporter=case.house.people["ingrid"],
        category=Category.SECURITY,
    )


def _scaffold(case: Case, days: Days, number: tuple[int, int]) -> None:
    """A builder's case that waits for the safety representative."""
    house = case.house
    case.report(
        at=days.at(2, 9, 30),
        unit=house.units["skolegata"],
        title="Stillas endret uten ny kontroll",
        text="Monterzy okien sami zdjęli dwa poziomy i złożyli je z powrotem. Nie ma nowej karty kontroli.",
        language="pl",
        place="Skolegata, vestvegg",
        severity=Severity.VERY_SERIOUS,
        number=number,
        reporter=_somebody(house, "skolegata"),
    )
    case.receive(days.at(2, 9, 45))
    case.translate(
        days.at(2, 9, 48),
        "Vindusmontørene tok ned to rekker og satte opp igjen selv. Det står ikke noe nytt kontrollkort.",
    )
    case.triage(
        days.at(2, 9, 50), category=Category.ROUTINE_BREACH, immediate_measure="Stillaset er stengt i begge ender.",
        routine_cover=RoutineCover.NOT_FOLLOWED, routine_name="Kontroll av stillas etter endring",
    )  # fmt: skip
    case.start_plan(days.at(1, 8, 0))
    case.add_action(
        days.at(1, 8, 4), "Få stillaset kontrollert på nytt av leverandøren", house.people["aleksander"],
        (days.now + DAY).date(), level=ControlLevel.TECHNICAL, kind=ActionKind.IMMEDIATE,
    )  # fmt: skip
    case.add_action(
        days.at(1, 8, 8), "Ta stillas inn i oppstartsmøtet med alle underentreprenører", house.people["olav"],
        (days.now + DAY * 10).date(), level=ControlLevel.ORGANISATIONAL, kind=ActionKind.PREVENTIVE,
    )  # fmt: skip
    case.send(days.at(0, 7, 30), house.people["tommy"])


def _crane(case: Case, days: Days, number: tuple[int, int]) -> None:
    """New this morning."""
    case.report(
        at=days.at(0, 8, 5),
        unit=case.house.units["kaikanten"],
        title="Kranen løftet over gangveien",
        text="Lasten gikk rett over folk på vei inn porten. Signalmannen sto på andre siden.",
        place="Kaikanten, porten",
        severity=Severity.VERY_SERIOUS,
        number=number,
        reporter_name="Lukas Brandli",
    )


def _concrete(case: Case, days: Days, number: tuple[int, int]) -> None:
    """Closed after a short life, without a plan."""
    case.report(
        at=days.at(24, 10, 0),
        unit=case.house.units["betong"],
        title="Ros til laget som ventet på svar",
        text="De støpte ikke før de hadde fått tallene fra konsulenten, selv om bilen sto og ventet.",
        place="Kaikanten, kjellervegg",
        severity=Severity.MINOR,
        number=number,
        reporter=_somebody(case.house, "betong"),
        category=Category.PRAISE,
    )
    case.receive(days.at(23, 7, 30))
    case.triage(days.at(23, 7, 35), category=Category.PRAISE)
    case.close(days.at(23, 7, 40), "Takk for at du skrev det. Det er lest opp på morgenmøtet, og laget fikk kake.")


def _somebody(house: House, place: str) -> Employee:
    """The first in a unit who signs in and has no name of their own."""
    known = list(house.people.values())
    return next(person for person in house.staff[house.units[place].pk] if person.user_id and person not in known)
