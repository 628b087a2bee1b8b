"""Names in addresses and links: Norwegian letters as people write them without a Norwegian keyboard."""

from django.utils.text import slugify

_NORWEGIAN = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "ae", "Ø": "o", "Å": "a"})


def ascii_slug(words: str) -> str:
    """«Stikkskader og blodsøl» → `stikkskader-og-blodsol`; empty when there is no letter or digit in it."""
    return slugify(words.translate(_NORWEGIAN))
