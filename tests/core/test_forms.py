"""Every form is drawn the same way: label, help, input, message, tied together for screen readers."""

import datetime
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from hms.core.forms import ChoiceCards, HmsForm, IdempotentMixin, MultipleFileField, PhotoField, VersionMixin

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def english() -> Any:
    with translation.override("en"):
        yield


class Report(IdempotentMixin, HmsForm):
    what = forms.CharField(label="What happened?", help_text="One sentence is enough.", widget=forms.Textarea)
    place = forms.CharField(label="Where?", required=False)
    day = forms.DateField(label="When?", required=False)
    how = forms.TypedChoiceField(
        label="How serious?",
        choices=[(1, "Less serious"), (2, "Serious")],
        coerce=int,
        widget=ChoiceCards(descriptions={1: "Nobody in danger", 2: "Somebody could be hurt"}),
    )
    sure = forms.BooleanField(label="I am sure", required=False)
    photos = PhotoField(label="Picture", required=False)


def test_label_help_and_input_belong_together() -> None:
    html = Report()["what"].as_field_group()
    assert '<label class="ds-label" for="id_what">What happened?</label>' in html
    assert 'id="id_what_helptext">One sentence is enough.' in html
    assert 'aria-describedby="id_what_helptext"' in html
    assert 'class="ds-input"' in html
    assert "(optional)" not in html


def test_optional_fields_say_so_and_required_ones_do_not() -> None:
    assert "(optional)" in Report()["place"].as_field_group()
    assert "(optional)" not in Report()["sure"].as_field_group()


def test_error_stands_by_the_field_and_is_tied_to_it() -> None:
    html = Report(data={})["what"].as_field_group()
    assert 'id="id_what_error">Fill in “What happened?”.' in html
    assert 'aria-describedby="id_what_helptext id_what_error"' in html
    assert 'aria-invalid="true"' in html


def test_choices_are_cards_with_explanations_in_a_named_group() -> None:
    html = Report(data={"how": "2"})["how"].as_field_group()
    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('class="choice"') == 2
    assert "Somebody could be hurt" in html
    assert html.count("checked") == 1
    # A radio button may not carry aria-invalid; the group's message does that work.
    assert "aria-invalid" not in Report(data={})["how"].as_field_group()
    assert 'aria-describedby="id_how_error"' in Report(data={})["how"].as_field_group()


def test_what_was_typed_is_shown_again_and_never_as_markup() -> None:
    html = Report(data={"what": "<script>alert(1)</script>", "place": '"><b>'})["what"].as_field_group()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_dates_use_the_native_picker_and_its_format() -> None:
    html = str(Report(initial={"day": datetime.date(2026, 11, 23)})["day"])
    assert 'type="date"' in html
    assert 'value="2026-11-23"' in html
    form = Report(data={"what": "x", "how": "1", "day": "2026-11-20"})
    assert form.is_valid()
    assert form.cleaned_data["day"] == datetime.date(2026, 11, 20)


def test_single_checkbox_stands_before_its_label() -> None:
    html = Report()["sure"].as_field_group()
    assert html.index("<input") < html.index("<label")


def test_picture_field_opens_several_and_has_one_name() -> None:
    html = Report()["photos"].as_field_group()
    assert 'type="file"' in html
    assert " multiple" in html
    assert 'accept="image/*"' in html


def test_whole_form_keeps_its_hidden_key_when_it_comes_back() -> None:
    first = Report()
    key = str(first["idempotency_key"].value())
    again = str(Report(data={"idempotency_key": key}))
    assert f'value="{key}"' in again
    assert str(Report()["idempotency_key"].value()) != key


class Files(HmsForm):
    files = MultipleFileField(label="Files", max_files=2, max_bytes=1024 * 1024)


def _files(*sizes: int) -> MultiValueDict:
    return MultiValueDict({"files": [SimpleUploadedFile(f"{n}.txt", b"x" * size) for n, size in enumerate(sizes)]})


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((), "Fill in “Files”."),
        ((1, 1, 1), "Choose at most 2 files."),
        ((1, 1024 * 1024 + 1), "The file is too large. Choose one under 1 MB."),
    ],
)
def test_files_are_counted_and_weighed(sizes: tuple[int, ...], message: str) -> None:
    assert Files(data={}, files=_files(*sizes)).errors["files"] == [message]


def test_files_come_as_a_list() -> None:
    form = Files(data={}, files=_files(3, 4))
    assert form.is_valid(), form.errors
    assert [file.size for file in form.cleaned_data["files"]] == [3, 4]


def test_no_files_is_an_empty_list_where_files_are_optional() -> None:
    form = Report(data={"what": "x", "how": "1"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["photos"] == []


class Version(VersionMixin, HmsForm):
    name = forms.CharField()


def test_version_follows_the_form() -> None:
    assert '<input type="hidden" name="version" value="7"' in str(Version(initial={"version": 7}))
    assert not Version(data={"name": "x", "version": "-1"}).is_valid()
