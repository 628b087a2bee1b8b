"""Languages of texts, and what they are called in a sentence."""

from django.conf import settings
from django.utils.translation import pgettext_lazy

# Those that a routine can be in, with what they call themselves.
OWN_NAMES: dict[str, str] = dict(settings.LANGUAGES)
_NAMES = {
    "nb": pgettext_lazy("language in a sentence", "Bokmål"),
    "nn": pgettext_lazy("language in a sentence", "Nynorsk"),
    "en": pgettext_lazy("language in a sentence", "English"),
}


def name_of(language: str) -> str:
    """What a language is called where it stands in a sentence of the reader's language."""
    return str(_NAMES.get(language, language))


def others_than(language: str) -> list[str]:
    """The languages that a text of one language can be put into."""
    return [code for code in OWN_NAMES if code != language]
