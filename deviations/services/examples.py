"""Good examples: written by the handler, allowed by the reporter, shared with everybody, taken back by either."""

import datetime
from collections.abc import Collection
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from deviations.enums import Consent, ExampleState, ReporterKind, State
from deviations.models import Deviation, GoodExample, Rating, ThumbUp
from deviations.services.handling import StaleCase, tell_reporter
from deviations.services.identity import author_of
from deviations.services.reporting import start_of_day
from hms.audit.acting import acting_as
from hms.audit.enums import Via
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock, move
from hms.files.models import Attachment
from hms.files.selectors import attachments_of
from hms.files.services import attach
from hms.notifications.services import notify
from hms.organisations.models import Employee

TEXTS = ("title", "problem", "done", "better")


def write_example(
    deviation: Deviation,
    *,
    by: Employee,
    texts: dict[str, str],
    before: Collection[int] = (),
    after: Collection[int] = (),
    new_after: Collection[UploadedFile] = (),
    version: int = 0,
) -> GoodExample:
    """Write the draft of a closed case's good example, or change it.

    Effects: the example with its texts; copies of the chosen pictures of the case, encoded anew and without name or
    time; one that was withdrawn becomes a draft again; an event. A yes on the rating form is its consent already.

    Args:
        texts: title, problem, done, better.
        before, after: ids of the case's pictures; others are left out.
        version: the version the form was opened on; 0 for a new one.

    Raises:
        InvalidTransition: when the case is not closed with an answer, or the example is published.
        StaleCase: when somebody else changed it meanwhile.
    """
    lock(deviation)
    if deviation.state != State.CLOSED or deviation.ending:
        raise InvalidTransition(deviation, deviation.ending or deviation.state, "share")
    example = GoodExample.objects.filter(deviation=deviation).first()
    if example is None:
        if version:
            raise StaleCase
        example = GoodExample(deviation=deviation, created_by=by, consent=_first_consent(deviation))
        if example.consent == Consent.GIVEN:
            example.consent_at = timezone.now()
    else:
        lock(example)
        _require(example, ExampleState.DRAFT, ExampleState.WITHDRAWN)
        if example.version != version:
            raise StaleCase
        example.version += 1
        if example.state == ExampleState.WITHDRAWN:
            move(example, ExampleState.DRAFT, by=by, verb="example.taken_up", root=deviation)
    for name in TEXTS:
        setattr(example, name, texts[name])
    # An example from a confidential case says neither where it was nor of what kind.
    example.unit = None if deviation.is_confidential else deviation.unit
    example.category = "" if deviation.is_confidential else deviation.category
    example.save()
    Attachment.objects.filter(pk__in=example.attachment_ids).delete()
    example.before = _copies(deviation, example, before, _("Before"))
    example.after = _copies(deviation, example, after, _("After")) + [
        attach(photo, owner=example, by=None, alternative_text=_("After"), blur_time=True).pk for photo in new_after
    ]
    example.save(update_fields=["before", "after"])
    record("example.written", example, by=by, root=deviation)
    return example


def _first_consent(deviation: Deviation) -> str:
    if deviation.reporter_kind == ReporterKind.IMPORTED and deviation.reporter is None:
        return Consent.NOBODY
    said_yes = Rating.objects.filter(deviation=deviation, may_share=True).exists()
    return Consent.GIVEN if said_yes else Consent.NOT_ASKED


def _copies(deviation: Deviation, example: GoodExample, wanted: Collection[int], shows: str) -> list[int]:
    copies = []
    for picture in attachments_of(deviation).filter(pk__in=wanted):
        if not picture.is_image:
            continue
        with default_storage.open(picture.storage_key) as file:
            upload = SimpleUploadedFile(picture.name, file.read(), picture.content_type)
        copies.append(attach(upload, owner=example, by=None, alternative_text=shows, blur_time=True).pk)
    return copies


