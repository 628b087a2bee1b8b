"""Taking templates up, from the library or a parent organisation, and following them when they change."""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.notifications.services import notify
from hms.organisations.models import Employee, Unit
from routines.enums import AudienceKind, DraftState, State
from routines.errors import AlreadyTaken, OtherTexts
from routines.library import Template
from routines.merging import Choice
from routines.models import Adoption, Draft, Routine
from routines.selectors.library import News, Sources, news_for
from routines.services.publishing import look_through_soon
from routines.services.writing import begin_draft, create_routine, save_draft, set_audience


@transaction.atomic
def adopt(
    template: Template,
    *,
    unit: Unit,
    owner: Employee,
    by: Employee,
    language: str,
    with_translations: bool = False,
    at: datetime.datetime | None = None,
) -> Routine:
    """Begin a routine from a template.

    Effects: those of :func:`writing.create_routine`, with the template's text in the draft; where the text came from
    is remembered; an event. In the topmost unit it is for those the template suggests, else for everybody in the unit.

    Args:
        language: the one that is wanted; one of the template's own where it has no such text.
        with_translations: whether the template's other languages become drafts of translations.

    Raises:
        AlreadyTaken: when the unit has it and has not archived it.
    """
    # Two who press at once wait for each other here.
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    known = Adoption.objects.filter(key=template.key, shared_by=template.shared_by, routine__unit=unit).exclude(
        routine__state=State.ARCHIVED
    )
    if known.exists():
        raise AlreadyTaken
    language = template.nearest(language)
    text, edition = template.in_(language), template.edition(language)
    now = at or timezone.now()
    routine = create_routine(
        title=text.title, category=template.category, unit=unit, owner=owner, by=by, language=language, text=text.text,
        law=text.law, revise_months=template.revise_months, at=now,
    )  # fmt: skip
    Adoption.objects.create(
        routine=routine, shared_by_id=template.shared_by, key=template.key, language=language, version=edition,
        text=text.text, adopted_by=by, adopted_at=now,
    )  # fmt: skip
    verb = "routine.adopted" if template.shared_by is None else "routine.adopted_from_parent"
    record(verb, routine, by=by, at=now, data={"key": template.key, "version": edition})
    if template.shared_by is not None:
        # From now on a worker asks every hour whether there is a newer edition.
        look_through_soon()
    if template.readers and unit.parent_id is None:
        set_audience(routine, [{"kind": AudienceKind.ROLE, "role": role} for role in template.readers], by=by)
    if with_translations:
        for other, words in template.texts.items():
            if other != language:
                begin_draft(routine, by=by, language=other, title=words.title, text=words.text, at=now)
    return routine


@transaction.atomic
def take_news(routine: Routine, *, by: Employee, stamp: str, choices: Collection[Choice] = ()) -> Draft:
    """Put what is new in the template into a draft, with what has been written here kept.

    Effects: a new draft, or the one that is being written is changed; which edition was taken; an event.

    Args:
        stamp: that of the texts that somebody saw (`selectors.library.News.stamp`).
        choices: which text stands in each place that both changed, in order.

    Raises:
        OtherTexts: when a text has changed since.
        InvalidTransition: when there is nothing to take (taken already, withdrawn), or the draft stands still.
    """
    adoption, news = _locked(routine)
    if news.draft is not None and not news.draft.is_writable:
        raise InvalidTransition(news.draft, news.draft.state, "template")
    if news.stamp != stamp:
        raise OtherTexts
    text = news.merged.text(choices)
    with translation.override(routine.language):
        note = _("Taken in from the template, edition %(number)d") % {"number": news.version}
    draft = news.draft
    if draft is None:
        draft = begin_draft(routine, by=by, text=text)
        save_draft(draft, by=by, revision=draft.revision, change_note=note)
    else:
        save_draft(draft, by=by, revision=draft.revision, text=text, change_note=draft.change_note or note)
    _follow(adoption, news, draft)
    record("routine.template_taken", draft, by=by, root=routine, data={"version": news.version})
    return draft


@transaction.atomic
def keep_own(routine: Routine, *, by: Employee, stamp: str) -> None:
    """Say that the routine stays as it is, though the template has changed. Asked again at the next edition only.

    Effects: the routine follows the new edition, with its own text as what differs from it; an event.

    Raises:
        OtherTexts, InvalidTransition: as for :func:`take_news`.
    """
    adoption, news = _locked(routine)
    if news.stamp != stamp:
        raise OtherTexts
    # While an earlier edition is on its way in a draft, throwing that away takes this back too.
    _follow(adoption, news, adoption.draft if adoption.is_under_way else None)
    record("routine.template_declined", routine, by=by, data={"version": news.version})


def _locked(routine: Routine) -> tuple[Adoption, News]:
    lock(routine)
    adoption = Adoption.objects.select_for_update(of=("self",)).select_related("draft").filter(routine=routine).first()
    news = news_for(routine, adoption)
    if adoption is None or news is None:
        raise InvalidTransition(routine, routine.state, "template")
    return adoption, news


def _follow(adoption: Adoption, news: News, draft: Draft | None) -> None:
    """Remember which edition counts; one that was taken into a draft may still be thrown away with it."""
    if draft is None:
        adoption.version, adoption.text = news.version, news.theirs
        adoption.draft, adoption.draft_version, adoption.draft_text = None, None, ""
    else:
        if adoption.draft is not None and adoption.draft.state == DraftState.PUBLISHED:
            adoption.version, adoption.text = adoption.base
        adoption.draft, adoption.draft_version, adoption.draft_text = draft, news.version, news.theirs
    adoption.save(update_fields=["version", "text", "draft", "draft_version", "draft_text"])


def tell_of_news() -> int:
    """Tell the owners of routines that came from the parent organisation of a newer edition, once for each edition.

    Returns how many were told. Two queries when there is nothing to tell, however many routines there are.
    """
    rows = Adoption.objects.filter(shared_by__isnull=False).exclude(routine__state=State.ARCHIVED)
    adoptions = list(
        rows.select_related("routine__owner", "draft", "shared_by").defer("routine__text", "routine__search")
    )
    if not adoptions:
        return 0
    sources = Sources(with_texts=False)
    told = 0
    for adoption in adoptions:
        template = sources.of(adoption)
        if template is None or not sources.has_news(adoption):
            continue
        edition = template.edition(adoption.language)
        if adoption.told_version is not None and adoption.told_version >= edition:
            continue
        adoption.told_version = edition
        adoption.save(update_fields=["told_version"])
        routine = adoption.routine
        notify(
            "routines.template_changed", to=routine.owner, about=routine, dedupe=f"edition-{edition}",
            parameters={"slug": routine.slug, "title": routine.title, "sharer": template.sharer},
        )  # fmt: skip
        told += 1
    return told
