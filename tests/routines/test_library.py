"""The library: taken up, made one's own, and followed when a template changes."""

from dataclasses import replace

import pytest

from hms.audit.transitions import InvalidTransition
from hms.tenancy.scope import tenant
from routines import selectors, services
from routines.enums import AudienceKind, DraftState
from routines.errors import AlreadyTaken, NotReady, OtherTexts
from routines.library import Text, templates
from routines.merging import Choice
from routines.models import Adoption, Audience, Routine
from tests.routines.helpers import begin, draft_of, pass_through, review_as, url

KEY = "brann"
SHIPPED = templates()[KEY]
NEW = SHIPPED.texts["nb"].text
# As it was shipped the year before: one point was otherwise, and one was not there yet.
OLD = NEW.replace("Gå, ikke løp.", "Skynd deg.").replace("- [ ] Branndørene lukker seg selv\n", "")


def edition(text: str = OLD, number: int = 0, key: str = KEY):
    """Another edition of the shipped template."""
    return replace(SHIPPED, key=key, version=number, texts={"nb": Text("Brannvern", "forskrift", text)})


def take_up(cast, template=None, unit=None, language="nb", **people) -> Routine:
    people = {"owner": cast.amir, "by": cast.amir, **people}
    return services.adopt(template or SHIPPED, unit=unit or cast.solbakken, language=language, **people)


def write(routine, old: str, new: str) -> None:
    """Change the text of the open draft."""
    draft = draft_of(routine)
    assert old in draft.text
    services.save_draft(draft, by=draft.author, revision=draft.revision, text=draft.text.replace(old, new))


def in_force(cast, routine) -> Routine:
    draft = draft_of(routine)
    services.save_draft(
        draft, by=draft.author, revision=draft.revision, change_note="Ny",
        text=draft.text.replace("[[", "").replace("]]", ""),
    )  # fmt: skip
    pass_through(cast, draft)
    routine.refresh_from_db()
    return routine


def news_of(routine):
    routine.refresh_from_db()
    return selectors.news_for(routine, selectors.adoption_of(routine))


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


# --- finding and taking up ---


def test_from_the_library_to_a_draft_of_ones_own(cast, client):
    client.force_login(cast.amir.user)
    assert "Bibliotek" in client.get("/fjellvik/rutiner/").content.decode()
    page = client.get("/fjellvik/rutiner/bibliotek/").content.decode()
    assert all(template.texts["nb"].title in page for template in templates().values())
    assert "Ikke publisert ennå" not in page
    page = client.get("/fjellvik/rutiner/bibliotek/brann/").content.decode()
    assert "navn på brannvernleder" in page
    assert "<mark>[[møteplass]]</mark>" in page
    assert "Kvar månad" in client.get("/fjellvik/rutiner/bibliotek/brann/?sprak=nn").content.decode()
    form = {"unit": cast.solbakken.pk, "owner": cast.amir.pk, "language": "nn"}
    answer = client.post("/fjellvik/rutiner/bibliotek/brann/ta-i-bruk/", form)
    assert answer.headers["Location"] == "/fjellvik/rutiner/brannvern/utkast/skriv/"
    with tenant(cast.fjellvik):
        routine = Routine.objects.get()
        assert (routine.language, routine.law, routine.revise_months) == (
            "nn",
            "forskrift om brannførebygging § 12",
            12,
        )
        assert draft_of(routine).text == SHIPPED.texts["nn"].text
        assert Audience.objects.get().unit == cast.solbakken
    draft = client.get("/fjellvik/rutiner/brannvern/utkast/").content.decode()
    assert "Dette må fylles inn" in draft
    assert "<li>møteplass</li>" in draft
    page = client.get("/fjellvik/rutiner/bibliotek/").content.decode()
    assert "Ikke publisert ennå" in page
    assert "I bruk" not in page
    assert "Solbakken sykehjem" in page
    with tenant(cast.fjellvik):
        in_force(cast, routine)
    assert "I bruk" in client.get("/fjellvik/rutiner/bibliotek/").content.decode()


