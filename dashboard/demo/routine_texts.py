"""The demo's routines, in their own words: what stood there, what stands there now, and why."""

from dataclasses import dataclass, field

from routines.control import Control
from routines.enums import Category
from routines.library import templates


@dataclass(frozen=True)
class Edition:
    """One version: how many days ago it came into force, its text, and what was new."""

    days: int
    text: str
    note: str = ""
    is_material: bool = True


@dataclass(frozen=True)
class Story:
    """One routine. `whose` is the unit it belongs to and is for; `read` is how many of ten have confirmed it."""

    title: str
    slug: str
    category: str
    whose: str
    owner: str
    approver: str
    editions: list[Edition]
    law: str = ""
    read: int = 9
    # (who asks, what, the owner's answer or nothing)
    questions: list[tuple[str, str, str]] = field(default_factory=list)
    # The template of the library it came from, and the edition of it: (key, edition, the template's text then).
    template: tuple[str, int, str] | None = None
    # A text that is being written: (who writes, what is new, text).
    draft: tuple[str, str, str] | None = None
    # What those who confirm the version in force are asked, and how many answered wrong at first.
    control: Control | None = None
    wrong: int = 0
    # How many times it was opened in this month, the month before and so on.
    opened: tuple[int, ...] = (9, 14, 7, 11, 6)


_NEEDLE = """# Gjør dette med en gang

1. La såret blø. Skyll med rennende vann i fem minutter.
2. Sprit huden rundt såret. Ikke gni.
3. Ring fastlegen din neste virkedag.
4. Si fra til den som har vakta, og meld avvik.

# Blodsøl

Bruk hansker. Dekk sølet med tørkepapir og klor, og vent i ti minutter før du tørker opp. Kast alt i gul boks.

# Hvem gjør hva

- **Du** melder avvik samme dag.
- **HMS-leder** går gjennom alle stikkskader hvert kvartal.
"""
_NEEDLE_NOW = """# Gjør dette med en gang

1. La såret blø. Skyll med rennende vann i ti minutter.
2. Sprit huden rundt såret. Ikke gni.
3. Ring legevakta på 116 117 **innen to timer**.
4. Si fra til den som har vakta, og meld avvik.

# Blodsøl

Bruk hansker. Dekk sølet med tørkepapir og klor, og vent i ti minutter før du tørker opp. Kast alt i gul boks.

# Hvem gjør hva

- **Du** melder avvik samme dag.
- **Lederen din** følger deg til legevakta og tar en samtale etterpå.
- **HMS-leder** går gjennom alle stikkskader hvert kvartal.

Se også [vold og trusler](rutine:vold-og-trusler) hvis noen stakk deg med vilje.
"""
_VIOLENCE = """# Når noen truer eller slår

1. Gå ut. Ikke diskuter, ikke hold igjen.
2. Hent hjelp: trykk alarmen eller rop.
3. Ring **112** hvis det er fare for liv.

# Etterpå

- Lederen din snakker med deg samme dag og ringer dagen etter.
- Dere melder avvik sammen.
- Trenger du lege eller noen å snakke med, ordner lederen det.

# Slik forebygger vi

| Når | Hva | Hvem |
| --- | --- | --- |
| Ved vaktskifte | Si fra om uro | Den som går av vakt |
| Hver måned | Øve på å gå ut | Teamet |
| Hvert år | Gå gjennom risikoen | Leder og verneombud |
"""
_VIOLENCE_NEXT = (
    _VIOLENCE.replace("Hver måned", "Hvert halvår")
    + "\n# På nett\n\nLagre det som ble skrevet, og vis det til lederen din.\n"
)
_FIRE = """# Når alarmen går

1. Varsle: rop og trykk på nærmeste melder. Ring **110**.
2. Redd: hjelp dem som er nærmest faren ut først.
3. Slokk: bare hvis du kan gjøre det trygt.

Møt på parkeringsplassen ved hovedinngangen. Den som har vakta, teller.

# Hver vakt

- [ ] Rømningsveiene er frie
- [ ] Branndørene er lukket
- [ ] Vaktlista ligger ved panelet
"""
_ALONE = """# Før du går ut alene

- Si til basen hvor du skal, og når du er tilbake.
- Ha telefonen på deg, med lyd.
- Ta aldri varmt arbeid, arbeid i høyden eller arbeid i kum alene.

# Hvis du ikke kommer tilbake

Basen ringer etter femten minutter. Svarer du ikke, kjører noen ut.
"""
_DEVIATION = """# Se noe, si fra

Meld alt som har skadet noen, kunne ha skadet noen eller som gjør jobben farligere enn den må være. Det tar et halvt
minutt, og du kan være anonym.

# Hva skjer så

1. Lederen tar saken innen to virkedager.
2. Verneombudet får vite om den.
3. Dere finner årsaken og blir enige om tiltak.
4. Du får svar når den er lukket.
"""
_DEVIATION_NOW = _DEVIATION.replace("innen to virkedager", "innen to virkedager, også i ferien")
_LIFT = """# Før du flytter noen

1. Se på planen på døra: én eller to, med eller uten løfter.
2. Sjekk at løfteren er ladet, og at seilet er helt.
3. Si hva du gjør, mens du gjør det.

Løft **aldri** en person alene uten hjelpemiddel. Er løfteren opptatt, så vent.
"""
_HEIGHT = """# Før du går opp

- [ ] Stillaset har grønt kort fra i dag
- [ ] Rekkverk, fotlist og atkomst er på plass
- [ ] Selen er sjekket og festet over hodet

# Stopp

Er noe galt, så stopp. Ingen får kjeft for å stoppe. Si fra til basen, og meld avvik.
"""
_HEIGHT_NOW = _HEIGHT.replace("grønt kort fra i dag", "grønt kort fra denne uka, og er sjekket etter vind")
_HOT = """# Før du sveiser, skjærer eller bruker flamme

1. Fyll ut skjemaet og få det underskrevet.
2. Fjern det som kan brenne, eller dekk det til.
3. Ha to slokkere innen rekkevidde.

# Etterpå

Én står vakt i en time. Gå en runde til etter to timer.
"""


