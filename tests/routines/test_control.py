"""The control question: asked of whoever confirms, never a dead end, and nobody's tries are kept."""

import pytest
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import translation

from hms.tenancy.scope import tenant
from routines import documents, selectors, services
from routines.control import Control, change_of
from routines.enums import Outcome
from routines.errors import NotReady
from routines.exchange import giving
from routines.models import Draft, ReadingRequest, Receipt, Routine, Version, WrongAnswers
from tests.routines.helpers import TEXT, begin, draft_of, publish, translate, url

ASKED = {
    "control_question": "Hvor lenge skyller du?",
    "control_answers": ["Ett minutt", "Fem minutter", "Til det slutter å blø"],
    "control_right": 1,
    "control_why": "Det står under «Blodsøl».",
}
TYPED = {
    "title": "Stikkskader", "text": TEXT, "valid_from": "", "control_question": "Hvor lenge skyller du?",
    "control_answer_1": "Ett minutt", "control_answer_2": "", "control_answer_3": "Fem minutter", "control_answer_4": "",
    "control_right": "3", "control_why": "Punkt én.",
}  # fmt: skip


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


def answer(client, routine, chosen=None, version=1, **more):
    data = {"version": version, **more} | ({} if chosen is None else {"answer": chosen})
    return client.post(url(routine, "lest/"), data)


def wrong_answers() -> int:
    return sum(WrongAnswers.objects.values_list("count", flat=True))


# --- the reader ---


def test_wrong_answer_is_kept_and_right_one_gives_a_receipt(cast, inside, client):
    routine = publish(cast, **ASKED)
    services.turn()
    client.force_login(cast.ingrid.user)
    page = client.get(url(routine)).content.decode()
    assert "Hvor lenge skyller du?" in page
    # What helps those who are wrong would tell everybody else.
    assert "Det står under" not in page
    wrong = answer(client, routine, 0)
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert '<input class="ds-input" type="radio" name="answer" value="0" ' in page
    assert page.count("checked") == 1
    assert "Det står under" in page
    assert 'href="#om-blodsol"' in page
    assert 'id="om-blodsol"' in page
    assert url(routine, "sporsmal/") in page
    assert not Receipt.objects.exists()
    assert answer(client, routine, 1).status_code == 303
    assert Receipt.objects.get().employee == cast.ingrid
    assert ReadingRequest.objects.get(employee=cast.ingrid).outcome == Outcome.CONFIRMED


def test_question_is_asked_in_the_language_that_is_read(cast, inside, client):
    routine = publish(cast, **ASKED)
    # The translator has another order, and so another right answer.
    english = {
        "control_question": "How long do you rinse?", "control_answers": ["Five minutes", "One minute"],
        "control_right": 0, "control_why": "",
    }  # fmt: skip
    translate(cast, routine, title="Needlestick injuries", text="# Rinse\n\nFive minutes.\n", **english)
    client.force_login(cast.ingrid.user)
    page = client.get(url(routine, "?sprak=en")).content.decode()
    assert "How long do you rinse?" in page
    assert "Hvor lenge skyller du?" not in page
    read = {"version": 1, "read_in": "en 1"}
    wrong = client.post(url(routine, "lest/?sprak=en"), {**read, "answer": 1})
    assert wrong.status_code == 422
    assert "How long do you rinse?" in wrong.content.decode()
    assert client.post(url(routine, "lest/?sprak=en"), {**read, "answer": 0}).status_code == 303
    assert Receipt.objects.get().read_in.language == "en"


def test_translation_without_the_question_asks_the_one_in_force(cast, inside, client):
    routine = publish(cast, **ASKED)
    none = {"control_question": "", "control_answers": [], "control_right": None, "control_why": ""}
    translate(cast, routine, title="Needlestick injuries", text="# Rinse\n\nFive minutes.\n", **none)
    client.force_login(cast.ingrid.user)
    assert "Hvor lenge skyller du?" in client.get(url(routine, "?sprak=en")).content.decode()
    read = {"version": 1, "read_in": "en 1"}
    assert client.post(url(routine, "lest/?sprak=en"), read).status_code == 422
    assert not Receipt.objects.exists()
    assert client.post(url(routine, "lest/?sprak=en"), {**read, "answer": 1}).status_code == 303
    assert Receipt.objects.get().read_in.language == "en"


