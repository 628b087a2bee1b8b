"""Cases that have to do with each other: linked, suggested, recurring, moved, split; and nobody learns of another case."""

import datetime
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deviations import selectors, services
from deviations.enums import LinkKind, ReporterKind, State
from deviations.models import AccessGrant, CaseLink, Deviation, HiddenReporter, IdentityGrant
from deviations.selectors.filters import matching
from hms.actions import services as plans
from hms.actions.enums import PlanState
from hms.assignments.enums import State as AssignmentState
from hms.audit.transitions import InvalidTransition
from hms.files.selectors import attachments_of
from hms.files.services import attach
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from tests.deviations.helpers import add_action, report, url
from tests.deviations.test_identity import hidden


def fresh(case) -> Deviation:
    return Deviation.everything.select_related("handling__assignee", "plan", "unit").get(pk=case.pk)


# --- links ---


def test_a_link_is_one_row_seen_from_both_ends(cast, client):
    with tenant(cast.fjellvik):
        one, other = report(cast), report(cast, "Trappa igjen.")
    client.force_login(cast.amir.user)
    address = url(other, "lenke/")
    for number in ("tull", "2026-9999", other.number, ""):
        assert client.post(address, {"other": number, "kind": "related"}).status_code == 422
    assert client.post(address, {"other": one.number, "kind": "recurrence"}).status_code == 303
    assert client.post(address, {"other": one.number, "kind": "recurrence"}).status_code == 303
    with tenant(cast.fjellvik):
        link = CaseLink.objects.get()
        assert (link.deviation, link.other, link.kind) == (other, one, LinkKind.RECURRENCE)
        assert [row.case for row in selectors.linked_to(one, cast.amir)] == [other]
        assert selectors.linked_to(other, cast.amir)[0].is_again
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseLink.objects.create(deviation=one, other=other, kind=LinkKind.RELATED)
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseLink.objects.create(deviation=one, other=one, kind=LinkKind.RELATED)
    assert other.number in client.get(url(one)).content.decode()
    assert client.post(url(one, "lenke/fjern/"), {"other": other.pk}).status_code == 303
    with tenant(cast.fjellvik):
        assert not CaseLink.objects.exists()


def test_what_a_reader_may_not_open_is_not_there(cast, client):
    with tenant(cast.fjellvik):
        seen, secret = report(cast), report(cast, "Om en kollega.")
        services.set_confidential(secret, by=cast.amir)
        services.link(seen, other=secret, kind=LinkKind.RELATED, by=cast.amir)
        assert selectors.linked_to(seen, cast.kari) == []
    for person in (cast.kari, cast.sunniva, cast.ingrid):
        client.force_login(person.user)
        page = client.get(url(seen)).content.decode()
        if person is not cast.ingrid:
            assert secret.number not in page, person.name
        assert "Belongs together" not in page
    client.force_login(cast.sunniva.user)
    for verb, body in (("lenke/forslag/", {"answer": "related"}), ("lenke/fjern/", {})):
        for other in (secret.pk, 999999999, "x", "9" * 30):
            assert client.post(url(seen, verb), {"other": other, **body}).status_code == 404
    assert client.post(url(seen, "lenke/"), {"other": secret.number, "kind": "related"}).status_code == 422


def test_whistleblowing_is_never_linked_and_its_links_are_seen_by_its_receivers_only(cast, client):
    with tenant(cast.fjellvik):
        one, other = report(cast), report(cast)
        services.link(one, other=other, kind=LinkKind.RELATED, by=cast.amir)
        services.add_receiver(
            employee=cast.vigdis, position=1, is_outside_line=True, starts_on=timezone.localdate(), by=cast.admin
        )
        services.make_whistleblowing(fresh(other), by=cast.amir, reason="Varsling.")
        assert selectors.linked_to(one, cast.amir) == []
        assert selectors.suggestions_for(one, cast.amir) == []
        assert [row.case for row in selectors.linked_to(fresh(one), cast.vigdis)] == [other]
        with pytest.raises(InvalidTransition):
            services.link(report(cast), other=fresh(other), kind=LinkKind.RELATED, by=cast.vigdis)
    client.force_login(cast.amir.user)
    assert other.number not in client.get(url(one)).content.decode()


