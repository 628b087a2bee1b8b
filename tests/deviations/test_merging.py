"""Two reports of the same are handled as one: what each reporter follows, what nobody learns, no chains, undone."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from deviations import rules, selectors, services
from deviations.enums import CommentVisibility, Ending, ReporterKind, State
from deviations.models import Deviation, Rating
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.files.services import attach
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from tests.deviations.helpers import add_action, report, url
from tests.deviations.test_at_once import at_once, signed_in, world  # noqa: F401  a fixture
from tests.deviations.test_identity import hidden


def fresh(case) -> Deviation:
    return Deviation.everything.select_related("handling", "merged_into__handling").get(pk=case.pk)


@pytest.fixture
def pair(cast):
    """Ingrid's and Kari's reports of the same stair: Ingrid's is merged into Kari's."""
    with tenant(cast.fjellvik):
        duplicate = report(cast, "Rekkverket i trapp B er løst.")
        main = report(cast, "Kari sin hemmelige beskrivelse av trappa.", reporter=cast.kari)
        services.merge(duplicate, into=main, by=cast.amir, reason="Samme rekkverk.")
    return fresh_in(cast, duplicate), fresh_in(cast, main)


def fresh_in(cast, case) -> Deviation:
    with tenant(cast.fjellvik):
        return fresh(case)


def test_merging_in_the_browser_by_number(cast, client):
    with tenant(cast.fjellvik):
        duplicate, main = report(cast), report(cast, "Trappa.", reporter=cast.kari)
        secret, closed = report(cast), report(cast)
        services.set_confidential(secret, by=cast.amir)
        services.close(closed, by=cast.amir, answer="Fikset.")
    client.force_login(cast.amir.user)
    address = url(duplicate, "sla-sammen/")
    assert main.number in client.get(address + f"?i={main.number}").content.decode()
    for into in ("2026-9999", "tull", duplicate.number, secret.number, closed.number, ""):
        assert client.post(address, {"into": into, "reason": "Samme."}).status_code == 422, into
    assert client.post(address, {"into": main.number, "reason": "Samme."}).status_code == 303
    now = fresh_in(cast, duplicate)
    assert (now.state, now.ending, now.merged_into) == (State.CLOSED, Ending.MERGED, main)
    assert client.post(address, {"into": main.number, "reason": "Samme."}).status_code == 409
    with tenant(cast.fjellvik):
        assert Notification.objects.filter(type="deviations.merged", recipient=cast.ingrid).count() == 1


def test_a_case_of_another_organisation_does_not_exist(cast, client):
    with tenant(cast.fjellvik):
        duplicate = report(cast)
    with tenant(cast.havbris):
        theirs = report(cast, organisation=cast.havbris, unit=cast.havbris_unit, reporter=cast.olav)
        number = theirs.number
    client.force_login(cast.amir.user)
    if number != duplicate.number:
        response = client.post(url(duplicate, "sla-sammen/"), {"into": number, "reason": "Samme."})
        assert response.status_code == 422
    assert fresh_in(cast, duplicate).state == State.NEW


def test_the_merged_reporter_follows_from_their_own_page_and_sees_nothing_of_the_other(cast, client, pair):
    duplicate, main = pair
    with tenant(cast.fjellvik):
        services.comment(main, by=cast.kari, text="Kari sine egne ord.", visibility=CommentVisibility.REPORTER)
    client.force_login(cast.ingrid.user)
    page = client.get(url(duplicate)).content.decode()
    for secret in (main.number, "hemmelige", "Kari sine egne ord", "Samme rekkverk"):
        assert secret not in page
    assert client.get(url(main)).status_code == 404
    with tenant(cast.fjellvik):
        services.close(main, by=cast.amir, answer="Rekkverket er festet.")
        assert Notification.objects.filter(type="deviations.closed", recipient=cast.ingrid).count() == 1
        assert Notification.objects.filter(type="deviations.closed", recipient=cast.kari).count() == 1
    page = client.get(url(duplicate)).content.decode()
    assert "Rekkverket er festet." in page
    assert main.number not in page
    assert client.post(url(duplicate, "hjalp/"), {"helped": "partly", "comment": "Litt løst ennå."}).status_code == 303
    with tenant(cast.fjellvik):
        rating = Rating.objects.get()
        assert rating.deviation == duplicate
        assert rules.current_rating(fresh(duplicate)) == rating


def test_what_the_merged_reporter_writes_reaches_whoever_has_the_one_that_goes_on(cast, client, pair):
    duplicate, main = pair
    with tenant(cast.fjellvik):
        services.hand_over(main, to=cast.sunniva, by=cast.amir)
    client.force_login(cast.ingrid.user)
    assert client.post(url(duplicate, "kommentar/"), {"text": "Det er verre nå."}).status_code == 303
    with tenant(cast.fjellvik):
        told = Notification.objects.filter(type="deviations.comment", about_id=duplicate.pk)
        assert [one.recipient for one in told] == [cast.sunniva]
        # Somebody who may not open this one is not told of it: then whoever had it is.
        services.set_confidential(fresh(main), by=cast.sunniva)
        services.hand_over(fresh(main), to=cast.tor_erik, by=cast.sunniva)
        services.comment(fresh(duplicate), by=cast.ingrid, text="Og i dag.", visibility="reporter")
        newest = Notification.objects.filter(type="deviations.comment", about_id=duplicate.pk).latest("id")
        assert newest.recipient == cast.amir


def test_rating_waits_for_the_one_that_goes_on(cast, client, pair):
    duplicate, _main = pair
    client.force_login(cast.ingrid.user)
    assert client.post(url(duplicate, "hjalp/"), {"helped": "yes"}).status_code == 403
    assert client.post(url(duplicate, "gjenapne/"), {"text": "x"}).status_code == 403


def test_the_merged_reporter_reopens_the_one_that_goes_on_without_being_named_there(cast, client, pair):
    duplicate, main = pair
    with tenant(cast.fjellvik):
        services.close(main, by=cast.amir, answer="Rekkverket er festet.")
    client.force_login(cast.ingrid.user)
    assert client.post(url(duplicate, "gjenapne/"), {"text": "Det er løst igjen."}).status_code == 303
    with tenant(cast.fjellvik):
        assert fresh(main).state == State.IN_PROGRESS
        assert fresh(duplicate).ending == Ending.MERGED
        event = Event.objects.get(verb="deviation.reopened_by_another")
        assert (event.actor, event.root_id) == (None, main.pk)
        assert Notification.objects.filter(type="deviations.reopened", recipient=cast.amir).count() == 1
        assert not fresh(main).comments.filter(text="Det er løst igjen.").exists()
    assert client.post(url(duplicate, "gjenapne/"), {"text": "Enda en gang."}).status_code == 403
    client.force_login(cast.kari.user)
    assert "Ingrid" not in client.get(url(main)).content.decode().split("merged-")[0]
    with tenant(cast.fjellvik):
        # Closed again, both are answered again, and rate this closing.
        services.close(fresh(main), by=cast.amir, answer="Nytt rekkverk.")
        assert fresh(duplicate).answer == "Nytt rekkverk."
        assert Notification.objects.filter(type="deviations.closed", recipient=cast.ingrid).count() == 2


def test_the_handler_does_not_reopen_a_merged_case(cast, client, pair):
    duplicate, _main = pair
    client.force_login(cast.amir.user)
    assert client.post(url(duplicate, "gjenapne/"), {"text": "x"}).status_code == 409


def test_comments_and_files_are_shown_from_the_one_that_goes_on_to_those_who_may_see_both(cast, client):
    with tenant(cast.fjellvik):
        duplicate = report(cast, "Ingrids eget om trappa.")
        services.set_confidential(duplicate, by=cast.amir)
        main = report(cast, reporter=cast.kari)
        attach(SimpleUploadedFile("notat.txt", b"Hei"), owner=duplicate, by=cast.ingrid)
        services.comment(duplicate, by=cast.ingrid, text="Det verste er kanten.", visibility="reporter")
        services.merge(duplicate, into=main, by=cast.amir, reason="Samme.")
    client.force_login(cast.amir.user)
    page = client.get(url(main)).content.decode()
    for shown in (duplicate.number, "Ingrids eget", "Det verste er kanten.", "notat.txt"):
        assert shown in page
    # The representative handles neither and is not on the list of the confidential one.
    for person in (cast.kari, cast.sunniva, cast.vigdis):
        client.force_login(person.user)
        page = client.get(url(main)).content.decode()
        for secret in (duplicate.number, "Ingrids eget", "Det verste", "notat.txt"):
            assert secret not in page, person.name


def test_a_hidden_name_does_not_follow_a_merge(cast):
    with tenant(cast.fjellvik):
        duplicate = hidden(cast)
        main = report(cast, reporter=cast.kari)
        services.hand_over(main, to=cast.helene, by=cast.amir)
        services.merge(duplicate, into=fresh(main), by=cast.helene, reason="Samme.")
        assert fresh(duplicate).handling.assignee == cast.helene
        assert selectors.reporter_shown_to(cast.helene, fresh(duplicate)).name == ""
        assert Notification.objects.filter(type="deviations.other_handler", recipient=cast.ingrid).count() == 1


def test_the_one_it_is_about_is_not_given_it_by_merging(cast):
    with tenant(cast.fjellvik):
        about_amir = report(cast, about_my_manager=True)
        main = report(cast, reporter=cast.kari)
        with pytest.raises(InvalidTransition):
            services.merge(about_amir, into=main, by=cast.helene, reason="Samme.")
        assert fresh(about_amir).state == State.NEW


def test_what_is_confidential_does_not_answer_into_an_ordinary_case(cast):
    with tenant(cast.fjellvik):
        ordinary, secret = report(cast), report(cast, reporter=cast.kari)
        services.set_confidential(secret, by=cast.amir)
        assert rules.merge_obstacle(ordinary, fresh(secret)) == "confidential"
        with pytest.raises(InvalidTransition):
            services.merge(ordinary, into=secret, by=cast.amir, reason="Samme.")
        # One that becomes confidential afterwards takes along what is merged into it.
        main = report(cast, reporter=cast.kari)
        services.merge(ordinary, into=main, by=cast.amir, reason="Samme.")
        services.set_confidential(fresh(main), by=cast.amir)
        assert fresh(ordinary).is_confidential
        assert not selectors.visible_to(cast.sunniva).filter(pk=ordinary.pk).exists()


def test_neither_chains_nor_circles(cast, pair):
    duplicate, main = pair
    with tenant(cast.fjellvik):
        third = report(cast)
        for one, other in ((main, third), (third, duplicate), (main, duplicate), (third, third)):
            with pytest.raises(InvalidTransition):
                services.merge(fresh(one), into=fresh(other), by=cast.amir, reason="x")
        merged = {"state": "closed", "ending": "merged", "closed_at": timezone.now()}
        for row, into in ((main, third), (third, duplicate), (third, third)):
            with pytest.raises(IntegrityError), transaction.atomic():
                Deviation.objects.filter(pk=row.pk).update(**merged, merged_into=into)
        with pytest.raises(InvalidTransition):
            services.withdraw_case(fresh(main), by=cast.kari, reason="x")


def test_others_rely_on_it_then_it_is_not_merged(cast):
    with tenant(cast.fjellvik):
        busy, main = report(cast), report(cast)
        add_action(cast, busy, kind="immediate")
        with pytest.raises(InvalidTransition):
            services.merge(busy, into=main, by=cast.amir, reason="x")


def test_taken_out_again_while_the_other_is_open(cast, client, pair):
    duplicate, main = pair
    client.force_login(cast.amir.user)
    assert client.post(url(duplicate, "ta-ut/"), {"text": "Det var trapp C."}).status_code == 303
    with tenant(cast.fjellvik):
        now = fresh(duplicate)
        assert (now.state, now.ending, now.merged_into, now.handling.state) == (State.IN_PROGRESS, "", None, "open")
        assert Notification.objects.filter(type="deviations.taken_out", recipient=cast.ingrid).count() == 1
        services.merge(now, into=fresh(main), by=cast.amir, reason="Likevel.")
        services.close(fresh(main), by=cast.amir, answer="Festet.")
    assert client.post(url(duplicate, "ta-ut/"), {"text": "Nei."}).status_code == 409


def test_a_case_that_becomes_whistleblowing_lets_go_of_what_was_merged_into_it(cast, client, pair):
    duplicate, main = pair
    with tenant(cast.fjellvik):
        services.add_receiver(
            employee=cast.vigdis, position=1, is_outside_line=True, starts_on=timezone.localdate(), by=cast.admin
        )
        services.make_whistleblowing(fresh(main), by=cast.amir, reason="Varsling.")
        now = fresh(duplicate)
        assert (now.state, now.merged_into) == (State.IN_PROGRESS, None)
        with pytest.raises(InvalidTransition):
            services.merge(now, into=fresh(main), by=cast.amir, reason="x")
        with pytest.raises(InvalidTransition):
            services.merge(fresh(main), into=now, by=cast.vigdis, reason="x")


def test_somebody_anonymous_follows_the_other_with_their_code(cast, client):
    with tenant(cast.fjellvik):
        sent = services.report(
            organisation=cast.fjellvik, unit=cast.solbakken, description="Trapp B.", severity=2,
            reporter_kind=ReporterKind.ANONYMOUS,
        )  # fmt: skip
        main = report(cast, "Det samme med andre ord.", reporter=cast.kari)
        services.merge(sent.deviation, into=main, by=cast.amir, reason="Samme.")
        services.close(fresh(main), by=cast.amir, answer="Festet.")
    page = client.post("/fjellvik/f/", {"code": sent.receipt_code}).content.decode()
    assert "Festet." in page
    assert "andre ord" not in page
    assert main.number not in page
    rated = {"code": sent.receipt_code, "case": sent.deviation.number, "verb": "rate", "helped": "no"}
    assert client.post("/fjellvik/f/", rated).status_code == 200
    said = {"code": sent.receipt_code, "text": "Ennå løst.", "verb": "reopen"}
    assert client.post("/fjellvik/f/", said).status_code == 200
    with tenant(cast.fjellvik):
        assert Rating.objects.get().helped == "no"
        now = fresh(main)
        assert now.state == State.IN_PROGRESS
        newest = now.history.order_by("-history_id").first()
        assert timezone.localtime(newest.history_date).time() == datetime.time(0)
        event = Event.objects.get(verb="deviation.reopened_by_another")
        assert timezone.localtime(event.at).time() == datetime.time(0)


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_crosswise_at_once(world):  # noqa: F811
    with tenant(world.fjellvik):
        one, other = report(world), report(world)
    clients = [signed_in(world.amir), signed_in(world.sunniva)]
    said = [{"into": other.number, "reason": "Samme."}, {"into": one.number, "reason": "Samme."}]
    answers = at_once(
        lambda: clients[0].post(url(one, "sla-sammen/"), said[0]).status_code,
        lambda: clients[1].post(url(other, "sla-sammen/"), said[1]).status_code,
    )
    assert sorted(answers) in ([303, 409], [303, 422])
    with tenant(world.fjellvik):
        assert Deviation.objects.filter(ending=Ending.MERGED).count() == 1
        assert not Deviation.objects.filter(merged_into__merged_into__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_merging_while_the_other_is_closed_leaves_nobody_without_an_answer(world):  # noqa: F811
    for _round in range(3):
        with tenant(world.fjellvik):
            one, main = report(world), report(world)
        merger, closer = signed_in(world.amir), signed_in(world.sunniva)
        said = {"into": main.number, "reason": "Samme."}
        at_once(
            lambda c=merger, s=said, o=one: c.post(url(o, "sla-sammen/"), s).status_code,
            lambda c=closer, m=main: c.post(url(m, "lukk/"), {"text": "Festet."}).status_code,
        )
        with tenant(world.fjellvik):
            now = fresh(one)
            assert (now.ending == Ending.MERGED) == (now.answer == "Festet.")
