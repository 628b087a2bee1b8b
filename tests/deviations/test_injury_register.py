"""The injury register: who sees which entry and which field, on the page, on paper and in the table."""

import csv
import datetime
import io
import re

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from openpyxl import load_workbook

from deviations import documents, injury_export, services
from deviations.injury_enums import InjuredKind, InjuryOutcome, NoticeKind
from deviations.injury_fields import HANDLER, MATRIX, Field
from deviations.models import Deviation, Injury, NavReport
from deviations.selectors import injuries as reading
from hms.audit.models import Event
from hms.organisations.enums import Role
from hms.organisations.models import Employee, RoleHolding
from hms.reports import services as reports
from hms.reports.enums import JobState, Problem
from hms.reports.models import ReportJob
from hms.tenancy.scope import tenant
from tests.cast import hold, make_employee
from tests.conftest import as_owner
from tests.deviations.helpers import report
from tests.deviations.injury_words import injure

REGISTER = "/fjellvik/skader/"
# A word that stands in one field and nowhere else.
SENTINELS = {
    Field.PERSON: "Sigvart Ukjentsen",
    Field.OCCUPATION: "Fyrvokter",
    Field.WORK: "Smørjing av ganglageret",
    Field.COURSE: "Fingeren kom i klem",
    Field.CAUSES: "Verneskjermen mangla",
    Field.DAYS: "1739",
    Field.NAV: "17.02.2026",
}
ROLES = {
    Role.HSE_MANAGER: {},
    Role.MANAGER: {"unit": "solbakken"},
    Role.SAFETY_REP: {"safety_area": "area"},
    Role.SENIOR_SAFETY_REP: {},
    Role.COMMITTEE_MEMBER: {},
    Role.CONSULTANT: {},
    Role.INSPECTOR: {},
}


@pytest.fixture
def reader(cast):
    """Somebody new with one role and nothing else; HANDLER has the case and no role."""

    def make(role, case=None):
        with as_owner(), tenant(cast.fjellvik):
            person = make_employee(cast.fjellvik, f"Leser {role}".replace("_", "").title(), cast.kommune)
            if role == HANDLER:
                services.hand_over(case, to=person, by=cast.amir)
            elif role:
                where = {name: getattr(cast, place) for name, place in ROLES.get(role, {}).items()}
                until = {"ends_on": timezone.localdate()} if role in {Role.CONSULTANT, Role.INSPECTOR} else {}
                hold(person, role, **where, **until)
        return person

    return make


@pytest.fixture
def entry(cast):
    """An entry in which every field says something of its own, and its case."""

    def make(**fields):
        with tenant(cast.fjellvik):
            case = report(cast, "Skriv om noe annet.", occurred_on=datetime.date(2026, 1, 5), **fields)
            injury = injure(
                cast, case, name=SENTINELS[Field.PERSON], occupation=SENTINELS[Field.OCCUPATION],
                work=SENTINELS[Field.WORK], course=SENTINELS[Field.COURSE], causes=SENTINELS[Field.CAUSES],
                occurred_on=datetime.date(2026, 1, 5), outcome=InjuryOutcome.MEDICAL, absence="days",
                absent_days=SENTINELS[Field.DAYS], by=case.handling.assignee,
            )  # fmt: skip
            services.keep_nav_receipt(
                NavReport.objects.get(injury=injury), by=case.handling.assignee, sent_on=datetime.date(2026, 2, 17),
                reference="AR",
            )  # fmt: skip
            return injury, case

    return make


@pytest.fixture
def fetch(cast, client, django_capture_on_commit_callbacks):
    """Ask for a file in the browser, let the worker make it, and give its bytes."""

    def fetch(who, form, query=""):
        client.force_login(who.user)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(f"{REGISTER}last-ned/{query}", {"format": form})
        assert answer.status_code == 303
        with tenant(cast.fjellvik):
            job = ReportJob.objects.order_by("-pk").first()
        if job.state != JobState.DONE:
            return job, b""
        return job, b"".join(client.get(f"/fjellvik/rapporter/{job.pk}/fil/").streaming_content)

    return fetch


def paper(cast, who):
    """The document as it goes to the PDF library."""
    with tenant(cast.fjellvik):
        person = Employee.objects.get(pk=who.pk)
        found = reading.register_for(person).select_related(*reading.SHOWN_WITH_IT)
        entries = reading.entries_for(person, found)
        context = injury_export.paper_context(entries, reading.columns_for(person), by=person)
        return render_to_string("deviations/injuries/register_pdf.html", context)


