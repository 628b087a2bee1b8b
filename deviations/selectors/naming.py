"""Does a text name anybody, or say it in the reporter's own words? For what is to be read by everybody."""

import re

from deviations.models import Comment, Deviation
from hms.organisations import naming

# So many words in a row are somebody's way of saying it.
RUN = 6


def names_in(text: str, deviation: Deviation) -> list[str]:
    """Words of a text that are the name of somebody in the organisation (past or present), or of the reporter."""
    return naming.names_in(text, also=deviation.reporter_name)


def reporters_words_in(text: str, deviation: Deviation) -> str:
    """The first run of six words or more that the reporter wrote; empty when there is none."""
    said = [deviation.description]
    said += Comment.objects.filter(deviation=deviation, is_from_reporter=True).values_list("text", flat=True)
    theirs = {run for words in map(_plain, said) for run in _runs(words)}
    own = _plain(text)
    start = next((index for index, run in enumerate(_runs(own)) if run in theirs), None)
    if start is None:
        return ""
    end = start + RUN
    while end < len(own) and tuple(own[end - RUN + 1 : end + 1]) in theirs:
        end += 1
    return " ".join(own[start:end])


def _plain(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[index : index + RUN]) for index in range(len(words) - RUN + 1)]
