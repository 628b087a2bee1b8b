"""What other systems' words for severity, kind, status and unit mean here: suggestions, which the user may change."""

import re
from collections.abc import Iterable

from deviations.enums import Category, Severity, State
from deviations.importing.fields import ImportField
from hms.organisations.models import Unit

# The first pattern that matches decides, so «less serious» stands before «serious».
_SEVERITY = (
    (Severity.MINOR, r"^1\b|mindre|less|lav|low|liten|ubetydelig|minor|ingenting|ufarlig|green|grønn"),
    (Severity.VERY_SERIOUS, r"^[345]\b|svært|meget|very|omkom|død|fatal|death|kritisk|critic|høy|high|sever|\brød\b"),
    (Severity.SERIOUS, r"^2\b|alvorlig|serious|skadet|skade|injur|middels|medium|moderat|nesten|near|\bgul\b|yellow"),
)
_CATEGORY = (
    (Category.NEAR_MISS, r"nesten|near.?miss|tilløp"),
    (Category.VIOLENCE, r"vold|trus[el]|violen|threat"),
    (Category.PSYCHOSOCIAL, r"psyko|mobbing|trakass|konflikt|harass|bully"),
    (Category.FIRE, r"brann|fire|eksplosjon|explos"),
    (Category.CHEMICAL, r"kjemi|chemic|stoff|gass|gas\b"),
    (Category.ERGONOMICS, r"ergonom|løft|belastning"),
    (Category.ENVIRONMENT, r"ytre miljø|utslipp|emission|spill|avfall|environment"),
    (Category.SECURITY, r"innbrudd|tyveri|sikring|security|theft|burglar"),
    (Category.TRAFFIC, r"trafikk|kjøring|kjøretøy|traffic|driving|vehicle"),
    (Category.PRIVACY, r"personvern|gdpr|ikt|data|privacy|it\b"),
    (Category.ROUTINE_BREACH, r"rutine|prosedyre|procedure|routine|kvalitet|quality"),
    (Category.IMPROVEMENT, r"forbedring|forbetring|forslag|improve|suggest"),
    (Category.PRAISE, r"\bros\b|skryt|praise"),
    (Category.EQUIPMENT, r"utstyr|verneutstyr|maskin|equipment|machin|tool"),
    (Category.UNSAFE_CONDITION, r"farlig forhold|risiko|unsafe|hazard|observasjon|observation"),
    (Category.INJURY, r"skade|ulykke|injur|accident|omkom"),
    (Category.OTHER, r"annet|anna|other"),
)  # fmt: skip
_OPEN = r"åpen|open|\bny\b|new|pågår|under |arbeid|progress|pending|venter|ubehandlet|registrert|mottatt"
# The states an imported case may come in with.
STATES = (State.CLOSED, State.NEW)


def suggest(field: str, value: str, *, units: dict[str, int] | None = None) -> str:
    """What a value of the file most likely means; empty when nothing is recognised."""
    text = value.strip().casefold()
    if not text:
        return ""
    if field == ImportField.SEVERITY:
        return str(_first(_SEVERITY, text))
    if field == ImportField.CATEGORY:
        exact = {category.value: category.value for category in Category}
        return str(exact.get(text) or _first(_CATEGORY, text))
    if field == ImportField.STATE:
        return str(State.NEW if re.search(_OPEN, text) else State.CLOSED)
    if field == ImportField.UNIT:
        return str((units or {}).get(text, ""))
    return ""


def unit_names(units: Iterable[Unit]) -> dict[str, int]:
    """Units by everything a file may call them: name and code. A name that two units have names neither."""
    names: dict[str, int] = {}
    twice: set[str] = set()
    for unit in units:
        for name in {unit.name.strip().casefold(), unit.code.strip().casefold()} - {""}:
            if name in names:
                twice.add(name)
            names[name] = unit.pk
    return {name: pk for name, pk in names.items() if name not in twice}


def _first(patterns: Iterable[tuple[object, str]], text: str) -> object:
    return next((getattr(value, "value", value) for value, pattern in patterns if re.search(pattern, text)), "")
