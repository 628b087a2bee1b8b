from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PUSH = "push", _("Push")
    SMS = "sms", _("SMS")


class Urgency(models.TextChoices):
    """What a kind of message may interrupt."""

    # Collected: the daily or weekly reminder.
    ROUTINE = "routine"
    # One thing that concerns one person.
    SINGLE = "single"
    # Cannot wait: critical work, and what nobody has answered.
    CRITICAL = "critical"


class SmsUse(models.TextChoices):
    """Whom an organisation's SMS are for."""

    WITHOUT_EMAIL = "without_email", _("Only those who have no e-mail address")
    URGENT = "urgent", _("Also what cannot wait, for those who want it")


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    # The mail server took it, and a report came afterwards that it did not arrive.
    BOUNCED = "bounced", _("Came back")
    # What it would have said was settled before it was sent.
    SKIPPED = "skipped", _("No longer needed")


class RoutineMail(models.TextChoices):
    """How often somebody wants routine reminders by e-mail."""

    DAILY = "daily", _("Every morning when there is something")
    WEEKLY = "weekly", _("Once a week")
    INBOX = "inbox", _("Only here in HMS")


class DeadReason(models.TextChoices):
    """How it was noticed that an address does not work."""

    REFUSED = "refused", _("Refused when it was sent")
    BOUNCED = "bounced", _("Messages come back")
    FAILING = "failing", _("Failed many times in a row")


class MessageKind(models.TextChoices):
    """What sort of message it is, for somebody who may not know what it is about."""

    CASE = "case", _("Message about a case")
    TASK = "task", _("Message about a task")
    REMINDER = "reminder", _("Reminder")
    SETTINGS = "settings", _("Message about the settings")