# --- the matrix ---


def test_the_matrix_has_every_field_and_no_diagnosis():
    assert set(MATRIX) == set(Field)
    assert not any(word in name for name in [*Field.values, *(f.name for f in Injury._meta.fields)]
                   for word in ("diagnos", "medic", "body", "symptom"))  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_its_fields_on_page_paper_and_table_and_no_other(cast, client, entry, fetch, reader, role):
    injury, case = entry()
    person = reader(role)
    client.force_login(person.user)
    page = client.get(REGISTER).content.decode()
    _job, content = fetch(person, "csv")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    shown = {"page": page, "paper": paper(cast, person), "table": " | ".join(row.values())}
    _job, content = fetch(person, "xlsx")
    shown["workbook"] = " | ".join(
        str(cell.strftime("%d.%m.%Y") if isinstance(cell, datetime.datetime) else cell)
        for line in load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2, values_only=True) for cell in line
    )  # fmt: skip
    for field, word in SENTINELS.items():
        for where, text in shown.items():
            assert (word in text) == (role in MATRIX[field].to), (role, field, where)
    for where, text in shown.items():
        for word in (injury.get_harm_display(), cast.solbakken.name, injury.get_outcome_display()):
            assert word in text, (role, where)
    # The way to the case is for those who may open it.
    with tenant(cast.fjellvik):
        may_open = reading.visible_to(Employee.objects.get(pk=person.pk)).filter(pk=case.pk).exists()
    assert all((case.number in text) == may_open for text in shown.values()), role
    assert may_open == (role not in {Role.COMMITTEE_MEMBER, Role.CONSULTANT})


@pytest.mark.parametrize("role", [*ROLES, HANDLER])
def test_the_case_itself_shows_no_more_than_the_register(cast, client, entry, reader, role):
    _injury, case = entry()
    person = reader(role, case)
    client.force_login(person.user)
    answer = client.get(f"/fjellvik/avvik/{case.number}/")
    if role in {Role.COMMITTEE_MEMBER, Role.CONSULTANT}:
        assert answer.status_code == 404
        return
    page = answer.content.decode().split("<main")[-1]
    for field in (Field.PERSON, Field.OCCUPATION, Field.DAYS):
        # An inspector sees nothing of the inside of a case, and the register instead.
        expected = role in MATRIX[field].to and role != Role.INSPECTOR
        assert (SENTINELS[field] in page) == expected, (role, field)


@pytest.mark.parametrize("role", [None, Role.TOP_LEADER, Role.ADMINISTRATOR])
def test_the_register_is_closed_to_all_others(cast, client, entry, reader, role):
    entry()
    client.force_login(reader(role).user)
    assert client.get(REGISTER).status_code == 403
    assert client.post(f"{REGISTER}last-ned/", {"format": "csv"}).status_code == 403


def test_another_organisation_sees_nothing_of_it(cast, client, entry):
    entry()
    client.force_login(cast.olav.user)
    assert client.get(REGISTER).status_code == 404
    page = client.get("/havbris/skader/").content.decode()
    assert SENTINELS[Field.COURSE] not in page


@pytest.mark.parametrize(("who", "sees"), [
    ("amir", {"S"}), ("helene", {"S"}), ("piotr", {"T"}), ("kari", {"S"}), ("vigdis", {"S", "T"}),
    ("sunniva", {"S", "T"}), ("ragnhild", {"S", "T"}),
])  # fmt: skip
def test_managers_and_representatives_have_their_own_units(cast, client, who, sees):
    with tenant(cast.fjellvik):
        injure(cast, report(cast), course="På Solbakken")
        injure(cast, report(cast, unit=cast.teknisk), course="I driften", by=cast.piotr)
    client.force_login(getattr(cast, who).user)
    page = client.get(REGISTER).content.decode()
    assert {"S" if "På Solbakken" in page else None, "T" if "I driften" in page else None} - {None} == sees
    # Neither does the address give more.
    page = client.get(f"{REGISTER}?unit={cast.teknisk.pk}").content.decode()
    assert ("I driften" in page) == ("T" in sees)


# --- confidential cases ---


