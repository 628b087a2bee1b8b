from django.db import models
from django.utils.translation import gettext_lazy as _


class ColourScheme(models.TextChoices):
    AUTO = "auto", _("Same as the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
