"""A case is reported: numbered, routed, and its people told."""

import datetime
import hashlib
import uuid
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from deviations import routing
from deviations.enums import NOT_DEVIATIONS, ReporterKind, ReportKind, Severity
from deviations.models import Deviation, HiddenReporter, IdentityGrant
from deviations.selectors import reporter_of
from deviations.services.handling import give_handling, weight
from hms.audit.acting import acting_as
from hms.audit.enums import Via
from hms.audit.services import record
from hms.core.limits import within_limit
from hms.notifications.services import notify
from hms.organisations.calendar import add_working_days
from hms.organisations.models import Employee, Organisation, Unit
from hms.organisations.selectors import safety_reps_of
from hms.tenancy.scope import current_organisation_id

# 20 characters of an alphabet without look-alikes: 98 bits.
RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LENGTH = 20
RECEIPTS_AN_HOUR = 30
SIGNED_IN = {ReporterKind.EMPLOYEE, ReporterKind.HIDDEN}


@dataclass(frozen=True)
class Report:
    """What came of a report.

    Attributes:
        deviation: the case.
        receipt_code: the code that follows it without sign-in; shown once, stored hashed. Empty for a
            signed-in reporter.
        is_repeat: the form had been sent already; nothing was added.
    """

    deviation: Deviation
    receipt_code: str = ""
    is_repeat: bool = False


def next_number(year: int, count: int = 1) -> int:
    """Take `count` numbers of a year; answers the first. Safe for any number of reporters at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO deviations_deviationcounter (organisation_id, year, last) VALUES (%s, %s, %s) "
            "ON CONFLICT (organisation_id, year) "
            "DO UPDATE SET last = deviations_deviationcounter.last + EXCLUDED.last RETURNING last",
            [current_organisation_id(), year, count],
        )
        return cursor.fetchone()[0] - count + 1


def receipt_hash(code: str) -> str:
    """Hash of a receipt code as typed: case, spaces and dashes do not matter."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _may_send_receipt(deviation: Deviation) -> bool:
    """An open form sends mail to whatever address is typed, so a unit sends only so many in an hour.

    The report itself is never refused; the receipt code is on the page.
    """
    key = f"receipts:{deviation.organisation_id}:{deviation.unit_id}"
    return within_limit(key, limit=RECEIPTS_AN_HOUR, seconds=3600)


def _receipt_code(key: uuid.UUID) -> str:
    """The code of a sent form: the same however often it is sent, and derived with the installation's secret."""
    number = int.from_bytes(salted_hmac("deviations.receipt", key.bytes, algorithm="sha256").digest())
    code = ""
    for _ in range(RECEIPT_LENGTH):
        number, index = divmod(number, len(RECEIPT_ALPHABET))
        code += RECEIPT_ALPHABET[index]
    return "-".join(code[start : start + 5] for start in range(0, RECEIPT_LENGTH, 5))


def sent_before(key: uuid.UUID) -> Deviation | None:
    """The case of a form that was sent already.

    Two at once go through one at a time, without spending two numbers.
    """
    with connection.cursor() as cursor:
        # One trip, two statements: the second sees what was committed while the first waited.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s); SELECT id FROM deviations_deviation WHERE idempotency_key = %s",
            [key.int & 0x7FFFFFFFFFFFFFFF, key],
        )
        cursor.nextset()
        row = cursor.fetchone()
    return Deviation.everything.get(pk=row[0]) if row else None


