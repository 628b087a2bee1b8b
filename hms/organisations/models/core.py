"""The organisation itself, its unit tree, its people and their dated roles."""

import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.audit.history import history
from hms.organisations.enums import ImportKind, InvitationState, Role
from hms.tenancy.models import TenantModel

DEFAULT_ACCENT = "#0C5A5E"


class Organisation(models.Model):
    """An employer (virksomhet). Global: it is what the tenant scope is opened with.

    A row-level policy lets the serving role read all of them (the address decides which) and change only
    the one that is open.
    """

    name = models.CharField(_("Name"), max_length=120)
    slug = models.SlugField(
        _("Address"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]+$", _("Use small letters, digits and hyphens."))],
    )
    organisation_number = models.CharField(_("Organisation number"), max_length=9, blank=True)
    time_zone = models.CharField(_("Time zone"), max_length=40, default="Europe/Oslo")
    language = models.CharField(_("Language"), max_length=5, choices=settings.LANGUAGES, default="nb")
    accent_colour = models.CharField(
        _("Accent colour"),
        max_length=7,
        default=DEFAULT_ACCENT,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write a colour as # and six hexadecimal digits."))],
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    statement_required = models.BooleanField(
        _("Wait for the safety representative's statement"),
        default=True,
        help_text=_("A plan is not decided before the safety representative has given a statement."),
    )
    statement_days = models.PositiveSmallIntegerField(_("Days to give a statement"), default=7)
    receive_days = models.PositiveSmallIntegerField(_("Working days to the first answer"), default=2)
    handling_days = models.PositiveSmallIntegerField(_("Days to handle a deviation"), default=21)
    anonymous_reporting = models.BooleanField(_("Allow anonymous reports"), default=True)
    open_reporting = models.BooleanField(_("Allow reports by QR code without sign-in"), default=True)
    emergency_note = models.CharField(_("Local emergency note"), max_length=160, blank=True)
    people_choose_reminders = models.BooleanField(
        _("Let everybody choose how often"),
        default=True,
        help_text=_("Routine reminders by e-mail every day, once a week, or only here. Critical ones always come."),
    )

    class Meta:
        verbose_name = _("organisation")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_number"], condition=~Q(organisation_number=""), name="organisation_number_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """That a user may open an organisation. Global: it is read before any scope is open."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    # Not an OrganisationField: the table must be readable before the organisation is known.
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField(auto_now_add=True)
    # The employment's dates, kept in step by the services: those cannot be read before a scope is open.
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="membership_once")]

    def __str__(self) -> str:
        return f"membership {self.pk}"


class QuietPeriod(TenantModel):
    """Days without routine mail beside the public holidays (fellesferie, Christmas)."""

    label = models.CharField(_("Name"), max_length=80)
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("To and including"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="quiet_period_order"),
        ]

    def __str__(self) -> str:
        return self.label


class Unit(TenantModel):
    """A node of the organisation (avdeling, enhet)."""

    name = models.CharField(_("Name"), max_length=120)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    # Ids from the root to this unit, both included; services keep it, so "below" is one indexable test.
    path = ArrayField(models.BigIntegerField(), default=list, editable=False)
    code = models.CharField(
        _("Code"), max_length=40, blank=True, help_text=_("The unit's number in the payroll system.")
    )
    is_active = models.BooleanField(_("In use"), default=True)
    # Part of the QR address: names the unit without sign-in, so it is unguessable and can be replaced.
    report_token = models.CharField(max_length=32, editable=False)
    history = history()

    class Meta:
        verbose_name = _("unit")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "report_token"], name="unit_report_token"),
            models.UniqueConstraint(
                fields=["organisation", "parent", "name"], name="unit_name_once", nulls_distinct=False
            ),
            models.UniqueConstraint(fields=["organisation", "code"], condition=~Q(code=""), name="unit_code_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Employee(TenantModel):
    """A person in one organisation, with or without a sign-in, an e-mail address or a phone."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="employees"
    )
    given_name = models.CharField(_("First name"), max_length=80)
    family_name = models.CharField(_("Last name"), max_length=80)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="employees", verbose_name=_("Unit"))
    email = models.EmailField(_("E-mail"), blank=True)
    phone = models.CharField(_("Phone"), max_length=20, blank=True)
    job_title = models.CharField(_("Job title"), max_length=80, blank=True)
    employee_number = models.CharField(_("Employee number"), max_length=40, blank=True)
    language = models.CharField(_("Language"), max_length=5, blank=True, choices=settings.LANGUAGES)
    note = models.CharField(
        _("Where to find the person"),
        max_length=120,
        blank=True,
        help_text=_("Shown to colleagues, for example «Tuesdays at Solbakken»."),
    )
    starts_on = models.DateField(_("From"), default=timezone.localdate)
    ends_on = models.DateField(_("Last day"), null=True, blank=True)
    history = history(excluded_fields=["note"])

    class Meta:
        verbose_name = _("employee")
        ordering = ["given_name", "family_name", "id"]
        indexes = [
            models.Index(fields=["organisation", "unit"], name="employee_unit"),
            models.Index(fields=["organisation", "given_name", "family_name"], name="employee_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"], condition=Q(user__isnull=False), name="employee_user_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "employee_number"],
                condition=~Q(employee_number=""),
                name="employee_number_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="employee_period"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()

    def is_employed(self, on: datetime.date | None = None) -> bool:
        """Whether the person works here on a date (today when left out)."""
        day = on or timezone.localdate()
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def has_left(self, on: datetime.date | None = None) -> bool:
        """Whether the last day is past on a date (today when left out)."""
        return self.ends_on is not None and self.ends_on < (on or timezone.localdate())


class Absence(TenantModel):
    """A period when somebody is away; work goes to the deputy, else up the line."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("To and including"))

    class Meta:
        indexes = [models.Index(fields=["organisation", "employee", "ends_on"], name="absence_employee")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_order"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("employee")), name="absence_other_deputy"
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"


class SafetyArea(TenantModel):
    """A safety area (verneområde) with its own safety representative; aml. § 6-1."""

    name = models.CharField(_("Name"), max_length=120)
    units = models.ManyToManyField(Unit, through="SafetyAreaUnit", related_name="safety_areas")

    class Meta:
        verbose_name = _("safety area")
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="safety_area_name_once")]

    def __str__(self) -> str:
        return self.name


class SafetyAreaUnit(TenantModel):
    """A unit of a safety area, with everything below it that is not in an area of its own."""

    safety_area = models.ForeignKey(SafetyArea, on_delete=models.CASCADE)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "unit"], name="unit_in_one_safety_area")]

    def __str__(self) -> str:
        return f"{self.safety_area_id}: {self.unit_id}"


class RoleHolding(TenantModel):
    """That an employee holds a role, for a unit or a safety area where the role asks for one."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="role_holdings")
    role = models.CharField(_("Role"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.CASCADE, related_name="role_holdings")
    safety_area = models.ForeignKey(
        SafetyArea, null=True, blank=True, on_delete=models.CASCADE, related_name="role_holdings"
    )
    starts_on = models.DateField(_("From"), default=timezone.localdate)
    ends_on = models.DateField(_("To and including"), null=True, blank=True)
    history = history()

    class Meta:
        verbose_name = _("role")
        indexes = [
            models.Index(fields=["organisation", "employee"], name="role_employee"),
            models.Index(fields=["organisation", "role", "unit"], name="role_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="role_period"
            ),
            models.CheckConstraint(condition=~Q(role=Role.MANAGER) | Q(unit__isnull=False), name="manager_has_unit"),
            models.CheckConstraint(
                condition=~Q(role=Role.SAFETY_REP) | Q(safety_area__isnull=False), name="safety_rep_has_area"
            ),
            models.CheckConstraint(
                condition=~Q(role__in=[Role.CONSULTANT, Role.INSPECTOR]) | Q(ends_on__isnull=False),
                name="guest_role_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.employee_id}"

    def is_current(self, on: datetime.date | None = None) -> bool:
        """Whether the role is held on a date (today when left out)."""
        day = on or timezone.localdate()
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Group(TenantModel):
    """People who share a task, whatever unit they work in (fire wardens, first-aiders)."""

    name = models.CharField(_("Name"), max_length=120)
    unit = models.ForeignKey(
        Unit,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="groups",
        verbose_name=_("Unit"),
        help_text=_("Its manager answers for what nobody in the group has taken. Empty: the one who gave it."),
    )
    is_active = models.BooleanField(_("In use"), default=True)
    history = history()

    class Meta:
        verbose_name = _("group")
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="group_name_once")]

    def __str__(self) -> str:
        return self.name


class GroupMember(TenantModel):
    """That an employee is one of a group, from a day until further notice or a last day."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships", db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="group_memberships", db_index=False)
    starts_on = models.DateField(_("From"), default=timezone.localdate)
    ends_on = models.DateField(_("To and including"), null=True, blank=True)
    history = history()

    class Meta:
        verbose_name = _("group member")
        indexes = [
            models.Index(fields=["organisation", "employee"], name="group_member_employee"),
            models.Index(fields=["organisation", "group"], name="group_member_group"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "group", "employee"],
                condition=Q(ends_on__isnull=True),
                name="group_member_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="group_member_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.employee_id}"


class Invitation(TenantModel):
    """An invitation to get a sign-in, sent to an employee's e-mail address. The token is stored hashed."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    # The worker makes the token when it sends the mail, so that no queue and no table ever holds it.
    sent_at = models.DateTimeField(null=True)
    # Of the last mail, so that a report about it finds the invitation.
    message_id = models.CharField(max_length=120, blank=True, default="", db_default="")
    # The last mail did not arrive.
    bounced_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "employee"], name="invitation_employee"),
            models.Index(
                fields=["organisation", "message_id"], condition=~models.Q(message_id=""), name="invitation_message"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def state(self) -> InvitationState:
        """How it stands now."""
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.withdrawn_at:
            return InvitationState.WITHDRAWN
        if self.expires_at <= timezone.now():
            return InvitationState.EXPIRED
        if self.bounced_at:
            return InvitationState.BOUNCED
        return InvitationState.SENT if self.sent_at else InvitationState.WAITING

    @property
    def is_usable(self) -> bool:
        """Whether the link still works."""
        return self.state in {InvitationState.SENT, InvitationState.BOUNCED, InvitationState.WAITING}


class PeopleImport(TenantModel):
    """A table of units or people that waits for somebody to say yes.

    It holds personal data, so the row is removed when it is applied, dropped or a day old.
    """

    kind = models.CharField(max_length=10, choices=ImportKind.choices)
    file_name = models.CharField(max_length=200)
    created_by = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    table = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "expires_at"], name="people_import_expiry")]

    def __str__(self) -> str:
        return f"import {self.pk}"
