"""A parent organisation shares routines: taken up, made one's own, and followed, as those of the library are."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations import services as organisations
from hms.organisations.enums import Role
from hms.tenancy.scope import tenant
from routines import selectors, services
from routines.enums import AudienceKind
from routines.errors import AlreadyTaken
from routines.library import templates
from routines.merging import Choice
from routines.models import Adoption, Audience, Routine, SharedEdition
from routines.sharing import for_others
from tests.routines.helpers import begin, draft_of, pass_through, publish, translate
from tests.routines.kin import found, havbris_under_fjellvik, join

FIRST = "# Varmt arbeid\n\n1. Ring brannvesenet på 110.\n\n2. Rydd bort det som kan brenne.\n\n3. Stå vakt i en time.\n"
SECOND = FIRST.replace("i en time", "i to timer")
KEY = "varmt-arbeid"
SHELF = "/havbris/rutiner/bibliotek/"


@pytest.fixture
def family(cast):
    """Havbris belongs under Fjellvik, which shares «Varmt arbeid»."""
    affiliation = havbris_under_fjellvik(cast)
    with tenant(cast.fjellvik):
        routine = publish(cast, title="Varmt arbeid", text=FIRST)
        services.change_routine(routine, by=cast.amir, law="arbeidsplassforskriften § 5-2")
        services.share(routine, by=cast.amir)
    return affiliation, routine


def take_up(cast) -> Routine:
    """Olav takes it up for Havbris; call inside `tenant(cast.havbris)`."""
    template = selectors.shared_templates(KEY)[KEY]
    return services.adopt(template, unit=cast.havbris_unit, owner=cast.olav, by=cast.olav, language="nb")


def change(cast, routine, text: str = SECOND) -> None:
    with tenant(cast.fjellvik):
        publish(cast, Routine.objects.get(pk=routine.pk), text=text)


def write(routine: Routine, old: str, new: str) -> None:
    draft = draft_of(routine)
    assert old in draft.text
    services.save_draft(draft, by=draft.author, revision=draft.revision, text=draft.text.replace(old, new))


def news_of(routine: Routine):
    routine.refresh_from_db()
    return selectors.news_for(routine, selectors.adoption_of(routine))


# --- sharing ---


def test_translations_that_hold_are_shared_with_it(cast, family):
    """English is taken up like any other text, and follows its own editions."""
    _affiliation, routine = family
    with tenant(cast.fjellvik):
        translate(cast, routine, title="Hot work", text="# Hot work\n\n1. Call 110.\n")
    with tenant(cast.havbris):
        template = selectors.shared_templates(KEY)[KEY]
        assert template.languages == ("nb", "en")
        ours = services.adopt(
            template, unit=cast.havbris_unit, owner=cast.olav, by=cast.olav, language="en", with_translations=True
        )
        assert dict(ours.drafts.values_list("language", "title")) == {"en": "Hot work", "nb": "Varmt arbeid"}
        assert news_of(ours) is None
    with tenant(cast.fjellvik):
        services.stop_sharing(Routine.objects.get(pk=routine.pk), by=cast.amir)
        services.share(Routine.objects.get(pk=routine.pk), by=cast.amir)
        assert sorted(SharedEdition.objects.values_list("language", flat=True)) == ["en", "nb"]


def test_keeper_shares_after_seeing_what_goes_along(cast, client):
    havbris_under_fjellvik(cast)
    with tenant(cast.fjellvik):
        routine = publish(cast, title="Varmt arbeid", text=f"{FIRST}\nSpør Kari.\n")
    client.force_login(cast.amir.user)
    page = client.get(f"/fjellvik/rutiner/{KEY}/").content.decode()
    assert "Del den" in page
    address = f"/fjellvik/rutiner/{KEY}/del/"
    page = client.get(address).content.decode()
    assert "Fant: Kari." in page
    assert client.post(address, {"is_wanted": "on"}).status_code == 422
    assert client.post(address, {}).status_code == 422
    with tenant(cast.fjellvik):
        assert not SharedEdition.objects.exists()
    client.post(address, {"is_wanted": "on", "with_names": "on"})
    with tenant(cast.fjellvik):
        shared = SharedEdition.objects.get()
        assert (shared.key, shared.number, shared.title) == (KEY, 1, "Varmt arbeid")
        assert Event.objects.get(verb="routine.shared").actor == cast.amir
    page = client.get(f"/fjellvik/rutiner/{KEY}/").content.decode()
    assert "1 virksomhet kan ta den i bruk" in page
    assert client.get(address).status_code == 409
    client.post(f"{address}slutt/")
    with tenant(cast.fjellvik):
        assert not SharedEdition.objects.exists()
        assert services.stop_sharing(routine, by=cast.amir) is False


def test_only_keepers_share_and_only_what_is_in_force_to_somebody(cast, client, family):
    _affiliation, routine = family
    for person in (cast.ingrid, cast.kari, cast.piotr, cast.admin):
        client.force_login(person.user)
        for tail in ("del/", "del/slutt/"):
            assert client.post(f"/fjellvik/rutiner/{KEY}/{tail}", {"is_wanted": "on"}).status_code == 403
        assert "Delt med" not in client.get(f"/fjellvik/rutiner/{KEY}/").content.decode()
    client.force_login(cast.olav.user)
    assert client.post(f"/fjellvik/rutiner/{KEY}/del/slutt/").status_code == 404
    assert client.post(f"/havbris/rutiner/{KEY}/del/slutt/").status_code == 404
    with tenant(cast.fjellvik):
        draft = begin(cast, title="Bare et utkast")
        with pytest.raises(InvalidTransition):
            services.share(draft, by=cast.amir)
        with pytest.raises(InvalidTransition):
            services.share(routine, by=cast.amir)
        assert SharedEdition.objects.count() == 1


def test_nothing_is_offered_without_subsidiaries(cast, client):
    with tenant(cast.fjellvik):
        routine = publish(cast, title="Varmt arbeid", text=FIRST)
        with pytest.raises(InvalidTransition):
            services.share(routine, by=cast.amir)
    client.force_login(cast.amir.user)
    assert "Del den" not in client.get(f"/fjellvik/rutiner/{KEY}/").content.decode()
    assert client.post(f"/fjellvik/rutiner/{KEY}/del/", {"is_wanted": "on"}).status_code == 409


def test_pictures_stay_behind_as_blanks_and_nobody_is_named(cast):
    havbris_under_fjellvik(cast)
    with tenant(cast.fjellvik):
        routine = begin(cast, title="Varmt arbeid", text=FIRST)
        draft = draft_of(routine)
        file = services.add_files(draft, [SimpleUploadedFile("skjema.txt", b"Hei")], by=cast.amir)[0]
        text = f"{FIRST}\n![Skiltet ved døra](fil:{file.pk})\n\nFyll ut [skjemaet](fil:{file.pk}). Se [Brann](rutine:brann).\n"
        services.save_draft(draft, by=cast.amir, revision=draft.revision, text=text)
        pass_through(cast, draft)
        routine.refresh_from_db()
        services.share(routine, by=cast.amir)
    with tenant(cast.havbris):
        text = selectors.shared_templates()[KEY].in_("nb").text
        assert "[[bilde: Skiltet ved døra]]" in text
        assert "Fyll ut [[fil: skjemaet]]." in text
        assert "fil:" + str(file.pk) not in text
        assert "[Brann](rutine:brann)" in text
        row = SharedEdition.objects.values().get()
        assert not {"Amir", "Helene", "Hosseini"} & {str(value) for value in row.values()}
        assert set(row) == {
            "id", "organisation_id", "routine_id", "key", "language", "number", "title", "category", "law", "text",
            "readers", "revise_months", "shared_at",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![Et [rart] navn](fil:1)", "![Et [rart] navn](fil:1)"),
        ("![](fil:1)", "[[picture]]"),
        ('[x](fil:1 "tittel")', "[[file: x]]"),
        ("[x](<fil:1>)", "[[file: x]]"),
        ("[x](https://fil:1)", "[x](https://fil:1)"),
        (f"![{'lang ' * 40}](fil:1)", f"[[picture: {('lang ' * 11).strip()}]]"),
    ],
)
def test_every_way_of_naming_a_file(text, expected):
    assert for_others(text, "en") == expected


def test_roles_go_along_but_not_units_and_people(cast, family):
    _affiliation, routine = family
    with tenant(cast.havbris):
        assert selectors.shared_templates()[KEY].readers == ()
    with tenant(cast.fjellvik):
        services.set_audience(routine, [{"kind": AudienceKind.ROLE, "role": Role.MANAGER}], by=cast.amir)
    change(cast, routine)
    with tenant(cast.havbris):
        assert selectors.shared_templates()[KEY].readers == (Role.MANAGER,)
        assert Audience.objects.get(routine=take_up(cast)).role == Role.MANAGER


# --- finding and taking up ---


def test_from_the_parents_shelf_to_a_draft_of_ones_own(cast, client, family):
    client.force_login(cast.olav.user)
    page = client.get(SHELF).content.decode()
    assert "Fra Fjellvik kommune" in page
    assert page.index("Varmt arbeid") < page.index("Brannvern")
    page = client.get(f"{SHELF}delt/{KEY}/").content.decode()
    assert "Stå vakt i en time." in page
    assert "arbeidsplassforskriften § 5-2" in page
    form = {"unit": cast.havbris_unit.pk, "owner": cast.olav.pk, "language": "nb"}
    assert client.post(f"{SHELF}delt/{KEY}/ta-i-bruk/", form | {"language": "nn"}).status_code == 422
    answer = client.post(f"{SHELF}delt/{KEY}/ta-i-bruk/", form)
    assert answer.headers["Location"] == f"/havbris/rutiner/{KEY}/utkast/skriv/"
    assert client.post(f"{SHELF}delt/{KEY}/ta-i-bruk/", form).status_code == 422
    with tenant(cast.havbris):
        adoption = Adoption.objects.get()
        assert (adoption.shared_by, adoption.key, adoption.version) == (cast.fjellvik, KEY, 1)
        with pytest.raises(AlreadyTaken):
            take_up(cast)
    assert "Ikke publisert ennå" in client.get(SHELF).content.decode()
    page = client.get(f"/havbris/rutiner/{KEY}/").content.decode()
    assert "Fjellvik kommune</a>" in page
    with tenant(cast.fjellvik):
        assert not Adoption.objects.exists()


def test_starter_routine_of_the_same_key_is_another_one(cast, family):
    """Fjellvik's own «brann» and the library's do not get in each other's way."""
    with tenant(cast.fjellvik):
        routine = publish(cast, title="Brann", text=FIRST)
        services.share(routine, by=cast.amir)
    with tenant(cast.havbris):
        where = {"unit": cast.havbris_unit, "owner": cast.olav, "by": cast.olav, "language": "nb"}
        services.adopt(templates()["brann"], **where)
        services.adopt(selectors.shared_templates()["brann"], **where)
        shelves = selectors.library(cast.olav)
        books = {(book.shared_by, book.key): len(taken) for shelf in shelves for book, taken in shelf.books}
        assert books[None, "brann"] == 1
        assert books[cast.fjellvik.pk, "brann"] == 1