def report(
    *,
    organisation: Organisation,
    unit: Unit,
    description: str,
    severity: int,
    reporter_kind: str,
    reporter: Employee | None = None,
    reporter_name: str = "",
    reporter_email: str = "",
    place: str = "",
    occurred_on: datetime.date | None = None,
    occurred_at_time: datetime.time | None = None,
    category: str = "",
    kind: str = ReportKind.UNSAFE_CONDITION,
    language: str = "",
    routine_cover: str = "",
    routine_name: str = "",
    about_my_manager: bool = False,
    idempotency_key: uuid.UUID | None = None,
    is_one_of_many: bool = False,
    via: str = Via.WEB,
) -> Report:
    """Register a report.

    Effects, in order: the case gets the year's next number; an event is written; the handler (the unit's
    manager, or further up) gets a handling assignment with its due date; the safety representatives are
    told, except of a report about a manager, which becomes confidential; a reporter with an address gets a
    receipt by mail. A suggestion is told the representatives as one; praise is for the manager to pass on.

    A second call with the same `idempotency_key` answers the first case and does nothing; of two at the
    same moment the second waits for the first.

    Anonymous: nobody is written anywhere, and every time is blurred to the day; mails wait a while, unless it is
    very serious, and leave no time either (`hms.notifications`). Hidden: the case and all that is written of it
    name nobody; only the one who receives it is let know who reported.

    `is_one_of_many`: it came among so many that nobody is mailed about this one (`crowding`).
    """
    key = idempotency_key or uuid.uuid4()
    if kind in NOT_DEVIATIONS:
        severity = Severity.MINOR
    code = "" if reporter_kind in SIGNED_IN else _receipt_code(key)
    known = sent_before(key)
    if known is not None:
        return Report(known, code if known.receipt_hash == receipt_hash(code) else "", is_repeat=True)
    anonymous = reporter_kind == ReporterKind.ANONYMOUS
    now = timezone.now()
    if anonymous:
        reporter, reporter_name, reporter_email = None, "", ""
        now = start_of_day()
    concerns = routing.manager_concerned(unit, reporter=reporter) if about_my_manager else None
    hidden = None
    if reporter_kind == ReporterKind.HIDDEN:
        hidden, reporter = reporter, None
    year = timezone.localtime(now).year
    today = timezone.localdate()
    deviation = Deviation(
        year=year,
        sequence=next_number(year),
        title=routing.title_from(description),
        description=description,
        unit=unit,
        place=place,
        occurred_on=occurred_on or today,
        occurred_at_time=occurred_at_time,
        reported_at=now,
        severity=severity,
        category=category,
        kind=kind,
        language=language,
        routine_cover=routine_cover,
        routine_name=routine_name,
        is_confidential=about_my_manager,
        reporter_kind=reporter_kind,
        reporter=reporter,
        reporter_name=reporter_name,
        reporter_email=reporter_email,
        receipt_hash=receipt_hash(code) if code else "",
        concerns=concerns,
        is_one_of_many=is_one_of_many,
        idempotency_key=key,
        first_answer_due_on=add_working_days(today, organisation.receive_days),
    )
    # History rows carry a time and an author of their own.
    deviation._history_date = now
    with acting_as(reporter.pk if reporter else None):
        deviation.save()
        if hidden is not None:
            HiddenReporter.objects.create(deviation=deviation, employee=hidden)
        record("deviation.reported", deviation, by=reporter, via=via, at=now)
        _route(deviation, organisation=organisation, at=now)
    return Report(deviation, code)


def start_of_day() -> datetime.datetime:
    """The only time that is kept of what somebody anonymous does: the day, and before all that follows on it."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _route(deviation: Deviation, *, organisation: Organisation, at: datetime.datetime) -> None:
    handler = routing.choose_handler(deviation)
    if handler is not None:
        give_handling(deviation, to=handler, by=None, organisation=organisation, at=at)
        if deviation.reporter_kind == ReporterKind.HIDDEN:
            IdentityGrant.objects.create(deviation=deviation, employee=handler)
    # Good news asks nothing of anybody; the representative finds it in the list.
    # A hidden reporter who represents the others is told as they are: not being told would give them away.
    if not deviation.is_confidential and not deviation.is_praise:
        message = "deviations.suggested" if deviation.kind == ReportKind.SUGGESTION else "deviations.reported"
        for rep in safety_reps_of(deviation.unit):
            if rep.pk not in {deviation.reporter_id, handler.pk if handler else None}:
                notify(
                    message,
                    to=rep,
                    about=deviation,
                    dedupe=f"reported:{deviation.pk}:{rep.pk}",
                    parameters={"case": deviation.number, **weight(deviation)},
                    email=not deviation.is_one_of_many,
                    at=at,
                )
    if handler is not None and deviation.is_one_of_many:
        notify(
            "deviations.many_at_once",
            to=handler,
            about=deviation,
            dedupe=f"many:{deviation.unit_id}:{timezone.localdate()}",
            parameters={**weight(deviation)},
            at=at,
        )
    reporter = reporter_of(deviation)
    address = reporter or deviation.reporter_email
    if address and (reporter or _may_send_receipt(deviation)):
        notify(
            "deviations.receipt",
            to=address,
            about=deviation,
            dedupe=f"receipt:{deviation.pk}",
            parameters={"case": deviation.number},
        )
