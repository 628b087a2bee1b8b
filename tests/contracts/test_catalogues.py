"""The product speaks bokmål, nynorsk and English, each of them whole and each of them well."""

import re
import sys
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from django.conf import settings

ROOT = Path(settings.ROOT)
sys.path.insert(0, str(ROOT / "bin"))
from _runtime import messages  # noqa: E402

NORWEGIAN = ("nb", "nn")
every_language = pytest.mark.parametrize("language", messages.LANGUAGES)
both_norwegians = pytest.mark.parametrize("language", NORWEGIAN)

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w*\}|</?\w+[^>]*>")
PLAIN = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]*>|https?://\S+|[\w.]+@[\w.]+")
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

# Words of the other written language. None of them is also right, or a name, in the one they are listed for.
NOT_IN = {
    "nn": """
        ikke jeg hva hvem hvordan hvorfor hvor hver hvert hvilke noen noe mye mer kun bare fra dem disse nå da
        være ble gjøre gjør gjøres også uten ansatt ansatte leder lederen ledere verneombud verneombudet
        virksomhet virksomheten avdelingen avdelingene saken siden filen oppgaven oppgave oppgaver
        lenken lenke uttalelse uttalelsen flere samme lagret endret fjernet sluttet åpne åpnet sendte ulykke
        hendelse uønsket alvorlig ansvarlig personlig daglig mulig fortrolig selv sikkerhet navn navnet et en ett
        kommer tar eksempel gammel bilde bilder innstillinger meldinger endringer avdelinger ennå allerede
        fortsatt mangler trenger si sier velg dager rollen fravær tidligere senere høyst måned tegn
    """,
    "nb": """
        ikkje eg kva kven korleis kvifor kvar kvart nokon noko nokre mykje meir berre frå dei desse no då
        vere vart gjere gjer òg utan dykkar tilsett tilsette leiar leiaren leiarar verneombod verneombodet
        verksemd verksemda meldar avdelinga saka sida fila oppgåve oppgåva oppgåver lenkja fråsegn fleire same
        lagra endra opna ulukke hending uønskt alvorleg ansvarleg personleg dagleg mogleg sjølv tryggleik namn
        eit ein eitt éin éi kjem tek døme teneste bilete innstillingar meldingar endringar avdelingar
        enno framleis manglar treng vel sjå høyrer sei seier dagar rolla fråvær tidlegare seinare høgst månad teikn
    """,
}
# English words that no Norwegian text holds.
ENGLISH = """
    the and you your with this that have has is are was were will not cannot who what when where why which
    they their there or but about without after before please choose write save
    close case report deviation action statement manager deputy name password
    somebody nobody everybody something nothing
"""


def words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(PLAIN.sub(" ", text))}


def sources(entry: Message) -> list[str]:
    return list(entry.id) if isinstance(entry.id, tuple | list) else [entry.id]


def translations(entry: Message) -> list[str]:
    return list(entry.string) if isinstance(entry.string, tuple | list) else [entry.string]


def entries(language: str) -> list[Message]:
    return [entry for entry in messages.read(language) if entry.id]


def pairs(language: str) -> list[tuple[str, str]]:
    """(source, translation); each plural form beside the source form that it says."""
    return [
        pair
        for entry in entries(language)
        for pair in zip(sources(entry), translations(entry), strict=True)
        if entry.context not in {"date", "date with year", "short date", "short date with year", "long date"}
        and entry.context not in {"long date with year", "time of day"}
    ]


@every_language
def test_catalogue_holds_every_text_of_the_source_and_no_other(language: str) -> None:
    wanted = {(context, text) for context, text, _plural in messages.wanted(language)}
    held = {(entry.context, sources(entry)[0]) for entry in entries(language)}
    assert sorted(map(str, wanted - held)) == [], "run bin/messages, and translate what it lists"
    assert sorted(map(str, held - wanted)) == [], "run bin/messages"


def test_only_constant_texts_are_translated() -> None:
    assert messages.unreadable() == []


@every_language
def test_every_text_is_translated(language: str) -> None:
    catalogue = messages.read(language)
    assert [entry.id for entry in entries(language) if not messages.is_translated(entry)] == []
    assert [entry.id for entry in entries(language) if entry.fuzzy] == []
    assert not catalogue.fuzzy
    assert list(catalogue.obsolete) == []
    assert catalogue.num_plurals == 2
    assert all(len(translations(entry)) == len(sources(entry)) for entry in entries(language))


@every_language
def test_placeholders_and_markup_are_those_of_the_source(language: str) -> None:
    wrong = []
    for entry in entries(language):
        allowed = [Counter(PLACEHOLDER.findall(source)) for source in sources(entry)]
        wrong += [text for text in translations(entry) if Counter(PLACEHOLDER.findall(text)) not in allowed]
    assert wrong == []


def ending(text: str) -> str:
    """What ends the text: the mark, whatever quotation mark stands around it."""
    mark = re.sub(r"%\(\w+\)[sd]$|</?\w+>$", "x", text.rstrip())[-1:]
    return mark if mark in ".?!:…," else ""


@every_language
def test_spaces_and_punctuation_at_the_ends_are_those_of_the_source(language: str) -> None:
    for source, text in pairs(language):
        assert (text[:1].isspace(), text[-1:].isspace()) == (source[:1].isspace(), source[-1:].isspace()), source
        assert ending(text) == ending(source), (source, text)
        assert "  " not in text.strip(), text


@both_norwegians
def test_norwegian_holds_no_english(language: str) -> None:
    english = set(ENGLISH.split())
    assert [text for _source, text in pairs(language) if english & words(text)] == []


@both_norwegians
def test_the_two_norwegians_are_not_mixed(language: str) -> None:
    strangers = set(NOT_IN[language].split())
    found = [(sorted(strangers & words(text)), text) for _source, text in pairs(language) if strangers & words(text)]
    assert found == []


@both_norwegians
def test_norwegian_typography_and_tone(language: str) -> None:
    for _source, text in pairs(language):
        assert not re.search(r"[“”„]|\"(?![^<]*>)", text), f"use «»: {text}"
        assert "vennligst" not in text.lower(), text
