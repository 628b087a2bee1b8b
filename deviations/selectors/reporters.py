"""What a reporter is called, for whoever reads."""

from django.utils.translation import gettext as _

from deviations.enums import ReporterKind
from deviations.models import Deviation


def reporter_name(deviation: Deviation, *, sees_internal: bool) -> str:
    """The reporter in words, as much as the reader may know. Wants `reporter` loaded."""
    if deviation.reporter is not None:
        return deviation.reporter.name
    if deviation.reporter_kind == ReporterKind.ANONYMOUS:
        return _("Anonymous")
    if deviation.reporter_kind == ReporterKind.HIDDEN:
        return _("Reporter hidden")
    return deviation.reporter_name if sees_internal else ""
