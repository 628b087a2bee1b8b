from django.db import models
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """How it stands with what somebody has learnt. Worked out by the day, never stored."""

    VALID = "valid", _("Valid")
    SOON = "soon", _("Runs out soon")
    EXPIRED = "expired", _("Has run out")
