"""Cases as tables and documents: what the asker may see, real dates, no formula that runs, and a trace in the log."""

import csv
import datetime
import io

import pytest
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from openpyxl import load_workbook

from deviations import exporting, selection, services
from deviations.enums import Cause, ReporterKind
from deviations.models import Deviation
from hms.audit.models import Event
from hms.core.spreadsheets import harmless
from hms.organisations.models import RoleHolding
from hms.reports import progress
from hms.reports import services as reports
from hms.reports.enums import JobState, Problem
from hms.reports.kinds import TooMuch
from hms.reports.models import ReportJob
from hms.tenancy.scope import tenant
from tests.cast import hold
from tests.deviations.helpers import add_action, report

DOWNLOAD = "/fjellvik/avvik/last-ned/"


@pytest.fixture
def fetch(cast, client, django_capture_on_commit_callbacks):
    """Ask in the browser, let the worker make it, and give the job and its bytes."""

    def fetch(what: str, query: str = "?status=all", who: str = "sunniva") -> tuple[ReportJob, bytes]:
        client.force_login(getattr(cast, who).user)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(DOWNLOAD + query, {"what": what})
        assert answer.status_code == 303
        with tenant(cast.fjellvik):
            job = ReportJob.objects.order_by("-pk").first()
        if job.state != JobState.DONE:
            return job, b""
        file = client.get(f"/fjellvik/rapporter/{job.pk}/fil/")
        return job, b"".join(file.streaming_content)

    return fetch


def table(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def workbook(content: bytes) -> list[dict[str, object]]:
    header, *rows = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_csv_is_the_list_in_norwegian(cast, fetch):
    with tenant(cast.fjellvik):
        case = report(cast, occurred_on=datetime.date(2026, 3, 9))
        report(cast, severity=1)
        add_action(cast, case)
    job, content = fetch("csv", "?severity=2")
    (row,) = table(content)
    assert job.name == f"avvik-{timezone.localdate()}.csv"
    assert row["Saksnummer"] == case.number
    assert row["Dato"] == "09.03.2026"
    assert row["Avdeling"] == "Solbakken sykehjem"
    assert row["Melder"] == "Ingrid Solheim"
    assert (row["Tiltak"], row["Tiltak gjort"]) == ("1", "0")
    with tenant(cast.fjellvik):
        event = Event.objects.get(verb="deviations.exported")
        assert (event.actor_id, event.data) == (cast.sunniva.pk, {"cases": 1, "format": "csv"})


def test_xlsx_has_dates_that_are_dates_and_numbers_that_are_numbers(cast, fetch):
    with tenant(cast.fjellvik):
        case = report(cast, "=1+1", occurred_on=datetime.date(2026, 3, 9), occurred_at_time=datetime.time(14, 5))
        services.close(case, by=cast.amir, answer="+47 kan ringes")
    _job, content = fetch("xlsx")
    (row,) = workbook(content)
    assert row["Dato"] == datetime.datetime(2026, 3, 9)
    assert row["Klokkeslett"] == datetime.time(14, 5)
    assert row["Dager til lukket"] == 0
    assert row["Alvorlighet, tall"] == 2
    assert isinstance(row["Meldt"], datetime.datetime)
    assert row["Hva skjedde?"] == "=1+1"
    kinds = {cell.data_type for cell in next(load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2))}
    assert "f" not in kinds


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "\n=1", "  =1", "＝1"])
def test_what_would_be_a_formula_gets_an_apostrophe(text):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=1", "Å", "'=1", "1-2", "«=»"])
def test_what_is_none_is_left_alone(text):
    assert harmless(text) == text