@pytest.mark.parametrize("role", ROLES)
def test_a_confidential_case_is_there_without_number_and_name(cast, client, entry, fetch, reader, role):
    _injury, case = entry()
    with tenant(cast.fjellvik):
        services.set_confidential(case, by=cast.amir)
    person = reader(role)
    client.force_login(person.user)
    page = client.get(REGISTER).content.decode()
    _job, content = fetch(person, "csv")
    for text in (page, paper(cast, person), content.decode()):
        assert SENTINELS[Field.COURSE] in text
        for field in (Field.PERSON, Field.OCCUPATION, Field.DAYS, Field.NAV):
            assert SENTINELS[field] not in text, (role, field)
        assert case.number not in text
    with tenant(cast.fjellvik):
        assert not Event.objects.filter(verb="deviation.opened", actor=person).exists()


def test_the_access_list_sees_all_of_it_and_the_reading_is_logged(cast, client, entry, fetch):
    _injury, case = entry()
    with tenant(cast.fjellvik):
        services.set_confidential(case, by=cast.amir)
        services.grant_access(case, to=cast.sunniva, by=cast.amir)
    client.force_login(cast.sunniva.user)
    page = client.get(REGISTER).content.decode()
    assert SENTINELS[Field.PERSON] in page
    assert case.number in page
    fetch(cast.sunniva, "csv")
    with tenant(cast.fjellvik):
        assert Event.objects.filter(verb="deviation.opened", actor=cast.sunniva, object_id=case.pk).count() == 2


def test_nobody_reads_the_entry_of_a_case_about_themself(cast, client, entry):
    _injury, case = entry(about_my_manager=True)
    assert case.concerns_id == cast.amir.pk
    for who, sees in ((cast.amir, False), (cast.helene, True), (cast.sunniva, True)):
        client.force_login(who.user)
        assert (SENTINELS[Field.COURSE] in client.get(REGISTER).content.decode()) == sees


def test_whistleblowing_is_in_no_register(cast, client, entry, fetch):
    _injury, case = entry()
    with tenant(cast.fjellvik):
        services.add_receiver(
            employee=cast.sunniva, position=1, is_outside_line=True, starts_on=timezone.localdate(), by=cast.admin
        )
        services.make_whistleblowing(case, by=cast.amir, reason="Varsling")
    for who in (cast.sunniva, cast.vigdis, cast.kari, cast.amir):
        client.force_login(who.user)
        assert SENTINELS[Field.COURSE] not in client.get(REGISTER).content.decode()
        assert SENTINELS[Field.COURSE].encode() not in fetch(who, "csv")[1]


# --- the page and the files ---


def test_filters_and_what_makes_no_sense(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, occurred_on=datetime.date(2025, 5, 5))
        injure(cast, case, occurred_on=datetime.date(2025, 12, 31), course="Nyttårsaften")
        injure(cast, case, occurred_on=datetime.date(2026, 1, 1), course="Nyttårsdag", is_illness=True)
    client.force_login(cast.sunniva.user)

    def seen(query):
        page = client.get(f"{REGISTER}?{query}").content.decode()
        return [word for word in ("Nyttårsaften", "Nyttårsdag") if word in page]

    assert seen("year=2025") == ["Nyttårsaften"]
    assert seen("year=2026") == ["Nyttårsdag"]
    assert seen("sort=illness") == ["Nyttårsdag"]
    assert seen(f"unit={cast.helse.pk}") == ["Nyttårsaften", "Nyttårsdag"]
    assert seen("year=1&unit=x&sort=y") == ["Nyttårsaften", "Nyttårsdag"]
    assert client.get(f"{REGISTER}?etter=tull").status_code == 400
    assert client.post(f"{REGISTER}last-ned/", {"format": "exe"}).status_code == 400
    assert client.get(f"{REGISTER}last-ned/").status_code == 405


