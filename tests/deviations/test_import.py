"""Importing in the browser: who may, what is shown before, what is there afterwards."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deviations import selectors
from deviations.enums import ImportState, ReporterKind, State
from deviations.importing import services
from deviations.importing.forms import ColumnsForm
from deviations.models import Deviation, ImportBatch
from deviations.services.reporting import next_number
from hms.audit.models import Event
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db

CSV = """Nr;Dato;Sted;Avdeling;Alvorlighetsgrad;Status;Beskrivelse;Fylke
1;27.05.2017;Trapp B;Solbakken sykehjem;Høy;Lukket;Rekkverket løsnet. Ingen skadet.;Troms
2;28.05.2017;Kjøkken;Ukjent;Lav;Under arbeid;Søl på gulvet;Troms
3;28.05.2017;Kjøkken;Ukjent;Lav;Under arbeid;Søl på gulvet;Troms
4;31.02.2017;Kjøkken;Ukjent;Lav;Lukket;=HYPERLINK("http://x");Troms
"""


@pytest.fixture
def hse(client, cast):
    client.force_login(cast.sunniva.user)
    return client


def send(client, text: str = CSV, name: str = "avvik.csv"):
    return client.post("/fjellvik/avvik/importer/", {"file": SimpleUploadedFile(name, text.encode(), "text/csv")})


def batch_of(cast) -> ImportBatch:
    with tenant(cast.fjellvik):
        return ImportBatch.objects.latest("id")


def columns(cast, **changes) -> dict:
    """The columns page's form as it is shown, with changes."""
    batch = batch_of(cast)
    with tenant(cast.fjellvik):
        form = ColumnsForm(table=services.table_of(batch), batch=batch)
        shown = {field.name: field.value() if field.value() is not None else "" for field in form}
    return shown | changes


def step(batch: ImportBatch, tail: str = "") -> str:
    return f"/fjellvik/avvik/importer/{batch.pk}/{tail}"


@pytest.fixture
def previewed(hse, cast):
    send(hse)
    batch = batch_of(cast)
    hse.post(step(batch, "kolonner/"), columns(cast))
    return batch_of(cast)


def test_the_whole_way(hse, cast, django_capture_on_commit_callbacks):
    response = send(hse)
    batch = batch_of(cast)
    assert (response.status_code, response["Location"]) == (303, step(batch, "kolonner/"))
    html = hse.get(step(batch, "kolonner/")).content.decode()
    assert "Solbakken sykehjem" in html
    response = hse.post(step(batch, "kolonner/"), columns(cast))
    assert response["Location"] == step(batch, "verdier/")
    html = hse.get(step(batch, "verdier/")).content.decode()
    assert "Under arbeid" in html
    response = hse.post(
        step(batch, "verdier/"),
        {"severity_0": "1", "severity_1": "3", "state_0": "closed", "state_1": "new", "unit_0": "",
         "unit_1": str(cast.solbakken.pk)},
    )  # fmt: skip
    assert response["Location"] == step(batch, "se-over/")
    with tenant(cast.fjellvik):
        assert not Deviation.objects.exists()
    page = hse.get(step(batch, "se-over/"))
    assert (page.context["to_import"], page.context["skipped"], page.context["check"].failed) == (2, 1, 1)
    assert "31.02.2017" in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        response = hse.post(step(batch, "start/"))
    assert response["Location"] == step(batch)
    batch = batch_of(cast)
    assert batch.state == ImportState.DONE
    assert (batch.rows_total, batch.rows_imported, batch.rows_duplicate, batch.rows_failed) == (4, 2, 1, 1)
    assert hse.get(step(batch)).status_code == 200
    with tenant(cast.fjellvik):
        rail, spill = Deviation.objects.order_by("occurred_on")
        assert (rail.number, rail.unit, rail.severity, rail.state) == ("2017-0001", cast.solbakken, 3, State.CLOSED)
        assert (spill.number, spill.unit, spill.severity, spill.state) == ("2017-0002", cast.kommune, 1, State.NEW)
        assert rail.reporter_kind == ReporterKind.IMPORTED
        assert rail.imported_values["Fylke"] == "Troms"
        assert (rail.title, rail.description) == ("Rekkverket løsnet", "Rekkverket løsnet. Ingen skadet.")
        assert rail.handling is None
        assert not Notification.objects.exists()
        event = Event.objects.get(verb="deviation.imported", object_id=rail.pk)
        assert (event.actor, event.via) == (cast.sunniva, "import")
        assert rail.history.get().history_user_id == cast.sunniva.pk
        assert list(selectors.search(Deviation.objects.all(), "rekkverk")) == [rail]
    detail = hse.get("/fjellvik/avvik/2017-0001/")
    assert detail.status_code == 200


