"""Who was injured in a case, whom the law wants told of it, and the hours that frequencies are counted against."""

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.injury_enums import (
    NOTIFIABLE,
    REPORTED_TO_NAV,
    TREATED,
    Absence,
    Harm,
    InjuredKind,
    InjuryOutcome,
    NoticeKind,
)
from deviations.models.cases import Deviation
from hms.assignments.models import Assignment
from hms.audit.history import history
from hms.organisations.models import Employee, Unit
from hms.tenancy.models import TenantModel

# More lost days than this is a matter for NAV, whatever the treatment was.
NAV_DAYS = 3


class Injury(TenantModel):
    """One injured or ill person: an entry of the register (arbeidsmiljøloven § 5-1).

    No diagnosis and no other medical detail. Its texts are written for the register and stand for themselves: those
    who may not open the case read them too.
    """

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="injuries", db_index=False)
    is_illness = models.BooleanField(_("Presumed work-related illness"), default=False)
    person_kind = models.CharField(_("Who was it?"), max_length=12, choices=InjuredKind.choices)
    employee = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(_("Name"), max_length=120, blank=True)
    # The one who reported the case: named by `selectors.reporter_shown_to` and nowhere else.
    is_reporter = models.BooleanField(default=False)
    occupation = models.CharField(_("Occupation"), max_length=80, blank=True)
    occurred_on = models.DateField(_("Date"))
    work = models.TextField(_("What work was being done?"))
    course = models.TextField(_("What happened?"))
    causes = models.TextField(_("Presumed causes"), blank=True)
    harm = models.CharField(_("Kind of injury"), max_length=16, choices=Harm.choices)
    outcome = models.CharField(_("How did it go?"), max_length=12, choices=InjuryOutcome.choices)
    is_electric = models.BooleanField(_("Electricity was involved"), default=False)
    absence = models.CharField(
        _("Away from work after that day?"), max_length=6, choices=Absence.choices, blank=True, default=Absence.UNKNOWN
    )
    absent_from = models.DateField(_("First day away"), null=True, blank=True)
    # Empty while it goes on.
    absent_until = models.DateField(_("Last day away"), null=True, blank=True)
    absent_days = models.PositiveSmallIntegerField(_("Days away"), null=True, blank=True)
    recorded_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)
    # One entry however often the form is sent.
    idempotency_key = models.UUIDField(null=True, editable=False)
    history = history(excluded_fields=["idempotency_key"])

    class Meta:
        verbose_name = _("injury")
        indexes = [
            models.Index(fields=["organisation", "deviation", "id"], name="injury_deviation"),
            models.Index(fields=["organisation", "-occurred_on", "-id"], name="injury_occurred"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="injury_sent_once",
            ),
            models.CheckConstraint(
                condition=Q(is_reporter=False) | Q(employee__isnull=True, name=""), name="injury_reporter_is_unnamed"
            ),
            models.CheckConstraint(
                condition=Q(employee__isnull=True) | Q(name="", person_kind=InjuredKind.EMPLOYEE),
                name="injury_employee_is_one",
            ),
            models.CheckConstraint(
                condition=Q(
                    absence__in=["", "none"],
                    absent_from__isnull=True,
                    absent_until__isnull=True,
                    absent_days__isnull=True,
                )
                | Q(
                    absence="dates",
                    absent_from__isnull=False,
                    absent_from__gt=F("occurred_on"),
                    absent_days__isnull=True,
                )
                | Q(
                    absence="days",
                    absent_from__isnull=True,
                    absent_until__isnull=True,
                    # Nothing known is no reason to refuse for a CHECK, so it is said.
                    absent_days__isnull=False,
                    absent_days__gte=1,
                ),
                name="injury_absence_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(absent_until__isnull=True) | Q(absent_until__gte=F("absent_from")),
                name="injury_absence_order",
            ),
        ]

    def __str__(self) -> str:
        return f"injury {self.pk}"

    @property
    def is_notifiable(self) -> bool:
        """Whether authorities are told at once (aml. § 5-2: accidents, not illness that comes over time)."""
        return self.outcome in NOTIFIABLE and not self.is_illness

    @property
    def is_ongoing(self) -> bool:
        """Whether somebody is still away, as far as is known."""
        return self.absence == Absence.DATES and self.absent_until is None

    @property
    def lost_time(self) -> bool:
        """Whether it kept somebody from work after the day it happened; death does."""
        return self.absence in {Absence.DATES, Absence.DAYS} or self.outcome == InjuryOutcome.FATAL

    def lost_days(self, today: datetime.date | None = None) -> int:
        """Days away so far: calendar days, both included; the day it happened is not one of them."""
        return days_away(
            self.absence, self.absent_from, self.absent_until, self.absent_days, today or timezone.localdate()
        )

    @property
    def belongs_to_nav(self) -> bool:
        """Whether a report to NAV is suggested: medical treatment, more than three days away, or no end in sight."""
        if self.person_kind not in REPORTED_TO_NAV:
            return False
        return self.outcome in TREATED or self.is_ongoing or self.lost_days() > NAV_DAYS

    @property
    def nav_limit(self) -> datetime.date:
        """The last day on which it can be reported to NAV: a year after (folketrygdloven § 13-14)."""
        day = self.occurred_on
        try:
            return day.replace(year=day.year + 1)
        except ValueError:  # 29 February
            return day.replace(year=day.year + 1, day=28)