def test_other_organisation_never_sees_what_is_taken_up(cast, client, inside):
    take_up(cast)
    client.force_login(cast.olav.user)
    page = client.get("/havbris/rutiner/bibliotek/").content.decode()
    assert "Brannvern" in page
    assert "I bruk" not in page
    assert "Ikke publisert ennå" not in page
    assert "Solbakken" not in page
    assert "Solbakken" not in client.get("/havbris/rutiner/bibliotek/brann/").content.decode()
    assert client.get("/fjellvik/rutiner/bibliotek/").status_code == 404
    assert client.get("/fjellvik/rutiner/bibliotek/brann/").status_code == 404
    assert client.get("/havbris/rutiner/brannvern/mal/").status_code == 404
    with tenant(cast.havbris):
        assert not Adoption.objects.exists()


def test_library_is_for_those_who_write(cast, client):
    client.force_login(cast.ingrid.user)
    assert "Bibliotek" not in client.get("/fjellvik/rutiner/").content.decode()
    for tail in ("", "brann/", "brann/ta-i-bruk/"):
        assert client.get(f"/fjellvik/rutiner/bibliotek/{tail}").status_code == 403
    form = {"unit": cast.solbakken.pk, "owner": cast.ingrid.pk, "language": "nb"}
    assert client.post("/fjellvik/rutiner/bibliotek/brann/ta-i-bruk/", form).status_code == 403


def test_draft_of_others_is_not_told_by_the_library(cast, client, inside):
    """Piotr leads another unit: what Solbakken is writing is not his to know."""
    take_up(cast)
    client.force_login(cast.piotr.user)
    assert "Solbakken" not in client.get("/fjellvik/rutiner/bibliotek/").content.decode()


def test_unknown_template_is_not_found(cast, client):
    client.force_login(cast.amir.user)
    for tail in ("finnes-ikke/", "finnes-ikke/ta-i-bruk/"):
        assert client.get(f"/fjellvik/rutiner/bibliotek/{tail}").status_code == 404


def test_unit_one_does_not_lead_and_other_peoples_ids_are_refused(cast, client):
    client.force_login(cast.amir.user)
    good = {"unit": cast.solbakken.pk, "owner": cast.amir.pk, "language": "nb"}
    for wrong in (
        {"unit": cast.teknisk.pk},
        {"unit": cast.havbris_unit.pk},
        {"owner": cast.olav.pk},
        {"language": "xx"},
    ):
        answer = client.post("/fjellvik/rutiner/bibliotek/brann/ta-i-bruk/", good | wrong)
        assert answer.status_code == 422
    with tenant(cast.fjellvik):
        assert not Routine.objects.exists()


def test_unit_takes_a_template_up_once(cast, client, inside):
    routine = take_up(cast)
    with pytest.raises(AlreadyTaken):
        take_up(cast)
    client.force_login(cast.amir.user)
    form = {"unit": cast.solbakken.pk, "owner": cast.amir.pk, "language": "nb"}
    answer = client.post("/fjellvik/rutiner/bibliotek/brann/ta-i-bruk/", form)
    assert answer.status_code == 422
    assert "har rutinen allerede" in answer.content.decode()
    take_up(cast, unit=cast.teknisk, by=cast.piotr, owner=cast.piotr)
    in_force(cast, routine)
    services.archive(routine, by=cast.amir, reason="Flyttet")
    assert take_up(cast).slug != routine.slug


def test_suggested_readers_are_asked_where_the_whole_is_led(cast, inside):
    for_leaders = templates()["arsgjennomgang"]
    here = take_up(cast, for_leaders)
    assert Audience.objects.get(routine=here).kind == AudienceKind.UNIT
    everywhere = take_up(cast, for_leaders, unit=cast.kommune, by=cast.ragnhild, owner=cast.sunniva)
    roles = set(Audience.objects.filter(routine=everywhere).values_list("role", flat=True))
    assert roles == set(for_leaders.readers)


