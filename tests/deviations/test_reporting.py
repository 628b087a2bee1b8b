"""Reporting: half a minute, never lost, never doubled, and anonymous when it says so."""

import datetime
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deviations import services
from deviations.enums import ReporterKind, Severity, State
from deviations.models import Deviation
from deviations.routing import title_from
from hms.assignments.models import Assignment
from hms.audit.models import Event
from hms.notifications.models import Notification
from hms.organisations.enums import Role
from hms.organisations.models import Absence, Employee, RoleHolding
from hms.tenancy.scope import tenant
from tests.cast import hold, make_employee
from tests.deviations.helpers import report

FORM = {"description": "Glatt gulv ved varemottaket.", "place": "Varemottaket", "severity": "2", "who": "employee"}


def form(cast, **fields):
    return FORM | {"unit": cast.solbakken.pk, "idempotency_key": str(uuid.uuid4())} | fields


def the_case(cast) -> Deviation:
    with tenant(cast.fjellvik):
        return Deviation.objects.select_related("handling__assignee", "reporter", "concerns").get()


def test_a_report_costs_fewer_than_twenty_queries(cast, client):
    """The whole request: sign-in, scope, number, history, log, handler, safety representative, three messages."""
    client.force_login(cast.ingrid.user)
    with CaptureQueriesContext(connection) as asked:
        assert client.post("/fjellvik/meld/", form(cast)).status_code == 303
    # The test's own transaction around it makes savepoints, and the scope is put back at the end.
    frame = ("SAVEPOINT", "RELEASE", "SELECT set_config")
    assert 10 < sum(not query["sql"].startswith(frame) for query in asked) + 1 < 20


def test_signed_in_report_leads_to_receipt_that_says_what_happens_next(cast, client):
    client.force_login(cast.ingrid.user)
    response = client.post("/fjellvik/meld/", form(cast), follow=True)
    page = response.content.decode()
    case = the_case(cast)
    assert response.status_code == 200
    assert case.number == f"{timezone.localdate().year}-0001"
    assert case.number in page
    assert "Amir Hosseini" in page
    assert "Kari Lunde" in page
    assert case.reporter == cast.ingrid
    assert case.title == "Glatt gulv ved varemottaket"


def test_manager_gets_assignment_and_safety_rep_and_reporter_are_told(cast):
    with tenant(cast.fjellvik):
        case = report(cast)
        assert case.handling.assignee == cast.amir
        assert case.handling.due_on == timezone.localdate() + datetime.timedelta(days=21)
        told = set(Notification.objects.values_list("type", "recipient__given_name"))
    assert told == {
        ("assignments.assigned", "Amir"),
        ("deviations.reported", "Kari"),
        ("deviations.receipt", "Ingrid"),
    }


def test_form_without_answers_keeps_what_was_typed(cast, client):
    client.force_login(cast.ingrid.user)
    response = client.post("/fjellvik/meld/", {"place": "Bak låven & <b>huset</b>", "unit": cast.solbakken.pk})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Bak låven &amp; &lt;b&gt;huset&lt;/b&gt;" in page
    assert 'href="#id_description"' in page
    with tenant(cast.fjellvik):
        assert not Deviation.objects.exists()


def test_date_in_the_future_is_refused(cast, client):
    client.force_login(cast.ingrid.user)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    assert client.post("/fjellvik/meld/", form(cast, occurred_on=tomorrow)).status_code == 422


def test_same_form_sent_twice_is_one_case(cast, client):
    client.force_login(cast.ingrid.user)
    data = form(cast)
    first = client.post("/fjellvik/meld/", data)
    second = client.post("/fjellvik/meld/", data)
    assert first.headers["Location"] == second.headers["Location"]
    with tenant(cast.fjellvik):
        assert Deviation.objects.count() == 1
        assert Assignment.objects.count() == 1


def test_unit_of_another_organisation_is_refused(cast, client):
    client.force_login(cast.ingrid.user)
    response = client.post("/fjellvik/meld/", form(cast, unit=cast.havbris_unit.pk))
    assert response.status_code == 422
    assert "id_unit" in response.content.decode()


def test_numbers_run_per_organisation_and_year(cast):
    with tenant(cast.fjellvik):
        numbers = [services.next_number(2026) for _ in range(3)]
        block = services.next_number(2026, count=10)
        after = services.next_number(2026)
        other_year = services.next_number(2027)
    with tenant(cast.havbris):
        elsewhere = services.next_number(2026)
    assert (numbers, block, after, other_year, elsewhere) == ([1, 2, 3], 4, 14, 1, 1)


