"""Import of units and people: look over first, everything or nothing, every mistake told by row and column."""

import datetime
import io

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from stdnum.no import orgnr

from hms.audit.models import Event
from hms.core.tabular import read_table
from hms.organisations.enums import Role
from hms.organisations.importing import plan_people, plan_units
from hms.organisations.models import Employee, PeopleImport, RoleHolding, Unit
from hms.organisations.services.imports import apply_plan
from hms.organisations.tasks import remove_old_imports
from hms.tenancy.scope import tenant

HEADER = "Fornavn;Etternavn;Avdeling;E-post;Telefon;Stilling;Ansattnummer;Leder;Startdato"


def url(cast, name, *args):
    return reverse(f"organisations:{name}", args=[cast.fjellvik.slug, *args])


def upload(client, cast, text, kind="people", name="folk.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(url(cast, "imports"), {"kind": kind, "file": SimpleUploadedFile(name, data)})


def people(cast, *rows, header=HEADER):
    with tenant(cast.fjellvik):
        return plan_people(read_table("\n".join([header, *rows]).encode()))


def units(cast, *rows, header="Avdeling;Kode;Overordnet"):
    with tenant(cast.fjellvik):
        return plan_units(read_table("\n".join([header, *rows]).encode()))


def test_people_are_looked_over_and_then_imported(cast, client):
    client.force_login(cast.admin.user)
    text = "\n".join(
        [
            HEADER,
            "Nora;Aas;Solbakken sykehjem;nora@fjellvik.example;91234567;Sykepleier;1001;nei;01.02.2026",
            "Per;Berg;Teknisk drift;;;;1002;ja;",
            f"Ingrid;Solheim;Teknisk drift;{cast.ingrid.email.upper()};;Vaktmester;;;",
            f"Amir;Hosseini;Solbakken sykehjem;{cast.amir.email};;;;;",
        ]
    )
    response = upload(client, cast, text)
    assert response.status_code == 303
    page = client.get(response["Location"])
    assert page.context["counts"] == {"new": 2, "changed": 1, "unchanged": 1, "error": 0}
    with tenant(cast.fjellvik):
        assert Employee.objects.count() == 10
    assert client.post(response["Location"]).status_code == 303
    with tenant(cast.fjellvik):
        nora, per = Employee.objects.get(employee_number="1001"), Employee.objects.get(employee_number="1002")
        assert (nora.name, nora.unit, nora.starts_on) == ("Nora Aas", cast.solbakken, datetime.date(2026, 2, 1))
        assert RoleHolding.objects.get(employee=per).role == Role.MANAGER
        ingrid = Employee.objects.get(pk=cast.ingrid.pk)
        assert (ingrid.unit, ingrid.job_title, ingrid.user_id) == (cast.teknisk, "Vaktmester", cast.ingrid.user_id)
        assert nora.history.count() == 1
        assert ingrid.history.first().job_title == "Vaktmester"
        event = Event.objects.get(verb="people.imported")
        assert (event.actor_id, event.data) == (cast.admin.pk, {"new": 2, "changed": 1})
        assert Event.objects.filter(verb="employee.added", object_id=nora.pk, via="import").exists()
        assert not PeopleImport.objects.exists()
    assert client.post(response["Location"]).status_code == 404


def test_second_import_of_the_same_file_changes_nothing(cast, client):
    rows = ["Nora;Aas;Solbakken sykehjem;nora@x.example;;;;ja;", "Uten;Noe;Teknisk drift;;;;;;"]
    plan = people(cast, *rows)
    with tenant(cast.fjellvik):
        apply_plan(plan, kind="people", by=cast.admin)
    assert people(cast, *rows).counts == {"new": 0, "changed": 0, "unchanged": 2, "error": 0}
    client.force_login(cast.admin.user)
    response = upload(client, cast, "\n".join([HEADER, *rows]))
    assert "Nora Aas" not in client.get(response["Location"]).content.decode()
    assert client.post(response["Location"]).status_code == 422


WRONG = [
    (";Aas;Helse;;;;1;;", "Fornavn"),
    ("Nora;;Helse;;;;1;;", "Fornavn"),
    ("Nora;Aas;Finnes ikke;;;;1;;", "Avdeling"),
    ("Nora;Aas;;;;;1;;", "Avdeling"),
    ("Nora;Aas;Helse;nora;;;1;;", "E-post"),
    ("Nora;Aas;Helse;;ring;;1;;", "Telefon"),
    ("Nora;Aas;Helse;;;;1;kanskje;", "Leder"),
    ("Nora;Aas;Helse;;;;1;;31.02.2026", "Startdato"),
    (f"{'N' * 81};Aas;Helse;;;;1;;", "Fornavn"),
    (f"Nora;Aas;Helse;;;;{'1' * 41};;", "Ansattnummer"),
]


@pytest.mark.parametrize(("row", "column"), WRONG)
def test_every_mistake_is_told_with_row_and_column(cast, row, column):
    plan = people(cast, "Per;Berg;Helse;;;;2;;", "", row)
    assert [(line.number, [name for name, _text in line.errors]) for line in plan.errors] == [(4, [column])]
    assert not plan.can_apply


def test_one_mistake_stops_everything(cast, client):
    client.force_login(cast.admin.user)
    response = upload(client, cast, "\n".join([HEADER, "Per;Berg;Helse;;;;2;;", WRONG[2][0]]))
    page = client.get(response["Location"]).content.decode()
    assert "Finnes ikke" in page
    assert "Nora Aas" in page
    assert client.post(response["Location"]).status_code == 422
    with tenant(cast.fjellvik):
        assert Employee.objects.count() == 10
        assert not Event.objects.exists()


def test_same_person_twice_is_a_mistake(cast):
    plan = people(cast, "Nora;Aas;Helse;;;;7;;", "Nora;Aas;Helse;;;;7;;", f"I;S;Helse;{cast.ingrid.email};;;;;")
    assert [line.number for line in plan.errors] == [3]
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.ingrid.pk).update(employee_number="55")
    plan = people(cast, "I;S;Helse;;;;55;;", f"I;S;Helse;{cast.ingrid.email};;;;;")
    assert [line.number for line in plan.errors] == [3]