def test_library_asks_the_database_no_more_when_more_is_taken_up(cast, client, inside, django_assert_max_num_queries):
    client.force_login(cast.sunniva.user)
    client.get("/fjellvik/rutiner/bibliotek/")
    with django_assert_max_num_queries(40) as before:
        client.get("/fjellvik/rutiner/bibliotek/")
    for template in list(templates().values())[:6]:
        take_up(cast, replace(template, version=0), by=cast.sunniva)
    with django_assert_max_num_queries(len(before)):
        client.get("/fjellvik/rutiner/bibliotek/")


# --- blanks ---


def test_blanks_are_confirmed_before_they_are_published(cast, client, inside):
    routine = take_up(cast)
    draft = draft_of(routine)
    services.send(draft, by=cast.amir, revision=draft.revision)
    review_as(cast.kari, draft)
    draft.refresh_from_db()
    with pytest.raises(NotReady, match="møteplass"):
        services.approve(draft, by=cast.helene)
    client.force_login(cast.helene.user)
    address = url(routine, "utkast/godkjenn/")
    assert "navn på brannvernleder" in client.get(address).content.decode()
    answer = client.post(address, {"note": ""})
    assert answer.status_code == 422
    assert "navn på brannvernleder" in answer.content.decode()
    routine.refresh_from_db()
    assert routine.current is None
    assert client.post(address, {"note": "", "with_blanks": "on"}).status_code == 303
    routine.refresh_from_db()
    assert "[[møteplass]]" in routine.current.text


def test_text_without_blanks_asks_nothing(cast, client, inside):
    routine = begin(cast, text="# Gjør dette\n\nRing [legevakta](tel:116117) og se [[x](rutine:x)].\n")
    draft = draft_of(routine)
    services.send(draft, by=cast.amir, revision=draft.revision)
    review_as(cast.kari, draft)
    client.force_login(cast.helene.user)
    assert "with_blanks" not in client.get(url(routine, "utkast/godkjenn/")).content.decode()
    assert client.post(url(routine, "utkast/godkjenn/"), {"note": ""}).status_code == 303


# --- when the template changes ---


def test_nothing_is_new_in_what_is_taken_as_shipped(cast, client, inside):
    routine = take_up(cast)
    assert news_of(routine) is None
    client.force_login(cast.amir.user)
    assert "Ingenting er nytt" in client.get(url(routine, "mal/")).content.decode()
    assert "Malen er endret" not in client.get(url(routine)).content.decode()
    assert client.post(url(routine, "mal/"), {"stamp": "x"}).status_code == 409
    assert client.post(url(routine, "mal/behold/"), {"stamp": "x"}).status_code == 409


def test_unchanged_text_takes_the_new_one_as_it_is(cast, client, inside):
    routine = take_up(cast, edition())
    client.force_login(cast.amir.user)
    assert "Malen er endret" in client.get(url(routine)).content.decode()
    assert "Malen er endret" in client.get("/fjellvik/rutiner/bibliotek/").content.decode()
    page = client.get(url(routine, "mal/")).content.decode()
    assert "Branndørene lukker seg selv" in page
    answer = client.post(url(routine, "mal/"), {"stamp": news_of(routine).stamp})
    assert answer.headers["Location"].endswith("/utkast/")
    assert draft_of(routine).text == NEW
    assert news_of(routine) is None
    assert "Malen er endret" not in client.get(url(routine)).content.decode()
    # The same press once more.
    assert client.post(url(routine, "mal/"), {"stamp": "x"}).status_code == 409


def test_only_our_own_changes_stay(cast, inside):
    """The template says the same as before, with a higher number: nothing of ours is touched."""
    routine = take_up(cast, edition(NEW))
    write(routine, "[[møteplass]]", "parkeringsplassen")
    news = news_of(routine)
    assert (news.merged.has_news, news.merged.has_own) == (False, True)
    services.take_news(routine, by=cast.amir, stamp=news.stamp)
    assert draft_of(routine).text == NEW.replace("[[møteplass]]", "parkeringsplassen")


