from django.db import models
from django.utils.translation import gettext_lazy as _


class Via(models.TextChoices):
    """The way an event came about."""

    WEB = "web", _("in the browser")
    LINK = "link", _("from a link in an e-mail")
    QR = "qr", _("from a QR code")
    API = "api", _("through the programming interface")
    IMPORT = "import", _("by import")
    SYSTEM = "system", _("by the system")