def test_each_gets_what_they_may_see(cast, client, fetch):
    with tenant(cast.fjellvik):
        at_solbakken = report(cast)
        services.analyse(at_solbakken, by=cast.amir, why=["Slitt"], causes=[Cause.TRAINING], version=1)
        at_teknisk = report(cast, unit=cast.teknisk, reporter_kind=ReporterKind.NAMED, reporter_name="Per Utenfra")
        secret = report(cast, about_my_manager=True)
        inspector = cast.admin
        RoleHolding.objects.filter(employee=inspector).delete()
        hold(inspector, "inspector", ends_on=timezone.localdate())
    seen = {
        "amir": {at_solbakken.number},
        "sunniva": {at_solbakken.number, at_teknisk.number},
        "admin": {at_solbakken.number, at_teknisk.number},
    }
    for who, numbers in seen.items():
        rows = table(fetch("csv", who=who)[1])
        assert {row["Saksnummer"] for row in rows} - {secret.number} == numbers, who
        assert who != "amir" or secret.number not in {row["Saksnummer"] for row in rows}
        named = [row["Melder"] for row in rows if row["Saksnummer"] == at_teknisk.number]
        assert named in ([], ["Per Utenfra" if who == "sunniva" else ""])
        assert ("Årsaker" in rows[0]) == (who != "admin")
    client.force_login(cast.ingrid.user)
    assert client.get(DOWNLOAD).status_code == 403
    assert client.post(DOWNLOAD, {"what": "csv"}).status_code == 403
    assert DOWNLOAD not in client.get("/fjellvik/avvik/").content.decode()


def test_what_became_hidden_meanwhile_is_not_in_the_file(cast, client):
    """Visibility is looked at when the file is made."""
    with tenant(cast.fjellvik):
        case, other = report(cast), report(cast)
    client.force_login(cast.amir.user)
    client.post(f"{DOWNLOAD}?valgt={case.pk}&valgt={other.pk}", {"what": "csv"})
    with tenant(cast.fjellvik):
        job = ReportJob.objects.get()
        Deviation.objects.filter(pk=case.pk).update(concerns=cast.amir)
        reports.make(job.pk)
        job.refresh_from_db()
        with default_storage.open(job.storage_key) as file:
            assert [row["Saksnummer"] for row in table(file.read())] == [other.number]
        RoleHolding.objects.filter(employee=cast.amir).delete()
    client.post(f"{DOWNLOAD}?valgt={other.pk}", {"what": "csv"})
    with tenant(cast.fjellvik):
        second = reports.request_report(
            exporting.TABLE, by=cast.amir, parameters={"query": {}, "cases": None, "format": "csv"}
        )
        reports.make(second.pk)
        second.refresh_from_db()
        assert (second.state, second.problem) == (JobState.FAILED, Problem.GONE)


def test_every_confidential_case_in_a_file_is_an_event(cast, fetch):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.set_confidential(case, by=cast.amir)
        services.grant_access(case, to=cast.sunniva, by=cast.amir)
        before = Event.objects.filter(verb="deviation.opened").count()
    rows = table(fetch("csv")[1])
    assert [row["Fortrolig"] for row in rows] == ["Ja"]
    with tenant(cast.fjellvik):
        opened = Event.objects.filter(verb="deviation.opened")
        assert opened.count() == before + 1
        assert opened.latest("pk").actor_id == cast.sunniva.pk


def test_causes_cost_and_rating_are_in_the_file_of_those_who_read_them_on_the_page(cast, fetch):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.draw_fishbone(case, by=cast.amir, bones={"equipment": ["Slitt feste"], "human": ["Glemt"]}, version=1)
        services.estimate_cost(case, by=cast.amir, amount=12_000, lost_days=2)
        services.close(case, by=cast.amir, answer="Rettet")
        services.rate(case, by=cast.ingrid, helped="partly", comment="Sa ingen det før?")
        inspector = cast.admin
        RoleHolding.objects.filter(employee=inspector).delete()
        hold(inspector, "inspector", ends_on=timezone.localdate())
    internal = {
        "Hva som bidro": "Glemt; Slitt feste", "Kostnad i kroner, anslått": "12000",
        "Tapte arbeidsdager, anslått": "2",
    }  # fmt: skip
    for who, helped in (("amir", "Delvis"), ("sunniva", "Delvis"), ("kari", "")):
        (row,) = table(fetch("csv", who=who)[1])
        assert {name: row[name] for name in internal}.keys() == internal.keys()
        assert set(row["Hva som bidro"].split("; ")) == {"Glemt", "Slitt feste"}
        assert (row["Kostnad i kroner, anslått"], row["Tapte arbeidsdager, anslått"]) == ("12000", "2")
        assert row["Hjalp det melderen?"] == helped, who
        assert row["Første svar"]
    (row,) = table(fetch("csv", who="admin")[1])
    assert row["Første svar"]
    assert not {*internal, "Hjalp det melderen?"} & row.keys()