def ask_for_consent(example: GoodExample, *, by: Employee) -> None:
    """Ask the reporter whether the example may be shared.

    Effects: consent asked; an event; the reporter is told, or finds the question beside the case. Nobody is reminded:
    a yes that is pressed for is none.

    Raises:
        InvalidTransition: when it is published, answered with yes, or there is nobody to ask.
    """
    lock(example)
    _require(example, ExampleState.DRAFT)
    if example.consent in {Consent.GIVEN, Consent.NOBODY, Consent.ASKED}:
        raise InvalidTransition(example, example.consent, Consent.ASKED)
    example.consent = Consent.ASKED
    example.save(update_fields=["consent"])
    event = record("example.consent_asked", example, by=by, root=example.deviation)
    tell_reporter(
        "deviations.consent_asked",
        example.deviation,
        dedupe=f"consent:{event.pk}",
        name=by.given_name,
        example=str(example.pk),
    )


def keep_consent(example: GoodExample, *, yes: bool, by: Employee | None, via: str = Via.WEB) -> None:
    """Keep the reporter's word. Effects: consent; an event; a no takes a published example back; the handler is told.

    The same word twice changes nothing.
    """
    lock(example)
    deviation = example.deviation
    by = author_of(deviation, by)
    if example.consent == (Consent.GIVEN if yes else Consent.REFUSED):
        return
    at = start_of_day() if deviation.reporter_kind == ReporterKind.ANONYMOUS else timezone.now()
    # History rows carry a time and an author of their own: nobody, even when the browser is signed in.
    example._history_date = at  # type: ignore[attr-defined]
    with acting_as(by.pk if by else None):
        _keep_word(example, yes=yes, by=by, via=via, at=at)
    event = record("example.consent_answered", example, by=by, via=via, root=deviation, at=at)
    handler = deviation.handling.assignee if deviation.handling else None
    if handler is not None and (by is None or handler.pk != by.pk):
        notify(
            "deviations.consent_answered", to=handler, about=deviation, dedupe=str(event.pk), email=False, at=at,
            parameters={"case": deviation.number},
        )  # fmt: skip


def _keep_word(example: GoodExample, *, yes: bool, by: Employee | None, via: str, at: datetime.datetime) -> None:
    if not yes and example.state == ExampleState.PUBLISHED:
        move(
            example, ExampleState.WITHDRAWN, by=by, via=via, verb="example.withdrawn", root=example.deviation, at=at,
            consent=Consent.REFUSED, consent_at=at,
        )  # fmt: skip
        return
    example.consent, example.consent_at = Consent.GIVEN if yes else Consent.REFUSED, at
    example.save(update_fields=["consent", "consent_at"])


def publish(example: GoodExample, *, by: Employee) -> None:
    """Share the example with everybody in the organisation.

    Effects: published; an event; the reporter is told where it stands and that it can be taken back.

    Raises:
        InvalidTransition: without the reporter's yes, or when it is no draft.
    """
    lock(example)
    if example.consent not in {Consent.GIVEN, Consent.NOBODY}:
        raise InvalidTransition(example, example.state, ExampleState.PUBLISHED)
    move(
        example, ExampleState.PUBLISHED, by=by, verb="example.published", root=example.deviation,
        published_at=timezone.now(), published_by=by,
    )  # fmt: skip
    tell_reporter(
        "deviations.example_published",
        example.deviation,
        dedupe=f"example:{example.pk}:{example.version}",
        example=str(example.pk),
    )


def withdraw(example: GoodExample, *, by: Employee) -> None:
    """Take the example back, whoever of handler and reporter does it. Effects: withdrawn; an event.

    Raises:
        InvalidTransition: when it is withdrawn already.
    """
    move(example, ExampleState.WITHDRAWN, by=by, verb="example.withdrawn", root=example.deviation)


def like(example: GoodExample, *, by: Employee, yes: bool) -> None:
    """Put a thumb up, or take it down. Twice is once."""
    if yes:
        ThumbUp.objects.get_or_create(example=example, employee=by)
    else:
        ThumbUp.objects.filter(example=example, employee=by).delete()


def _require(example: GoodExample, *states: Any) -> None:
    if example.state not in states:
        raise InvalidTransition(example, example.state, "change")