def test_third_organisation_has_no_such_shelf(cast, client, family):
    third = found("Nordvik", "nordvik")
    client.force_login(third.boss.user)
    page = client.get("/nordvik/rutiner/bibliotek/").content.decode()
    assert "Fjellvik" not in page
    assert "Varmt arbeid" not in page
    for tail in ("", "ta-i-bruk/"):
        assert client.get(f"/nordvik/rutiner/bibliotek/delt/{KEY}/{tail}").status_code == 404
        assert client.get(f"/fjellvik/rutiner/bibliotek/delt/{KEY}/{tail}").status_code == 404
    # The parent's own shelf is not a library of its own.
    client.force_login(cast.sunniva.user)
    assert client.get(f"/fjellvik/rutiner/bibliotek/delt/{KEY}/").status_code == 404
    assert "Fra Fjellvik" not in client.get("/fjellvik/rutiner/bibliotek/").content.decode()


# --- following ---


def test_new_edition_is_put_together_with_ones_own_text(cast, client, family):
    _affiliation, routine = family
    with tenant(cast.havbris):
        own = take_up(cast)
        write(own, "110.", "110, og spør formannen på Kaikanten.")
        assert news_of(own) is None
    change(cast, routine)
    client.force_login(cast.olav.user)
    assert "Malen er endret" in client.get(SHELF).content.decode()
    page = client.get(f"/havbris/rutiner/{own.slug}/").content.decode()
    assert "Denne rutinen kom fra Fjellvik kommune" in page
    page = client.get(f"/havbris/rutiner/{own.slug}/mal/").content.decode()
    assert "Nytt i malen" in page
    with tenant(cast.havbris):
        news = news_of(own)
        assert not news.merged.conflicts
    client.post(f"/havbris/rutiner/{own.slug}/mal/", {"stamp": news.stamp})
    with tenant(cast.havbris):
        text = draft_of(own).text
        assert "i to timer" in text
        assert "spør formannen på Kaikanten" in text
        assert news_of(own) is None
        assert selectors.adoption_of(own).base[0] == 2