# --- QR and anonymous ---


def test_qr_address_needs_no_sign_in(cast, client):
    address = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    assert client.get(address).status_code == 200
    sent = client.post(address, form(cast, who="named", reporter_name="Per Vikar", reporter_email="per@vikar.example"))
    assert sent.status_code == 200
    case = the_case(cast)
    assert (case.reporter_kind, case.reporter_name) == (ReporterKind.NAMED, "Per Vikar")
    with tenant(cast.fjellvik):
        assert Notification.objects.get(type="deviations.receipt").address == "per@vikar.example"


def test_open_form_sends_only_so_many_receipts_but_takes_every_report(cast, client, monkeypatch):
    monkeypatch.setattr("deviations.services.reporting.RECEIPTS_AN_HOUR", 2)
    address = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    for number in range(4):
        who = {"who": "named", "reporter_name": "Per", "reporter_email": f"p{number}@vikar.example"}
        assert client.post(address, form(cast, **who)).status_code == 200
    with tenant(cast.fjellvik):
        assert Deviation.objects.count() == 4
        assert Notification.objects.filter(type="deviations.receipt").count() == 2


def test_without_token_or_sign_in_one_is_asked_to_sign_in(cast, client):
    assert client.get("/fjellvik/meld/").status_code == 302
    old = client.get("/fjellvik/meld/?sted=wrong")
    assert old.status_code == 404
    # The poster outlives its code: it says what to do, and whom to call first.
    assert 'href="tel:113"' in old.content.decode()
    assert 'href="/fjellvik/meld/"' in old.content.decode()


def test_qr_form_shows_only_its_own_unit(cast, client):
    address = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    assert "Teknisk drift" not in client.get(address).content.decode()
    sent = client.post(address, form(cast, unit=cast.teknisk.pk, who="anonymous"))
    assert sent.status_code == 422


def test_open_reporting_can_be_switched_off(cast, client):
    with tenant(cast.fjellvik):
        cast.fjellvik.open_reporting = False
        cast.fjellvik.save(update_fields=["open_reporting"])
    assert client.get(f"/fjellvik/meld/?sted={cast.solbakken.report_token}").status_code == 403


def test_anonymous_choice_is_gone_when_not_allowed(cast, client):
    with tenant(cast.fjellvik):
        cast.fjellvik.anonymous_reporting = False
        cast.fjellvik.save(update_fields=["anonymous_reporting"])
    client.force_login(cast.ingrid.user)
    assert client.post("/fjellvik/meld/", form(cast, who="anonymous")).status_code == 422


def test_anonymous_report_by_somebody_signed_in_names_nobody(cast, client):
    client.force_login(cast.ingrid.user)
    response = client.post("/fjellvik/meld/", form(cast, who="anonymous", reporter_name="Ingrid"))
    assert response.status_code == 200
    case = the_case(cast)
    assert case.reporter is None
    assert (case.reporter_name, case.reporter_email) == ("", "")
    assert timezone.localtime(case.reported_at).time() == datetime.time(0)
    with tenant(cast.fjellvik):
        events = Event.objects.filter(root_type="deviations.deviation", root_id=case.pk)
        assert not events.exclude(actor=None).exists()
        assert {timezone.localtime(event.at).time() for event in events.filter(verb="deviation.reported")} == {
            datetime.time(0)
        }
        assert set(case.history.values_list("history_user_id", flat=True)) == {None}
        assert not Notification.objects.filter(recipient=cast.ingrid).exists()


def test_receipt_code_opens_status_and_dialogue_and_is_not_stored(cast, client):
    address = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    sent = client.post(address, form(cast, who="anonymous"))
    code = re.search(r'class="code">([A-Z0-9-]+)<', sent.content.decode()).group(1)
    case = the_case(cast)
    assert len(code.replace("-", "")) == 20
    assert case.receipt_hash == services.receipt_hash(code.lower().replace("-", " "))
    assert code not in str(case.__dict__)
    opened = client.post("/fjellvik/f/", {"code": code})
    assert case.title in opened.content.decode()
    said = client.post("/fjellvik/f/", {"code": code, "text": "Det gjelder også trapp C."})
    assert "Det gjelder også trapp C." in said.content.decode()
    with tenant(cast.fjellvik):
        assert Notification.objects.filter(type="deviations.comment", recipient=cast.amir).exists()