def test_suggestions_have_two_things_in_common_and_are_answered_once(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, category="equipment")
        same_unit_and_place = report(cast, "Samme sted.", place="trapp b")
        same_unit_and_category = report(cast, "Samme slag.", place="Bad", category="equipment")
        elsewhere = report(cast, "Annen enhet.", unit=cast.helse, category="equipment")
        report(cast, "Bare samme enhet.", place="Kjøkken")
        long_ago = report(cast, "For lenge siden.", category="equipment")
        Deviation.objects.filter(pk=long_ago.pk).update(reported_at=timezone.now() - datetime.timedelta(days=120))
        found = selectors.suggestions_for(case, cast.sunniva)
        assert set(found) == {same_unit_and_place, same_unit_and_category, elsewhere}
        # Amir does not see Helse's.
        assert set(selectors.suggestions_for(case, cast.amir)) == {same_unit_and_place, same_unit_and_category}
        with CaptureQueriesContext(
            connection,
        ) as queries:
            selectors.suggestions_for(case, cast.sunniva)
        assert len(queries) == 1
    client.force_login(cast.amir.user)
    assert "Samme sted" in client.get(url(case)).content.decode()
    said = {"other": same_unit_and_place.pk, "answer": "dismissed"}
    assert client.post(url(case, "lenke/forslag/"), said).status_code == 303
    said = {"other": same_unit_and_category.pk, "answer": "recurrence"}
    assert client.post(url(case, "lenke/forslag/"), said).status_code == 303
    with tenant(cast.fjellvik):
        assert selectors.suggestions_for(case, cast.amir) == []
        # Nor from the other side.
        assert case not in selectors.suggestions_for(same_unit_and_place, cast.amir)
        assert [row.case for row in selectors.linked_to(case, cast.amir)] == [same_unit_and_category]


def test_recurrences_are_marked_and_found_only_where_the_inside_is_seen(cast, client):
    with tenant(cast.fjellvik):
        first, again = report(cast), report(cast, "Igjen.")
        services.analyse(again, by=cast.amir, why=["Slitt"], causes=["equipment"], version=again.version)
        services.link(fresh(again), other=first, kind=LinkKind.RECURRENCE, by=cast.amir)
        # Tor Erik owns an action there: he sees the case, and not its inside.
        add_action(cast, fresh(again))
        for person, sees in ((cast.amir, True), (cast.kari, True), (cast.sunniva, True), (cast.vigdis, True),
                             (cast.ingrid, False), (cast.tor_erik, False)):  # fmt: skip
            shown = selectors.visible_to(person)
            assert again in shown
            assert (again in matching(shown, {"status": "again"}, person)) == sees, person.name
            assert (again in matching(shown, {"cause": "equipment"}, person)) == sees, person.name
            marked = selectors.with_marks(shown, person).get(pk=again.pk)
            assert marked.is_recurrence == sees
    client.force_login(cast.amir.user)
    page = client.get("/fjellvik/avvik/?status=again").content.decode()
    assert again.number in page
    assert first.number not in page


def test_the_inside_filter_says_what_the_rule_says(cast):
    with tenant(cast.fjellvik):
        cases = [report(cast), report(cast, unit=cast.teknisk, reporter=cast.tor_erik), report(cast), hidden(cast)]
        services.set_confidential(cases[2], by=cast.amir)
        cases.append(report(cast, about_my_manager=True))
        for person in (cast.amir, cast.kari, cast.sunniva, cast.vigdis, cast.ingrid, cast.tor_erik, cast.helene,
                       cast.ragnhild, cast.piotr, cast.admin):  # fmt: skip
            inside = Deviation.objects.filter(selectors.seen_inside(person))
            shown = selectors.visible_to(person)
            expected = {case for case in shown if services_rule(person, case)}
            assert set(shown & inside) == expected, person.name


