"""Making routines in tests, through the services."""

from typing import Any

from hms.organisations.models import Employee
from routines import services
from routines.enums import Category, Opinion
from routines.models import Draft, Review, Routine, Version
from tests.cast import Cast

TEXT = """# Gjør dette med en gang

1. La såret blø. Skyll med rennende vann i fem minutter.
2. Ring fastlegen din neste virkedag.
3. Meld avvik.

## Blodsøl

Bruk **hansker**. Kast alt i gul boks.
"""


# What a routine has of its own; the rest of `publish` is its draft's.
OWN = {
    "title", "owner", "by", "unit", "category", "text", "must_confirm", "needs_safety_rep", "validity_months",
    "reading_days", "for_all_in",
}  # fmt: skip


def begin(cast: Cast, title: str = "Stikkskader og blodsøl", text: str = TEXT, **fields: Any) -> Routine:
    """A routine that Amir writes for Solbakken; call inside `tenant(cast.fjellvik)`."""
    fields = {"category": Category.FIRST_AID, "unit": cast.solbakken, "owner": cast.amir, "by": cast.amir, **fields}
    return services.create_routine(title=title, text=text, **fields)


def draft_of(routine: Routine) -> Draft:
    return Draft.objects.open().get(routine=routine)


def review_as(employee: Employee, draft: Draft, opinion: str = Opinion.ENDORSE, comment: str = "") -> None:
    draft.refresh_from_db()
    review = Review.objects.get(draft=draft, round=draft.round, reviewer=employee)
    services.answer_review(review, by=employee, opinion=opinion, comment=comment)


def pass_through(cast: Cast, draft: Draft) -> None:
    """Kari looks through it, Helene (above Amir) approves it."""
    services.send(draft, by=draft.author, revision=draft.revision)
    draft.refresh_from_db()
    for review in Review.objects.filter(draft=draft, round=draft.round):
        review_as(review.reviewer, draft)
    draft.refresh_from_db()
    services.approve(draft, by=draft.approval.assignee)


def publish(cast: Cast, routine: Routine | None = None, **fields: Any) -> Routine:
    """A routine in force, new or with a new version: `text`, `change_note`, `is_material`, `valid_from`."""
    if routine is None:
        own = {name: fields.pop(name) for name in list(fields) if name in OWN}
        routine = begin(cast, **own)
        draft = draft_of(routine)
    else:
        draft = services.begin_draft(routine, by=routine.owner)
        fields.setdefault("change_note", "Ny anbefaling")
    if fields:
        services.save_draft(draft, by=draft.author, revision=draft.revision, **fields)
    pass_through(cast, draft)
    routine.refresh_from_db()
    return routine


def url(routine: Routine, tail: str = "") -> str:
    return f"/fjellvik/rutiner/{routine.slug}/{tail}"


def translate(cast: Cast, routine: Routine, language: str = "en", **fields: Any) -> Version | None:
    """The routine in another language, all the way to being in force (or to its day): `title`, `text`."""
    draft = services.begin_draft(Routine.objects.get(pk=routine.pk), by=routine.owner, language=language)
    services.save_draft(draft, by=draft.author, revision=draft.revision, **{"change_note": "Oversatt", **fields})
    routine = Routine.objects.get(pk=routine.pk)
    services.send(draft, by=draft.author, revision=draft.revision, translates=routine.current.number)
    for review in Review.objects.filter(draft=draft, round=1):
        review_as(review.reviewer, draft)
    draft = Draft.objects.get(pk=draft.pk)
    services.approve(draft, by=draft.approval.assignee)
    return Draft.objects.get(pk=draft.pk).version
