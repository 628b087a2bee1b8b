"""Whistleblowing leaves everything that others see, for receivers who are in no conflict."""

import datetime
import re
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from deviations import documents, selectors, services
from deviations.enums import ReporterKind
from deviations.importing.services import _known
from deviations.models import (
    AccessGrant,
    Deviation,
    Reclassification,
    WhistleblowingReceiver,
    WhistleblowingSubject,
)
from hms.actions import services as plans
from hms.actions.models import ActionPlan
from hms.assignments import services as assignments
from hms.assignments.models import ActionLink, Assignment
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.files.models import Attachment
from hms.files.services import attach
from hms.notifications.models import Delivery, Notification
from hms.organisations.enums import Role
from hms.organisations.models import Absence
from hms.reports.kinds import ReportGone
from hms.reports.models import ReportJob
from hms.reports.services import request_report
from hms.tenancy.scope import tenant
from tests.cast import hold, make_employee
from tests.deviations.helpers import add_action, report, url
from tests.deviations.test_anonymity import photo

SECRET = "Sjefen tar imot bestikkelser"
REASON = "Dette er korrupsjon."
FORMERLY = ("amir", "helene", "sunniva", "kari", "vigdis", "ragnhild", "tor_erik", "piotr", "admin")


@pytest.fixture
def receivers(cast):
    """Lise from the staff, then Nora from the board."""
    with tenant(cast.fjellvik):
        lise = make_employee(cast.fjellvik, "Lise Varsel", cast.teknisk)
        nora = make_employee(cast.fjellvik, "Nora Styre", cast.kommune)
        today = timezone.localdate()
        services.add_receiver(employee=lise, position=1, is_outside_line=False, starts_on=today, by=cast.admin)
        services.add_receiver(employee=nora, position=2, is_outside_line=True, starts_on=today, by=cast.admin)
    return lise, nora


def worked_on(cast, **fields):
    """A case with everything that others can have of one: plan, action with a mailed link, helper, statement, PDF."""
    case = report(cast, f"{SECRET}.", **fields)
    services.receive(case, by=cast.amir)
    services.comment(case, by=cast.kari, text="Jeg har sett det samme.", visibility="internal")
    action = add_action(cast, case, title=f"{SECRET}: samtale", kind="immediate")
    assignments.create_link(action.assignment, to=cast.tor_erik)
    assignments.add_helper(action.assignment, cast.piotr, by=cast.tor_erik)
    plans.send_to_safety_rep(action.plan, to=cast.kari, by=cast.amir)
    case.refresh_from_db()
    return case


def pages(client, person) -> str:
    client.force_login(person.user)
    shown = ""
    for page in (
        "", "avvik/?status=all", "avvik/?status=all&q=bestikkelser", "avvik/?status=all&q=2026-0001",
        "avvik/?mine=1&status=all", "oppgaver/", "oppgaver/?status=done", "varsler/", "varsling/", "oppsummering/",
    ):  # fmt: skip
        shown += client.get(f"/fjellvik/{page}", follow=True).content.decode()
    # What one has searched for stands in the field again, and in the links.
    return re.sub(r'value="[^"]*"|q=[-\w]+|Søk: «[^»]*»', "", shown)


# --- out of everything ---


def test_it_leaves_every_list_search_inbox_task_and_address_of_everybody_else(cast, client, receivers):
    with tenant(cast.fjellvik):
        case = worked_on(cast)
        work = list(Assignment.objects.values_list("pk", flat=True))
        plan = case.plan_id
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
    for name in FORMERLY:
        person = getattr(cast, name)
        shown = pages(client, person)
        assert SECRET not in shown, name
        assert case.number not in shown, name
        for tail in ("", "vurder/", "arsak/", "kommentar/", "svar/", "lukk/", "gi-videre/", "tilgang/", "mer/",
                     "gjenapne/", "varsel/", "ikke-varsel/", "gjelder/"):  # fmt: skip
            assert client.get(url(case, tail)).status_code == 404, (name, tail)
            assert client.post(url(case, tail), {"text": "x"}).status_code in {404, 405}, (name, tail)
        for tail in ("ta/", "plan/", "pdf/", "identitet/"):
            assert client.post(url(case, tail)).status_code == 404, (name, tail)
        assert client.get(f"/fjellvik/tiltak/plan/{plan}/").status_code == 404
        for pk in work:
            assert client.get(f"/fjellvik/oppgaver/{pk}/").status_code == 404, name


