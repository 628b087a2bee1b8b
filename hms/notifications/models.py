"""Notifications (what happened, for whom) and their deliveries (on which channel, with what result)."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.notifications.enums import Channel, DeliveryState, RoutineMail
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
    # Stable over retries, so that a receiver who got it twice can tell.
    message_id = models.CharField(max_length=120)
    # Since when it should have been sent; `next_attempt_at` moves on with every attempt.
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # The class of the last error, never its text: SMTP servers quote addresses.
    error = models.CharField(max_length=80, blank=True)

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
                condition=(Q(state=DeliveryState.SENT) & Q(sent_at__isnull=False))
                | (~Q(state=DeliveryState.SENT) & Q(sent_at__isnull=True)),
                name="delivery_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class Preference(TenantModel):
    """What one person has chosen about routine reminders; nobody who has not chosen has a row."""

    employee = models.ForeignKey("organisations.Employee", on_delete=models.CASCADE, related_name="+", db_index=False)
    routine_mail = models.CharField(
        _("Routine reminders by e-mail"), max_length=10, choices=RoutineMail.choices, default=RoutineMail.DAILY
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "employee"], name="preference_once")]

    def __str__(self) -> str:
        return f"preference {self.pk}"