def test_resent_anonymous_form_shows_the_same_code(cast, client):
    address = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    data = form(cast, who="anonymous")
    codes = [
        re.search(r'class="code">([A-Z0-9-]+)<', client.post(address, data).content.decode()).group(1) for _ in range(2)
    ]
    assert codes[0] == codes[1]


def test_wrong_code_or_another_organisations_code_shows_nothing(cast, client):
    with tenant(cast.fjellvik):
        sent = services.report(
            organisation=cast.fjellvik,
            unit=cast.solbakken,
            description="Hemmelig",
            severity=Severity.MINOR,
            reporter_kind=ReporterKind.ANONYMOUS,
        )
    assert client.post("/fjellvik/f/", {"code": "AAAAA-BBBBB-CCCCC-DDDDD"}).status_code == 422
    assert client.post("/havbris/f/", {"code": sent.receipt_code}).status_code == 422
    assert client.post("/fjellvik/f/", {"code": sent.receipt_code}).status_code == 200


# --- routing ---


def test_case_goes_up_the_line_past_vacancy_and_absence(cast):
    today = timezone.localdate()
    with tenant(cast.fjellvik):
        Absence.objects.create(employee=cast.amir, starts_on=today, ends_on=today)
        assert report(cast).handling.assignee == cast.helene
        RoleHolding.objects.filter(employee=cast.helene).update(ends_on=today - datetime.timedelta(days=1))
        assert report(cast).handling.assignee == cast.ragnhild


def test_deputy_gets_the_case_of_an_absent_manager(cast):
    today = timezone.localdate()
    with tenant(cast.fjellvik):
        Absence.objects.create(employee=cast.amir, deputy=cast.piotr, starts_on=today, ends_on=today)
        assert report(cast).handling.assignee == cast.piotr


def test_with_no_manager_at_all_the_hse_manager_gets_it(cast):
    with tenant(cast.fjellvik):
        RoleHolding.objects.filter(role=Role.MANAGER).delete()
        assert report(cast).handling.assignee == cast.sunniva


def test_report_about_the_manager_goes_past_the_manager(cast, client):
    client.force_login(cast.ingrid.user)
    client.post("/fjellvik/meld/", form(cast, about_my_manager="on"))
    case = the_case(cast)
    assert case.concerns == cast.amir
    assert case.is_confidential
    assert case.handling.assignee == cast.helene
    for outside in (cast.amir, cast.kari, cast.sunniva, cast.vigdis):
        client.force_login(outside.user)
        assert client.get(f"/fjellvik/avvik/{case.number}/").status_code == 404
        assert case.number not in client.get("/fjellvik/avvik/?status=all").content.decode()
    with tenant(cast.fjellvik):
        assert not Notification.objects.filter(recipient__in=[cast.amir, cast.kari]).exists()


def test_nearest_safety_area_upward_is_told(cast):
    with tenant(cast.fjellvik):
        rep = make_employee(cast.fjellvik, "Nora Berg", cast.teknisk)
        hold(rep, Role.SENIOR_SAFETY_REP)
        report(cast, unit=cast.teknisk)
        told = set(Notification.objects.filter(type="deviations.reported").values_list("recipient_id", flat=True))
        assert told == {rep.pk, cast.vigdis.pk}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Kort.", "Kort"),
        ("Tungt å åpne branndør i 2. etasje. Den henger.", "Tungt å åpne branndør i 2. etasje"),
        ("Første setning. Andre setning.", "Første setning"),
        ("a" * 200, "a" * 80 + "…"),
        ("ord " * 60, ("ord " * 20).strip() + "…"),
        ("\n\nLinje en\nlinje to", "Linje en"),
    ],
)
def test_title_comes_from_the_first_sentence(text, title):
    assert title_from(text) == title


def test_very_serious_case_is_critical(cast):
    with tenant(cast.fjellvik):
        assert report(cast, severity=Severity.VERY_SERIOUS).handling.is_critical
        assert not report(cast).handling.is_critical


def test_employee_without_mail_still_finds_it_in_the_inbox(cast):
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.ingrid.pk).update(email="")
        cast.ingrid.refresh_from_db()
        cast.ingrid.user.email = ""
        report(cast)
        receipt = Notification.objects.get(type="deviations.receipt")
        assert receipt.recipient == cast.ingrid
        assert Deviation.objects.get().state == State.NEW