def test_pages_follow_each_other(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        for number in range(30):
            injure(cast, case, course=f"Nummer {number:02d}.")
    client.force_login(cast.sunniva.user)
    first = client.get(REGISTER)
    assert [f"Nummer {number:02d}." in first.content.decode() for number in (29, 5, 4)] == [True, True, False]
    second = client.get(REGISTER + first.context["next_url"]).content.decode()
    assert [f"Nummer {number:02d}." in second for number in (5, 4, 0)] == [False, True, True]


@pytest.mark.parametrize("reporter_kind", ["employee", "hidden"])
def test_as_many_queries_for_one_entry_as_for_many(cast, client, reporter_kind):
    def some(number):
        with tenant(cast.fjellvik):
            for _each in range(number):
                case = services.report(
                    organisation=cast.fjellvik, unit=cast.solbakken, description="Fall", severity=2,
                    reporter_kind=reporter_kind, reporter=cast.ingrid,
                ).deviation  # fmt: skip
                injure(cast, case, is_reporter=True, outcome=InjuryOutcome.MEDICAL)

    client.force_login(cast.sunniva.user)
    counts = []
    for number in (1, 6):
        some(number)
        with CaptureQueriesContext(connection) as queries:
            client.get(REGISTER)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_file_is_asked_for_with_the_filter_and_logged(cast, fetch):
    with tenant(cast.fjellvik):
        case = report(cast)
        injure(cast, case, course="=1+1", person_kind=InjuredKind.VISITOR)
        injure(cast, case, course="I fjor", occurred_on=timezone.localdate() - datetime.timedelta(days=400))
    _job, content = fetch(cast.sunniva, "csv", f"?year={timezone.localdate().year}")
    assert b"I fjor" not in content
    # No cell that a spreadsheet would run.
    assert b"'=1+1" in content
    with tenant(cast.fjellvik):
        event = Event.objects.get(verb="register.exported")
        assert (event.actor_id, event.data) == (cast.sunniva.pk, {"entries": 1, "format": "csv"})


def test_paper_is_made(cast, fetch):
    with tenant(cast.fjellvik):
        injure(cast, report(cast))
    job, content = fetch(cast.sunniva, "pdf")
    if job.problem == Problem.PDF_UNAVAILABLE:
        pytest.skip("no PDF library here")
    assert content.startswith(b"%PDF")


def test_who_has_lost_the_role_meanwhile_gets_nothing(cast, client):
    with tenant(cast.fjellvik):
        injure(cast, report(cast))
    client.force_login(cast.sunniva.user)
    client.post(f"{REGISTER}last-ned/", {"format": "csv"})
    with tenant(cast.fjellvik):
        RoleHolding.objects.filter(employee=cast.sunniva).delete()
        job = ReportJob.objects.get()
        reports.make(job.pk)
        job.refresh_from_db()
        assert job.problem == Problem.GONE


def test_a_unit_that_is_not_ones_own_gives_no_file(cast, client):
    with tenant(cast.fjellvik):
        injure(cast, report(cast, unit=cast.teknisk), by=cast.piotr, course="I driften")
        parameters = {"format": "csv", "year": None, "unit": cast.teknisk.pk, "is_illness": None}
        job = reports.request_report(injury_export.REGISTER, by=cast.amir, parameters=parameters)
        reports.make(job.pk)
        job.refresh_from_db()
        assert job.problem == Problem.GONE


def test_the_documentation_shows_the_matrix_as_it_is():
    order = [
        Role.HSE_MANAGER, Role.MANAGER, HANDLER, Role.SAFETY_REP, Role.SENIOR_SAFETY_REP, Role.COMMITTEE_MEMBER,
        Role.CONSULTANT, Role.INSPECTOR,
    ]  # fmt: skip
    text = (settings.ROOT / "docs" / "administer.md").read_text()
    rows = re.findall(r"^\| ([^|]+?)( [¹²])? \|((?: (?:yes|–) \|){8})$", text, re.MULTILINE)
    with translation.override("en"):
        assert [label for label, _mark, _cells in rows] == [str(field.label) for field in Field]
    for field, (_label, mark, cells) in zip(Field, rows, strict=True):
        assert [cell.strip() == "yes" for cell in cells.split("|")[:-1]] == [role in MATRIX[field].to for role in order]
        assert (mark == " ¹", mark == " ²") == (MATRIX[field].points_out, MATRIX[field].opens)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.HSE_MANAGER, Role.SAFETY_REP, Role.INSPECTOR])
def test_a_case_on_paper_shows_what_its_page_shows(cast, entry, reader, role):
    _injury, case = entry()
    person = reader(role)
    with tenant(cast.fjellvik):
        services.declare(case, by=cast.amir, is_serious=True, is_electric=False)
        context, _files = documents.case_context(
            Deviation.objects.select_related("unit", "organisation", "handling").get(pk=case.pk),
            Employee.objects.get(pk=person.pk),
        )
        paper = render_to_string("deviations/case_pdf.html", context)
    inside = role != Role.INSPECTOR
    assert (str(NoticeKind.POLICE_CALL.label) in paper) == inside
    for field in (Field.PERSON, Field.COURSE, Field.DAYS):
        assert (SENTINELS[field] in paper) == (inside and role in MATRIX[field].to), (role, field)