def test_numbers_go_on_where_the_year_stands(hse, cast, previewed, django_capture_on_commit_callbacks):
    with tenant(cast.fjellvik):
        assert next_number(2017, 40) == 1
    with django_capture_on_commit_callbacks(execute=True):
        hse.post(step(previewed, "start/"))
    with tenant(cast.fjellvik):
        assert sorted(Deviation.objects.values_list("sequence", flat=True)) == [41, 42]
        assert next_number(2017) == 43


def test_sent_twice_it_is_imported_once(hse, cast, previewed, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        hse.post(step(previewed, "start/"))
        assert hse.post(step(previewed, "start/")).status_code == 303
    assert hse.post(step(previewed, "start/")).status_code == 303
    with tenant(cast.fjellvik):
        services.run(previewed.pk)
        assert Deviation.objects.count() == 2


def test_an_import_that_the_broker_lost_can_be_asked_for_again(
    hse, cast, previewed, django_capture_on_commit_callbacks
):
    # The word to the worker is lost: nothing of what should happen at the commit is run.
    hse.post(step(previewed, "start/"))
    assert batch_of(cast).state == ImportState.RUNNING
    with django_capture_on_commit_callbacks(execute=True):
        hse.post(step(previewed, "start/"))
    assert batch_of(cast).state == ImportState.DONE
    with tenant(cast.fjellvik):
        assert Deviation.objects.count() == batch_of(cast).rows_imported


def test_the_same_file_again_is_all_duplicates(hse, cast, previewed, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        hse.post(step(previewed, "start/"))
    send(hse)
    batch = batch_of(cast)
    hse.post(step(batch, "kolonner/"), columns(cast))
    page = hse.get(step(batch, "se-over/"))
    assert (page.context["to_import"], page.context["skipped"]) == (0, 3)
    assert len(page.context["check"].already_imported) == 2
    assert step(batch, "start/") not in page.content.decode()
    hse.post(step(batch, "kolonner/"), columns(cast, duplicates="import"))
    assert hse.get(step(batch, "se-over/")).context["to_import"] == 3


def test_the_page_asks_what_the_file_does_not_tell(hse, cast):
    send(hse, "Dato;Beskrivelse\n1/2/2017;Falt\n")
    batch = batch_of(cast)
    response = hse.post(step(batch, "kolonner/"), columns(cast))
    assert response.status_code == 422
    assert "date_order" in response.context["form"].errors
    assert hse.post(step(batch, "kolonner/"), columns(cast, date_order="mdy")).status_code == 303
    case = hse.get(step(batch, "se-over/")).context["rows"][0]["case"]
    assert case.occurred_on.isoformat() == "2017-01-02"


def test_a_file_without_dates_needs_one(hse, cast):
    send(hse, "Beskrivelse;Fylke\nFalt;Troms\n")
    batch = batch_of(cast)
    response = hse.post(step(batch, "kolonner/"), columns(cast))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["missing_date"])
    assert response.content.decode().split("<title>")[1].startswith(("Feil:", "Error:"))
    assert hse.post(step(batch, "kolonner/"), columns(cast, missing_date="2020-12-31")).status_code == 303


def test_two_columns_cannot_be_the_same_field(hse, cast):
    send(hse)
    batch = batch_of(cast)
    response = hse.post(step(batch, "kolonner/"), columns(cast, column_7="occurred_on"))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["column_7"])
    response = hse.post(step(batch, "kolonner/"), columns(cast, column_6="", column_7="reporter"))
    assert response.status_code == 422


@pytest.mark.parametrize(
    "content", [b"", b"bare tekst uten rader", b"\x00\x01\x02", b"PK\x03\x04 ikke en bok", b"\x89PNG\r\n" + bytes(9)]
)
def test_what_is_no_table_is_refused_at_the_field(hse, cast, content):
    response = hse.post("/fjellvik/avvik/importer/", {"file": SimpleUploadedFile("x.csv", content)})
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    with tenant(cast.fjellvik):
        assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("who", ["ingrid", "amir", "kari", "ragnhild", "vigdis", "admin"])