def test_a_rating_of_an_earlier_closing_is_not_in_the_file(cast, fetch):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.close(case, by=cast.amir, answer="Rettet")
        services.rate(case, by=cast.ingrid, helped="no")
        services.reopen(case, by=cast.ingrid, reason="Løst igjen")
    (row,) = table(fetch("csv")[1])
    assert row["Hjalp det melderen?"] == ""


def test_more_rows_cost_no_more_queries(cast, django_assert_max_num_queries):
    with tenant(cast.fjellvik):
        for _number in range(12):
            add_action(cast, report(cast))
        asked = {"query": {"status": "all"}, "cases": None, "format": "csv"}
        with django_assert_max_num_queries(16):
            made = exporting.make_table(asked, cast.sunniva)
        with made.content as file:
            file.seek(0)
            assert len(table(file.read())) == 12


def test_progress_is_told_and_a_running_report_stops_when_cancelled(cast, client, monkeypatch):
    monkeypatch.setattr(exporting, "CHUNK", 2)
    with tenant(cast.fjellvik):
        for _number in range(5):
            report(cast)
        asked = {"query": {"status": "all"}, "cases": None, "format": "csv"}
        job = reports.request_report(exporting.TABLE, by=cast.sunniva, parameters=asked)
        told = []

        def listen(done: int, total: int) -> None:
            told.append((done, total))
            if done == 4:
                progress.ask_to_stop(job.pk)
            whole(done, total)

        whole = progress.tell
        monkeypatch.setattr(progress, "tell", listen)
        reports.make(job.pk)
        job.refresh_from_db()
        assert told == [(0, 5), (2, 5), (4, 5)]
        assert job.state == JobState.CANCELLED
        assert not Event.objects.filter(verb="deviations.exported").exists()
    client.force_login(cast.sunniva.user)
    assert "avbrutt" in client.get(f"/fjellvik/rapporter/{job.pk}/").content.decode()
    assert client.get(f"/fjellvik/rapporter/{job.pk}/fil/").status_code == 404


def test_the_page_shows_how_far_it_has_come_and_a_waiting_one_is_cancelled_at_once(cast, client):
    with tenant(cast.fjellvik):
        report(cast)
    client.force_login(cast.sunniva.user)
    client.post(DOWNLOAD, {"what": "csv"})
    with tenant(cast.fjellvik):
        job = ReportJob.objects.get()
        with progress.of_job(job.pk):
            progress.tell(300, 1200)
    address = f"/fjellvik/rapporter/{job.pk}/"
    page = client.get(address).content.decode()
    assert 'max="1200" value="300"' in page
    assert 'http-equiv="refresh"' in page
    client.force_login(cast.ragnhild.user)
    assert client.post(address + "avbryt/").status_code == 404
    client.force_login(cast.sunniva.user)
    assert client.get(address + "avbryt/").status_code == 405
    assert client.post(address + "avbryt/").status_code == 303
    with tenant(cast.fjellvik):
        reports.make(job.pk)
        job.refresh_from_db()
        assert job.state == JobState.CANCELLED
    assert client.post(address + "avbryt/").status_code == 303


# --- on paper ---


def paper(cast, employee, reader: str, **asked: object) -> str:
    asked = {"query": {"status": "all"}, "cases": None, "reader": reader, **asked}
    found = list(exporting.selection(asked, employee).select_related(*selection.RELATED))
    shown = found if reader == "own" else [case for case in found if not case.is_confidential]
    context, _files = selection.document_context(asked, employee, shown, left_out=len(found) - len(shown))
    with translation.override("nb"):
        return render_to_string("deviations/downloads/selection_pdf.html", context)