def test_both_changed_the_same_line_and_keeping_ones_own(cast, family):
    _affiliation, routine = family
    with tenant(cast.havbris):
        own = take_up(cast)
        write(own, "Stå vakt i en time.", "Stå vakt i tre timer.")
    change(cast, routine)
    with tenant(cast.havbris):
        news = news_of(own)
        assert len(news.merged.conflicts) == 1
        services.keep_own(own, by=cast.olav, stamp=news.stamp)
        assert news_of(own) is None
        assert "i tre timer" in draft_of(own).text
    change(cast, routine, SECOND.replace("110", "110 først"))
    with tenant(cast.havbris):
        news = news_of(own)
        assert not news.merged.conflicts
        services.take_news(own, by=cast.olav, stamp=news.stamp)
        assert "110 først" in draft_of(own).text
        assert "i tre timer" in draft_of(own).text
    change(cast, routine, SECOND.replace("to timer", "fire timer"))
    with tenant(cast.havbris):
        news = news_of(own)
        services.take_news(own, by=cast.olav, stamp=news.stamp, choices=[Choice.THEIRS] * len(news.merged.conflicts))
        assert "i fire timer" in draft_of(own).text


@pytest.mark.parametrize("how", ["stopped", "archived", "ended"])
def test_what_is_withdrawn_leaves_ones_own_alone(cast, client, family, how):
    affiliation, routine = family
    with tenant(cast.havbris):
        own = take_up(cast)
    with tenant(cast.fjellvik):
        if how == "stopped":
            services.stop_sharing(routine, by=cast.amir)
        elif how == "archived":
            services.archive(routine, by=cast.amir, reason="Ny rutine")
            services.bring_back(routine, by=cast.amir)
        else:
            organisations.end_affiliation(affiliation, by=cast.sunniva)
    change(cast, routine)
    client.force_login(cast.olav.user)
    assert "Fra Fjellvik kommune" not in client.get(SHELF).content.decode()
    assert client.get(f"{SHELF}delt/{KEY}/").status_code == 404
    page = client.get(f"/havbris/rutiner/{own.slug}/").content.decode()
    assert "Fjellvik kommune, som ikke lenger deler den" in page
    assert "Malen er trukket tilbake" in client.get(f"/havbris/rutiner/{own.slug}/mal/").content.decode()
    with tenant(cast.havbris):
        assert news_of(own) is None
        assert services.tell_of_news() == 0
        assert draft_of(own).text == FIRST


