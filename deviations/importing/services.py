"""Bringing a file in: the only writer of imports."""

import datetime
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from celery import current_app
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone, translation

from deviations.enums import KIND_OF_CATEGORY, ImportState, ReporterKind, ReportKind, State
from deviations.importing import fields
from deviations.importing.problems import Problem
from deviations.importing.reading import Case, Plan, Reading, read
from deviations.models import Deviation, ImportBatch
from deviations.services.reporting import next_number
from hms.audit.enums import Via
from hms.audit.models import Event
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock, move
from hms.core.tabular import Table, read_table
from hms.organisations.models import Employee, Organisation, Unit
from hms.tenancy.scope import current_organisation_id, tenant
from hms.tenancy.storage import remove as remove_stored
from hms.tenancy.storage import store

logger = logging.getLogger(__name__)
TASK = "deviations.tasks.run_import"
CHUNK = 1000
# A file that nobody went on with holds people's words: it is not left lying.
FORGOTTEN_AFTER = datetime.timedelta(days=7)
_ONE_IMPORT_AT_A_TIME = 0x484D53  # a name of our own among the database's advisory locks
NOON = datetime.time(12)


def upload(content: bytes, *, file_name: str, by: Employee | None) -> ImportBatch:
    """Take a file that is to be imported.

    Effects: the file is stored, with a batch that suggests what its columns are. Uploads that nobody went
    on with for a week are removed.

    Raises:
        TabularError: when it cannot be read as a table; translated.
    """
    table = read_table(content)
    for forgotten in ImportBatch.objects.filter(
        state=ImportState.PREVIEWED, created_at__lt=timezone.now() - FORGOTTEN_AFTER
    ):
        remove(forgotten, by=None)
    return ImportBatch.objects.create(
        file_name=file_name[-120:],
        uploaded_by=by,
        storage_key=store(ContentFile(content)),
        rows_total=len(table.rows),
        mapping=fields.suggest(table.headers),
    )


def table_of(batch: ImportBatch) -> Table:
    """The stored file, read again."""
    with default_storage.open(batch.storage_key) as file:
        return read_table(file.read())


def set_plan(batch: ImportBatch, *, mapping: dict[str, str], options: dict[str, Any]) -> None:
    """Remember how the file is to be read. Only until it is imported."""
    lock(batch)
    if batch.state not in {ImportState.PREVIEWED, ImportState.FAILED}:
        raise InvalidTransition(batch, batch.state, "change")
    batch.mapping, batch.options = mapping, options
    batch.save(update_fields=["mapping", "options"])


def plan_of(batch: ImportBatch) -> Plan:
    """The batch's mapping and options as a plan. KeyError before they were set."""
    options = batch.options
    missing = options.get("missing_date")
    return Plan(
        mapping=batch.mapping,
        unit=options["unit"],
        severity=options["severity"],
        category=options.get("category", ""),
        date_order=options.get("date_order", ""),
        missing_date=datetime.date.fromisoformat(missing) if missing else None,
        values=options.get("values", {}),
    )


@dataclass(frozen=True)
class Check:
    """What an import will do: the counts add up to the file's rows.

    Attributes:
        reading: the rows, understood.
        known: fingerprints that the organisation has already.
        skip_duplicates: whether duplicates are left out.
    """

    reading: Reading
    known: frozenset[str]
    skip_duplicates: bool

    @property
    def already_imported(self) -> list[Case]:
        """Rows that the organisation has already and that do not repeat another row of the file."""
        return [case for case in self.reading.cases if case.same_as_row is None and case.fingerprint in self.known]

    @property
    def duplicates(self) -> int:
        return len(self.reading.repeated) + len(self.already_imported)

    @property
    def to_import(self) -> list[Case]:
        if not self.skip_duplicates:
            return self.reading.cases
        return [case for case in self.reading.cases if case.same_as_row is None and case.fingerprint not in self.known]

    @property
    def skipped(self) -> int:
        return len(self.reading.cases) - len(self.to_import)

    @property
    def failed(self) -> int:
        return len(self.reading.failed_rows)


