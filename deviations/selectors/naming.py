"""Does a text name anybody, or say it in the reporter's own words? For what is to be read by everybody."""

import re

from django.db import connection

from deviations.models import Comment, Deviation

# So many words in a row are somebody's way of saying it.
RUN = 6
WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
# Given and family names, also each part of a double one, as whole words.
NAMES = """
SELECT DISTINCT part FROM organisations_employee,
    regexp_split_to_table(lower(given_name || ' ' || family_name), '[[:space:]-]+') AS part
WHERE part = ANY(%s)
"""


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case; the parts of «Anne-Lise» besides."""
    found = []
    for word in WORD.findall(text.lower()):
        found += [word, *word.split("-")] if "-" in word else [word]
    return found


def names_in(text: str, deviation: Deviation) -> list[str]:
    """Words of a text that are the name of somebody in the organisation (past or present), or of the reporter.

    «Amirs» is Amir. Words of one or two letters are not looked at.
    """
    plain = {word for word in words_of(text) if len(word) > 2}
    by_name = {name: word for word in plain for name in _names_for(word)}
    with connection.cursor() as cursor:
        cursor.execute(NAMES, [list(by_name)])
        known = {row[0] for row in cursor.fetchall()}
    known |= set(words_of(deviation.reporter_name)) & set(by_name)
    found = {by_name[name] for name in known}
    # As it was written.
    written = {word.lower(): word for word in re.findall(r"[^\W\d_]+", text)}
    return sorted(written.get(word, word) for word in found)


def _names_for(word: str) -> list[str]:
    return [word, word[:-1]] if word.endswith("s") and len(word) > 3 else [word]


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