def days_away(
    absence: str,
    absent_from: datetime.date | None,
    absent_until: datetime.date | None,
    absent_days: int | None,
    today: datetime.date,
) -> int:
    """How many days somebody has been away, of what stands on an injury."""
    if absence == Absence.DAYS:
        return absent_days or 0
    if absence != Absence.DATES or absent_from is None:
        return 0
    return max(0, ((absent_until or today) - absent_from).days + 1)


class NavReport(TenantModel):
    """The injury report to NAV (folketrygdloven § 13-14): a task until it is sent, or needs not be."""

    injury = models.OneToOneField(Injury, on_delete=models.CASCADE, related_name="nav")
    assignment = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField(_("Sent on"), null=True, blank=True)
    reference = models.CharField(_("Reference"), max_length=120, blank=True)
    not_needed = models.TextField(_("Why is it not needed?"), blank=True)
    settled_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("report to NAV")
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_on__isnull=True, not_needed="", reference="", settled_at__isnull=True)
                | Q(sent_on__isnull=False, not_needed="", settled_at__isnull=False) & ~Q(reference="")
                | Q(sent_on__isnull=True, reference="", settled_at__isnull=False) & ~Q(not_needed=""),
                name="nav_report_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"report to NAV {self.pk}"

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None


class NoticeList(TenantModel):
    """The checklist of a case that authorities must be told of, and the task of the one who tells them."""

    deviation = models.OneToOneField(Deviation, on_delete=models.CASCADE, related_name="notice_list")
    # Death or serious injury (aml. § 5-2); else it is about electricity only.
    is_serious = models.BooleanField(default=False)
    is_electric = models.BooleanField(default=False)
    assignment = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="+")
    declared_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    declared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("notification of authorities")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_serious=True) | Q(is_electric=True), name="notice_list_is_about_something"
            ),
        ]

    def __str__(self) -> str:
        return f"notices {self.pk}"


class Notice(TenantModel):
    """One thing on the checklist: done at a time by somebody with a receipt, or not called for, and why."""

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=16, choices=NoticeKind.choices)
    done_at = models.DateTimeField(_("When was it done?"), null=True, blank=True)
    done_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(_("Receipt"), max_length=200, blank=True)
    not_called_for = models.TextField(_("Why does it not apply?"), blank=True)
    settled_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "deviation", "kind"], name="notice_once"),
            models.CheckConstraint(
                condition=Q(
                    done_at__isnull=True, done_by__isnull=True, reference="", not_called_for="", settled_at__isnull=True
                )
                | Q(
                    done_at__isnull=False,
                    done_by__isnull=False,
                    not_called_for="",
                    settled_at__isnull=False,
                    done_at__lte=F("settled_at"),
                )
                | Q(done_at__isnull=True, done_by__isnull=True, reference="", settled_at__isnull=False)
                & ~Q(not_called_for=""),
                name="notice_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None


class HoursWorked(TenantModel):
    """Hours worked in a month or a year, by a unit with everything below it or by the whole organisation (no unit)."""

    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField(_("Year"))
    # None: the whole year.
    month = models.PositiveSmallIntegerField(_("Month"), null=True, blank=True)
    hours = models.PositiveIntegerField(_("Hours worked"))
    entered_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("hours worked")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "unit", "year", "month"], name="hours_worked_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(month__isnull=True) | Q(month__gte=1, month__lte=12), name="hours_worked_month"
            ),
            models.CheckConstraint(condition=Q(hours__gte=1), name="hours_worked_some"),
        ]

    def __str__(self) -> str:
        return f"hours {self.year}-{self.month or 'all'}"