@pytest.mark.parametrize("chosen", [None, "", "3", "-1", "x", "1.0"])
def test_what_is_no_answer_confirms_nothing_and_counts_as_none(cast, inside, client, chosen):
    routine = publish(cast, **ASKED)
    client.force_login(cast.ingrid.user)
    assert answer(client, routine, chosen).status_code == 422
    assert not Receipt.objects.exists()
    assert wrong_answers() == 0


def test_one_tries_as_often_as_one_likes_and_counts_once(cast, inside, client):
    routine = publish(cast, **ASKED)
    client.force_login(cast.ingrid.user)
    for _try in range(5):
        page = answer(client, routine, 2)
        assert page.status_code == 422
        assert '<input type="hidden" name="tried" value="1">' in page.content.decode()
    # A try without an answer does not forget the others.
    assert 'name="tried"' in answer(client, routine, tried="1").content.decode()
    assert wrong_answers() == 0
    assert answer(client, routine, 1, tried="1").status_code == 303
    assert wrong_answers() == 1
    answer(client, routine, 1, tried="1")
    assert wrong_answers() == 1
    client.force_login(cast.kari.user)
    assert answer(client, routine, 1).status_code == 303
    assert wrong_answers() == 1
    # A number, and nothing of who or when.
    assert {field.name for field in WrongAnswers._meta.get_fields()} == {"id", "organisation", "version", "count"}


def test_answer_to_an_older_question_is_none_to_the_new_one(cast, inside, client):
    routine = publish(cast, **ASKED)
    publish(cast, routine, control_answers=["Fem minutter", "Ti minutter"], control_right=1)
    client.force_login(cast.ingrid.user)
    assert answer(client, routine, 1, version=1).status_code == 303
    assert not Receipt.objects.exists()
    assert wrong_answers() == 0


def test_signing_on_paper_needs_no_answer(cast, inside, client):
    routine = publish(cast, **ASKED)
    client.force_login(cast.amir.user)
    sent = {"version": 1, "people": [cast.ingrid.pk]}
    assert client.post(url(routine, "lesere/papir/"), sent).status_code == 303
    assert Receipt.objects.get().via == "paper"


def test_confirming_again_when_nothing_is_asked_needs_no_answer(cast, inside, client):
    routine = publish(cast, **ASKED)
    client.force_login(cast.ingrid.user)
    answer(client, routine, 1)
    assert answer(client, routine).status_code == 303
    assert Receipt.objects.count() == 1


# --- the author ---


def test_question_is_written_with_the_draft_and_becomes_part_of_the_version(cast, inside, client):
    routine = begin(cast, text="")
    client.force_login(cast.amir.user)
    assert client.post(url(routine, "utkast/lagre/"), TYPED | {"revision": 1}).status_code == 200
    draft = draft_of(routine)
    assert draft.control == Control("Hvor lenge skyller du?", ("Ett minutt", "Fem minutter"), 1, "Punkt én.")
    preview = client.post(url(routine, "utkast/vis/"), TYPED | {"revision": 2}).content.decode()
    assert "Hvor lenge skyller du?" in preview
    services.send(draft, by=cast.amir, revision=2)
    client.force_login(cast.kari.user)
    assert "Hvor lenge skyller du?" in client.get(url(routine, "utkast/")).content.decode()
    draft.refresh_from_db()
    services.to_approval(draft, by=cast.amir)
    services.approve(draft, by=cast.helene, note="Haster.")
    assert Version.objects.get().control == draft.control


def test_half_a_question_is_kept_while_one_writes_and_not_sent(cast, inside, client):
    routine = begin(cast)
    client.force_login(cast.amir.user)
    half = TYPED | {"control_answer_3": "", "control_right": "", "revision": 1}
    assert client.post(url(routine, "utkast/lagre/"), half).status_code == 200
    assert "Hvor lenge" in client.get(url(routine, "utkast/skriv/")).content.decode()
    sent = client.post(url(routine, "utkast/skriv/"), half | {"revision": 2, "send": "1"})
    assert sent.status_code == 422
    assert 'id="id_control_answer_1_error"' in sent.content.decode()
    with pytest.raises(NotReady):
        services.send(draft_of(routine), by=cast.amir, revision=2)
    whole = TYPED | {"revision": 2, "send": "1"}
    assert client.post(url(routine, "utkast/skriv/"), whole).headers["Location"].endswith("/send/")


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"control_question": ""}, "control_question"),
        ({"control_answer_3": "ett MINUTT"}, "control_answer_1"),
        ({"control_right": ""}, "control_right"),
        ({"control_right": "2"}, "control_right"),
    ],
)
def test_what_is_missing_is_said_at_its_field(cast, inside, client, fields, where):
    routine = begin(cast)
    client.force_login(cast.amir.user)
    sent = client.post(url(routine, "utkast/skriv/"), TYPED | {"revision": 1, "send": "1"} | fields)
    assert sent.status_code == 422
    assert f'id="id_{where}_error"' in sent.content.decode()