def test_only_the_hse_manager_imports(client, cast, previewed, who):
    client.force_login(getattr(cast, who).user)
    assert client.get("/fjellvik/avvik/importer/").status_code == 403
    assert send(client).status_code == 403
    for tail in ("", "kolonner/", "verdier/", "se-over/", "feil.csv"):
        assert client.get(step(previewed, tail)).status_code == 404
    for tail in ("start/", "kast/", "kolonner/"):
        assert client.post(step(previewed, tail)).status_code == 404
    with tenant(cast.fjellvik):
        assert ImportBatch.objects.get().state == ImportState.PREVIEWED


def test_another_organisations_import_is_not_there(client, cast, previewed):
    client.force_login(cast.olav.user)
    assert client.get(step(previewed, "se-over/")).status_code == 404
    assert client.get(f"/havbris/avvik/importer/{previewed.pk}/se-over/").status_code == 404
    assert client.post(f"/havbris/avvik/importer/{previewed.pk}/start/").status_code == 404


def test_without_sign_in(client, cast):
    assert client.get("/fjellvik/avvik/importer/")["Location"].startswith("/konto/")


def test_looking_changes_nothing(hse, cast, previewed):
    for tail in ("", "kolonner/", "verdier/", "se-over/", "feil.csv"):
        assert hse.get(step(previewed, tail), follow=True).status_code == 200
    assert hse.get(step(previewed, "start/")).status_code == 405
    with tenant(cast.fjellvik):
        assert not Deviation.objects.exists()


def test_the_errors_come_as_a_harmless_file(hse, cast, django_capture_on_commit_callbacks):
    send(hse, "Dato;Beskrivelse\n=1+1;Falt\n2017-05-27;Ok\n")
    batch = batch_of(cast)
    hse.post(step(batch, "kolonner/"), columns(cast))
    with django_capture_on_commit_callbacks(execute=True):
        before = hse.get(step(batch, "feil.csv"))
        hse.post(step(batch, "start/"))
    after = hse.get(step(batch, "feil.csv"))
    assert before.content == after.content
    text = after.content.decode("utf-8-sig")
    assert '"2";"Dato";' in text
    assert '"\'=1+1"' in text
    assert after["Content-Disposition"].startswith("attachment; filename=")


