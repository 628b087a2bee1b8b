"""Reading the library: what there is, what one has of it, and whether a template has changed since."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from hms.organisations.models import Employee
from routines.enums import Category, State
from routines.library import Template, templates
from routines.merging import Merge, merge
from routines.models import Adoption, Draft, Routine
from routines.selectors.routines import visible_to
from routines.selectors.sharing import shared_templates


@dataclass(frozen=True)
class Taken:
    """A routine from a template, and whether the template is newer than it."""

    routine: Routine
    is_changed: bool


@dataclass(frozen=True)
class Shelf:
    """Templates that stand together, each with the routines that were made from it.

    Attributes:
        category: what they are about; None for what a parent organisation shares.
        sharer: what that organisation is called.
    """

    category: Category | None
    books: list[tuple[Template, list[Taken]]]
    sharer: str = ""


class Sources:
    """Where the templates of routines are found: with the system, or with a parent organisation.

    What is shared is read when it is first asked for, and once: all of it, or one template.
    """

    def __init__(self, key: str | None = None, *, with_texts: bool = True) -> None:
        self._key, self._with_texts = key, with_texts

    @cached_property
    def shared(self) -> dict[str, Template]:
        return shared_templates(self._key, with_texts=self._with_texts)

    def of(self, adoption: Adoption) -> Template | None:
        """The template as it is now; nothing when it was withdrawn, or is not shared with us in that language any more."""
        if adoption.shared_by_id is None:
            return templates().get(adoption.key)
        template = self.shared.get(adoption.key)
        if template is None or template.shared_by != adoption.shared_by_id:
            return None
        return template if adoption.language in template.texts else None

    def has_news(self, adoption: Adoption) -> bool:
        """Whether the template is newer than what the routine has followed."""
        template = self.of(adoption)
        return template is not None and template.edition(adoption.language) > adoption.base[0]


def library(employee: Employee) -> list[Shelf]:
    """Every template, with what the organisation has of it as far as somebody may know.

    What a parent organisation shares comes first, as one shelf; then what comes with the system, by category.
    The same number of queries however much there is.
    """
    sources = Sources(with_texts=False)
    taken = _taken(employee, sources)
    found = []
    if sources.shared:
        shared = list(sources.shared.values())
        found.append(Shelf(None, [(one, taken.get(_place(one), [])) for one in shared], shared[0].sharer))
    for category, group in groupby(templates().values(), key=lambda template: template.category):
        found.append(Shelf(category, [(one, taken.get(_place(one), [])) for one in group]))
    return found


def taken_of(employee: Employee, template: Template) -> list[Taken]:
    """What the organisation has of one template, as far as somebody may know."""
    return _taken(employee, Sources(template.key, with_texts=False), template).get(_place(template), [])


def _place(template: Template) -> tuple[int | None, str]:
    return template.shared_by, template.key


def _taken(
    employee: Employee, sources: Sources, template: Template | None = None
) -> dict[tuple[int | None, str], list[Taken]]:
    routines = visible_to(employee).exclude(state=State.ARCHIVED).values("pk")
    rows = Adoption.objects.filter(routine__in=routines).select_related("routine__unit", "draft")
    if template is not None:
        rows = rows.filter(key=template.key, shared_by=template.shared_by)
    taken: dict[tuple[int | None, str], list[Taken]] = {}
    for adoption in rows.defer("routine__text", "routine__search", "draft__text").order_by("routine__title", "id"):
        place = (adoption.shared_by_id, adoption.key)
        taken.setdefault(place, []).append(Taken(adoption.routine, sources.has_news(adoption)))
    return taken


def adoption_of(routine: Routine) -> Adoption | None:
    """Where a routine came from; nothing for those that were written here."""
    return Adoption.objects.filter(routine=routine).select_related("draft", "shared_by").first()


def template_of(adoption: Adoption) -> Template | None:
    """The template as it is now; nothing when it was withdrawn, or is no longer shared with us."""
    return Sources(adoption.key).of(adoption)


def is_changed(adoption: Adoption) -> bool:
    """Whether the template is newer than what the routine has followed."""
    return Sources(adoption.key, with_texts=False).has_news(adoption)


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
    sources = Sources(adoption.key)
    template = sources.of(adoption)
    if template is None or not sources.has_news(adoption):
        return None
    draft = Draft.objects.open().filter(routine=routine, language=routine.language).first()
    base = adoption.base[1]
    ours = draft.text if draft is not None else routine.current.text if routine.current is not None else base
    return News(template.edition(adoption.language), base, ours, template.in_(adoption.language).text, draft)
