"""Who works where: the unit trees, the people with a name of their own, and what the rest do."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Person:
    """Somebody with a name of their own."""

    key: str
    name: str
    unit: str
    title: str
    signs_in: bool = True
    note: str = ""
    domain: str = ""


@dataclass(frozen=True)
class Place:
    """A unit: its key, name and parent, what kind of work is done there, and how many do it."""

    key: str
    name: str
    parent: str | None
    kind: str = ""
    people: int = 0
    manager: str = ""


@dataclass(frozen=True)
class Employer:
    """One demo organisation."""

    name: str
    slug: str
    organisation_number: str
    accent: str
    cases: int
    places: list[Place]
    people: list[Person]
    titles: dict[str, list[str]]
    # area name: (safety representative, units)
    areas: dict[str, tuple[str, list[str]]]
    roles: dict[str, list[str]]
    emergency_note: str
    # group name: (the unit whose manager answers for it, or nothing; who is in it)
    groups: dict[str, tuple[str, list[str]]]
    # Who carries out actions marked with a letter in the situations; L and K are found per case.
    doers: dict[str, str] = field(default_factory=dict)
    # The unit that fixes things, and who of it looks after which units.
    workshop: str = ""
    caretakers: dict[str, str] = field(default_factory=dict)


# No Norwegian organisation has a number that begins with 2 or 3.
FJELLVIK = Employer(
    name="Fjellvik kommune",
    slug="fjellvik",
    organisation_number="312840065",
    accent="#0C5A5E",
    cases=322,
    emergency_note="Vakttelefon, teknisk: 55 50 01 23",
    places=[
        Place("kommune", "Fjellvik kommune", None, "office", 5, "ragnhild"),
        Place("helse", "Helse og omsorg", "kommune", "office", 4, "helene"),
        Place("solbakken", "Solbakken sykehjem", "helse", "care", 52, "amir"),
        Place("fjordglott", "Fjordgløtt bo- og servicesenter", "helse", "care", 30, "turid"),
        Place("elvebakken", "Bofellesskapet Elvebakken", "helse", "care", 18, "samuel"),
        Place("hjemme_nord", "Hjemmetjenesten nord", "helse", "home", 26, "berit"),
        # Vacant: cases go up the line.
        Place("hjemme_sor", "Hjemmetjenesten sør", "helse", "home", 23, ""),
        Place("lege", "Legekontor og helsestasjon", "helse", "clinic", 14, "mette"),
        Place("oppvekst", "Oppvekst og kultur", "kommune", "office", 4, "jan_petter"),
        Place("fjellvik_skole", "Fjellvik skole", "oppvekst", "school", 34, "astrid"),
        Place("nordli_skole", "Nordli skole", "oppvekst", "school", 19, "oddvar"),
        Place("vika", "Vika ungdomsskole", "oppvekst", "school", 27, "farah"),
        Place("solstrala", "Solstråla barnehage", "oppvekst", "kindergarten", 18, "liv"),
        Place("tyttebaer", "Tyttebærtoppen barnehage", "oppvekst", "kindergarten", 15, "monica"),
        Place("bibliotek", "Fjellvik bibliotek", "oppvekst", "culture", 6, "ketil"),
        Place("hallen", "Fjellvikhallen", "oppvekst", "culture", 8, "tonje"),
        Place("teknisk", "Teknisk, brann og eiendom", "kommune", "office", 5, "gunnar"),
        Place("drift", "Teknisk drift", "teknisk", "technical", 24, "piotr"),
        Place("vann", "Vann og avløp", "teknisk", "technical", 9, "kirsten"),
        Place("brann", "Brann og redning", "teknisk", "fire", 17, "henning"),
        Place("renhold", "Renhold", "teknisk", "cleaning", 22, "maria"),
        Place("stab", "Organisasjon og stab", "kommune", "office", 6, "siri"),
        Place("torget", "Servicetorget", "stab", "office", 6, "unni"),
        Place("ikt", "IKT", "stab", "office", 7, "dinh"),
        Place("okonomi", "Økonomi og lønn", "stab", "office", 8, "harald"),
    ],
    people=[
        Person("ragnhild", "Ragnhild Vik", "kommune", "Kommunedirektør"),
        Person("sunniva", "Sunniva Bakke", "stab", "HMS-leder", note="Rådhuset, 2. etasje"),
        Person("bjarte", "Bjarte Nes", "ikt", "Systemansvarlig"),
        Person("vigdis", "Vigdis Strand", "lege", "Hovedverneombud", note="Onsdager på Solbakken"),
        Person("helene", "Helene Dahl", "helse", "Kommunalsjef helse og omsorg"),
        Person("amir", "Amir Hosseini", "solbakken", "Enhetsleder", note="Kontor i 1. etasje, Solbakken"),
        Person("ingrid", "Ingrid Solheim", "solbakken", "Helsefagarbeider"),
        Person("kari", "Kari Lunde", "solbakken", "Sykepleier og verneombud", note="Tirsdager på vaktrommet"),
        Person("turid", "Turid Kleppe", "fjordglott", "Enhetsleder"),
        Person("samuel", "Samuel Habtom", "elvebakken", "Enhetsleder"),
        Person("berit", "Berit Nordgård", "hjemme_nord", "Enhetsleder"),
        Person("mette", "Mette Kolstadli", "lege", "Enhetsleder"),
        Person("jan_petter", "Jan Petter Hovland", "oppvekst", "Kommunalsjef oppvekst og kultur"),
        Person("astrid", "Astrid Veum", "fjellvik_skole", "Rektor"),
        Person("oddvar", "Oddvar Tjelle", "nordli_skole", "Rektor"),
        Person("berge", "Linnea Bergerud", "nordli_skole", "Inspektør"),
        Person("farah", "Farah Rahmani", "vika", "Rektor"),
        Person("liv", "Liv Storli", "solstrala", "Styrer"),
        Person("monica", "Monica Elvestad", "tyttebaer", "Styrer"),
        Person("ketil", "Ketil Raudberg", "bibliotek", "Biblioteksjef"),
        Person("tonje", "Tonje Skrede", "hallen", "Hallsjef"),
        Person("gunnar", "Gunnar Myklevoll", "teknisk", "Kommunalsjef teknisk"),
        Person("piotr", "Piotr Zielinski", "drift", "Driftsleder"),
        Person("tor_erik", "Tor Erik Moen", "drift", "Vaktmester", note="Solbakken og Fjellvik skole"),
        Person("kirsten", "Kirsten Aune", "vann", "Avdelingsleder"),
        Person("henning", "Henning Storås", "brann", "Brannsjef"),
        Person("maria", "Maria Stanciu", "renhold", "Renholdsleder"),
        Person("siri", "Siri Tveitan", "stab", "Organisasjonssjef"),
        Person("unni", "Unni Fossdal", "torget", "Leder servicetorget"),
        Person("dinh", "Dinh Van Lam", "ikt", "IKT-leder"),
        Person("harald", "Harald Eikrem", "okonomi", "Økonomisjef"),
        Person("jorunn", "Jorunn Haukås", "hjemme_nord", "Sykepleier og verneombud"),
        Person("eskil", "Eskil Rønning", "vika", "Lærer og verneombud"),
        Person("hanan", "Hanan Saleh", "solstrala", "Barnehagelærer og verneombud"),
        Person("roar", "Roar Bjerkli", "drift", "Fagarbeider og verneombud"),
        Person("ida_marie", "Ida Marie Vassdal", "brann", "Brannkonstabel og verneombud"),
        Person("jolanta", "Jolanta Kubiak", "renhold", "Renholder og verneombud"),
        Person("petter", "Petter Lunnan", "okonomi", "Rådgiver og verneombud"),
        Person("elin", "Elin Fosseng", "stab", "Rådgiver, bedriftshelsetjenesten", domain="friskbht.example"),
    ],
    titles={
        "office": ["Rådgiver", "Konsulent", "Saksbehandler", "Fagkonsulent"],
        "care": ["Sykepleier", "Helsefagarbeider", "Pleieassistent", "Vernepleier", "Kokk", "Aktivitør"],
        "home": ["Sykepleier", "Helsefagarbeider", "Helsefagarbeider", "Hjemmehjelper", "Ergoterapeut"],
        "clinic": ["Lege", "Helsesykepleier", "Helsesekretær", "Bioingeniør", "Jordmor"],
        "school": ["Lærer", "Lærer", "Lærer", "Fagarbeider", "Miljøterapeut", "Assistent", "SFO-leder"],
        "kindergarten": ["Barnehagelærer", "Barne- og ungdomsarbeider", "Assistent", "Pedagogisk leder"],
        "culture": ["Bibliotekar", "Hallvert", "Badevakt", "Kulturkonsulent"],
        "technical": ["Fagarbeider", "Vaktmester", "Maskinfører", "Ingeniør", "Lærling"],
        "fire": ["Brannkonstabel", "Brannkonstabel", "Utrykningsleder", "Feier"],
        "cleaning": ["Renholder"],
    },
    areas={
        "Sykehjem og bofellesskap": ("kari", ["solbakken", "fjordglott", "elvebakken"]),
        "Hjemmetjeneste og helse": ("jorunn", ["helse"]),
        "Skoler og kultur": ("eskil", ["oppvekst"]),
        "Barnehager": ("hanan", ["solstrala", "tyttebaer"]),
        "Teknisk drift, vann og avløp": ("roar", ["teknisk"]),
        "Brann og redning": ("ida_marie", ["brann"]),
        "Renhold": ("jolanta", ["renhold"]),
        "Rådhuset": ("petter", ["kommune"]),
    },
    roles={
        "top_leader": ["ragnhild"],
        "hse_manager": ["sunniva"],
        "administrator": ["bjarte"],
        "senior_safety_rep": ["vigdis"],
        "committee_member": ["ragnhild", "siri", "helene", "vigdis", "kari", "roar"],
        "consultant": ["elin"],
    },
    groups={
        "Brannvernledere": ("", ["ingrid", "kari", "tor_erik", "roar", "jolanta", "petter", "eskil"]),
        "Førstehjelpere på Solbakken": ("solbakken", ["ingrid", "kari"]),
    },
    doers={"R": "maria", "I": "dinh", "H": "sunniva"},
    workshop="drift",
    caretakers={"solbakken": "tor_erik", "fjellvik_skole": "tor_erik"},
)

HAVBRIS = Employer(
    name="Havbris Bygg",
    slug="havbris",
    organisation_number="274551933",
    accent="#7A3E9D",
    cases=60,
    emergency_note="Byggeleder på vakt: 55 50 04 56",
    places=[
        Place("havbris", "Havbris Bygg", None, "office", 2, "marit"),
        Place("kontor", "Kontor og prosjektering", "havbris", "office", 3, "stein"),
        Place("skolegata", "Prosjekt Skolegata", "havbris", "construction", 12, "aleksander"),
        Place("kaikanten", "Prosjekt Kaikanten", "havbris", "construction", 11, "jolene"),
        Place("tomrer", "Tømrerlaget", "havbris", "construction", 5, "bard"),
        Place("betong", "Betonglaget", "havbris", "construction", 4, "vytautas"),
        Place("verksted", "Verksted og lager", "havbris", "construction", 3, "gro"),
    ],
    people=[
        Person("marit", "Marit Havnevik", "havbris", "Daglig leder"),
        Person("olav", "Olav Haugen", "kontor", "HMS- og kvalitetsleder"),
        Person("stein", "Stein Brattli", "kontor", "Kontorsjef"),
        Person("aleksander", "Aleksander Dybvik", "skolegata", "Byggeleder"),
        Person("jolene", "Jolene Sætrang", "kaikanten", "Byggeleder"),
        Person("bard", "Bård Ekernes", "tomrer", "Bas"),
        Person("vytautas", "Vytautas Kairys", "betong", "Bas"),
        Person("gro", "Gro Tangvald", "verksted", "Lagersjef"),
        Person("tommy", "Tommy Grindheim", "skolegata", "Tømrer og verneombud"),
        Person("elin", "Elin Fosseng", "kontor", "Rådgiver, bedriftshelsetjenesten", domain="friskbht.example"),
    ],
    titles={
        "office": ["Prosjektleder", "Kalkulatør", "Prosjekteringsleder"],
        "construction": ["Tømrer", "Betongarbeider", "Lærling", "Maskinfører", "Forskalingssnekker", "Hjelpearbeider"],
    },
    areas={"Byggeplasser og verksted": ("tommy", ["havbris"])},
    roles={
        "top_leader": ["marit"],
        "hse_manager": ["olav"],
        "administrator": ["olav"],
        "consultant": ["elin"],
    },
    groups={"Førstehjelpere": ("havbris", ["tommy", "bard", "gro"])},
    doers={"V": "gro", "H": "olav"},
    workshop="verksted",
)

EMPLOYERS = [FJELLVIK, HAVBRIS]
