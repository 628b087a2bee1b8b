"""The starter routines are whole: every language, every field, nothing that the reader's page would change."""

import re

import pytest
from django.conf import settings

from hms.organisations.enums import Role
from routines import library
from routines.blanks import blanks_in
from routines.enums import Category
from routines.markdown import _parser, headings, plain, render, targets_in
from tests.contracts.test_catalogues import ENGLISH, NOT_IN, words

TEMPLATES = library.templates()
every_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
# Words that say which written Norwegian a text is: each has its like in the other one.
TELLS = {"nb": {"ikke", "hva"}, "nn": {"ikkje", "kva"}}
# Right in both, with another meaning: «om»; «vel» is a word of bokmål too, «et» and «tar» are forms of nynorsk verbs.
BOTH = {"nn": {"et"}, "nb": {"vel"}}


def everything(template):
    return [(language, text) for language, text in template.texts.items()]


def test_there_are_about_thirty_in_the_languages_of_the_product():
    assert len(TEMPLATES) == 30
    assert set(library.LANGUAGES) == {code for code, _name in settings.LANGUAGES}
    assert {template.category for template in TEMPLATES.values()} == set(Category)


@every_template
def test_front_matter_fits_a_routine(template):
    assert re.fullmatch(r"[a-z-]{2,60}", template.key)
    assert template.version >= 1
    assert 1 <= template.revise_months <= 60
    assert set(template.readers) <= set(Role.values)
    for _language, text in everything(template):
        assert 3 < len(text.title) <= 160
        assert 5 < len(text.law) <= 200
        assert 150 <= len(text.text.split()) <= 400


@every_template
def test_languages_say_the_same_things(template):
    """As many headings, points, boxes and blanks in each: nothing was left out of a translation."""
    shapes = {
        tuple(
            len(re.findall(mark, text.text, re.M))
            for mark in (r"^# ", r"^\d+\. ", r"^- \[ \] ", r"^- ", r"\[\[", r"\*\*1")
        )
        for _language, text in everything(template)
    }
    assert len(shapes) == 1


@every_template
@pytest.mark.parametrize("language", ["nb", "nn"])
def test_bokmal_and_nynorsk_are_not_mixed(template, language):
    text = template.texts[language]
    said = words(f"{text.title} {text.law} {plain(text.text)}")
    other = set(NOT_IN[language].split()) - BOTH[language]
    assert said & (other | set(ENGLISH.split())) == set()
    assert said & TELLS[language]


@every_template
def test_reader_sees_what_was_written_and_nothing_leads_out(template):
    for _language, text in everything(template):
        parser = _parser()
        as_written = parser.render(text.text)
        shown = render(text.text, {})
        # No tag and no character is lost on the way through the list of what is allowed.
        assert re.sub(r"<[^>]+>|\s", "", as_written).replace("[]", "☐") == re.sub(r"<[^>]+>|\s", "", shown)
        assert targets_in(text.text) == set()
        assert not re.search(r"https?:|www\.|<|]\(", text.text)
        assert [heading.level for heading in headings(text.text)] == [2] * len(headings(text.text))
        assert len(headings(text.text)) >= 4
        assert all(len(blank) <= 60 for blank in blanks_in(text.text))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("nb.md", "no front matter\n"),
        ("nn.md", "---\ntitle: Uten resten\n---\nTekst\n"),
        ("en.md", None),
        (
            "nb.md",
            "---\ntitle: A\ncategory: unknown\nlaw: b\nversion: 1\nrevise_months: 12\nreaders: everybody\n---\nx\n",
        ),
        ("nb.md", "---\ntitle: A\ncategory: fire\nlaw: b\nversion: 2\nrevise_months: 12\nreaders: everybody\n---\nx\n"),
        ("nb.md", "---\ntitle: A\ncategory: fire\nlaw: b\nversion: 1\nrevise_months: 12\nreaders: everybody\n---\n"),
    ],
)
def test_broken_file_is_told_by_name(tmp_path, name, written):
    good = "---\ntitle: A\ncategory: fire\nlaw: b\nversion: 1\nrevise_months: 12\nreaders: everybody\n---\nx\n"
    folder = tmp_path / "brann"
    folder.mkdir()
    for language in library.LANGUAGES:
        (folder / f"{language}.md").write_text(good)
    assert library.load(tmp_path)["brann"].version == 1
    if written is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(written)
    with pytest.raises(library.BrokenTemplate, match="brann"):
        library.load(tmp_path)