def test_the_committee_reads_no_names(cast):
    with tenant(cast.fjellvik):
        case = report(
            cast, "Ingrid Solheim ringte Tor Erik Moen på 901 23 456 (tor@fjellvik.example). Ingrid falt. Kari så det.",
            place="Kontoret til Ingrid", routine_name="Rutinen til Amir",
        )  # fmt: skip
        add_action(cast, case, title="Tor Erik fester rekkverket")
        services.comment(case, by=cast.amir, text="Hemmelig kommentar", visibility="reporter")
        html = paper(cast, cast.sunniva, "committee")
    for name in ("Ingrid", "Solheim", "Tor Erik", "Moen", "901 23 456", "tor@fjellvik", "Hemmelig", "Amir"):
        assert name not in html, name
    for text in (case.number, "falt", "Kontoret til", "Rutinen til", "fester rekkverket", "arbeidsmiljøutvalget"):
        assert text in html


def test_the_fishbone_is_on_paper_without_names_and_cost_only_for_those_who_see_inside(cast):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.draw_fishbone(case, by=cast.amir, bones={"human": ["Ingrid glemte kroken"]}, version=1)
        services.estimate_cost(case, by=cast.amir, amount=4321, lost_days=None)
        own, committee, inspector = (paper(cast, cast.sunniva, reader) for reader in ("own", "committee", "inspector"))
    assert "Ingrid glemte kroken" in own
    assert "4\xa0321" in own
    assert "glemte kroken" in committee
    assert "Ingrid" not in committee
    assert "4\xa0321" not in committee
    assert "glemte kroken" not in inspector
    assert "4\xa0321" not in inspector


def test_an_inspector_reads_what_an_inspector_may(cast):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.analyse(case, by=cast.amir, why=["Slitt feste"], causes=[Cause.TRAINING], version=1)
        services.comment(case, by=cast.amir, text="Bare oss imellom", visibility="internal")
        services.comment(case, by=cast.amir, text="Takk for meldingen", visibility="reporter")
        own, inspector = paper(cast, cast.sunniva, "own"), paper(cast, cast.sunniva, "inspector")
    assert "Bare oss imellom" in own
    assert "Slitt feste" in own
    assert "Bare oss imellom" not in inspector
    assert "Slitt feste" not in inspector
    assert "Takk for meldingen" in inspector


@pytest.mark.parametrize(("confidential", "is_said"), [(4, False), (5, True)])
def test_confidential_cases_are_left_out_and_few_are_not_even_counted(cast, confidential, is_said):
    with tenant(cast.fjellvik):
        report(cast, "Vanlig sak")
        for _number in range(confidential):
            case = report(cast, "Fortrolig sak")
            services.set_confidential(case, by=cast.amir)
            services.grant_access(case, to=cast.sunniva, by=cast.amir)
        for reader in ("committee", "inspector"):
            html = paper(cast, cast.sunniva, reader)
            assert "Fortrolig sak" not in html
            assert (f"{confidential} fortrolige saker" in html) is is_said
            assert "Vanlig sak" in html


def test_the_document_is_made_by_a_worker_and_leaves_a_trace(cast, fetch):
    with tenant(cast.fjellvik):
        first, _second = report(cast), report(cast)
    job, content = fetch("committee", f"?valgt={first.pk}")
    assert job.state == JobState.DONE
    assert content.startswith(b"%PDF")
    with tenant(cast.fjellvik):
        assert Event.objects.get(verb="deviations.documented").data == {"cases": 1, "reader": "committee"}


def test_more_than_fit_are_refused(cast, client, monkeypatch):
    with tenant(cast.fjellvik):
        report(cast), report(cast)
        monkeypatch.setattr(selection, "MOST_CASES", 1)
        with pytest.raises(TooMuch):
            selection.make_document({"query": {}, "cases": None, "reader": "own"}, cast.sunniva)
    client.force_login(cast.sunniva.user)
    assert client.post(DOWNLOAD, {"what": "own"}).status_code == 422
    assert client.post(DOWNLOAD, {"what": "csv"}).status_code == 303