def test_it_is_in_no_count_summary_or_search_of_anybody_not_even_the_receivers(cast, receivers):
    with tenant(cast.fjellvik):
        case = report(cast, f"{SECRET}.")
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        assert Deviation.objects.count() == 0
        for person in (cast.amir, cast.sunniva, cast.ragnhild, cast.ingrid, *receivers):
            assert selectors.open_counts(person).open == 0
            assert not selectors.visible_to(person).exists()
            assert not selectors.search(selectors.visible_to(person), "bestikkelser").exists()
            assert not selectors.reported_by(person).exists()
        assert not ActionPlan.objects.exists()


def test_nothing_written_elsewhere_carries_the_words_any_more(cast, receivers):
    with tenant(cast.fjellvik):
        case = worked_on(cast)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        assert not Assignment.objects.filter(title__contains="bestikkelser").exists()
        assert set(Assignment.objects.values_list("assignee", "is_confidential")) == {(receivers[0].pk, True)}
        assert not Assignment.objects.filter(requested_by__isnull=False).exists()
        assert not ActionPlan.objects.filter(title__contains="bestikkelser").exists()
        assert not Notification.objects.filter(parameters__icontains="bestikkelser").exists()
        recipients = set(Notification.objects.values_list("recipient", flat=True))
        assert recipients <= {cast.ingrid.pk, *(person.pk for person in receivers)}
        assert not Delivery.objects.exclude(notification__recipient__in=recipients).exists()
        assert not ActionLink.objects.filter(used_at=None, revoked_at=None).exists()
        assert not Event.objects.filter(data__icontains="korrupsjon").exists()


def test_a_mailed_link_and_a_pdf_from_before_open_nothing(cast, client, receivers, monkeypatch):
    with tenant(cast.fjellvik):
        case = worked_on(cast)
        action = Assignment.objects.get(kind="action")
        token = assignments.create_link(action, to=cast.tor_erik)
        job = request_report(documents.CASE, by=cast.amir, parameters={"deviation": case.pk, "number": case.number})
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        assert not ReportJob.objects.filter(pk=job.pk).exists()
        with pytest.raises(ReportGone):
            documents.make_case({"deviation": case.pk}, cast.amir)
    page = client.get(f"/fjellvik/t/{token}/")
    assert SECRET not in page.content.decode()
    assert client.post(f"/fjellvik/t/{token}/", {"answer": "done"}).status_code == 410


def test_pictures_of_the_case_are_for_its_receivers(cast, client, receivers):
    with tenant(cast.fjellvik):
        case = report(cast, f"{SECRET}.")
        attach(photo(), owner=case, by=cast.ingrid)
        picture = Attachment.objects.get()
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
    address = reverse("files:serve", args=["fjellvik", picture.pk, picture.name])
    for person, status in ((cast.amir, 404), (cast.kari, 404), (cast.sunniva, 404), (receivers[0], 200)):
        client.force_login(person.user)
        response = client.get(address)
        assert response.status_code == status
        if response.streaming:
            b"".join(response.streaming_content)


def test_the_same_file_imported_again_does_not_bring_it_back(cast, receivers):
    with tenant(cast.fjellvik):
        case = report(cast)
        Deviation.objects.filter(pk=case.pk).update(fingerprint="f" * 64)
        case.refresh_from_db()
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        assert Deviation.everything.filter(fingerprint="f" * 64).exists()
        assert set(_known(["f" * 64])) == {"f" * 64}


def test_a_form_sent_again_after_the_move_makes_no_second_case(cast, receivers):
    key = uuid.uuid4()
    with tenant(cast.fjellvik):
        case = report(cast, idempotency_key=key)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        assert report(cast, idempotency_key=key).pk == case.pk


# --- who may, and when ---


@pytest.mark.parametrize("who", ["kari", "tor_erik", "ingrid", "inspector"])
def test_those_who_only_see_the_case_cannot_move_it(cast, client, receivers, who):
    with tenant(cast.fjellvik):
        case = report(cast)
        add_action(cast, case)
        inspector = make_employee(cast.fjellvik, "Iver Tilsyn", cast.kommune)
        hold(inspector, Role.INSPECTOR, ends_on=timezone.localdate())
    client.force_login((inspector if who == "inspector" else getattr(cast, who)).user)
    assert client.get(url(case, "varsel/")).status_code == 403
    assert client.post(url(case, "varsel/"), {"reason": REASON}).status_code == 403