def check(batch: ImportBatch, table: Table | None = None) -> Check:
    """Understand the file as the batch's plan says, and compare with what is here. Writes nothing."""
    reading = read(table or table_of(batch), plan_of(batch))
    return Check(
        reading=reading,
        known=frozenset(_known(case.fingerprint for case in reading.cases if case.fingerprint)),
        skip_duplicates=batch.options.get("duplicates", "skip") == "skip",
    )


def _known(fingerprints: Iterable[str]) -> Iterable[str]:
    wanted = sorted(set(fingerprints))
    for start in range(0, len(wanted), CHUNK):
        yield from Deviation.everything.filter(fingerprint__in=wanted[start : start + CHUNK]).values_list(
            "fingerprint", flat=True
        )


def start(batch: ImportBatch, *, by: Employee | None, in_background: bool = True) -> None:
    """Let a worker import the file (or, in a command, say that the caller does).

    Effects: state running, an event with who did it; a worker is told when that commits.

    Raises:
        InvalidTransition: when it is running or done already.
    """
    plan_of(batch)
    move(batch, ImportState.RUNNING, by=by, verb="import.started", via=Via.IMPORT)
    set_progress(batch, 0)
    if in_background:
        transaction.on_commit(partial(_nudge, current_organisation_id(), batch.pk))


def ask_again(batch: ImportBatch) -> None:
    """Tell a worker once more of a running import, in case the broker lost the first word.

    Harmless when one is at it: :func:`run` holds the batch's row, and finds it done afterwards.
    """
    if batch.state == ImportState.RUNNING:
        transaction.on_commit(partial(_nudge, current_organisation_id(), batch.pk))


def _nudge(organisation_id: int, batch_id: int) -> None:
    try:
        # By name: services know nothing of the tasks above them.
        current_app.tasks[TASK].apply_async(args=[organisation_id, batch_id], retry=False)
    except Exception as error:  # noqa: BLE001  the import is taken back, so that it can be started again
        logger.warning("The broker was not reached (%s); the import was not started.", type(error).__name__)
        with tenant(organisation_id):
            batch = ImportBatch.objects.get(pk=batch_id)
            move(batch, ImportState.FAILED, by=None, verb="import.failed", via=Via.SYSTEM)


def run(batch_id: int) -> None:
    """Import a started file: all of it in one transaction, or nothing.

    Effects: cases with numbers, first history rows and events; the batch gets its counts and problems and is
    done; the stored file is removed. When anything goes wrong the batch is stopped and can be started again.
    Nobody is notified.
    """
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state != ImportState.RUNNING:
        return
    organisation = Organisation.objects.get(pk=current_organisation_id())
    try:
        with tenant(organisation), translation.override(organisation.language):
            import_now(batch)
    except Exception as error:  # noqa: BLE001  the one who waits must see that it stopped
        logger.error("Import %s failed: %s", batch_id, type(error).__name__)
        move(batch, ImportState.FAILED, by=None, verb="import.failed", via=Via.SYSTEM)


def import_now(batch: ImportBatch) -> Check:
    """Import a running batch in the caller's transaction; see :func:`run`."""
    with connection.cursor() as cursor:
        # Two files at once could both think that they bring the same case first.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_ONE_IMPORT_AT_A_TIME, current_organisation_id()])
    result = check(batch)
    _create(batch, result.to_import)
    with connection.cursor() as cursor:
        # What is wrong with a key is found here, where it can be told, and not when the worker commits.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    storage_key = batch.storage_key
    move(
        batch,
        ImportState.DONE,
        by=batch.uploaded_by,
        verb="import.finished",
        via=Via.IMPORT,
        data={"imported": len(result.to_import), "duplicates": result.skipped, "failed": result.failed},
        rows_total=len(result.reading.cases) + result.failed,
        rows_imported=len(result.to_import),
        rows_duplicate=result.skipped,
        rows_failed=result.failed,
        problems=[item.as_json() for item in result.reading.problems],
        storage_key="",
    )
    remove_stored(storage_key)
    return result


