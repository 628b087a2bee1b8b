"""Deviations and what belongs to a case."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.enums import (
    IMPORT_MOVES,
    MOVES,
    NOT_DEVIATIONS,
    Category,
    Cause,
    CommentVisibility,
    Ending,
    ImportState,
    ReporterKind,
    ReportKind,
    RoutineCover,
    Severity,
    State,
    TextLanguage,
)
from hms.actions.models import HasActionPlan
from hms.assignments.models import Assignment
from hms.audit.history import history
from hms.organisations.models import Employee, Unit
from hms.tenancy.models import TenantModel


class DeviationCounter(TenantModel):
    """The last case number given in a year."""

    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "year"], name="deviation_counter_year")]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class ImportBatch(TenantModel):
    """One imported file: how its columns were read and what became of every row."""

    MOVES = IMPORT_MOVES

    file_name = models.CharField(max_length=120)
    uploaded_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.PREVIEWED)
    # {"column header": "field"}; options such as date format and unit for all rows.
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    storage_key = models.CharField(max_length=120, blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_imported = models.PositiveIntegerField(default=0)
    rows_duplicate = models.PositiveIntegerField(default=0)
    rows_failed = models.PositiveIntegerField(default=0)
    # Why rows were not imported: [{"row", "column", "reason", "value"}]; reasons are put into words when shown.
    problems = models.JSONField(default=list)

    class Meta:
        verbose_name = _("import")
        indexes = [models.Index(fields=["organisation", "-created_at"], name="import_batch_created")]

    def __str__(self) -> str:
        return f"import {self.pk}"


class DeviationManager(models.Manager["Deviation"]):
    """Cases that are deviations: what is whistleblowing is in no list, count or search, whoever writes it."""

    def get_queryset(self) -> models.QuerySet["Deviation"]:
        return super().get_queryset().filter(is_whistleblowing=False)


class Deviation(HasActionPlan, TenantModel):
    """A reported case (avvik)."""

    MOVES = MOVES

    objects = DeviationManager()
    # With whistleblowing: only for what opens one case by its key, or makes sure that there is no second one.
    everything = models.Manager["Deviation"]()

    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    title = models.CharField(_("Title"), max_length=160)
    description = models.TextField(_("What happened?"))
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="deviations", verbose_name=_("Unit"), db_index=False
    )
    place = models.CharField(_("Where?"), max_length=160, blank=True)
    # When it happened; the time is kept only when the reporter gave one.
    occurred_on = models.DateField(_("Date"), default=timezone.localdate)
    occurred_at_time = models.TimeField(_("Time"), null=True, blank=True)
    reported_at = models.DateTimeField(default=timezone.now)
    severity = models.PositiveSmallIntegerField(_("How serious?"), choices=Severity.choices)
    kind = models.CharField(
        _("What sort?"), max_length=20, choices=ReportKind.choices, default=ReportKind.UNSAFE_CONDITION
    )
    # A standard key, or that of one of the organisation's own categories: `selectors.category_names` has the words.
    category = models.CharField(_("Category"), max_length=20, choices=Category.choices, blank=True)
    # What the description is written in; empty when nobody said.
    language = models.CharField(_("Written in"), max_length=8, choices=TextLanguage.choices, blank=True)
    routine_cover = models.CharField(
        _("Did a routine cover this?"), max_length=12, choices=RoutineCover.choices, blank=True
    )
    routine_name = models.CharField(_("Which routine?"), max_length=160, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    is_confidential = models.BooleanField(_("Confidential"), default=False)
    # Working Environment Act chapter 2A: only its receivers may know of it; always confidential too.
    is_whistleblowing = models.BooleanField(_("Whistleblowing"), default=False, db_default=False)
    # Came among so many by the open form at once that nobody was mailed about it.
    is_one_of_many = models.BooleanField(default=False, db_default=False)

    reporter_kind = models.CharField(max_length=10, choices=ReporterKind.choices)
    reporter = models.ForeignKey(
        Employee, null=True, on_delete=models.PROTECT, related_name="reported_deviations", db_index=False
    )
    reporter_name = models.CharField(_("Your name"), max_length=120, blank=True)
    reporter_email = models.EmailField(_("Your e-mail"), blank=True)
    # Hash of the receipt code that follows a case reported without sign-in.
    receipt_hash = models.CharField(max_length=64, blank=True)
    # The manager it is about: the case goes past this person, who never sees it.
    concerns = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    handling = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="deviation")
    received_at = models.DateTimeField(null=True)
    first_answer_due_on = models.DateField(null=True)
    first_answered_at = models.DateTimeField(null=True)
    immediate_measure = models.TextField(_("Immediate measure"), blank=True)
    causes = ArrayField(
        models.CharField(max_length=20, choices=Cause.choices), default=list, blank=True, verbose_name=_("Causes")
    )
    answer = models.TextField(_("Answer to the reporter"), blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    # How many authorities are still to be told (`services.notices` counts): while there are any, it stays open.
    open_notices = models.PositiveSmallIntegerField(default=0, db_default=0)
    # How it ended, when not with an answer to what was reported.
    ending = models.CharField(max_length=10, choices=Ending.choices, blank=True, default="", db_default="")
    # The case that goes on in the place of this one. A trigger sees to it that it is no merged one itself.
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged", db_index=False)
    version = models.PositiveIntegerField(default=1)

    # One case however often the form is sent.
    idempotency_key = models.UUIDField(null=True, editable=False)
    import_batch = models.ForeignKey(
        ImportBatch, null=True, on_delete=models.PROTECT, related_name="deviations", db_index=False
    )
    external_id = models.CharField(max_length=80, blank=True)
    # Every imported column that has no field of its own, as it stood in the file.
    imported_values = models.JSONField(default=dict, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)

    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="norwegian")
        + SearchVector("description", "place", "immediate_measure", weight="B", config="norwegian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    history = history(excluded_fields=["search", "imported_values", "idempotency_key", "receipt_hash", "open_notices"])

    class Meta:
        verbose_name = _("deviation")
        indexes = [
            models.Index(fields=["organisation", "-reported_at", "-id"], name="deviation_reported"),
            models.Index(fields=["organisation", "unit", "-reported_at", "-id"], name="deviation_unit"),
            models.Index(fields=["organisation", "reporter", "-reported_at"], name="deviation_reporter"),
            models.Index(
                fields=["organisation", "-reported_at", "-id"], condition=~Q(state="closed"), name="deviation_open"
            ),
            models.Index(
                fields=["organisation", "fingerprint"], condition=~Q(fingerprint=""), name="deviation_fingerprint"
            ),
            models.Index(fields=["organisation", "import_batch"], name="deviation_batch"),
            models.Index(
                fields=["organisation", "merged_into"], condition=Q(merged_into__isnull=False), name="deviation_merged"
            ),
            models.Index(
                fields=["organisation", "place", "category"],
                condition=~Q(place="") & ~Q(category=""),
                name="deviation_place",
            ),
            GinIndex(fields=["organisation", "search"], name="deviation_search"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year", "sequence"], name="deviation_number"),
            models.UniqueConstraint(
                fields=["organisation", "receipt_hash"], condition=~Q(receipt_hash=""), name="deviation_receipt"
            ),
            models.UniqueConstraint(
                fields=["organisation", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="deviation_sent_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | (
                    Q(closed_at__isnull=False)
                    & (~Q(answer="") | Q(reporter_kind="imported") | Q(ending__in=["withdrawn", "merged"]))
                ),
                name="deviation_ended_has_answer",
            ),
            models.CheckConstraint(condition=Q(ending="") | Q(state="closed"), name="deviation_open_has_no_ending"),
            models.CheckConstraint(
                condition=(Q(ending="merged") & Q(merged_into__isnull=False))
                | (~Q(ending="merged") & Q(merged_into__isnull=True)),
                name="deviation_merged_goes_on",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="deviation_not_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(is_whistleblowing=False), name="deviation_whistle_not_merged"
            ),
            models.CheckConstraint(
                condition=Q(state="closed") | Q(closed_at__isnull=True), name="deviation_open_has_no_end"
            ),
            models.CheckConstraint(condition=~Q(state="closed") | Q(open_notices=0), name="deviation_closed_has_told"),
            models.CheckConstraint(
                condition=~Q(reporter_kind="anonymous")
                | (Q(reporter__isnull=True) & Q(reporter_name="") & Q(reporter_email="")),
                name="deviation_anonymous_has_nobody",
            ),
            # Whose it is stands in HiddenReporter and nowhere else.
            models.CheckConstraint(
                condition=~Q(reporter_kind="hidden")
                | (Q(reporter__isnull=True) & Q(reporter_name="") & Q(reporter_email="")),
                name="deviation_hidden_has_nobody",
            ),
            models.CheckConstraint(
                condition=Q(is_whistleblowing=False) | Q(is_confidential=True), name="deviation_whistle_is_confidential"
            ),
            models.CheckConstraint(
                condition=~Q(reporter_kind="employee") | Q(reporter__isnull=False), name="deviation_employee_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The case number people say: year and sequence, `2026-0142`."""
        return f"{self.year}-{self.sequence:04d}"

    @property
    def is_praise(self) -> bool:
        """Good news: read, thanked for and closed; nothing has to be put right."""
        return self.kind == ReportKind.PRAISE

    @property
    def is_merged(self) -> bool:
        """Whether another case goes on in the place of this one."""
        return self.merged_into_id is not None

    @property
    def has_severity(self) -> bool:
        """Whether something went wrong at all, so that it can be serious."""
        return self.kind not in NOT_DEVIATIONS

    @property
    def text_direction(self) -> str:
        """`rtl` for what is written from the right, for HTML's `dir`; `auto` where the language is not known."""
        return direction_of(self.language)