def services_rule(person, case) -> bool:
    from deviations.rules import sees_internal_comments

    return sees_internal_comments(person, case)


# --- moving ---


def test_moving_gives_the_case_to_whoever_handles_that_units_cases(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        action = add_action(cast, case)
        plans.send_to_safety_rep(action.plan, to=cast.kari, by=cast.amir)
    client.force_login(cast.amir.user)
    address = url(case, "flytt/")
    assert client.post(address, {"unit": cast.teknisk.pk, "reason": ""}).status_code == 422
    assert client.post(address, {"unit": cast.solbakken.pk, "reason": "x"}).status_code == 422
    moved = client.post(address, {"unit": cast.teknisk.pk, "reason": "Bygget er Teknisk sitt."})
    # Amir has no part in it there any more.
    assert moved.headers["Location"] == "/fjellvik/avvik/"
    with tenant(cast.fjellvik):
        now = fresh(case)
        assert (now.unit, now.handling.assignee, now.plan.unit, now.plan.owner) == (
            cast.teknisk, cast.piotr, cast.teknisk, cast.piotr,
        )  # fmt: skip
        # The statement was for the representative of the unit it came from.
        assert now.plan.state == PlanState.DRAFT
        assert now.plan.statement_assignment.state == AssignmentState.CANCELLED
        assert Notification.objects.filter(type="deviations.moved", recipient=cast.ingrid).count() == 1
        assert Notification.objects.filter(type="deviations.moved_here", recipient=cast.vigdis).count() == 1
        assert not Notification.objects.filter(type="deviations.moved_here", recipient=cast.kari).exists()
        assert not selectors.visible_to(cast.kari).filter(pk=case.pk).exists()
    client.force_login(cast.ingrid.user)
    page = client.get(url(case)).content.decode()
    assert "Bygget er Teknisk sitt." in page
    assert "Teknisk drift" in page
    client.force_login(cast.amir.user)
    assert client.get(url(case)).status_code == 404


def test_moving_never_gives_the_case_to_somebody_it_is_about(cast):
    with tenant(cast.fjellvik):
        case = report(cast, unit=cast.teknisk, reporter=cast.tor_erik, about_my_manager=True)
        assert case.concerns == cast.piotr
        services.move_to_unit(case, unit=cast.kommune, by=cast.ragnhild, reason="x")
        services.move_to_unit(fresh(case), unit=cast.teknisk, by=cast.ragnhild, reason="x")
        now = fresh(case)
        assert now.handling.assignee != cast.piotr
        assert now.is_confidential
        assert not selectors.visible_to(cast.piotr).filter(pk=case.pk).exists()
        assert not Notification.objects.filter(recipient=cast.piotr).exists()
        assert not Notification.objects.filter(type="deviations.moved_here").exists()


def test_a_hidden_reporter_does_not_handle_what_is_moved_to_them(cast):
    with tenant(cast.fjellvik):
        case = hidden(cast, reporter=cast.piotr)
        services.move_to_unit(case, unit=cast.teknisk, by=cast.amir, reason="x")
        handler = fresh(case).handling.assignee
        assert handler == cast.ragnhild
        assert selectors.reporter_shown_to(handler, fresh(case)).name == ""
        assert Notification.objects.filter(type="deviations.other_handler", recipient=cast.piotr).exists()


# --- splitting ---


def _split(case, cast, **fields):
    content = {"title": "Lyset", "description": "Lyset virker ikke.", "unit": cast.teknisk, "severity": 1, **fields}
    return services.split(case, by=cast.amir, **content)


def test_part_of_a_case_becomes_one_of_its_own(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, "Rekkverket er løst, og lyset virker ikke.")
        files = [attach(SimpleUploadedFile(f"{n}.txt", b"Hei"), owner=case, by=cast.ingrid) for n in (1, 2)]
        stranger = attach(SimpleUploadedFile("3.txt", b"Hei"), owner=report(cast), by=cast.ingrid)
        services.answer(case, by=cast.amir, text="Takk.")
    client.force_login(cast.amir.user)
    body = {
        "title": "Lyset i trapp B", "description": "Lyset virker ikke.", "unit": cast.teknisk.pk, "severity": 1,
        "category": "equipment", "attachments": [files[1].pk], "idempotency_key": str(uuid.uuid4()),
    }  # fmt: skip
    assert client.post(url(case, "del/"), {**body, "attachments": [stranger.pk]}).status_code == 422
    assert client.post(url(case, "del/"), body).status_code == 303
    assert client.post(url(case, "del/"), body).status_code == 303
    with tenant(cast.fjellvik):
        part = Deviation.objects.get(title="Lyset i trapp B")
        assert (part.reporter, part.unit, part.handling.assignee) == (cast.ingrid, cast.teknisk, cast.piotr)
        assert (part.reported_at, part.first_answered_at) == (case.reported_at, fresh(case).first_answered_at)
        assert [file.name for file in attachments_of(part)] == ["2.txt"]
        assert [row.case for row in selectors.linked_to(case, cast.sunniva)] == [part]
        assert Notification.objects.filter(type="deviations.split", recipient=cast.ingrid).count() == 1
    client.force_login(cast.ingrid.user)
    assert part.number in client.get(url(case)).content.decode()
    assert case.number in client.get(url(part)).content.decode()


def test_whoever_has_the_code_follows_both_and_nobody_elses(cast, client):
    with tenant(cast.fjellvik):
        sent = services.report(
            organisation=cast.fjellvik, unit=cast.solbakken, description="To ting.", severity=2,
            reporter_kind=ReporterKind.ANONYMOUS,
        )  # fmt: skip
        part = _split(sent.deviation, cast)
        third = _split(fresh(part), cast, title="Og håndtaket")
        stranger = report(cast, "Ikke din.")
        services.close(fresh(part), by=cast.piotr, answer="Ny lyspære.")
    page = client.post("/fjellvik/f/", {"code": sent.receipt_code}).content.decode()
    assert part.number in page
    assert third.number in page
    shown = client.post("/fjellvik/f/", {"code": sent.receipt_code, "case": part.number}).content.decode()
    assert "Ny lyspære." in shown
    other = client.post("/fjellvik/f/", {"code": sent.receipt_code, "case": stranger.number}).content.decode()
    assert "Ikke din." not in other
    said = {"code": sent.receipt_code, "case": part.number, "text": "Den gikk igjen.", "verb": "reopen"}
    client.post("/fjellvik/f/", said)
    with tenant(cast.fjellvik):
        assert fresh(part).state == State.IN_PROGRESS
        assert fresh(sent.deviation).state == State.NEW
        assert (part.reporter_id, part.reporter_name, part.receipt_hash) == (None, "", "")


def test_a_hidden_name_follows_only_to_whoever_knows_it(cast):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        same_handler = _split(case, cast, unit=cast.solbakken)
        other_handler = _split(fresh(case), cast)
        for part in (same_handler, other_handler):
            assert (part.reporter_id, HiddenReporter.objects.get(deviation=part).employee) == (None, cast.ingrid)
        assert IdentityGrant.objects.filter(deviation=same_handler, employee=cast.amir).exists()
        assert not IdentityGrant.objects.filter(deviation=other_handler).exists()
        asked = Notification.objects.filter(type="deviations.other_handler", recipient=cast.ingrid)
        assert asked.get().parameters["name"] == cast.piotr.given_name


def test_a_part_is_as_confidential_as_the_whole_and_about_the_same(cast):
    with tenant(cast.fjellvik):
        case = report(cast, about_my_manager=True)
        part = services.split(
            case, by=cast.helene, title="x", description="x", unit=cast.solbakken, severity=1
        )  # fmt: skip
        assert (part.is_confidential, part.concerns) == (True, cast.amir)
        assert part.handling.assignee == cast.helene
        assert part.handling.title == part.number
        assert AccessGrant.objects.filter(deviation=part, employee=cast.helene).exists()
        assert not selectors.visible_to(cast.amir).filter(pk=part.pk).exists()
        assert not Notification.objects.filter(type="deviations.reported", about_id=part.pk).exists()
