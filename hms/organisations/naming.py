"""Does a text name anybody who works here? For what is to be read by others."""

import re

from django.db import connection

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


def names_in(text: str, also: str = "") -> list[str]:
    """Words of a text that are the name of somebody in the organisation (past or present), or of somebody else.

    «Amirs» is Amir. Words of one or two letters are not looked at.

    Args:
        also: a name of somebody who may not work here.
    """
    plain = {word for word in words_of(text) if len(word) > 2}
    by_name = {name: word for word in plain for name in _names_for(word)}
    with connection.cursor() as cursor:
        cursor.execute(NAMES, [list(by_name)])
        known = {row[0] for row in cursor.fetchall()}
    known |= set(words_of(also)) & set(by_name)
    found = {by_name[name] for name in known}
    # As it was written.
    written = {word.lower(): word for word in re.findall(r"[^\W\d_]+", text)}
    return sorted(written.get(word, word) for word in found)


def _names_for(word: str) -> list[str]:
    return [word, word[:-1]] if word.endswith("s") and len(word) > 3 else [word]
