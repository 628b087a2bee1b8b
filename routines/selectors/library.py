"""Reading the library: what there is, what one has of it, and whether a template has changed since."""

import hashlib
import json
from dataclasses import dataclass
from itertools import groupby

from hms.organisations.models import Employee
from routines.enums import Category, State
from routines.library import Template, templates
from routines.merging import Merge, merge
from routines.models import Adoption, Draft, Routine
from routines.selectors.routines import visible_to


@dataclass(frozen=True)
class Shelf:
    """The templates of one category, each with the routines that were made from it."""

    category: Category
    books: list[tuple[Template, list["Taken"]]]


@dataclass(frozen=True)
class Taken:
    """A routine from a template, and whether the template is newer than it."""

    routine: Routine
    is_changed: bool


def library(employee: Employee) -> list[Shelf]:
    """Every template by category, with what the organisation has of it as far as somebody may know. One query."""
    routines = visible_to(employee).exclude(state=State.ARCHIVED).values("pk")
    rows = Adoption.objects.filter(routine__in=routines).select_related("routine__unit", "draft")
    taken: dict[str, list[Taken]] = {}
    for adoption in rows.defer("routine__text", "routine__search", "draft__text").order_by("routine__title", "id"):
        taken.setdefault(adoption.key, []).append(Taken(adoption.routine, is_changed(adoption)))
    return [
        Shelf(category, [(template, taken.get(template.key, [])) for template in group])
        for category, group in groupby(templates().values(), key=lambda template: template.category)
    ]


def adoption_of(routine: Routine) -> Adoption | None:
    """Where a routine came from; nothing for those that were written here."""
    return Adoption.objects.filter(routine=routine).select_related("draft").first()


def template_of(adoption: Adoption) -> Template | None:
    """The template as it is shipped now; nothing when it was withdrawn."""
    return templates().get(adoption.key)


def is_changed(adoption: Adoption) -> bool:
    """Whether the shipped template is newer than what the routine has followed."""
    template = template_of(adoption)
    return template is not None and template.version > adoption.base[0]


@dataclass(frozen=True)
class News:
    """A template's news for a routine.

    Attributes:
        version: the template's, that is put together with ours.
        base, ours, theirs: the template as it was, the routine as it is (its draft, if one is being written), the
            template as it is now.
        draft: the draft that the news goes into; none yet when nothing is being written.
    """

    version: int
    base: str
    ours: str
    theirs: str
    draft: Draft | None

    @property
    def merged(self) -> Merge:
        return merge(self.base, self.ours, self.theirs)

    @property
    def stamp(self) -> str:
        """Tells whether the three texts are still those that somebody saw."""
        return hashlib.sha256(json.dumps([self.base, self.ours, self.theirs]).encode()).hexdigest()


def news_for(routine: Routine, adoption: Adoption | None) -> News | None:
    """What is new in the template of a routine. Nothing when it was withdrawn, taken already, or there never was one."""
    if adoption is None or routine.state == State.ARCHIVED:
        return None
    template = template_of(adoption)
    if template is None or not is_changed(adoption):
        return None
    draft = Draft.objects.open().filter(routine=routine, language=routine.language).first()
    base = adoption.base[1]
    ours = draft.text if draft is not None else routine.current.text if routine.current is not None else base
    return News(template.version, base, ours, template.in_(adoption.language).text, draft)