def _create(batch: ImportBatch, cases: list[Case]) -> None:
    """Write the cases, oldest first, a constant number of queries for every thousand."""
    cases = sorted(cases, key=lambda case: (case.occurred_on, case.row))
    per_year = Counter(case.occurred_on.year for case in cases)
    numbers = {year: next_number(year, count) for year, count in sorted(per_year.items())}
    now = timezone.now()
    by = batch.uploaded_by
    for begin in range(0, len(cases), CHUNK):
        deviations = []
        for case in cases[begin : begin + CHUNK]:
            year = case.occurred_on.year
            deviations.append(_deviation(case, batch, year, numbers[year]))
            numbers[year] += 1
        Deviation.objects.bulk_create(deviations)
        Event.objects.bulk_create(
            Event(
                at=now,
                actor=by,
                verb="deviation.imported",
                via=Via.IMPORT,
                object_type=Deviation._meta.label_lower,
                object_id=deviation.pk,
                root_type=Deviation._meta.label_lower,
                root_id=deviation.pk,
                data={"import": batch.pk},
            )
            for deviation in deviations
        )
        set_progress(batch, begin + len(deviations))
    _write_first_history(batch, now)


def _write_first_history(batch: ImportBatch, now: datetime.datetime) -> None:
    """The first history row of every case of the batch, copied inside the database: it is as wide as the case."""
    past = Deviation.history.model
    columns = ", ".join(connection.ops.quote_name(field.column) for field in past.tracked_fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {past._meta.db_table} ({columns}, history_date, history_type, history_user_id) "  # noqa: S608
            f"SELECT {columns}, %s, '+', %s FROM {Deviation._meta.db_table} WHERE import_batch_id = %s ORDER BY id",
            [now, batch.uploaded_by_id, batch.pk],
        )


def _deviation(case: Case, batch: ImportBatch, year: int, sequence: int) -> Deviation:
    happened = _moment(case.occurred_on, case.occurred_at_time)
    reported = max(_moment(case.reported_on.day, case.reported_on.time), happened) if case.reported_on else happened
    closed = None
    if case.state == State.CLOSED:
        closed = max(_moment(case.closed_on.day, case.closed_on.time), reported) if case.closed_on else reported
    return Deviation(
        year=year,
        sequence=sequence,
        title=case.title,
        description=case.description,
        unit_id=case.unit,
        place=case.place,
        occurred_on=case.occurred_on,
        occurred_at_time=case.occurred_at_time,
        reported_at=reported,
        severity=case.severity,
        category=case.category,
        kind=KIND_OF_CATEGORY.get(case.category, ReportKind.UNSAFE_CONDITION),
        state=case.state,
        closed_at=closed,
        reporter_kind=ReporterKind.IMPORTED,
        immediate_measure=case.immediate_measure,
        external_id=case.external_id,
        import_batch=batch,
        imported_values=case.imported_values,
        fingerprint=case.fingerprint,
    )


def _moment(day: datetime.date, time: datetime.time | None) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, time or NOON))


def remove(batch: ImportBatch, *, by: Employee | None) -> None:
    """Remove an upload that was not imported, with its file.

    Effects: an event, and the row and the file are gone.

    Raises:
        InvalidTransition: when it is running or done.
    """
    lock(batch)
    if batch.state not in {ImportState.PREVIEWED, ImportState.FAILED}:
        raise InvalidTransition(batch, batch.state, "remove")
    record("import.removed", batch, by=by, via=Via.IMPORT)
    remove_stored(batch.storage_key)
    batch.delete()


def problems_of(batch: ImportBatch) -> list[Problem]:
    """Why rows of an imported file failed."""
    return [Problem(**item) for item in batch.problems]


def default_unit() -> Unit | None:
    """The top of the organisation, for files that name no units."""
    return Unit.objects.filter(is_active=True, parent__isnull=True).order_by("id").first()


def set_progress(batch: ImportBatch, done: int) -> None:
    """Tell how many rows are in. In the cache, because the rows themselves are seen only when all are there."""
    cache.set(_progress_key(batch), done, timeout=3600)


def progress(batch: ImportBatch) -> int:
    """How many rows of a running import are in."""
    return cache.get(_progress_key(batch)) or 0


def _progress_key(batch: ImportBatch) -> str:
    return f"import:{batch.organisation_id}:{batch.pk}"
