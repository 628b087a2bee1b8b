"""What was written in another language is translated."""

from django.utils import timezone

from deviations.models import CaseTranslation, Deviation
from deviations.services.handling import require_open
from hms.audit.services import record
from hms.organisations.models import Employee


def translate(deviation: Deviation, *, by: Employee, language: str, text: str) -> CaseTranslation:
    """Put a translation beside what the reporter wrote, or a better one in its place. The original stays.

    Effects: the translation, an event; nothing when the same was sent twice.

    Raises:
        InvalidTransition: when the case is closed.
    """
    require_open(deviation)
    words = {"language": language, "text": text}
    known = CaseTranslation.objects.filter(deviation=deviation).first()
    if known is not None and all(getattr(known, name) == value for name, value in words.items()):
        return known
    translation, _created = CaseTranslation.objects.update_or_create(
        deviation=deviation, defaults={**words, "translated_by": by, "translated_at": timezone.now()}
    )
    record("deviation.translated", deviation, by=by, data={"language": language})
    return translation