def test_nobody_overwrites_anothers_question(cast, inside, client):
    routine = begin(cast)
    client.force_login(cast.amir.user)
    client.post(url(routine, "utkast/lagre/"), TYPED | {"revision": 1})
    client.force_login(cast.sunniva.user)
    other = TYPED | {"control_question": "Hvem ringer du?", "revision": 1}
    page = client.post(url(routine, "utkast/skriv/"), other)
    assert page.status_code == 422
    assert "Hvem ringer du?" in page.content.decode()
    assert "Hvor lenge skyller du?" in page.content.decode()
    assert draft_of(routine).control_question == "Hvor lenge skyller du?"


def test_question_follows_the_text_until_it_is_emptied(cast, inside, client):
    routine = publish(cast, **ASKED)
    # A typo keeps it, and asks nobody.
    publish(cast, routine, text=TEXT + "\nRettet.", is_material=False)
    assert routine.current.control == Version.objects.get(number=1).control
    draft = services.begin_draft(routine, by=cast.amir)
    client.force_login(cast.amir.user)
    empty = {name: "" for name in TYPED if name.startswith("control_")}
    form = TYPED | empty | {"revision": draft.revision, "is_material": "0", "change_note": "Uten spørsmål"}
    assert client.post(url(routine, "utkast/skriv/"), form).status_code == 303
    assert not Draft.objects.get(pk=draft.pk).control
    services.discard_draft(draft, by=cast.amir)
    # An older version is taken up again with what it asked.
    publish(cast, routine, control_question="", control_answers=[], control_right=None, control_why="")
    again = services.begin_draft(routine, by=cast.amir, base=Version.objects.get(routine=routine, number=1))
    assert again.control.question == "Hvor lenge skyller du?"


def test_new_question_alone_asks_again_only_when_it_is_said_to_matter(cast, inside):
    routine = publish(cast)
    services.turn()
    services.confirm(routine, cast.ingrid, version=1)
    publish(cast, routine, **ASKED, is_material=False)
    services.turn()
    assert not ReadingRequest.objects.filter(employee=cast.ingrid, ended_at__isnull=True).exists()
    publish(cast, routine, control_question="Hvor lenge skal du skylle?")
    services.turn()
    assert ReadingRequest.objects.filter(employee=cast.ingrid, ended_at__isnull=True).exists()


# --- those who look at it ---


def test_compare_says_in_words_what_became_of_it(cast, inside, client):
    routine = publish(cast)
    publish(cast, routine, **ASKED)
    publish(cast, routine, control_answers=["Ett minutt", "Ti minutter", "Til det slutter å blø"])
    publish(cast, routine, control_right=2)
    client.force_login(cast.amir.user)
    new, changed, key = (
        client.get(url(routine, f"endringer/{pair}/")).content.decode() for pair in ("1-2", "2-3", "3-4")
    )
    assert "Nå er det et kontrollspørsmål." in new
    assert "Kontrollspørsmålet er endret." in changed
    assert "Fem" in changed
    assert "Kontrollspørsmålet er endret." in key
    # Readers are not told which answer is right.
    client.force_login(cast.ingrid.user)
    key = client.get(url(routine, "endringer/3-4/")).content.decode()
    assert "Fasiten til kontrollspørsmålet er endret." in key
    for page in (key, client.get(url(routine, "v/2/")).content.decode()):
        assert "(riktig svar)" not in page
        assert "Det står under" not in page


def test_alike_is_no_change():
    asked = Control("Hva?", ("a", "b"), 0)
    assert change_of(asked, Control("Hva?", ("a", "b"), 0), marks_right=True) is None
    assert change_of(asked, Control(), marks_right=True).rows[0].change == "del"