def test_shared_address_with_other_numbers_is_other_people(cast):
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.ingrid.pk).update(employee_number="55")
    plan = people(cast, f"Per;Berg;Helse;{cast.ingrid.email};;;56;;")
    assert plan.lines[0].kind == "new"


def test_unit_of_another_organisation_does_not_exist(cast):
    plan = people(cast, "Nora;Aas;Havbris Bygg;;;;1;;")
    assert plan.errors[0].errors[0][0] == "Avdeling"


def test_missing_columns_are_told(cast, client):
    assert len(people(cast, "Nora", header="Fornavn").problems) == 2
    assert len(units(cast, "12", header="Kode").problems) == 1
    client.force_login(cast.admin.user)
    response = upload(client, cast, "Farge\nrød\n")
    page = client.get(response["Location"]).content.decode()
    assert "Farge" in page
    assert client.post(response["Location"]).status_code == 422


def test_english_headers_whole_names_and_workbooks_are_understood(cast, client):
    book = Workbook()
    book.active.append(["Name", "Department", "Employee ID", "Start date", "Is manager"])
    book.active.append(["Aas, Nora Marie", "teknisk drift", 1001, datetime.datetime(2026, 3, 1), False])
    buffer = io.BytesIO()
    book.save(buffer)
    client.force_login(cast.admin.user)
    response = upload(client, cast, buffer.getvalue(), name="folk.xlsx")
    assert client.post(response["Location"]).status_code == 303
    with tenant(cast.fjellvik):
        nora = Employee.objects.get(employee_number="1001")
        assert (nora.given_name, nora.family_name, nora.starts_on) == ("Nora Marie", "Aas", datetime.date(2026, 3, 1))