def test_changes_in_different_places_are_both_there_in_a_new_draft(cast, inside):
    routine = take_up(cast, edition())
    write(routine, "[[møteplass]]", "parkeringsplassen")
    in_force(cast, routine)
    news = news_of(routine)
    # Filled-in blanks are our own text; what the template says new stands elsewhere.
    assert news.merged.conflicts == []
    draft = services.take_news(routine, by=cast.amir, stamp=news.stamp)
    assert draft.base == routine.current
    assert "Gå, ikke løp." in draft.text
    assert "Branndørene lukker seg selv" in draft.text
    assert "parkeringsplassen" in draft.text
    assert "[[" not in draft.text
    assert "utgave 1" in draft.change_note
    routine.refresh_from_db()
    assert "Skynd deg." in routine.current.text


def test_same_place_is_chosen_side_by_side(cast, client, inside):
    routine = take_up(cast, edition())
    write(routine, "Skynd deg.", "Ta med rullestolen.")
    news = news_of(routine)
    client.force_login(cast.amir.user)
    page = client.get(url(routine, "mal/")).content.decode()
    assert "Ta med rullestolen." in page
    assert "Gå, ikke løp." in page
    address, stamp = url(routine, "mal/"), {"stamp": news.stamp}
    assert client.post(address, stamp).status_code == 422
    assert client.post(address, stamp | {"choice_1": "begge deler"}).status_code == 422
    assert client.post(address, stamp | {"choice_1": "both"}).status_code == 303
    text = draft_of(routine).text
    assert "Ta med rullestolen." in text
    assert "Gå, ikke løp." in text
    assert "Branndørene lukker seg selv" in text


@pytest.mark.parametrize(("choice", "stays"), [(Choice.OURS, "Ta med rullestolen."), (Choice.THEIRS, "Gå, ikke løp.")])
def test_one_of_two_texts_is_chosen(cast, inside, choice, stays):
    routine = take_up(cast, edition())
    write(routine, "Skynd deg.", "Ta med rullestolen.")
    services.take_news(routine, by=cast.amir, stamp=news_of(routine).stamp, choices=[choice])
    text = draft_of(routine).text
    assert stays in text
    assert ("Ta med rullestolen." in text) + ("Gå, ikke løp." in text) == 1


def test_text_that_changed_meanwhile_is_not_overwritten(cast, client, inside):
    routine = take_up(cast, edition())
    seen = news_of(routine).stamp
    write(routine, "[[møteplass]]", "parkeringsplassen")
    with pytest.raises(OtherTexts):
        services.take_news(routine, by=cast.amir, stamp=seen)
    with pytest.raises(OtherTexts):
        services.keep_own(routine, by=cast.amir, stamp=seen)
    client.force_login(cast.amir.user)
    answer = client.post(url(routine, "mal/"), {"stamp": seen})
    assert answer.status_code == 409
    assert news_of(routine).stamp in answer.content.decode()
    assert "parkeringsplassen" in draft_of(routine).text


def test_withdrawn_template_leaves_the_routine_alone(cast, client, inside):
    routine = take_up(cast, edition(key="trukket-tilbake"))
    assert news_of(routine) is None
    client.force_login(cast.amir.user)
    assert "malen er trukket tilbake" in client.get(url(routine)).content.decode()
    assert "Malen er trukket tilbake" in client.get(url(routine, "mal/")).content.decode()
    assert client.get("/fjellvik/rutiner/bibliotek/").status_code == 200
    assert client.post(url(routine, "mal/"), {"stamp": "x"}).status_code == 409


def test_news_thrown_away_with_its_draft_is_offered_again(cast, inside):
    routine = take_up(cast, edition())
    in_force(cast, routine)
    draft = services.take_news(routine, by=cast.amir, stamp=news_of(routine).stamp)
    assert news_of(routine) is None
    services.discard_draft(draft, by=cast.amir)
    again = news_of(routine)
    assert again is not None
    assert again.base == OLD
    draft = services.take_news(routine, by=cast.amir, stamp=again.stamp)
    pass_through(cast, draft)
    assert news_of(routine) is None