def test_whoever_handles_moves_it_with_a_reason_and_is_led_away(cast, client, receivers):
    with tenant(cast.fjellvik):
        case = report(cast, f"{SECRET}.")
    client.force_login(cast.sunniva.user)
    assert client.post(url(case, "varsel/"), {"reason": ""}).status_code == 422
    moved = client.post(url(case, "varsel/"), {"reason": REASON})
    assert moved.status_code == 303
    assert client.get(moved["Location"]).status_code == 200
    assert client.get(url(case)).status_code == 404
    # Twice: it is not there any more.
    assert client.post(url(case, "varsel/"), {"reason": REASON}).status_code == 404
    client.force_login(receivers[0].user)
    page = client.get(url(case)).content.decode()
    assert SECRET in page
    assert REASON in page


def test_moving_twice_or_a_closed_case_is_refused(cast, receivers):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        with pytest.raises(InvalidTransition):
            services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        closed = report(cast, "Noe annet.")
        services.close(closed, by=cast.amir, answer="Ordnet.")
        with pytest.raises(InvalidTransition):
            services.make_whistleblowing(closed, by=cast.amir, reason=REASON)


def test_another_organisation_has_neither_case_nor_receivers(cast, client, receivers):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
    with tenant(cast.havbris):
        assert not WhistleblowingReceiver.objects.exists()
        assert not Deviation.everything.exists()
    client.force_login(cast.olav.user)
    assert client.get(url(case)).status_code == 404
    assert client.get("/havbris/varsling/").status_code == 200
    assert "Lise" not in client.get("/havbris/varsling/").content.decode()


# --- conflict of interest ---


def test_the_one_it_is_about_never_receives_it_and_it_falls_to_the_next(cast, receivers):
    lise, nora = receivers
    with tenant(cast.fjellvik):
        case = report(cast)
        assert services.make_whistleblowing(case, by=cast.amir, reason=REASON, about=lise) == [nora]
        assert case.handling.assignee == nora
        assert not selectors.openable_by(lise).exists()


def test_those_below_the_leader_it_is_about_and_the_leaders_deputy_never_receive_it(cast, receivers):
    lise, nora = receivers
    with tenant(cast.fjellvik):
        # Lise works in Piotr's unit.
        case = report(cast)
        assert selectors.receivers_for(case, about=[cast.piotr]) == [nora]
        # Below the top leader is everybody who does not stand outside the line.
        assert selectors.receivers_for(case, about=[cast.ragnhild]) == [nora]
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        Absence.objects.create(employee=cast.ragnhild, deputy=nora, starts_on=tomorrow, ends_on=tomorrow)
        assert selectors.receivers_for(case, about=[cast.ragnhild]) == []
        assert selectors.receivers_for(case, about=[cast.helene]) == [lise, nora]


def test_a_receiver_does_not_receive_what_they_reported_hidden_or_not(cast, receivers):
    lise, nora = receivers
    with tenant(cast.fjellvik):
        for kind in (ReporterKind.EMPLOYEE, ReporterKind.HIDDEN):
            case = services.report(
                organisation=cast.fjellvik, unit=cast.solbakken, description="Underslag.", severity=2,
                reporter_kind=kind, reporter=lise,
            ).deviation  # fmt: skip
            assert services.make_whistleblowing(case, by=cast.amir, reason=REASON) == [nora]


def test_with_nobody_left_nothing_moves_and_the_page_names_whom_to_talk_to(cast, client, receivers):
    with tenant(cast.fjellvik):
        services.change_wishes(by=cast.admin, contact="styreleder Siv Holm, 900 00 000")
        WhistleblowingReceiver.objects.filter(employee=receivers[1]).delete()
        case = report(cast, f"{SECRET}.")
    client.force_login(cast.amir.user)
    refused = client.post(url(case, "varsel/"), {"reason": REASON, "about": cast.ragnhild.pk})
    assert refused.status_code == 422
    assert "styreleder Siv Holm, 900 00 000" in refused.content.decode()
    assert REASON in refused.content.decode()
    with tenant(cast.fjellvik):
        case.refresh_from_db()
        assert not case.is_whistleblowing
        assert not WhistleblowingSubject.objects.exists()
        assert not Reclassification.objects.exists()


