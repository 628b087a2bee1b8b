"""Texts in other languages: which one a reader gets, and whether it has been left behind."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from routines.languages import OWN_NAMES, name_of
from routines.models import Draft, Routine, Translation, Version


@dataclass(frozen=True)
class Standing:
    """How a translation stands to the routine's own text.

    Attributes:
        translation: which text holds in its language.
        newest: number of the version in force.
        needed: number of the last version that matters.
    """

    translation: Translation
    newest: int
    needed: int

    @property
    def version(self) -> Version:
        """The translated text."""
        return self.translation.current

    @property
    def is_behind(self) -> bool:
        """Whether a newer version is in force than the one that was translated."""
        return self.version.number < self.newest

    @property
    def matters(self) -> bool:
        """Whether something that matters is missing in it: whoever reads only this has not read what there is to read."""
        return self.version.number < self.needed

    @property
    def mark(self) -> str:
        """What a reader must know of it, in the reader's language; nothing when it is up to date."""
        return mark(self.version.number, self.newest, matters=self.matters)


def mark(number: int, newest: int, *, matters: bool) -> str:
    """The words about a translation of version `number` while version `newest` is in force."""
    if number >= newest:
        return ""
    numbers = {"old": number, "new": newest}
    if matters:
        return _("The translation is behind: it is of version %(old)d, and version %(new)d is in force.") % numbers
    return _("The translation is of version %(old)d. Only small things have been put right since.") % numbers


def _standings(translations: QuerySet[Translation]) -> list[Standing]:
    material = (
        Version.objects.filter(routine=OuterRef("routine"), translates__isnull=True, is_material=True)
        .order_by()
        .values("routine")
        .annotate(newest=Max("number"))
        .values("newest")
    )
    rows = (
        translations.filter(routine__current__isnull=False)
        .annotate(newest=F("routine__current__number"), needed=Subquery(material))
        .select_related("current", "task")
        .defer("text", "search")
        .order_by("language", "routine")
    )
    return [Standing(row, row.newest, row.needed or 0) for row in rows]


def standings_of(routine: Routine) -> list[Standing]:
    """Every translation of a routine that is in force."""
    return _standings(routine.translations.all())


def standings_in(language: str, routines: Collection[int]) -> dict[int, Standing]:
    """Routines that are in force in a language which is not their own: routine id → how the translation stands.

    One query however many there are; none of the texts.
    """
    found = _standings(Translation.objects.filter(language=language, routine__in=routines).defer("current__text"))
    return {standing.translation.routine_id: standing for standing in found}


def in_language_of_reader(routines: Collection[Routine]) -> None:
    """Let routines that are to be listed have their `standing` in the language in use. One query however many."""
    standings = standings_in(get_language() or "", [routine.pk for routine in routines])
    for routine in routines:
        routine.standing = standings.get(routine.pk)  # type: ignore[attr-defined]


def behind(routines: Collection[int]) -> list[Standing]:
    """The translations of some routines (their ids) that something which matters has left behind."""
    found = _standings(Translation.objects.filter(routine__in=routines).defer("current__text"))
    return [standing for standing in found if standing.matters]


def in_force_in(routine: Routine, language: str) -> Version | None:
    """The text that holds in a language, or None."""
    if language == routine.language:
        return routine.current
    held = Translation.objects.filter(routine=routine, language=language)
    found = held.select_related("current__translates").first()
    return found.current if found else None


@dataclass(frozen=True)
class Language:
    """One of the languages that a routine is or could be read in.

    Attributes:
        code: as in settings.LANGUAGES.
        standing: how its translation stands; None for the routine's own language, and where there is none.
        draft: what is being written in it.
    """

    code: str
    is_own: bool
    standing: Standing | None = None
    draft: Draft | None = None

    @property
    def own_name(self) -> str:
        """What it calls itself."""
        return OWN_NAMES[self.code]

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return name_of(self.code)


def languages_of(routine: Routine, drafts: QuerySet[Draft] | None = None) -> list[Language]:
    """Every language with what there is in it, the routine's own first.

    Args:
        drafts: those that the reader may know of; none when left out.
    """
    standings = {standing.translation.language: standing for standing in standings_of(routine)}
    open_ones = drafts.filter(routine=routine).defer("text") if drafts is not None else []
    by_language = {draft.language: draft for draft in open_ones}
    codes = sorted(OWN_NAMES, key=lambda code: code != routine.language)
    return [
        Language(code, code == routine.language, standings.get(code), by_language.get(code)) for code in codes
    ]  # fmt: skip


def version_called(routine: Routine, language: str, label: str) -> Version | None:
    """The version of a language that is called 3, or 3.2 (`Version.label`); with those who wrote and approved it."""
    number, _dot, edition = label.partition(".")
    if not number.isdecimal() or (edition and not edition.isdecimal()) or len(label) > 12:
        return None
    found = Version.objects.filter(routine=routine, language=language, number=int(number), edition=int(edition or 1))
    return found.select_related("author", "approved_by").first()
