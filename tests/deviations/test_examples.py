"""Good examples: nothing is shared without the reporter's yes, nobody is named, and either takes it back."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from deviations import selectors, services
from deviations.enums import Consent, ExampleState, ReporterKind
from deviations.models import Deviation, GoodExample, ThumbUp
from deviations.services.handling import StaleCase
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.files.models import Attachment
from hms.files.services import attach
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report, url

TEXTS = {
    "title": "Trappa er trygg igjen",
    "problem": "Et rekkverk satt løst, og noen kunne falle.",
    "done": "Vi satte inn nye skruer og prøvde dem.",
    "better": "Trappa tåler at man lener seg mot den.",
}
DRAFT = {**TEXTS, "version": 0}


def picture(name="IMG_20261005_101112.jpg", color="#8a6d3b"):
    out = io.BytesIO()
    image = Image.new("RGB", (80, 60), color)
    exif = image.getexif()
    exif[0x010E] = "Tatt av Ingrid"
    image.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def again(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def closed(cast):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.close(case, by=cast.amir, answer="Rekkverket er festet.")
        return case


@pytest.fixture
def draft(cast, closed):
    with tenant(cast.fjellvik):
        return services.write_example(again(closed), by=cast.amir, texts=TEXTS)


@pytest.fixture
def shared(cast, draft):
    with tenant(cast.fjellvik):
        services.keep_consent(again(draft), yes=True, by=cast.ingrid)
        services.publish(again(draft), by=cast.amir)
        return again(draft)


def at(example, tail=""):
    return f"/fjellvik/gode-eksempler/{example.pk}/{tail}"


def sign_in(client, who):
    client.force_login(who.user)
    return client


def listed(client, who, organisation="fjellvik"):
    page = sign_in(client, who).get(f"/{organisation}/gode-eksempler/")
    assert page.status_code == 200
    return [example.title for example, _pictures, _category in page.context["examples"]]


def test_from_the_closed_case_to_everybodys_page(cast, client, closed):
    assert sign_in(client, cast.amir).post(url(closed, "eksempel/"), DRAFT).status_code == 303
    with tenant(cast.fjellvik):
        example = GoodExample.objects.get()
    # Without a yes nobody gets any further.
    assert client.post(at(example, "publiser/")).status_code == 409
    assert listed(client, cast.tor_erik) == []
    assert sign_in(client, cast.tor_erik).get(at(example)).status_code == 404
    assert sign_in(client, cast.amir).post(at(example, "spor/")).status_code == 303
    assert client.post(at(example, "spor/")).status_code == 409
    sign_in(client, cast.ingrid)
    assert "Trappa er trygg igjen" in client.get(at(example, "samtykke/")).content.decode()
    assert client.post(at(example, "samtykke/"), {"answer": "kanskje"}).status_code == 422
    assert client.post(at(example, "samtykke/"), {"answer": "yes"}).status_code == 303
    assert sign_in(client, cast.amir).post(at(example, "publiser/")).status_code == 303
    assert client.post(at(example, "publiser/")).status_code == 409
    for who in (cast.tor_erik, cast.ingrid, cast.admin):
        assert listed(client, who) == ["Trappa er trygg igjen"]
        assert client.get(at(example)).status_code == 200
        assert "Trappa er trygg igjen" in client.get("/fjellvik/").content.decode()
    assert listed(client, cast.olav, "havbris") == []
    assert client.get(at(example)).status_code == 404
    assert client.get(at(example).replace("fjellvik", "havbris")).status_code == 404
    with tenant(cast.fjellvik):
        told = set(Notification.objects.filter(type__contains="consent").values_list("type", "recipient__given_name"))
        assert told == {("deviations.consent_asked", "Ingrid"), ("deviations.consent_answered", "Amir")}
        assert Notification.objects.get(type="deviations.example_published").recipient == cast.ingrid


@pytest.mark.parametrize("tail", ["publiser/", "spor/"])
def test_only_the_handler_shares(cast, client, draft, tail):
    for who, status in [(cast.ingrid, 403), (cast.kari, 403), (cast.tor_erik, 404), (cast.olav, 404)]:
        assert sign_in(client, who).post(at(draft, tail)).status_code == status


def test_only_the_handler_writes_and_only_of_a_closed_case(cast, client, closed):
    for who, status in [(cast.ingrid, 403), (cast.kari, 403), (cast.tor_erik, 404)]:
        assert sign_in(client, who).post(url(closed, "eksempel/"), DRAFT).status_code == status
    with tenant(cast.fjellvik):
        still_open = report(cast)
        with pytest.raises(InvalidTransition):
            services.write_example(again(still_open), by=cast.amir, texts=TEXTS)
    assert sign_in(client, cast.amir).post(url(still_open, "eksempel/"), DRAFT).status_code == 403


def test_nobody_else_says_yes_for_the_reporter(cast, client, draft):
    for who, status in [(cast.amir, 403), (cast.kari, 403), (cast.sunniva, 403), (cast.tor_erik, 404)]:
        assert sign_in(client, who).post(at(draft, "samtykke/"), {"answer": "yes"}).status_code == status
    with tenant(cast.fjellvik):
        assert again(draft).consent == Consent.NOT_ASKED


def test_a_yes_on_the_rating_form_is_enough_and_can_be_taken_back_there(cast, client, closed):
    sign_in(client, cast.ingrid).post(url(closed, "hjalp/"), {"helped": "yes", "may_share": "on"})
    with tenant(cast.fjellvik):
        example = services.write_example(again(closed), by=cast.amir, texts=TEXTS)
        assert example.consent == Consent.GIVEN
        services.publish(example, by=cast.amir)
    assert listed(client, cast.tor_erik) == ["Trappa er trygg igjen"]
    sign_in(client, cast.ingrid).post(url(closed, "hjalp/"), {"helped": "yes"})
    assert listed(client, cast.tor_erik) == []
    with tenant(cast.fjellvik):
        assert (again(example).state, again(example).consent) == (ExampleState.WITHDRAWN, Consent.REFUSED)
        with pytest.raises(InvalidTransition):
            services.publish(again(example), by=cast.amir)


@pytest.mark.parametrize("who", ["ingrid", "amir"])
def test_either_takes_it_back_at_any_time(cast, client, shared, who):
    assert sign_in(client, cast.kari).post(at(shared, "trekk/")).status_code == 403
    assert sign_in(client, cast.tor_erik).post(at(shared, "trekk/")).status_code == 403
    sign_in(client, getattr(cast, who))
    assert client.get(at(shared, "trekk/")).status_code == 200
    assert listed(client, cast.tor_erik) != []
    assert sign_in(client, getattr(cast, who)).post(at(shared, "trekk/")).status_code == 303
    assert listed(client, cast.tor_erik) == []
    assert client.get(at(shared)).status_code == 404
    assert client.post(at(shared, "tommel/")).status_code == 404
    with tenant(cast.fjellvik):
        # The reporter's is a no; the handler may write it anew with the consent that stands.
        assert again(shared).consent == (Consent.REFUSED if who == "ingrid" else Consent.GIVEN)
        services.write_example(again(shared).deviation, by=cast.amir, texts=TEXTS, version=shared.version)
        assert again(shared).state == ExampleState.DRAFT


@pytest.mark.parametrize(
    ("field", "text", "found"),
    [
        ("done", "Tor skrudde det fast.", "Tor"),
        ("problem", "amirs avdeling hadde et løst rekkverk.", "amirs"),
        ("title", "Solheim fikset trappa", "Solheim"),
        ("better", "Nå kan Anne-Kari gå trygt.", "Kari"),
        ("problem", "Rekkverket i trapp B løsnet. Ingen ble skadet.", "rekkverket i trapp b løsnet ingen ble skadet"),
    ],
)  # fmt: skip
def test_names_and_the_reporters_words_are_pointed_out(cast, client, closed, field, text, found):
    sign_in(client, cast.amir)
    page = client.post(url(closed, "eksempel/"), {**DRAFT, field: text})
    assert page.status_code == 422
    [message] = page.context["form"].errors[field]
    assert found in message
    # Kept as it was written, and through when the writer says that it is all right.
    assert text in page.content.decode()
    with tenant(cast.fjellvik):
        assert not GoodExample.objects.exists()
    assert client.post(url(closed, "eksempel/"), {**DRAFT, field: text, "is_checked": "on"}).status_code == 303


def test_a_name_of_another_organisation_is_no_name_here(cast, client, closed):
    text = "Haugen bak huset er ryddet."
    assert sign_in(client, cast.amir).post(url(closed, "eksempel/"), {**DRAFT, "done": text}).status_code == 303


def test_the_name_of_somebody_without_account_is_a_name_too(cast):
    with tenant(cast.fjellvik):
        case = report(cast, reporter_kind=ReporterKind.NAMED, reporter_name="Grete Østvold")
        assert selectors.names_in("Vi gjorde som Grete foreslo. Østvolds idé.", case) == ["Grete", "Østvolds"]


def test_pictures_are_copies_without_name_time_and_place(cast, client, closed):
    with tenant(cast.fjellvik):
        first, second = (attach(picture(color=color), owner=closed, by=cast.ingrid) for color in ("#111", "#eee"))
        other = report(cast)
        elsewhere = attach(picture(), owner=other, by=cast.ingrid)
        example = services.write_example(
            again(closed), by=cast.amir, texts=TEXTS, before=[first.pk, elsewhere.pk], after=[second.pk],
            new_after=[picture("Amirs bilde.jpg")],
        )  # fmt: skip
        # One of another case is nothing one can choose.
        assert (len(example.before), len(example.after)) == (1, 2)
        copies = list(Attachment.objects.filter(pk__in=example.attachment_ids))
        assert all(
            copy.uploaded_by_id is None and "IMG" not in copy.name and "Amir" not in copy.name for copy in copies
        )
        services.keep_consent(example, yes=True, by=cast.ingrid)
        services.publish(again(example), by=cast.amir)
    sign_in(client, cast.tor_erik)
    for copy in copies:
        answer = client.get(f"/fjellvik/filer/{copy.pk}/{copy.name}")
        content = b"".join(answer.streaming_content)
        assert b"Ingrid" not in content
    # The case's own pictures stay the case's.
    assert client.get(f"/fjellvik/filer/{first.pk}/{first.name}").status_code == 404
    with tenant(cast.fjellvik):
        services.withdraw(again(example), by=cast.amir)
    assert client.get(f"/fjellvik/filer/{copies[0].pk}/{copies[0].name}").status_code == 404


def test_an_anonymous_reporter_says_yes_and_no_with_the_code(cast, client):
    with tenant(cast.fjellvik):
        sent = services.report(
            organisation=cast.fjellvik, unit=cast.solbakken, description="Glatt på badet.", severity=2,
            reporter_kind=ReporterKind.ANONYMOUS,
        )  # fmt: skip
        services.close(again(sent.deviation), by=cast.amir, answer="Ny matte.")
        example = services.write_example(again(sent.deviation), by=cast.amir, texts=TEXTS)
    code = {"code": sent.receipt_code}
    sign_in(client, cast.ingrid)
    # Not asked yet: nothing is shown.
    assert "Trappa er trygg igjen" not in client.post("/fjellvik/f/", code).content.decode()
    with tenant(cast.fjellvik):
        services.ask_for_consent(again(example), by=cast.amir)
        assert not Notification.objects.filter(type="deviations.consent_asked").exists()
    assert "Et rekkverk satt løst" in client.post("/fjellvik/f/", code).content.decode()
    client.post("/fjellvik/f/", {**code, "verb": "share"})
    with tenant(cast.fjellvik):
        assert again(example).consent == Consent.GIVEN
        event = Event.objects.get(verb="example.consent_answered")
        assert event.actor_id is None
        assert timezone.localtime(event.at).hour == 0
        newest = example.history.order_by("-history_id").first()
        assert newest.history_user_id is None
        services.publish(again(example), by=cast.amir)
    client.post("/fjellvik/f/", {**code, "verb": "keep"})
    assert listed(client, cast.tor_erik) == []


def test_a_confidential_case_gives_an_example_without_place_or_kind(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, about_my_manager=True, category="psychosocial")
        handler = case.handling.assignee
        services.close(again(case), by=handler, answer="Takk")
        example = services.write_example(again(case), by=handler, texts=TEXTS)
        assert (example.unit, example.category) == (None, "")
        services.keep_consent(example, yes=True, by=cast.ingrid)
        services.publish(again(example), by=handler)
    page = sign_in(client, cast.amir).get(at(example))
    assert page.status_code == 200
    assert "Solbakken" not in page.content.decode().split("<main", 1)[1]
    assert case.number not in page.content.decode()


def test_what_becomes_confidential_is_not_shown_any_more(cast, client, shared):
    with tenant(cast.fjellvik):
        case = shared.deviation
        services.reopen(again(case), by=cast.amir, reason="Mer å gjøre")
    # Not solved after all: no example while it is open.
    assert listed(client, cast.tor_erik) == []
    with tenant(cast.fjellvik):
        services.set_confidential(again(case), by=cast.amir)
        services.close(again(case), by=cast.amir, answer="Nå er det løst")
    assert listed(client, cast.tor_erik) == []
    assert client.get(at(shared)).status_code == 404
    assert "Trappa er trygg igjen" not in client.get("/fjellvik/").content.decode()


def test_nothing_of_whistleblowing_is_shown_though_it_was_shared_before(cast, client):
    with tenant(cast.fjellvik):
        closed = report(cast)
        services.set_confidential(closed, by=cast.amir)
        services.close(again(closed), by=cast.amir, answer="Rekkverket er festet.")
        # Of a confidential case an example without unit may stand; not of whistleblowing.
        example = services.write_example(again(closed), by=cast.amir, texts=TEXTS)
        services.keep_consent(again(example), yes=True, by=cast.ingrid)
        services.publish(again(example), by=cast.amir)
    assert listed(client, cast.tor_erik) == ["Trappa er trygg igjen"]
    with tenant(cast.fjellvik):
        today = timezone.localdate()
        services.add_receiver(employee=cast.piotr, position=1, is_outside_line=False, starts_on=today, by=cast.admin)
        services.reopen(again(closed), by=cast.amir, reason="Mer å gjøre")
        services.make_whistleblowing(again(closed), by=cast.amir, reason="Dette er varsling.")
        services.close(Deviation.everything.get(pk=closed.pk), by=cast.piotr, answer="Behandlet.")
    assert listed(client, cast.tor_erik) == []
    assert client.get(at(example)).status_code == 404
    assert "Trappa er trygg igjen" not in client.get("/fjellvik/").content.decode()


def test_thumbs_are_counted_and_never_named(cast, client, shared):
    for _twice in range(2):
        assert sign_in(client, cast.tor_erik).post(at(shared, "tommel/"), {"answer": "yes"}).status_code == 303
    sign_in(client, cast.helene).post(at(shared, "tommel/"), {"answer": "yes"})
    assert client.get(at(shared, "tommel/")).status_code == 405
    page = sign_in(client, cast.amir).get("/fjellvik/gode-eksempler/")
    [(example, _pictures, _category)] = page.context["examples"]
    assert (example.likes, example.is_liked) == (2, False)
    assert "Tor Erik" not in page.content.decode()
    assert "Helene" not in page.content.decode()
    sign_in(client, cast.tor_erik).post(at(shared, "tommel/"), {"answer": "no"})
    with tenant(cast.fjellvik):
        assert [thumb.employee for thumb in ThumbUp.objects.all()] == [cast.helene]


def test_two_who_write_at_once_do_not_overwrite_each_other(cast, client, draft):
    with tenant(cast.fjellvik):
        case = again(draft).deviation
        services.write_example(case, by=cast.amir, texts={**TEXTS, "title": "Først"}, version=1)
        with pytest.raises(StaleCase):
            services.write_example(again(case), by=cast.sunniva, texts={**TEXTS, "title": "Sist"}, version=1)
        with pytest.raises(StaleCase):
            services.write_example(again(case), by=cast.sunniva, texts=TEXTS, version=0)
        assert again(draft).title == "Først"
    page = sign_in(client, cast.amir).post(url(case, "eksempel/"), {**DRAFT, "version": 1, "title": "Sist"})
    assert page.status_code == 422
    assert 'value="Sist"' in page.content.decode()


def test_a_published_one_is_not_changed_under_the_readers(cast, client, shared):
    with tenant(cast.fjellvik):
        case = url(shared.deviation, "eksempel/")
    assert sign_in(client, cast.amir).get(case).status_code == 409
    assert client.post(case, {**DRAFT, "version": 1}).status_code == 409


def test_newest_first_by_unit_and_kind_page_by_page(cast, client, shared):
    with tenant(cast.fjellvik):
        for number in range(14):
            case = report(cast, unit=cast.teknisk, category="fire")
            services.close(again(case), by=cast.sunniva, answer="Takk")
            example = services.write_example(again(case), by=cast.sunniva, texts={**TEXTS, "title": f"Nr. {number}"})
            services.keep_consent(example, yes=True, by=cast.ingrid)
            services.publish(again(example), by=cast.sunniva)
    sign_in(client, cast.tor_erik)
    first = client.get("/fjellvik/gode-eksempler/")
    titles = [example.title for example, _pictures, _category in first.context["examples"]]
    assert titles == [f"Nr. {number}" for number in range(13, 1, -1)]
    rest = client.get(f"/fjellvik/gode-eksempler/{first.context['next_url']}")
    assert [example.title for example, _pictures, _category in rest.context["examples"]] == [
        "Nr. 1",
        "Nr. 0",
        "Trappa er trygg igjen",
    ]
    only = client.get(f"/fjellvik/gode-eksempler/?unit={cast.solbakken.pk}")
    assert [example.title for example, _pictures, _category in only.context["examples"]] == ["Trappa er trygg igjen"]
    assert client.get("/fjellvik/gode-eksempler/?category=fire&etter=tull").status_code == 400
    with tenant(cast.fjellvik):
        assert Deviation.objects.filter(example__isnull=False).count() == 15