def test_a_report_about_ones_manager_never_comes_to_that_manager_as_receiver(cast):
    with tenant(cast.fjellvik):
        today = timezone.localdate()
        services.add_receiver(employee=cast.amir, position=1, is_outside_line=False, starts_on=today, by=cast.admin)
        services.add_receiver(employee=cast.vigdis, position=2, is_outside_line=True, starts_on=today, by=cast.admin)
        case = report(cast, about_my_manager=True)
        assert services.make_whistleblowing(case, by=cast.helene, reason=REASON) == [cast.vigdis]


def test_saying_later_whom_it_is_about_takes_it_from_receivers_in_conflict(cast, client, receivers):
    lise, nora = receivers
    with tenant(cast.fjellvik):
        case = report(cast)
        add_action(cast, case)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
    client.force_login(nora.user)
    assert client.post(url(case, "gjelder/"), {"person": cast.piotr.pk}).status_code == 303
    client.force_login(lise.user)
    assert client.get(url(case)).status_code == 404
    with tenant(cast.fjellvik):
        assert set(Assignment.objects.values_list("assignee", flat=True)) == {nora.pk}
        assert not Notification.objects.filter(recipient=lise, about_id=case.pk).exists()
    # Nobody would be left: nothing changes.
    client.force_login(nora.user)
    assert client.post(url(case, "gjelder/"), {"person": nora.pk}).status_code == 422
    assert client.get(url(case)).status_code == 200


def test_the_one_it_is_about_stays_out_when_it_becomes_a_deviation_again(cast, client, receivers):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON, about=cast.sunniva)
        services.make_deviation(case, by=receivers[0], reason="En vanlig uenighet.")
        with pytest.raises(InvalidTransition):
            services.hand_over(case, to=cast.sunniva, by=receivers[0])
        with pytest.raises(InvalidTransition):
            services.grant_access(case, to=cast.sunniva, by=receivers[0])
    client.force_login(cast.sunniva.user)
    assert client.get(url(case)).status_code == 404
    assert case.number not in pages(client, cast.sunniva)


# --- what receivers do ---


def test_receivers_handle_it_and_every_opening_is_an_event(cast, client, receivers):
    lise, nora = receivers
    with tenant(cast.fjellvik):
        case = report(cast, f"{SECRET}.")
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
    for person in receivers:
        client.force_login(person.user)
        assert case.number in client.get("/fjellvik/varsling/").content.decode()
        assert case.number not in client.get("/fjellvik/avvik/?status=all").content.decode()
        assert SECRET in client.get(url(case)).content.decode()
    with tenant(cast.fjellvik):
        opened = Event.objects.filter(verb="deviation.opened", root_id=case.pk)
        assert {event.actor for event in opened} == {lise, nora}
    assert client.post(url(case, "ta/")).status_code == 303
    assert client.post(url(case, "svar/"), {"text": "Vi undersøker saken."}).status_code == 303
    assert client.post(url(case, "lukk/"), {"text": "Undersøkt og fulgt opp."}).status_code == 303


def test_it_is_handed_over_to_receivers_only(cast, client, receivers):
    lise, nora = receivers
    with tenant(cast.fjellvik):
        case = report(cast)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        with pytest.raises(InvalidTransition):
            services.hand_over(case, to=cast.helene, by=lise)
    client.force_login(lise.user)
    assert client.post(url(case, "gi-videre/"), {"employee": cast.helene.pk}).status_code == 422
    assert client.post(url(case, "gi-videre/"), {"employee": nora.pk}).status_code == 303
    assert client.get(url(case)).status_code == 200


def test_only_a_receiver_says_with_a_reason_that_it_is_not_whistleblowing(cast, client, receivers):
    lise, _nora = receivers
    with tenant(cast.fjellvik):
        case = report(cast)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        services.grant_access(case, to=cast.vigdis, by=lise)
    for person in (cast.vigdis, cast.ingrid):
        client.force_login(person.user)
        assert client.get(url(case)).status_code == 200
        assert client.post(url(case, "ikke-varsel/"), {"reason": "Nei"}).status_code == 403
    client.force_login(lise.user)
    assert client.post(url(case, "ikke-varsel/"), {"reason": ""}).status_code == 422
    assert client.post(url(case, "ikke-varsel/"), {"reason": "En vanlig uenighet."}).status_code == 303
    with tenant(cast.fjellvik):
        case.refresh_from_db()
        assert (case.is_whistleblowing, case.is_confidential) == (False, True)
        assert selectors.visible_to(lise).exists()
        assert not selectors.visible_to(cast.amir).exists()
        assert Notification.objects.filter(recipient=cast.ingrid, type="deviations.not_whistleblowing").exists()