def test_a_file_can_be_thrown_away(hse, cast, previewed, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        hse.post(step(previewed, "kast/"))
    with tenant(cast.fjellvik):
        assert not ImportBatch.objects.exists()
        assert Event.objects.get(verb="import.removed").actor == cast.sunniva
    assert not default_storage.exists(previewed.storage_key)


def test_a_finished_import_is_not_thrown_away(hse, cast, previewed, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        hse.post(step(previewed, "start/"))
    assert hse.post(step(previewed, "kast/")).status_code == 409
    assert hse.post(step(previewed, "kolonner/"), {"column_0": "title"})["Location"] == step(previewed)


def test_an_import_that_fails_leaves_nothing_and_can_be_tried_again(
    hse, cast, previewed, django_capture_on_commit_callbacks
):
    with tenant(cast.fjellvik):
        # The unit that was chosen is gone when the worker comes.
        ImportBatch.objects.update(options=previewed.options | {"unit": 10**9, "values": {}})
    with django_capture_on_commit_callbacks(execute=True):
        hse.post(step(previewed, "start/"))
    with tenant(cast.fjellvik):
        batch = ImportBatch.objects.get()
        assert (batch.state, batch.rows_imported) == (ImportState.FAILED, 0)
        assert not Deviation.objects.exists()
    assert hse.get(step(previewed)).status_code == 200
    hse.post(step(previewed, "kolonner/"), columns(cast, unit=cast.kommune.pk))
    with django_capture_on_commit_callbacks(execute=True):
        hse.post(step(previewed, "start/"))
    assert batch_of(cast).state == ImportState.DONE


def test_naughty_texts_survive(cast, hse, django_capture_on_commit_callbacks):
    strings = [
        "<script>alert(1)</script>", "'; DROP TABLE deviations; --", "Robert'); --", "𝒯𝑒𝓀𝓈𝓉 👩‍🚒 ﷽", "\u202eomvendt",
        "{{ 7*7 }} {% debug %}", "%s%n%d", "=1+1", "../../etc/passwd", "ÅÆØåæø ŋđŧ", "ṩ̛̖ Z͑ͫa͍l͓g̽o", "\ufeffmerke",
    ]  # fmt: skip
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["Dato", "Beskrivelse", "Sted", "<b>Fylke</b>"])
    for text in strings:
        writer.writerow(["2017-05-27", text, text, text])
    send(hse, out.getvalue())
    batch = batch_of(cast)
    hse.post(step(batch, "kolonner/"), columns(cast))
    html = hse.get(step(batch, "se-over/")).content.decode()
    assert "<script>alert" not in html
    assert "<b>Fylke" not in html
    assert "{{ 7*7 }}" in html
    with django_capture_on_commit_callbacks(execute=True):
        hse.post(step(batch, "start/"))
    with tenant(cast.fjellvik):
        assert set(Deviation.objects.values_list("description", flat=True)) == set(strings)
        assert {kept["<b>Fylke</b>"] for kept in Deviation.objects.values_list("imported_values", flat=True)} == set(
            strings
        )


NAUGHTY = Path(
    os.environ.get("HMS_REALDATA", Path(__file__).resolve().parents[3] / "shared" / "data")
) / "badinput" / "naughty_strings.json"  # fmt: skip


@pytest.mark.realdata
@pytest.mark.skipif(not NAUGHTY.is_file(), reason="the reference files do not lie beside this checkout")
def test_every_naughty_string_survives(cast, hse, django_capture_on_commit_callbacks):
    strings = [item["value"] for item in json.loads(NAUGHTY.read_text("utf-8")) if item["value"].strip()]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerow(["Dato", "Beskrivelse"])
    writer.writerows(["2017-05-27", text] for text in strings)
    send(hse, out.getvalue())
    batch = batch_of(cast)
    hse.post(step(batch, "kolonner/"), columns(cast, duplicates="import"))
    assert hse.get(step(batch, "se-over/")).context["to_import"] == len(strings)
    with django_capture_on_commit_callbacks(execute=True):
        hse.post(step(batch, "start/"))
    with tenant(cast.fjellvik):
        assert sorted(Deviation.objects.values_list("description", flat=True)) == sorted(strings)
        numbers = [case.number for case in Deviation.objects.all()[:10]]
    for number in numbers:
        assert hse.get(f"/fjellvik/avvik/{number}/").status_code == 200


def test_the_list_of_imports_costs_the_same_with_one_and_three(hse, cast):
    send(hse)
    hse.get("/fjellvik/avvik/importer/")
    with CaptureQueriesContext(connection) as one:
        hse.get("/fjellvik/avvik/importer/")
    send(hse)
    send(hse)
    with CaptureQueriesContext(connection) as three:
        hse.get("/fjellvik/avvik/importer/")
    assert len(one) == len(three)


class TestCommand:
    def run(self, tmp_path, *options, text=CSV):
        file = tmp_path / "avvik.csv"
        file.write_text(text, "utf-8")
        out = io.StringIO()
        call_command("import_deviations", str(file), "--organisation", "fjellvik", *options, stdout=out, stderr=out)
        return out.getvalue()

    def test_it_says_what_it_did(self, cast, tmp_path):
        out = self.run(tmp_path)
        assert "rows: 4" in out
        assert "imported: 2" in out
        assert "left out as duplicates: 1" in out
        assert "failed: 1" in out
        assert "row 5, Dato" in out
        with tenant(cast.fjellvik):
            assert Deviation.objects.count() == 2

    def test_a_dry_run_writes_nothing(self, cast, tmp_path, settings):
        assert "Nothing was written" in self.run(tmp_path, "--dry-run")
        with tenant(cast.fjellvik):
            assert not Deviation.objects.exists()
            assert not ImportBatch.objects.exists()
        root = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
        assert not [path for path in root.rglob("*") if path.is_file()]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--map", "title"], "FIELD=COLUMN"),
            (["--map", "title=Finnes ikke"], "no column"),
            (["--unit", "Finnes ikke"], "no unit"),
        ],
    )
    def test_what_it_cannot_do_is_said(self, cast, tmp_path, options, message):
        with pytest.raises(CommandError, match=message):
            self.run(tmp_path, *options)

    def test_it_does_not_guess_the_order_of_day_and_month(self, cast, tmp_path):
        with pytest.raises(CommandError, match="--date-format"):
            self.run(tmp_path, text="Dato;Beskrivelse\n1/2/2017;Falt\n")

    def test_it_does_not_run_as_the_owner_of_the_database(self, cast, tmp_path):
        with as_owner(), pytest.raises(ImproperlyConfigured, match="bypasses row-level security"):
            self.run(tmp_path)

    def test_unknown_organisation_and_file(self, cast, tmp_path):
        with pytest.raises(CommandError, match="no organisation"):
            call_command("import_deviations", str(tmp_path / "x.csv"), "--organisation", "finnes-ikke")
        with pytest.raises(CommandError):
            call_command("import_deviations", str(tmp_path / "x.csv"), "--organisation", "fjellvik")
