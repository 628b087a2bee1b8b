"""Notifications (what happened, for whom) and their deliveries (on which channel, with what result)."""

import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.notifications import codes
from hms.notifications.enums import Channel, DeadReason, DeliveryState, RoutineMail, SmsUse
from hms.tenancy.models import TenantModel


class Notification(TenantModel):
    """One occurrence told to one recipient; exactly one row per `dedupe_key`.

    The recipient is an employee (then it is in their inbox too) or, for somebody who reported without
    signing in, an e-mail address. `parameters` hold ids and plain words for the message's texts, never case
    content; they are put into the recipient's language when shown or sent.
    """

    type = models.CharField(max_length=60)
    recipient = models.ForeignKey(
        "organisations.Employee", null=True, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    address = models.EmailField(blank=True)
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    about_type = models.CharField(max_length=60)
    about_id = models.BigIntegerField()
    dedupe_key = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    # Not stored: in the reader's language, as `selectors.sent_about` made it.
    subject: str = ""

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "recipient", "-created_at", "-id"], name="notification_inbox"),
            models.Index(
                fields=["organisation", "recipient"], condition=Q(read_at__isnull=True), name="notification_unread"
            ),
            models.Index(fields=["organisation", "about_type", "about_id"], name="notification_about"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "dedupe_key"], name="notification_once"),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | ~Q(address=""), name="notification_has_recipient"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


class Delivery(TenantModel):
    """One message on one channel: the outbox row that a worker claims, sends and keeps as a record."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    # About somebody anonymous: once it has ended, its times are the day and no more.
    day_only = models.BooleanField(default=False, db_default=False)
    # Stable over retries, so that a receiver who got it twice can tell.
    message_id = models.CharField(max_length=120)
    # Since when it should have been sent; `next_attempt_at` moves on with every attempt.
    due_at = models.DateTimeField(default=timezone.now, db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # The class of the last error, never its text: SMTP servers quote addresses.
    error = models.CharField(max_length=80, blank=True)
    # What the receiving server answered at last, as a code («5.1.1», «550»); never its text either.
    status_code = models.CharField(max_length=12, blank=True, default="", db_default="")
    bounced_at = models.DateTimeField(null=True)
    # Fingerprint of the address it went to, so that a late report about a former address blames no other.
    address_hash = models.CharField(max_length=32, blank=True, default="", db_default="")

    # Not stored: the address is known not to work, as `rendering.render` found it.
    to_dead_address: bool = False

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation", "next_attempt_at"],
                condition=Q(state__in=[DeliveryState.QUEUED, DeliveryState.SENDING]),
                name="delivery_due",
            ),
            models.Index(fields=["organisation", "notification"], name="delivery_notification"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "message_id"], name="delivery_message_id"),
            models.CheckConstraint(
                condition=(Q(state__in=[DeliveryState.SENT, DeliveryState.BOUNCED]) & Q(sent_at__isnull=False))
                | (~Q(state__in=[DeliveryState.SENT, DeliveryState.BOUNCED]) & Q(sent_at__isnull=True)),
                name="delivery_sent_has_time",
            ),
            models.CheckConstraint(
                condition=(Q(state=DeliveryState.BOUNCED) & Q(bounced_at__isnull=False))
                | (~Q(state=DeliveryState.BOUNCED) & Q(bounced_at__isnull=True)),
                name="delivery_bounced_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    def moment(self, now: datetime.datetime) -> datetime.datetime:
        """The time to keep of what happens to it now: the day only, of what somebody anonymous did."""
        return self.notification.created_at if self.day_only else now

    @property
    def is_lost(self) -> bool:
        """Whether it did not arrive and will not be tried again by itself."""
        return self.state in {DeliveryState.FAILED, DeliveryState.BOUNCED}

    @property
    def problem(self) -> str:
        """Why it did not arrive, in plain words; empty when it did, or still may."""
        return codes.in_words(self.status_code, self.error) if self.is_lost else ""


class DeadAddress(TenantModel):
    """That mail to an employee's address does not arrive.

    It holds for the address with this fingerprint only: another address of the same person is alive, and a
    row about a former address is nothing but waste that `addresses.tend` clears away.
    """

    employee = models.ForeignKey("organisations.Employee", on_delete=models.CASCADE, related_name="+", db_index=False)
    address_hash = models.CharField(max_length=32)
    reason = models.CharField(max_length=10, choices=DeadReason.choices)
    status_code = models.CharField(max_length=12, blank=True)
    since = models.DateTimeField(default=timezone.now)
    # When the administrators were told; None: not yet.
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "employee"], name="dead_address_once")]

    def __str__(self) -> str:
        return f"dead address {self.pk}"

    @property
    def problem(self) -> str:
        """What is wrong with it, in plain words."""
        return codes.in_words(self.status_code)


class Preference(TenantModel):
    """What one person has chosen about being told; nobody who has not chosen has a row."""

    employee = models.ForeignKey("organisations.Employee", on_delete=models.CASCADE, related_name="+", db_index=False)
    routine_mail = models.CharField(
        _("Routine reminders by e-mail"), max_length=10, choices=RoutineMail.choices, default=RoutineMail.DAILY
    )
    # Off until the person says yes: the number was given for colleagues.
    urgent_sms = models.BooleanField(_("SMS about what cannot wait"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "employee"], name="preference_once")]

    def __str__(self) -> str:
        return f"preference {self.pk}"


class ChannelSettings(TenantModel):
    """What an organisation has set up beside e-mail. No row: no SMS, push allowed."""

    # A gateway's address with its password, sealed (`hms.core.sealing`); shown to nobody again.
    sms_gateway = models.TextField(blank=True)
    sms_service = models.CharField(max_length=40, blank=True)
    sms_use = models.CharField(_("Who gets SMS"), max_length=20, choices=SmsUse.choices, default=SmsUse.WITHOUT_EMAIL)
    sms_limit = models.PositiveIntegerField(_("SMS a month at most"), default=500)
    # What was used in the month that begins here; a new month starts afresh.
    sms_month = models.DateField(null=True)
    sms_used = models.PositiveIntegerField(default=0)
    push_allowed = models.BooleanField(_("Let people turn on push"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation"], name="channel_settings_once")]

    def __str__(self) -> str:
        return f"channel settings {self.pk}"


class PushSubscription(TenantModel):
    """One browser on one device that shows a person's notifications."""

    employee = models.ForeignKey("organisations.Employee", on_delete=models.CASCADE, related_name="+", db_index=False)
    # The push service's address for this browser. Whoever knows it can send nothing without the installation's key.
    endpoint = models.CharField(max_length=1000)
    # The browser's public key and secret, base64url as the browser gives them: only it can read what is sent.
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    device = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    last_success_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "employee"], name="push_subscription_employee")]
        constraints = [models.UniqueConstraint(fields=["organisation", "endpoint"], name="push_subscription_once")]

    def __str__(self) -> str:
        return f"push subscription {self.pk}"