def test_nobody_stands_in_for_a_receiver(cast, client, receivers):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        today = timezone.localdate()
        Absence.objects.create(employee=receivers[0], deputy=cast.tor_erik, starts_on=today, ends_on=today)
    client.force_login(cast.tor_erik.user)
    assert client.get(url(case)).status_code == 404
    assert client.get(f"/fjellvik/oppgaver/{case.handling_id}/").status_code == 404


# --- receivers come and go ---


def test_a_receiver_whose_time_is_over_opens_nothing_more(cast, client, receivers):
    lise, _nora = receivers
    with tenant(cast.fjellvik):
        case = report(cast)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        WhistleblowingReceiver.objects.filter(employee=lise).update(starts_on=yesterday, ends_on=yesterday)
    client.force_login(lise.user)
    assert client.get(url(case)).status_code == 404


def test_ending_a_receiver_hands_the_case_to_the_next_or_is_refused(cast, client, receivers):
    _lise, nora = receivers
    with tenant(cast.fjellvik):
        case = report(cast)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        first, second = WhistleblowingReceiver.objects.order_by("position")
    client.force_login(cast.admin.user)
    assert client.post(f"/fjellvik/innstillinger/varsling/mottaker/{first.pk}/avslutt/").status_code == 303
    assert client.post(f"/fjellvik/innstillinger/varsling/mottaker/{second.pk}/avslutt/").status_code == 422
    with tenant(cast.fjellvik):
        case.refresh_from_db()
        assert case.handling.assignee == nora
        assert set(AccessGrant.objects.values_list("employee", flat=True)) == {nora.pk}
    client.force_login(nora.user)
    assert client.get(url(case)).status_code == 200


def test_a_case_that_nobody_may_receive_any_more_goes_to_the_next_new_receiver(cast, client, receivers):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        WhistleblowingReceiver.objects.all().delete()
    client.force_login(cast.admin.user)
    assert case.number not in client.get("/fjellvik/innstillinger/varsling/").content.decode()
    with tenant(cast.fjellvik):
        assert selectors.without_receiver()
        today = timezone.localdate()
        services.add_receiver(employee=cast.vigdis, position=1, is_outside_line=True, starts_on=today, by=cast.admin)
        assert not selectors.without_receiver()
        case.refresh_from_db()
        assert case.handling.assignee == cast.vigdis
    client.force_login(cast.vigdis.user)
    assert client.get(url(case)).status_code == 200


@pytest.mark.parametrize("who", ["amir", "sunniva", "kari", "ragnhild", "ingrid"])
def test_only_administrators_name_receivers_and_see_no_case(cast, client, receivers, who):
    client.force_login(getattr(cast, who).user)
    assert client.get("/fjellvik/innstillinger/varsling/").status_code == 403
    assert client.post("/fjellvik/innstillinger/varsling/mottaker/", {}).status_code == 403


def test_administrator_sets_up_whistleblowing(cast, client):
    client.force_login(cast.admin.user)
    page = client.get("/fjellvik/innstillinger/varsling/").content.decode()
    assert "minst to" in page
    add = "/fjellvik/innstillinger/varsling/mottaker/"
    today = timezone.localdate()
    data = {"employee": cast.vigdis.pk, "position": 1, "is_outside_line": "on", "starts_on": today}
    assert client.post(add, data).status_code == 303
    # The same person twice is not offered; nor somebody who could not sign in.
    assert client.post(add, data).status_code == 422
    with tenant(cast.fjellvik):
        without = make_employee(cast.fjellvik, "Uten Konto", cast.kommune, user=False)
    assert client.post(add, data | {"employee": without.pk}).status_code == 422
    assert client.post(add, data | {"employee": cast.sunniva.pk, "starts_on": "2020-01-01"}).status_code == 422
    saved = {"routine_url": "https://fjellvik.example/varsling", "routine_text": "Si fra til Vigdis.", "contact": ""}
    assert client.post("/fjellvik/innstillinger/varsling/", saved).status_code == 303
    assert client.post("/fjellvik/innstillinger/varsling/", {"routine_url": "javascript:alert(1)"}).status_code == 422
    client.force_login(cast.ingrid.user)
    page = client.get("/fjellvik/varsling/").content.decode()
    assert 'href="https://fjellvik.example/varsling"' in page
    assert "Vigdis Strand" in page