@pytest.mark.parametrize("data", [b"", b"%PDF\0\0\0", b"a\xff\xfe\0b"])
def test_file_that_is_no_table_is_told_at_the_field(cast, client, data):
    client.force_login(cast.admin.user)
    response = upload(client, cast, data)
    assert response.status_code == 422
    assert 'id="id_file_error"' in response.content.decode()
    with tenant(cast.fjellvik):
        assert not PeopleImport.objects.exists()


def test_waiting_import_is_its_makers_own_and_does_not_stay(cast, client):
    client.force_login(cast.admin.user)
    response = upload(client, cast, f"{HEADER}\nNora;Aas;Helse;;;;1;;")
    address = response["Location"]
    with tenant(cast.fjellvik):
        waiting = PeopleImport.objects.get()
        RoleHolding.objects.create(employee=cast.sunniva, role=Role.ADMINISTRATOR)
    client.force_login(cast.sunniva.user)
    assert client.get(address).status_code == 404
    client.force_login(cast.ingrid.user)
    assert client.get(address).status_code == 403
    client.force_login(cast.olav.user)
    assert client.get(address).status_code == 404
    client.force_login(cast.admin.user)
    assert client.get(url(cast, "drop_import", waiting.pk)).status_code == 405
    assert client.post(url(cast, "drop_import", waiting.pk)).status_code == 303
    upload(client, cast, f"{HEADER}\nNora;Aas;Helse;;;;1;;")
    with tenant(cast.fjellvik):
        PeopleImport.objects.update(expires_at=timezone.now())
        assert client.get(url(cast, "import", PeopleImport.objects.get().pk)).status_code == 404
    remove_old_imports()
    with tenant(cast.fjellvik):
        assert not PeopleImport.objects.exists()


# --- units ---


def test_tree_is_built_whatever_the_order_of_rows(cast):
    plan = units(cast, "Avdeling 1;411;Hjemmetjenesten", "Hjemmetjenesten;410;Helse", "Natt;;411", "Ny topp;;")
    assert plan.counts["new"] == 4
    with tenant(cast.fjellvik):
        apply_plan(plan, kind="units", by=cast.admin)
        night = Unit.objects.get(name="Natt")
        names = dict(Unit.objects.values_list("id", "name"))
        path = [names[pk] for pk in night.path]
        assert path == ["Fjellvik kommune", "Helse", "Hjemmetjenesten", "Avdeling 1", "Natt"]
        assert Unit.objects.get(name="Ny topp").parent == cast.kommune
        assert len({unit.report_token for unit in Unit.objects.all()}) == Unit.objects.count()
        assert night.history.exists()
    again = units(cast, "Avdeling 1;411;Hjemmetjenesten", "Hjemmetjenesten;410;Helse", "Natt;;411", "Ny topp;;")
    assert again.counts["unchanged"] == 4


def test_units_are_renamed_by_code_and_moved(cast):
    with tenant(cast.fjellvik):
        Unit.objects.filter(pk=cast.solbakken.pk).update(code="400")
    plan = units(cast, "Solbakken bo og omsorg;400;Teknisk drift")
    assert plan.lines[0].changed == ["name", "parent"]
    with tenant(cast.fjellvik):
        apply_plan(plan, kind="units", by=cast.admin)
        unit = Unit.objects.get(pk=cast.solbakken.pk)
        assert (unit.name, unit.path) == (
            "Solbakken bo og omsorg", [cast.kommune.pk, cast.teknisk.pk, cast.solbakken.pk],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "number", "column"),
    [
        ([";1;"], 2, "Avdeling"),
        (["A;;Finnes ikke"], 2, "Overordnet"),
        (["Helse;300;Solbakken sykehjem"], 2, "Overordnet"),
        (["A;;B", "B;;A"], 2, "Overordnet"),
        (["A;9;", "A;9;"], 3, "Avdeling"),
        (["Fjellvik kommune;100;Helse"], 2, "Overordnet"),
        (["A;" + "9" * 41 + ";"], 2, "Kode"),
        (["A;;Havbris Bygg"], 2, "Overordnet"),
    ],
)
def test_wrong_units_are_told_with_row_and_column(cast, rows, number, column):
    with tenant(cast.fjellvik):
        Unit.objects.filter(pk=cast.helse.pk).update(code="300")
        Unit.objects.filter(pk=cast.kommune.pk).update(code="100")
    plan = units(cast, *rows)
    assert (number, column) in [(line.number, name) for line in plan.errors for name, _text in line.errors]
    assert not plan.can_apply


