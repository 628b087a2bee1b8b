"""A routine in several languages: which text a reader gets, when it is behind, and what confirming it means."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from hms.assignments.enums import Kind
from hms.assignments.models import Assignment
from hms.audit.transitions import InvalidTransition
from hms.tenancy.scope import tenant
from routines import selectors, services
from routines.documents import readers_context
from routines.enums import DraftState, State
from routines.errors import NotReady, OtherVersion, TranslationBehind
from routines.exchange.giving import as_markdown, find, pdf_context
from routines.library import templates
from routines.models import Draft, ReadingRequest, Receipt, Review, Routine, Translation, Version
from tests.routines.helpers import TEXT, begin, publish, review_as, translate, url

ENGLISH = "# Do this at once\n\n1. Let the wound bleed. Rinse it under running water for five minutes.\n"


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


@pytest.fixture
def english(cast):
    """Ingrid reads English."""
    cast.ingrid.user.language = "en"
    cast.ingrid.user.save(update_fields=["language"])
    return cast.ingrid


def material(cast, routine):
    return publish(cast, routine, text=TEXT.replace("fem minutter", "ti minutter"))


def small(cast, routine):
    return publish(cast, routine, text=TEXT.replace("fastlegen", "fastlegen din"), is_material=False)


# --- what a translation is ---


def test_translation_has_the_number_of_what_it_translates(cast, inside):
    routine = publish(cast)
    first = translate(cast, routine, text=ENGLISH)
    assert (first.label, first.translates) == ("1", routine.current)
    assert translate(cast, routine, text=ENGLISH + "\nCall the doctor.\n").label == "1.2"
    routine = material(cast, routine)
    third = translate(cast, routine, text=ENGLISH.replace("five", "ten"))
    assert (third.label, third.translates.number) == ("2", 2)
    # The other language counts for itself.
    assert translate(cast, routine, "nn", text="# Gjer dette\n").label == "2"


def test_database_refuses_a_translation_of_something_else(cast, inside):
    routine, other = publish(cast), publish(cast, title="Brann")
    good = {
        "routine": routine, "number": 1, "language": "en", "title": "x", "text": "x", "is_material": False,
        "author_name": "x", "valid_from": timezone.localdate(),
    }  # fmt: skip
    for wrong in (
        {"translates": None},
        {"translates": other.current},
        {"translates": routine.current, "number": 2},
        {"translates": routine.current, "language": "nb", "edition": 2},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Version.objects.create(**{**good, **wrong})
    Version.objects.create(**{**good, "translates": routine.current})


def test_main_text_is_untouched_by_a_translation(cast, inside):
    routine = publish(cast)
    services.look_through(routine, today=timezone.localdate())
    before = (routine.title, routine.text, routine.current_id, routine.published_at, routine.revision_id)
    waiting = ReadingRequest.objects.filter(ended_at__isnull=True).count()
    translate(cast, routine, title="Needlestick injuries", text=ENGLISH)
    routine = Routine.objects.get(pk=routine.pk)
    assert (routine.title, routine.text, routine.current_id, routine.published_at, routine.revision_id) == before
    asked = services.look_through(routine, today=timezone.localdate())
    assert (asked.tasks, asked.moved, asked.called_off) == ((), 0, 0)
    assert ReadingRequest.objects.filter(ended_at__isnull=True).count() == waiting > 0


# --- its way ---


def test_nothing_is_translated_before_it_is_in_force(cast, inside):
    routine = begin(cast)
    with pytest.raises(InvalidTransition):
        services.begin_draft(routine, by=cast.amir, language="en")


def test_writer_says_which_version_it_follows(cast, inside):
    routine = publish(cast)
    draft = services.begin_draft(routine, by=cast.amir, language="en")
    assert (draft.text, draft.translates) == (routine.current.text, routine.current)
    material(cast, routine)
    with pytest.raises(NotReady):
        services.send(draft, by=cast.amir, revision=draft.revision, translates=1)
    services.send(draft, by=cast.amir, revision=draft.revision, translates=2)
    draft.refresh_from_db()
    assert draft.translates.number == 2


def test_two_languages_and_a_new_version_are_on_their_way_at_once(cast, inside):
    routine = publish(cast)
    own = services.begin_draft(routine, by=cast.amir)
    english = services.begin_draft(routine, by=cast.amir, language="en")
    nynorsk = services.begin_draft(routine, by=cast.amir, language="nn")
    for draft in (english, nynorsk):
        services.send(draft, by=cast.amir, revision=draft.revision, translates=1)
    review_as(cast.kari, english)
    assert {english.pk, nynorsk.pk, own.pk} == set(Draft.objects.open().values_list("pk", flat=True))
    assert Review.objects.filter(draft=nynorsk, answered_at__isnull=True).exists()
    services.archive(routine, by=cast.amir, reason="Erstattet")
    assert not Draft.objects.open().exists()
    assert not Assignment.objects.filter(kind__in=[Kind.REVIEW, Kind.APPROVE], state="open").exists()


def test_translation_waits_for_its_day(cast, inside):
    routine = publish(cast)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    translate(cast, routine, text=ENGLISH, valid_from=tomorrow)
    assert not Translation.objects.exists()
    services.publish_due(tomorrow)
    assert Translation.objects.get().current.text == ENGLISH


def test_whole_way_in_the_browser_terms(cast, client):
    with tenant(cast.fjellvik):
        routine = publish(cast)
    client.force_login(cast.amir.user)
    page = client.get(url(routine)).content.decode()
    assert url(routine, "oversett/en/") in page
    assert client.get(url(routine, "oversett/nb/")).status_code == 404
    assert client.get(url(routine, "oversett/en/")).status_code == 200
    answer = client.post(url(routine, "oversett/en/"))
    assert answer.headers["Location"].endswith("/utkast/skriv/?sprak=en")
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Originalen: versjon 1, bokmål" in page
    assert 'name="is_material"' not in page
    form = {"title": "Needlestick injuries", "text": ENGLISH, "change_note": "First", "valid_from": "", "revision": 1}
    assert (
        client.post(url(routine, "utkast/skriv/?sprak=en"), {**form, "send": "1"})
        .headers["Location"]
        .endswith("/utkast/send/?sprak=en")
    )
    sent = {"revision": 2, "due_on": timezone.localdate(), "translates": 1}
    assert client.post(url(routine, "utkast/send/?sprak=en"), sent).status_code == 422
    assert client.post(url(routine, "utkast/send/?sprak=en"), {**sent, "follows": "on"}).status_code == 303
    # The routine's own language has no draft.
    assert client.get(url(routine, "utkast/")).status_code == 404
    client.force_login(cast.kari.user)
    assert "running water" in client.get(url(routine, "utkast/?sprak=en")).content.decode()
    assert client.post(url(routine, "utkast/uttalelse/?sprak=en"), {"opinion": "endorse"}).status_code == 303
    client.force_login(cast.helene.user)
    assert client.post(url(routine, "utkast/godkjenn/?sprak=en"), {"note": ""}).status_code == 303
    client.force_login(cast.ingrid.user)
    page = client.get(url(routine, "?sprak=en")).content.decode()
    assert 'lang="en">' in page
    assert "running water" in page
    assert 'hreflang="nb"' in page


def test_only_those_who_keep_it_begin_a_translation(cast, client):
    with tenant(cast.fjellvik):
        routine = publish(cast)
    client.force_login(cast.ingrid.user)
    assert client.get(url(routine, "oversett/en/")).status_code == 403
    client.force_login(cast.olav.user)
    assert client.get(url(routine, "oversett/en/").replace("fjellvik", "havbris")).status_code == 404


# --- what a reader gets ---


def test_reader_gets_their_own_language_where_there_is_one(cast, client, english):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        client.force_login(english.user)
        assert "rennende vann" in client.get(url(routine)).content.decode()
        translate(cast, routine, title="Needlestick injuries", text=ENGLISH)
    page = client.get(url(routine)).content.decode()
    assert "running water" in page
    assert "rennende vann" not in page
    assert "rennende vann" in client.get(url(routine, "?sprak=nb")).content.decode()
    # A language that it is not in leads to the routine's own.
    assert "rennende vann" in client.get(url(routine, "?sprak=nn")).content.decode()
    assert "Needlestick injuries" in client.get("/fjellvik/rutiner/").content.decode()
    client.force_login(cast.kari.user)
    assert "rennende vann" in client.get(url(routine)).content.decode()
    assert "Needlestick" not in client.get("/fjellvik/rutiner/").content.decode()


@pytest.mark.parametrize("change", [small, material])
def test_page_says_when_the_translation_is_behind(cast, client, english, change):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        translate(cast, routine, text=ENGLISH)
        client.force_login(english.user)
        assert "is behind" not in client.get(url(routine)).content.decode()
        change(cast, routine)
    hard = "The translation is behind: it is of version 1, and version 2 is in force."
    soft = "Only small things have been put right since."
    page = client.get(url(routine)).content.decode()
    assert (hard in page, soft in page) == (change is material, change is small)
    # What has changed stands there too, and the way to the text in force.
    assert "<ins>" in page
    assert url(routine, "?sprak=nb") in page
    assert (hard in (found := client.get(url(routine, "versjoner/?sprak=en")).content.decode())) == (change is material)
    assert (soft in found) == (change is small)
    words = "The translation is behind" if change is material else "Small things behind"
    assert words in client.get("/fjellvik/rutiner/").content.decode()


def test_owner_is_asked_to_follow_what_matters_and_nothing_else(cast, inside):
    routine = publish(cast)
    translate(cast, routine, text=ENGLISH)
    small(cast, routine)
    assert not Assignment.objects.filter(source_kind="routines.translation").exists()
    material(cast, routine)
    task = Assignment.objects.get(source_kind="routines.translation")
    assert (task.assignee, task.state, task.kind) == (cast.amir, "open", Kind.REVISE)
    assert "engelsk" in task.title
    services.change_routine(routine, by=cast.amir, owner=cast.helene)
    task.refresh_from_db()
    assert task.assignee == cast.helene
    translate(cast, routine, text=ENGLISH.replace("five", "ten"))
    task.refresh_from_db()
    assert task.state == "done"


def test_archive_calls_off_the_task_and_bringing_back_asks_again(cast, inside):
    routine = publish(cast)
    translate(cast, routine, text=ENGLISH)
    material(cast, routine)
    services.archive(routine, by=cast.amir, reason="Erstattet")
    assert Assignment.objects.get(source_kind="routines.translation").state == "cancelled"
    services.bring_back(Routine.objects.get(pk=routine.pk), by=cast.amir)
    assert Assignment.objects.filter(source_kind="routines.translation", state="open").count() == 1


def test_owner_sees_it_on_the_page_and_in_the_radar(cast, client):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        translate(cast, routine, text=ENGLISH)
        material(cast, routine)
        assert "Oversettelsen til engelsk henger etter." in _reasons(cast.amir)
    client.force_login(cast.amir.user)
    page = client.get(url(routine)).content.decode()
    assert "Henger etter" in page
    page = client.get(url(routine, "oversett/en/")).content.decode()
    assert "<ins>" in page
    with tenant(cast.fjellvik):
        translate(cast, routine, text=ENGLISH.replace("five", "ten"))
        assert "Oversettelsen" not in _reasons(cast.amir)


def _reasons(employee) -> str:
    with translation.override("nb"):
        return " ".join(" ".join(sleeper.reasons) for sleeper in selectors.sleepers(employee))


# --- read and understood ---


def test_confirming_an_up_to_date_translation_is_a_receipt_of_the_version(cast, inside, client, english):
    routine = publish(cast)
    text = translate(cast, routine, text=ENGLISH)
    services.look_through(routine, today=timezone.localdate())
    client.force_login(english.user)
    page = client.get(url(routine)).content.decode()
    assert 'name="read_in" value="en 1"' in page
    client.post(url(routine, "lest/?sprak=en"), {"version": 1, "read_in": "en 1"})
    receipt = Receipt.objects.get(employee=english)
    assert (receipt.version, receipt.read_in) == (routine.current, text)
    assert not ReadingRequest.objects.filter(employee=english, ended_at__isnull=True).exists()
    page = client.get(url(routine)).content.decode()
    assert "You confirmed version 1" in page
    assert "You read it in English." in page
    # Nothing more is asked of her.
    assert english not in [
        task.assignee for _routine, task in services.look_through(routine, today=timezone.localdate()).tasks
    ]


def test_a_typo_does_not_make_the_translation_unfit_to_confirm(cast, inside, english):
    routine = publish(cast)
    translate(cast, routine, text=ENGLISH)
    small(cast, routine)
    routine = Routine.objects.get(pk=routine.pk)
    receipt = services.confirm(routine, english, version=1, read_in="en 1")
    assert receipt.version.number == 1
    assert receipt.read_in.language == "en"


def test_a_translation_that_lacks_what_matters_cannot_be_confirmed(cast, inside, client, english):
    routine = publish(cast)
    translate(cast, routine, text=ENGLISH)
    services.confirm(routine, english, version=1, read_in="en 1")
    routine = material(cast, routine)
    services.look_through(routine, today=timezone.localdate())
    with pytest.raises(TranslationBehind):
        services.confirm(routine, english, version=1, read_in="en 1")
    client.force_login(english.user)
    page = client.get(url(routine)).content.decode()
    assert url(routine, "lest/") not in page
    answer = client.post(url(routine, "lest/?sprak=en"), {"version": 1, "read_in": "en 1"})
    assert answer.headers["Location"].endswith(url(routine, "?sprak=nb"))
    assert Receipt.objects.filter(employee=english).count() == 1
    # On the text in force she sees what is new since the version she has read, and confirms.
    page = client.get(url(routine, "?sprak=nb")).content.decode()
    assert "Version 1 against version 2" in page
    client.post(url(routine, "lest/?sprak=nb"), {"version": 2})
    assert Receipt.objects.get(employee=english, version__number=2).read_in is None
    # Then the translation, which is behind still, asks nothing more of her.
    page = client.get(url(routine)).content.decode()
    assert "You confirmed version 2" in page
    assert "Go to the text in force" not in page


def test_a_newer_translation_came_while_somebody_read(cast, inside, english):
    routine = publish(cast)
    translate(cast, routine, text=ENGLISH)
    translate(cast, routine, text=ENGLISH + "\nMore.\n")
    for read_in in ("en 1", "nn 1", "en", "xx 9", "en 1.3"):
        with pytest.raises(OtherVersion):
            services.confirm(routine, english, version=1, read_in=read_in)
    assert services.confirm(routine, english, version=1, read_in="en 1.2").version == routine.current


# --- finding, comparing, taking out ---


def test_search_finds_words_of_translations(cast, client, english):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        publish(cast, title="Brann", text="# Ut\n")
        translate(cast, routine, title="Needlestick injuries", text=ENGLISH)
    client.force_login(english.user)
    # By the stems of English: rinsing finds “rinse”.
    for words in ("needlestick", "rinsing", "injury"):
        page = client.get("/fjellvik/rutiner/", {"q": words}).content.decode()
        assert "Needlestick injuries" in page, words
        assert "Brann" not in page
    assert "<mark>Rinse</mark>" in client.get("/fjellvik/rutiner/", {"q": "rinse"}).content.decode()
    # A Norwegian word finds it too, and it is shown in her language.
    page = client.get("/fjellvik/rutiner/", {"q": "rennende"}).content.decode()
    assert "Needlestick injuries" in page
    assert "<mark>rennende</mark>" in page
    client.force_login(cast.kari.user)
    page = client.get("/fjellvik/rutiner/", {"q": "needlestick"}).content.decode()
    assert "Stikkskader" in page
    client.force_login(cast.olav.user)
    assert "Needlestick" not in client.get("/havbris/rutiner/", {"q": "needlestick"}).content.decode()


def test_versions_of_each_language_have_their_own_addresses(cast, client):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        translate(cast, routine, text=ENGLISH)
        translate(cast, routine, text=ENGLISH.replace("five", "ten"))
    client.force_login(cast.amir.user)
    assert "rennende vann" in client.get(url(routine, "v/1/")).content.decode()
    assert "for five" in client.get(url(routine, "v/1/?sprak=en")).content.decode()
    assert "for ten" in client.get(url(routine, "v/1.2/?sprak=en")).content.decode()
    for gone in ("v/1.2/", "v/1.3/?sprak=en", "v/2/?sprak=en", "v/1/?sprak=nn"):
        assert client.get(url(routine, gone)).status_code == 404, gone
    page = client.get(url(routine, "endringer/1-1.2/?sprak=en")).content.decode()
    assert "<ins>" in page
    answer = client.get(url(routine, "versjoner/?sprak=en&fra=1.2&til=1"))
    assert answer.headers["Location"].endswith("/endringer/1-1.2/?sprak=en")
    assert client.get(url(routine, "last-ned/?sprak=en")).status_code == 200
    assert client.get(url(routine, "last-ned/?sprak=en&v=1.2")).status_code == 200
    assert client.get(url(routine, "last-ned/?sprak=en&v=2")).status_code == 404
    # An older text is taken up again in its language.
    answer = client.post(url(routine, "utkast/nytt/?sprak=en"), {"fra": "1"})
    assert answer.headers["Location"].endswith("/utkast/skriv/?sprak=en")
    with tenant(cast.fjellvik):
        assert Draft.objects.open().get().text == ENGLISH


def test_files_say_that_the_translation_is_behind(cast, inside):
    routine = publish(cast)
    translate(cast, routine, text=ENGLISH)
    parameters = {"routine": routine.pk, "version": "1", "language": "en"}
    with translation.override("en"):
        assert find(parameters, cast.ingrid).mark == ""
        material(cast, routine)
        edition = find(parameters, cast.ingrid)
        mark = "The translation is behind: it is of version 1, and version 2 is in force."
        assert pdf_context(edition, cast.ingrid)[0]["mark"] == mark
        made = as_markdown(edition)
    assert mark in made.content.decode()
    assert made.name == "stikkskader-og-blodsol-v1-en.md"
    assert edition.holds
    assert Routine.objects.get().state == State.PUBLISHED
    assert Draft.objects.filter(state=DraftState.PUBLISHED, language="en").count() == 1


def test_template_brings_its_other_languages_along(cast, inside, client):
    routine = services.adopt(
        templates()["forstehjelp"], unit=cast.solbakken, owner=cast.amir, by=cast.amir, language="nb",
        with_translations=True,
    )  # fmt: skip
    drafts = Draft.objects.open().filter(routine=routine)
    assert set(drafts.values_list("language", flat=True)) == {"nb", "nn", "en"}
    english = drafts.get(language="en")
    assert english.text == templates()["forstehjelp"].texts["en"].text
    # It waits for the text that it is a translation of.
    with pytest.raises(NotReady):
        services.send(english, by=cast.amir, revision=english.revision, translates=1)
    client.force_login(cast.amir.user)
    assert "utkast/?sprak=en" in client.get(url(routine)).content.decode()
    assert client.get(url(routine, "utkast/skriv/?sprak=en")).status_code == 200
    assert client.get(url(routine, "oversett/en/")).status_code == 409


def test_handbook_is_in_the_readers_language(cast, inside, client, english):
    routine = publish(cast)
    translate(cast, routine, title="Needlestick injuries", text=ENGLISH)
    client.force_login(english.user)
    page = client.get("/fjellvik/handbok/").content.decode()
    assert "Needlestick injuries" in page
    assert "Stikkskader" not in page
    client.force_login(cast.kari.user)
    assert "Needlestick injuries" not in client.get("/fjellvik/handbok/").content.decode()


def test_list_asks_as_much_however_many_translations_there_are(cast, inside, client, english):
    counts = []
    client.force_login(english.user)
    for title in ("Brann", "Vold", "Klor"):
        translate(cast, publish(cast, title=title), title=f"{title} in English", text=ENGLISH)
        client.get("/fjellvik/rutiner/?q=wound")
        with CaptureQueriesContext(connection) as queries:
            client.get("/fjellvik/rutiner/?q=wound")
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_signatures_on_paper_say_which_text_was_signed(cast, inside, client):
    routine = publish(cast)
    text = translate(cast, routine, text=ENGLISH)
    services.look_through(routine, today=timezone.localdate())
    routine = Routine.objects.select_related("organisation", "owner", "current").get()
    with translation.override("en"):
        html = render_to_string("routines/readers_pdf.html", readers_context(routine, cast.amir, "en")[0])
    assert "running water" in html
    assert "rennende" not in html
    client.force_login(cast.amir.user)
    signed = {"people": [cast.ingrid.pk], "version": 1, "sheet": "en 1"}
    assert client.post(url(routine, "lesere/papir/"), signed).status_code == 303
    receipt = Receipt.objects.get(employee=cast.ingrid)
    assert (receipt.version, receipt.read_in, receipt.via) == (routine.current, text, "paper")
    # A translation that lacks what matters is not what they are to sign.
    material(cast, routine)
    routine = Routine.objects.select_related("organisation", "owner", "current").get()
    html = render_to_string("routines/readers_pdf.html", readers_context(routine, cast.amir, "en")[0])
    assert "rennende" in html