def test_shared_again_is_followed_again(cast, family):
    _affiliation, routine = family
    with tenant(cast.havbris):
        own = take_up(cast)
    with tenant(cast.fjellvik):
        services.stop_sharing(routine, by=cast.amir)
    change(cast, routine)
    with tenant(cast.fjellvik):
        services.share(Routine.objects.get(pk=routine.pk), by=cast.amir)
    with tenant(cast.havbris):
        assert news_of(own).version == 2


def test_edition_in_another_language_is_no_news_of_ones_own(cast, family):
    """Fjellvik shares it in nynorsk only from now on: Havbris' bokmål text is not put together with that."""
    with tenant(cast.havbris):
        own = take_up(cast)
    with tenant(cast.fjellvik):
        row = SharedEdition.objects.get()
        row.delete()
        row.pk, row.language, row.number, row.text = None, "nn", 7, "Gå roleg."
        row.save(force_insert=True)
    with tenant(cast.havbris):
        assert selectors.shared_templates()[KEY].languages == ("nn",)
        assert news_of(own) is None
        assert services.tell_of_news() == 0


def test_another_parents_routine_of_the_same_name_is_not_followed(cast, family):
    """Havbris changes parent: what it had from Fjellvik does not take Nordvik's text for its own."""
    affiliation, _routine = family
    with tenant(cast.havbris):
        own = take_up(cast)
        organisations.end_affiliation(affiliation, by=cast.olav)
    third = found("Nordvik", "nordvik")
    join(third.organisation, third.boss, cast.havbris, cast.olav)
    with tenant(third.organisation):
        boss = third.boss
        theirs = services.create_routine(
            title="Varmt arbeid", category="fire", unit=boss.unit, owner=boss, by=boss, text="Nordviks egen tekst.",
            needs_safety_rep=False,
        )  # fmt: skip
        for text in ("", "Nordviks egen tekst, ny."):
            draft = services.begin_draft(theirs, by=boss)
            if text:
                services.save_draft(draft, by=boss, revision=draft.revision, text=text, change_note="Ny")
            services.send(draft, by=boss, revision=draft.revision)
            draft.refresh_from_db()
            services.approve(draft, by=boss)
            theirs.refresh_from_db()
        services.share(theirs, by=boss)
    with tenant(cast.havbris):
        assert selectors.shared_templates()[KEY].shared_by == third.organisation.pk
        assert news_of(own) is None
        assert selectors.template_of(selectors.adoption_of(own)) is None
        assert services.tell_of_news() == 0