def test_no_dead_link_where_no_routine_is_set(cast, client):
    client.force_login(cast.ingrid.user)
    page = client.get("/fjellvik/varsling/")
    assert page.status_code == 200
    assert 'href=""' not in page.content.decode()
    assert "/fjellvik/varsling/" in client.get("/fjellvik/meld/").content.decode()


def test_by_qr_one_reads_how_to_speak_up_without_names(cast, client, receivers):
    page = client.get("/fjellvik/varsling/")
    assert page.status_code == 200
    assert "Lise" not in page.content.decode()
    address = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    assert "/fjellvik/varsling/" in client.get(address).content.decode()


# --- the reporter ---


def test_the_reporter_is_told_and_still_follows_it(cast, client, receivers):
    with tenant(cast.fjellvik):
        case = report(cast, f"{SECRET}.")
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
        told = Notification.objects.get(recipient=cast.ingrid, type="deviations.whistleblowing")
        assert told.parameters == {"case": case.number}
    client.force_login(cast.ingrid.user)
    page = client.get(url(case)).content.decode()
    assert "Lise Varsel" in page
    assert "2 A-4" in page
    # Why others thought so is for the receivers.
    assert REASON not in page
    assert case.number in client.get("/fjellvik/varsling/").content.decode()
    assert client.post(url(case, "mer/"), {"text": "Jeg har flere opplysninger."}).status_code == 303


def test_somebody_anonymous_is_told_by_the_receipt_code(cast, client, receivers):
    with tenant(cast.fjellvik):
        sent = services.report(
            organisation=cast.fjellvik, unit=cast.solbakken, description=f"{SECRET}.", severity=2,
            reporter_kind=ReporterKind.ANONYMOUS,
        )  # fmt: skip
        services.make_whistleblowing(sent.deviation, by=cast.amir, reason=REASON)
    page = client.post("/fjellvik/f/", {"code": sent.receipt_code}).content.decode()
    assert "Lise Varsel" in page
    assert "2 A-4" in page
    answered = client.post("/fjellvik/f/", {"code": sent.receipt_code, "text": "Jeg har bilder av det."})
    assert answered.status_code == 200
    with tenant(cast.fjellvik):
        heard = Notification.objects.filter(type="deviations.comment")
        assert [each.recipient for each in heard] == [receivers[0]]


def test_a_hidden_name_does_not_follow_to_the_receivers(cast, client, receivers):
    with tenant(cast.fjellvik):
        case = services.report(
            organisation=cast.fjellvik, unit=cast.solbakken, description=f"{SECRET}.", severity=2,
            reporter_kind=ReporterKind.HIDDEN, reporter=cast.ingrid,
        ).deviation  # fmt: skip
        services.make_whistleblowing(case, by=cast.amir, reason=REASON)
    for person in receivers:
        client.force_login(person.user)
        assert "Ingrid" not in client.get(url(case)).content.decode()
    client.force_login(cast.ingrid.user)
    assert client.post(url(case, "identitet/")).status_code == 303
    client.force_login(receivers[0].user)
    assert "Ingrid" in client.get(url(case)).content.decode()


# --- the database holds it too ---


def test_whistleblowing_that_is_not_confidential_cannot_be_stored(cast):
    with tenant(cast.fjellvik):
        case = report(cast)
        with pytest.raises(IntegrityError), transaction.atomic():
            Deviation.everything.filter(pk=case.pk).update(is_whistleblowing=True)


def test_a_name_cannot_be_stored_on_a_case_with_a_hidden_reporter(cast):
    with tenant(cast.fjellvik):
        case = report(cast)
        with pytest.raises(IntegrityError), transaction.atomic():
            Deviation.everything.filter(pk=case.pk).update(reporter_kind="hidden")
        assert connection.in_atomic_block
