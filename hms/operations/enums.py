from django.db import models
from django.utils.translation import gettext_lazy as _


class FailureState(models.TextChoices):
    OPEN = "open", _("Not handled")
    RETRIED = "retried", _("Was run again")
    DISMISSED = "dismissed", _("Dismissed")