def direction_of(language: str) -> str:
    """HTML's `dir` of a text in one of `TextLanguage`."""
    if language == TextLanguage.ARABIC:
        return "rtl"
    return "auto" if language in {"", TextLanguage.OTHER} else "ltr"


class WhyStep(TenantModel):
    """One «why» of the cause analysis; the last one marked as root is the root cause."""

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="why_steps", db_index=False)
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    is_root = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "deviation", "position"], name="why_step_position"),
            models.UniqueConstraint(
                fields=["organisation", "deviation"], condition=Q(is_root=True), name="why_step_one_root"
            ),
        ]

    def __str__(self) -> str:
        return f"why {self.position}"


class Comment(TenantModel):
    """Something said in a case, between those who handle it or with the reporter."""

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Set when the reporter wrote it without being signed in.
    is_from_reporter = models.BooleanField(default=False)
    visibility = models.CharField(max_length=10, choices=CommentVisibility.choices)
    text = models.TextField(_("Comment"))
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["organisation", "deviation", "id"], name="comment_deviation")]
        constraints = [
            models.CheckConstraint(
                condition=Q(author__isnull=False) | Q(is_from_reporter=True), name="comment_has_author"
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"


class AccessGrant(TenantModel):
    """A name on the access list of a confidential case."""

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="access_grants", db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    granted_at = models.DateTimeField(default=timezone.now)
    # As a receiver of whistleblowing: ends when they are one no more.
    as_receiver = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [models.Index(fields=["organisation", "employee"], name="access_grant_employee")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "deviation", "employee"], name="access_grant_once"),
        ]

    def __str__(self) -> str:
        return f"access {self.pk}"