def test_command_imports_and_tells_mistakes(cast, tmp_path, capsys):
    path = tmp_path / "folk.csv"
    path.write_text(f"{HEADER}\nNora;Aas;Helse;;;;1;;\n", encoding="utf-16")
    call_command("import_people", str(path), "--organisation=fjellvik", "--dry-run")
    with tenant(cast.fjellvik):
        assert not Employee.objects.filter(employee_number="1").exists()
    call_command("import_people", str(path), "--organisation=fjellvik")
    assert "1 new" in capsys.readouterr().out
    with tenant(cast.fjellvik):
        assert Employee.objects.filter(employee_number="1").exists()
    path.write_text(f"{HEADER}\n;Aas;Helse;;;;1;;\n")
    with pytest.raises(CommandError, match="2: Fornavn"):
        call_command("import_people", str(path), "--organisation=fjellvik")
    with pytest.raises(CommandError):
        call_command("import_people", str(path), "--organisation=nowhere")


def test_five_thousand_people_cost_no_more_queries_than_five(cast):
    def rows(count, title):
        return [f"Fornavn{n};Etternavn{n};Solbakken sykehjem;;;{title};{n};;" for n in range(count)]

    def queries(count, title):
        with tenant(cast.fjellvik), CaptureQueriesContext(connection) as captured:
            plan = plan_people(read_table("\n".join([HEADER, *rows(count, title)]).encode()))
            apply_plan(plan, kind="people", by=cast.admin)
        return len(captured), plan.counts

    few, _counts = queries(5, "A")
    many, counts = queries(1500, "A")
    assert counts["new"] == 1495
    assert many == few
    changed, counts = queries(1500, "B")
    assert counts["changed"] == 1500
    assert changed <= few + 3


@pytest.mark.realdata
def test_real_group_of_companies_becomes_a_tree(cast):
    path = settings.ROOT.parent / "shared" / "data" / "org" / "brreg_konsern_utdrag.csv"
    if not path.exists():
        pytest.skip("the reference files are not beside this checkout")
    table = read_table(path)
    number = table.column("organisasjonsnummer")
    assert all(orgnr.is_valid(row[number]) for row in table.rows)
    table.headers[number] = "Kode"
    numbers, above = {row[number] for row in table.rows}, table.column("overordnet")
    with tenant(cast.fjellvik):
        # Some owners are not in the file; those rows are told, and only those.
        strangers = [
            n for n, row in zip(table.numbers, table.rows, strict=True) if row[above] and row[above] not in numbers
        ]
        assert [line.number for line in plan_units(table).errors] == strangers
        for row in table.rows:
            row[above] = row[above] if row[above] in numbers else ""
        apply_plan(plan_units(table), kind="units", by=None)
        top = Unit.objects.get(name="EQUINOR ASA")
        branch = {row[number] for row in table.rows if row[above] == top.code}
        assert set(Unit.objects.filter(parent=top).values_list("code", flat=True)) == branch
        assert Unit.objects.count() == 4 + len(table.rows)


def test_namesake_in_another_unit_is_new_but_told_of(cast):
    plan = people(cast, "Ingrid;Solheim;Teknisk drift;;;;;;")
    assert plan.counts["new"] == 1
    assert "Ingrid Solheim" in plan.notes[-1]
