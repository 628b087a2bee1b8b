"""Part of a case becomes a case of its own."""

import uuid
from collections.abc import Collection

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from deviations import routing
from deviations.enums import LinkKind, ReporterKind
from deviations.models import AccessGrant, Deviation, HiddenReporter, IdentityGrant, SplitOff, WhistleblowingSubject
from deviations.selectors import reporter_of
from deviations.services.handling import give_handling, require_open, tell_reporter, weight
from deviations.services.linking import link
from deviations.services.reporting import next_number, sent_before
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition
from hms.files.selectors import attachments_of
from hms.files.services import attach
from hms.notifications.services import notify
from hms.organisations.models import Employee, Unit
from hms.organisations.selectors import safety_reps_of


def split(
    deviation: Deviation,
    *,
    by: Employee,
    title: str,
    description: str,
    unit: Unit,
    severity: int,
    category: str = "",
    attachments: Collection[int] = (),
    idempotency_key: uuid.UUID | None = None,
) -> Deviation:
    """Make part of an open case a case of its own.

    Effects: a case with the next number, reported when and by whom the first one was, in the same way: somebody known
    finds it among their own, and whoever has the receipt code follows both on one page. It is as confidential as the
    first and about the same person, with the same people on its list; a hidden name is known to those who know it
    already and may see the new case, and nobody else. Routing says who handles it. The chosen files are copied, the
    two are linked, an event is written on each, and the reporter is told; of an ordinary case the representatives are.

    Args:
        attachments: ids of files of the first case; others are left out.
        idempotency_key: a form that is sent twice makes one case.

    Raises:
        InvalidTransition: when the first one is closed or whistleblowing.
    """
    key = idempotency_key or uuid.uuid4()
    known = sent_before(key)
    if known is not None:
        return known
    require_open(deviation)
    if deviation.is_whistleblowing:
        raise InvalidTransition(deviation, deviation.state, "split")
    part = _part_of(
        deviation, key, title=title, description=description, unit=unit, severity=severity, category=category
    )
    _same_people(deviation, part)
    earlier = SplitOff.objects.filter(deviation=deviation).first()
    SplitOff.objects.create(deviation=part, origin_id=earlier.origin_id if earlier else deviation.pk)
    record("deviation.split_off", part, by=by)
    record("deviation.split", part, by=by, root=deviation)
    link(part, other=deviation, kind=LinkKind.RELATED, by=by)
    _route(part, by=by)
    _copy_files(deviation, part, attachments)
    tell_reporter("deviations.split", part, dedupe=f"split:{part.pk}", name=by.given_name, origin=deviation.number)
    return part


def _part_of(deviation: Deviation, key: uuid.UUID, **content: object) -> Deviation:
    year = timezone.localdate().year
    return Deviation.objects.create(
        **content,
        year=year,
        sequence=next_number(year),
        place=deviation.place,
        occurred_on=deviation.occurred_on,
        occurred_at_time=deviation.occurred_at_time,
        # The reporter has waited since then, and been answered when they were.
        reported_at=deviation.reported_at,
        first_answer_due_on=deviation.first_answer_due_on,
        first_answered_at=deviation.first_answered_at,
        kind=deviation.kind,
        is_confidential=deviation.is_confidential,
        concerns=deviation.concerns,
        reporter_kind=deviation.reporter_kind,
        reporter=deviation.reporter,
        reporter_name=deviation.reporter_name,
        reporter_email=deviation.reporter_email,
        idempotency_key=key,
    )


def _same_people(deviation: Deviation, part: Deviation) -> None:
    """Whom it is about, who may open it, and whose it is when the name is hidden."""
    about = WhistleblowingSubject.objects.filter(deviation=deviation).values_list("employee_id", flat=True)
    WhistleblowingSubject.objects.bulk_create(WhistleblowingSubject(deviation=part, employee_id=pk) for pk in about)
    named = AccessGrant.objects.filter(deviation=deviation).values_list("employee_id", flat=True)
    AccessGrant.objects.bulk_create(AccessGrant(deviation=part, employee_id=pk) for pk in named)
    if deviation.reporter_kind == ReporterKind.HIDDEN:
        reporter = reporter_of(deviation)
        if reporter is not None:
            HiddenReporter.objects.create(deviation=part, employee=reporter)


def _route(part: Deviation, *, by: Employee) -> None:
    handler = routing.choose_handler(part)
    if handler is not None:
        give_handling(part, to=handler, by=by, organisation=part.organisation)
        if part.reporter_kind == ReporterKind.HIDDEN:
            _keep_hidden(part, handler)
    if part.is_confidential or part.is_praise:
        return
    for rep in safety_reps_of(part.unit):
        if rep.pk not in {by.pk, part.reporter_id, handler.pk if handler else None}:
            notify(
                "deviations.reported",
                to=rep,
                about=part,
                dedupe=f"reported:{part.pk}:{rep.pk}",
                parameters={"case": part.number, **weight(part)},
            )


def _keep_hidden(part: Deviation, handler: Employee) -> None:
    """The name follows the part only to a handler who knows it from the first case; another one is not told it."""
    origin = SplitOff.objects.get(deviation=part).origin_id
    if IdentityGrant.objects.filter(deviation=origin, employee=handler).exists():
        IdentityGrant.objects.create(deviation=part, employee=handler)
        return
    dedupe = f"other-handler:{part.pk}:{handler.pk}"
    tell_reporter("deviations.other_handler", part, dedupe=dedupe, name=handler.given_name)


def _copy_files(deviation: Deviation, part: Deviation, wanted: Collection[int]) -> None:
    is_anonymous = part.reporter_kind == ReporterKind.ANONYMOUS
    for original in attachments_of(deviation).filter(pk__in=wanted).select_related("uploaded_by"):
        with default_storage.open(original.storage_key) as file:
            upload = SimpleUploadedFile(original.name, file.read(), original.content_type)
        attach(
            upload,
            owner=part,
            by=original.uploaded_by,
            alternative_text=original.alternative_text,
            blur_time=is_anonymous,
        )
