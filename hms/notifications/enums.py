from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    # What it would have said was settled before it was sent.
    SKIPPED = "skipped", _("No longer needed")


class RoutineMail(models.TextChoices):
    """How often somebody wants routine reminders by e-mail."""

    DAILY = "daily", _("Every morning when there is something")
    WEEKLY = "weekly", _("Once a week")
    INBOX = "inbox", _("Only here in HMS")