def test_paper_and_files_ask_it_too(cast, inside):
    publish(cast, **ASKED)
    routine = Routine.objects.select_related("organisation", "owner", "current").get()
    with translation.override("nb"):
        sheet = render_to_string("routines/readers_pdf.html", documents.readers_context(routine, cast.amir)[0])
        find = {"routine": routine.pk, "version": 1}
        context, _files = giving.pdf_context(giving.find(find, cast.ingrid), cast.ingrid)
        paper = render_to_string("routines/routine_pdf.html", context)
        context, _files = giving.pdf_context(giving.find(find, cast.amir), cast.amir)
        owners = render_to_string("routines/routine_pdf.html", context)
        text = giving.as_markdown(giving.find(find, cast.ingrid)).content.decode()
    for page in (sheet, paper):
        assert "Til det slutter å blø" in page
        assert "(riktig svar)" not in page
    assert "(riktig svar)" in owners
    assert 'control_question: "Hvor lenge skyller du?"' in text


def test_many_wrong_answers_are_the_texts_fault_when_enough_have_answered(cast, inside, client):
    routine = publish(cast, **ASKED)
    version = routine.current
    WrongAnswers.objects.create(version=version, count=3)
    people = [cast.ingrid, cast.kari, cast.tor_erik, cast.piotr, cast.sunniva]
    for person in people[:4]:
        services.confirm(routine, person, version=1, answer=1)
    client.force_login(cast.amir.user)
    # Four, and anybody could guess who.
    assert selectors.understood([version.pk]) == {}
    assert "svarte feil" not in client.get(url(routine)).content.decode()
    assert selectors.sleepers(cast.amir) == []
    services.confirm(routine, people[4], version=1, answer=1)
    assert "3 av 5 svarte feil på kontrollspørsmålet først" in client.get(url(routine)).content.decode()
    [sleeper] = selectors.sleepers(cast.amir)
    assert "uklar" in sleeper.reasons[0]
    client.force_login(cast.ingrid.user)
    assert "svarte feil" not in client.get(url(routine)).content.decode()
    WrongAnswers.objects.update(count=1)
    assert selectors.sleepers(cast.amir) == []


def test_database_refuses_a_question_nobody_can_answer(cast, inside):
    routine = publish(cast)
    version = routine.current
    for fields in (
        {"control_right": 3}, {"control_right": None}, {"control_answers": ["Bare ett"]}, {"control_question": ""},
        {"control_answers": ["a", ""]}, {"control_answers": list("abcde")},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            services.add_version(
                routine, language="nb", title="x", text="x", is_material=True, author=None, valid_from=version.valid_from,
                **(ASKED | fields),
            )  # fmt: skip


def test_another_organisation_has_no_part_in_it(cast, client):
    with tenant(cast.fjellvik):
        routine = publish(cast, **ASKED)
        services.count_wrong_first(routine.current)
    with tenant(cast.havbris):
        assert not WrongAnswers.objects.exists()
        assert selectors.understood([routine.current_id]) == {}
    client.force_login(cast.olav.user)
    assert answer(client, routine, 1).status_code == 404


def test_whatever_is_written_is_shown_as_words(cast, inside, client):
    routine = publish(
        cast, control_question="<b onx=1>&amp;</b>", control_answers=["<script>a</script>", "&lt;"], control_right=0,
        control_why='"><img src=x>',
    )  # fmt: skip
    publish(cast, routine, control_question="<b onx=2>&amp;</b>", control_answers=["<script>b</script>", "&lt;"])
    services.begin_draft(routine, by=cast.amir)
    client.force_login(cast.amir.user)
    pages = [client.get(url(routine, tail)) for tail in ("", "v/2/", "endringer/1-2/", "utkast/", "utkast/skriv/")]
    client.force_login(cast.ingrid.user)
    pages += [client.get(url(routine)), answer(client, routine, 1, version=2)]
    assert [page.status_code for page in pages] == [200] * 6 + [422]
    for page in pages:
        text = page.content.decode()
        assert not any(tag in text for tag in ("<script>a", "<script>b", "<b onx", "<img src=x"))
    assert "&lt;script&gt;b&lt;/script&gt;" in pages[-1].content.decode()