# --- being told ---


def test_owner_is_told_once_for_each_edition(cast, family):
    _affiliation, routine = family
    with tenant(cast.havbris):
        take_up(cast)
        services.turn()
        assert not Notification.objects.filter(type="routines.template_changed").exists()
    change(cast, routine)
    with tenant(cast.havbris):
        # Nothing is written into another organisation by publishing.
        assert not Notification.objects.filter(type="routines.template_changed").exists()
        services.turn()
        services.turn()
        told = Notification.objects.get(type="routines.template_changed")
        assert told.recipient == cast.olav
    change(cast, routine, FIRST)
    with tenant(cast.havbris):
        services.turn()
        services.turn()
        assert Notification.objects.filter(type="routines.template_changed").count() == 2


def test_told_in_words_that_name_the_parent_and_lead_there(cast, client, family):
    _affiliation, routine = family
    with tenant(cast.havbris):
        own = take_up(cast)
    change(cast, routine)
    with tenant(cast.havbris):
        services.turn()
    client.force_login(cast.olav.user)
    page = client.get("/havbris/varsler/").content.decode()
    assert "Fjellvik kommune har endret malen for: Varmt arbeid" in page
    assert (
        f"/havbris/rutiner/{own.slug}/mal/" in page
        or client.get(f"/havbris/rutiner/{own.slug}/mal/").status_code == 200
    )


# --- how much work it is ---


def queries(act) -> int:
    with CaptureQueriesContext(connection) as caught:
        act()
    return len(caught)


def test_as_many_queries_however_many_are_shared_and_read_them(cast, family):
    _affiliation, routine = family
    with tenant(cast.havbris):
        take_up(cast)
        # What somebody may do is asked once.
        selectors.library(cast.olav)
        few = queries(lambda: selectors.library(cast.olav)), queries(services.tell_of_news)
    with tenant(cast.fjellvik):
        alone = queries(lambda: publish(cast, routine, text=SECOND))
        for number in range(3):
            services.share(publish(cast, title=f"Rutine {number}"), by=cast.amir)
    third = found("Nordvik", "nordvik")
    join(cast.fjellvik, cast.sunniva, third.organisation, third.boss)
    with tenant(cast.fjellvik):
        routine.refresh_from_db()
        assert queries(lambda: publish(cast, routine, text=FIRST)) == alone
    with tenant(cast.havbris):
        services.tell_of_news()
        for key in ("rutine-0", "rutine-1"):
            template = selectors.shared_templates(key)[key]
            services.adopt(template, unit=cast.havbris_unit, owner=cast.olav, by=cast.olav, language="nb")
        assert (queries(lambda: selectors.library(cast.olav)), queries(services.tell_of_news)) == few


def test_approved_for_a_later_day_is_shared_on_that_day(cast, family):
    _affiliation, routine = family
    tomorrow = datetime.date.today() + datetime.timedelta(days=1)
    with tenant(cast.fjellvik):
        publish(cast, routine, text=SECOND, valid_from=tomorrow)
        assert SharedEdition.objects.get().number == 1
        services.publish_due(tomorrow)
        assert SharedEdition.objects.get().number == 2