def test_next_edition_is_reckoned_from_the_one_that_was_published(cast, inside):
    """Taken into a draft, published; then another edition is on its way and thrown away: back to the published one."""
    routine = take_up(cast, edition(OLD.replace("Skynd deg.", "Løp."), number=-1 + 1))
    in_force(cast, routine)
    adoption = selectors.adoption_of(routine)
    draft = services.take_news(routine, by=cast.amir, stamp=news_of(routine).stamp)
    pass_through(cast, draft)
    adoption = selectors.adoption_of(routine)
    assert adoption.base == (SHIPPED.version, NEW)
    # As if that had been an edition before the shipped one.
    Adoption.objects.filter(pk=adoption.pk).update(draft_version=0, draft_text=OLD)
    draft = services.take_news(routine, by=cast.amir, stamp=news_of(routine).stamp)
    adoption = selectors.adoption_of(routine)
    assert (adoption.version, adoption.text) == (0, OLD)
    services.discard_draft(draft, by=cast.amir)
    assert news_of(routine).base == OLD


def test_keeping_ones_own_text_is_asked_once_for_each_edition(cast, client, inside):
    routine = take_up(cast, edition())
    in_force(cast, routine)
    client.force_login(cast.amir.user)
    assert client.get(url(routine, "mal/behold/")).status_code == 405
    assert client.post(url(routine, "mal/behold/"), {"stamp": news_of(routine).stamp}).status_code == 303
    assert news_of(routine) is None
    assert client.post(url(routine, "mal/behold/"), {"stamp": "x"}).status_code == 409
    routine.refresh_from_db()
    assert routine.open_draft is None
    assert "Skynd deg." in routine.current.text


def test_draft_that_others_look_at_stands_still(cast, client, inside):
    routine = take_up(cast, edition())
    draft = draft_of(routine)
    services.send(draft, by=cast.amir, revision=draft.revision)
    news = news_of(routine)
    with pytest.raises(InvalidTransition):
        services.take_news(routine, by=cast.amir, stamp=news.stamp)
    client.force_login(cast.amir.user)
    assert "Utkastet står stille" in client.get(url(routine, "mal/")).content.decode()
    assert client.post(url(routine, "mal/"), {"stamp": news.stamp}).status_code == 409
    assert draft_of(routine).state == DraftState.REVIEW
    assert "Skynd deg." in draft_of(routine).text


def test_template_of_archived_routine_has_no_news(cast, inside):
    routine = take_up(cast, edition())
    in_force(cast, routine)
    services.archive(routine, by=cast.amir, reason="Erstattet")
    assert news_of(routine) is None
    with pytest.raises(InvalidTransition):
        services.take_news(routine, by=cast.amir, stamp="x")


def test_only_those_who_keep_the_routine_follow_its_template(cast, client, inside):
    routine = take_up(cast, edition())
    in_force(cast, routine)
    for stranger in (cast.ingrid, cast.piotr, cast.kari):
        client.force_login(stranger.user)
        assert "Malen er endret" not in client.get(url(routine)).content.decode()
        assert client.get(url(routine, "mal/")).status_code == 403
        assert client.post(url(routine, "mal/"), {"stamp": news_of(routine).stamp}).status_code == 403
        assert client.post(url(routine, "mal/behold/"), {"stamp": news_of(routine).stamp}).status_code == 403
    client.force_login(cast.sunniva.user)
    assert client.get(url(routine, "mal/")).status_code == 200


def test_routine_written_here_has_no_template(cast, client, inside):
    routine = begin(cast)
    client.force_login(cast.amir.user)
    assert client.get(url(routine, "mal/")).status_code == 404
    assert client.post(url(routine, "mal/behold/")).status_code == 404


def test_story_tells_where_it_came_from_and_what_was_taken(cast, client, inside):
    routine = take_up(cast, edition())
    services.take_news(routine, by=cast.amir, stamp=news_of(routine).stamp)
    client.force_login(cast.amir.user)
    page = client.get(url(routine)).content.decode()
    assert "Hentet fra biblioteket" in page
    assert "tok utgave 1 av malen inn i et utkast" in page