def _filled(text: str, words: dict[str, str]) -> str:
    """A template's text with its blanks filled in; what is not named stays a blank."""
    for blank, word in words.items():
        text = text.replace(f"[[{blank}]]", word)
    return text


_ALONE_AT_HOME = templates()["hjemmekontor"].in_("nb").text
_HOME = _filled(_ALONE_AT_HOME, {"faste dager": "tirsdag og torsdag", "navn på IT-kontakt": "IKT-vakta"})
# The edition before the one that is shipped now: conduct and workload were not on the list yet.
_ROUND_THEN = (
    templates()["vernerunde"].in_("nb").text.replace("- [ ] Arbeidsmengde, samarbeid og tone\n", "")
)  # fmt: skip
_ROUND = _filled(_ROUND_THEN, {"antall": "to", "navn på verneombud": "Kari"}).replace(
    "- [ ] Maskiner og verneutstyr\n", "- [ ] Maskiner, personløftere og verneutstyr\n"
)

STORIES: dict[str, list[Story]] = {
    "fjellvik": [
        Story(
            "Stikkskader og blodsøl", "stikkskader", Category.FIRST_AID, "solbakken", "amir", "helene",
            [
                Edition(380, _NEEDLE),
                Edition(4, _NEEDLE_NOW, "Bedriftshelsetjenesten anbefaler raskere oppfølging."),
            ],
            law="arbeidsmiljøloven § 3-1 og forskrift om utførelse av arbeid kapittel 6",
            read=6,
            questions=[
                ("ingrid", "Gjelder to timer også når jeg jobber natt på Fjordgløtt?", ""),
                ("kari", "Hvem følger oss hvis lederen ikke er på jobb?", "Den som har vaktansvaret. Det skal stå i neste versjon."),
            ],
            control=Control(
                "Du stikker deg på en brukt sprøyte. Når skal du ringe legevakta?",
                ("Neste virkedag", "Innen to timer", "Bare hvis jeg blir syk"), 1,
                "Se «Gjør dette med en gang», punkt 3. Før var det fastlegen neste virkedag.",
            ),
            wrong=5,
            opened=(41, 12, 9, 15, 8, 7),
        ),
        Story(
            "Vold og trusler", "vold-og-trusler", Category.VIOLENCE, "helse", "helene", "ragnhild",
            [Edition(210, _VIOLENCE)],
            law="forskrift om utførelse av arbeid, om vold og trusler",
            draft=("helene", "Vi øver hvert halvår, og nettvold er tatt med.", _VIOLENCE_NEXT),
        ),
        Story(
            "Brann på sykehjemmet", "brann-pa-sykehjemmet", Category.FIRE, "solbakken", "amir", "helene",
            [Edition(390, _FIRE.replace("Den som har vakta, teller.", "")), Edition(300, _FIRE, "Ny møteplass, og hvem som teller.")],
            law="brannvernforskriften § 12",
        ),
        Story(
            "Forflytning og løft", "forflytning", Category.ERGONOMICS, "solbakken", "kari", "amir",
            [Edition(120, _LIFT)], law="arbeidsmiljøloven § 4-4", read=8,
        ),
        Story(
            "Alenearbeid ute", "alenearbeid-ute", Category.ALONE, "drift", "piotr", "gunnar",
            [Edition(396, _ALONE)], law="arbeidsmiljøloven § 4-1", read=7, opened=(),
        ),
        Story(
            "Slik melder vi avvik", "slik-melder-vi-avvik", Category.SYSTEM, "kommune", "sunniva", "ragnhild",
            [
                Edition(395, _DEVIATION),
                Edition(60, _DEVIATION_NOW, "Presisert etter spørsmål i sommer.", is_material=False),
            ],
            law="internkontrollforskriften § 5 nr. 7", read=9,
        ),
        Story(
            "Vernerunde", "vernerunde", Category.SYSTEM, "helse", "helene", "ragnhild", [Edition(150, _ROUND)],
            law="arbeidsmiljøloven §§ 3-1 og 6-2", read=9, template=("vernerunde", 1, _ROUND_THEN),
        ),
        Story(
            "Hjemmekontor", "hjemmekontor", Category.ALONE, "kommune", "sunniva", "ragnhild", [Edition(75, _HOME)],
            law="forskrift om arbeid som utføres i arbeidstakers hjem", read=9,
            template=("hjemmekontor", 1, _ALONE_AT_HOME),
        ),
    ],
    "havbris": [
        Story(
            "Arbeid i høyden", "arbeid-i-hoyden", Category.EQUIPMENT, "skolegata", "aleksander", "marit",
            [Edition(330, _HEIGHT), Edition(25, _HEIGHT_NOW, "Stillas skal sjekkes etter sterk vind.")], read=7,
            law="forskrift om utførelse av arbeid kapittel 17",
        ),
        Story(
            "Varmt arbeid", "varmt-arbeid", Category.FIRE, "havbris", "olav", "marit", [Edition(200, _HOT)],
            law="brannvernforskriften",
        ),
    ],
}  # fmt: skip
