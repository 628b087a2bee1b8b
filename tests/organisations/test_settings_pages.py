"""Settings: every page works for the administrator, and for nobody else; nothing there shows a case."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from hms.audit.models import Event
from hms.organisations import services
from hms.organisations.enums import Role
from hms.organisations.errors import Refused
from hms.organisations.forms.fields import PersonField
from hms.organisations.models import (
    Absence,
    Employee,
    Group,
    Invitation,
    Organisation,
    QuietPeriod,
    RoleHolding,
    SafetyArea,
    SafetyAreaUnit,
    Unit,
)
from hms.tenancy.scope import tenant

TODAY = timezone.localdate


def url(cast, name, *args):
    return reverse(f"organisations:{name}", args=[cast.fjellvik.slug, *args])


def pages(cast):
    """Every settings page that answers GET, with an object where it needs one."""
    with tenant(cast.fjellvik):
        holding = RoleHolding.objects.get(employee=cast.amir)
        group, _is_new = Group.objects.get_or_create(name="Brannvernledere")
    plain = ["settings", "organisation", "quiet_days", "units", "add_unit", "people", "add_person", "roles"]
    plain += [
        "groups",
        "add_group",
        "grant_role",
        "areas",
        "add_area",
        "absences",
        "add_absence",
        "invitations",
        "imports",
    ]
    return [
        *((name,) for name in plain),
        ("unit", cast.solbakken.pk),
        ("person", cast.amir.pk),
        ("change_person", cast.amir.pk),
        ("end_employment", cast.amir.pk),
        ("role", holding.pk),
        ("end_role", holding.pk),
        ("hand_over_role", holding.pk),
        ("area", cast.area.pk),
        ("group", group.pk),
        ("change_group", group.pk),
    ]


def buttons(cast):
    """Every address that answers only POST."""
    with tenant(cast.fjellvik):
        quiet = QuietPeriod.objects.create(label="Jul", starts_on="2026-12-24", ends_on="2026-12-31")
        invitation = Invitation.objects.create(
            employee=cast.amir, email="a@example.org", token_hash="x", expires_at=timezone.now()
        )
        group = services.create_group(name="Førstehjelpere", by=cast.admin)
        member = services.add_member(group, cast.amir, by=cast.admin)
    return [
        ("remove_quiet_days", quiet.pk),
        ("retire_unit", cast.solbakken.pk),
        ("reuse_unit", cast.solbakken.pk),
        ("renew_qr", cast.solbakken.pk),
        ("resume_employment", cast.amir.pk),
        ("remove_area", cast.area.pk),
        ("add_group_member", group.pk),
        ("remove_group_member", group.pk, member.pk),
        ("retire_group", group.pk),
        ("reuse_group", group.pk),
        ("invite",),
        ("withdraw_invitation", invitation.pk),
    ]


def test_administrator_sees_every_page(cast, client):
    client.force_login(cast.admin.user)
    for page in pages(cast):
        response = client.get(url(cast, *page))
        assert response.status_code == 200, page
        assert "<h1" in response.content.decode(), page


def test_wrong_role_is_refused_everywhere(cast, client):
    client.force_login(cast.sunniva.user)
    for page in pages(cast):
        assert client.get(url(cast, *page)).status_code == 403, page
        assert client.post(url(cast, *page)).status_code in {403, 405}, page
    for page in buttons(cast):
        assert client.post(url(cast, *page)).status_code == 403, page


def test_outsider_finds_nothing(cast, client):
    client.force_login(cast.olav.user)
    for page in [*pages(cast), *buttons(cast), ("profile",)]:
        assert client.get(url(cast, *page)).status_code == 404, page
        assert client.post(url(cast, *page)).status_code == 404, page


def test_anonymous_is_asked_to_sign_in(cast, client):
    response = client.get(url(cast, "settings"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_what_changes_something_refuses_get(cast, client):
    client.force_login(cast.admin.user)
    for page in buttons(cast):
        assert client.get(url(cast, *page)).status_code == 405, page


def test_objects_of_another_organisation_do_not_exist(cast, client):
    client.force_login(cast.admin.user)
    for name, pk in [("unit", cast.havbris_unit.pk), ("person", cast.olav.pk), ("change_person", cast.olav.pk)]:
        assert client.get(url(cast, name, pk)).status_code == 404


# --- the organisation ---


def organisation_form(**changes):
    return {
        "name": "Fjellvik kommune",
        "organisation_number": "",
        "language": "nb",
        "time_zone": "Europe/Oslo",
        "accent_colour": "#0C5A5E",
        "open_reporting": "on",
        "anonymous_reporting": "on",
        "receive_days": "2",
        "handling_days": "21",
        "statement_required": "on",
        "statement_days": "7",
        "people_choose_reminders": "on",
        **changes,
    }


def test_organisation_is_changed_and_the_event_names_the_fields_only(cast, client):
    client.force_login(cast.admin.user)
    response = client.post(
        url(cast, "organisation"),
        organisation_form(name="Nye Fjellvik", organisation_number="923 609 016", accent_colour="#7a3e9d"),
    )
    assert response.status_code == 303
    changed = Organisation.objects.get(slug="fjellvik")
    assert (changed.name, changed.organisation_number, changed.accent_colour) == (
        "Nye Fjellvik",
        "923609016",
        "#7a3e9d",
    )
    with tenant(cast.fjellvik):
        event = Event.objects.get(verb="organisation.changed")
    assert event.actor_id == cast.admin.pk
    assert event.data == {"fields": ["name", "organisation_number", "accent_colour"]}


def test_saving_the_same_writes_nothing(cast, client):
    client.force_login(cast.admin.user)
    assert client.post(url(cast, "organisation"), organisation_form()).status_code == 303
    with tenant(cast.fjellvik):
        assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("organisation_number", "923609017"),
        ("organisation_number", "12345"),
        ("organisation_number", "974761076"),
        ("accent_colour", "red"),
        ("accent_colour", "#0C5A5E;}"),
        ("time_zone", "Mars/Olympus"),
        ("language", "xx"),
        ("name", ""),
        ("receive_days", "0"),
        ("handling_days", "99999"),
    ],
)
def test_wrong_values_are_told_at_the_field_and_change_nothing(cast, client, field, value):
    with tenant(cast.havbris):
        services.change_organisation(cast.havbris, by=None, organisation_number="974761076")
    client.force_login(cast.admin.user)
    response = client.post(url(cast, "organisation"), organisation_form(**{field: value}))
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()
    assert Organisation.objects.get(slug="fjellvik").name == "Fjellvik kommune"


def test_quiet_days_are_added_and_removed(cast, client):
    client.force_login(cast.admin.user)
    later = TODAY() + datetime.timedelta(days=30)
    data = {"label": "Fellesferie", "starts_on": later, "ends_on": later + datetime.timedelta(days=20)}
    assert client.post(url(cast, "quiet_days"), data).status_code == 303
    assert "Fellesferie" in client.get(url(cast, "quiet_days")).content.decode()
    with tenant(cast.fjellvik):
        period = QuietPeriod.objects.get()
    assert client.post(url(cast, "remove_quiet_days", period.pk)).status_code == 303
    assert client.post(url(cast, "remove_quiet_days", period.pk)).status_code == 404
    assert client.post(url(cast, "quiet_days"), data | {"ends_on": TODAY()}).status_code == 422


# --- units ---


def paths():
    return {unit.name: unit.path for unit in Unit.objects.all()}


def test_branch_keeps_its_paths_when_it_is_moved(cast, client):
    client.force_login(cast.admin.user)
    data = {"name": "Helse", "code": "", "parent": cast.teknisk.pk}
    assert client.post(url(cast, "unit", cast.helse.pk), data).status_code == 303
    with tenant(cast.fjellvik):
        assert paths()["Solbakken sykehjem"] == [cast.kommune.pk, cast.teknisk.pk, cast.helse.pk, cast.solbakken.pk]
        assert paths()["Helse"] == [cast.kommune.pk, cast.teknisk.pk, cast.helse.pk]
        assert Event.objects.get(verb="unit.moved").data == {"from": cast.kommune.pk, "to": cast.teknisk.pk}


@pytest.mark.parametrize("target", ["solbakken", "helse", "havbris_unit"])
def test_unit_cannot_go_below_itself_or_to_another_organisation(cast, client, target):
    client.force_login(cast.admin.user)
    data = {"name": "Helse", "code": "", "parent": getattr(cast, target).pk}
    response = client.post(url(cast, "unit", cast.helse.pk), data)
    assert response.status_code == 422
    assert 'id="id_parent_error"' in response.content.decode()
    with tenant(cast.fjellvik):
        assert paths()["Helse"] == [cast.kommune.pk, cast.helse.pk]


def test_service_refuses_circles_too(cast):
    with tenant(cast.fjellvik):
        for place in (cast.helse, cast.solbakken):
            with pytest.raises(Refused):
                services.move_unit(cast.helse, parent=place, by=cast.admin)
        with pytest.raises(Refused):
            services.move_unit(cast.kommune, parent=cast.helse, by=cast.admin)


def test_unit_is_added_with_path_and_qr_token(cast, client):
    client.force_login(cast.admin.user)
    data = {"name": "Kjøkken", "code": "410", "parent": cast.solbakken.pk}
    assert client.post(url(cast, "add_unit"), data).status_code == 303
    with tenant(cast.fjellvik):
        unit = Unit.objects.get(code="410")
        assert unit.path == [cast.kommune.pk, cast.helse.pk, cast.solbakken.pk, unit.pk]
        assert len(unit.report_token) >= 20
    for again, field in [(data, "name"), (data | {"name": "Vaskeri"}, "code")]:
        response = client.post(url(cast, "add_unit"), again)
        assert response.status_code == 422
        assert f'id="id_{field}_error"' in response.content.decode()


def test_unit_with_people_or_units_below_stays_in_use(cast, client):
    client.force_login(cast.admin.user)
    response = client.post(url(cast, "retire_unit", cast.helse.pk))
    assert response.status_code == 422
    assert "Solbakken sykehjem" in response.content.decode()
    with tenant(cast.fjellvik):
        empty = services.create_unit(name="Tom", parent=cast.kommune, by=cast.admin)
    assert client.post(url(cast, "retire_unit", empty.pk)).status_code == 303
    client.get(url(cast, "units"))  # the toast is shown once
    assert "Tom" not in client.get(url(cast, "units")).content.decode()
    assert "Tom" in client.get(url(cast, "units") + "?vis=alle").content.decode()
    assert client.post(url(cast, "reuse_unit", empty.pk)).status_code == 303
    with tenant(cast.fjellvik):
        assert Unit.objects.get(pk=empty.pk).is_active
        with pytest.raises(Refused):
            services.retire_unit(cast.kommune, by=cast.admin)


def test_new_qr_code_makes_the_former_useless(cast, client):
    report = reverse("deviations:report", args=["fjellvik"])
    assert client.get(f"{report}?sted={cast.solbakken.report_token}").status_code == 200
    client.force_login(cast.admin.user)
    assert client.post(url(cast, "renew_qr", cast.solbakken.pk)).status_code == 303
    client.logout()
    assert client.get(f"{report}?sted={cast.solbakken.report_token}").status_code == 404
    with tenant(cast.fjellvik):
        token = Unit.objects.get(pk=cast.solbakken.pk).report_token
    assert client.get(f"{report}?sted={token}").status_code == 200


# --- safety areas ---


def test_unit_belongs_to_one_safety_area(cast, client):
    client.force_login(cast.admin.user)
    response = client.post(url(cast, "add_area"), {"name": "Ny", "units": [cast.helse.pk]})
    assert response.status_code == 422
    assert "Helse" in response.content.decode()
    assert client.post(url(cast, "add_area"), {"name": "Ny", "units": [cast.havbris_unit.pk]}).status_code == 422
    assert client.post(url(cast, "add_area"), {"name": "Teknisk", "units": [cast.teknisk.pk]}).status_code == 303
    response = client.post(
        url(cast, "area", cast.area.pk), {"name": "Helse", "units": [cast.helse.pk, cast.solbakken.pk]}
    )
    assert response.status_code == 303
    with tenant(cast.fjellvik):
        assert SafetyAreaUnit.objects.filter(safety_area=cast.area).count() == 2
        assert Event.objects.get(verb="safety_area.units_changed").data["added"] == [cast.solbakken.pk]


def test_represented_safety_area_is_kept(cast, client):
    client.force_login(cast.admin.user)
    response = client.post(url(cast, "remove_area", cast.area.pk))
    assert response.status_code == 422
    assert "Kari Lunde" in response.content.decode()
    with tenant(cast.fjellvik):
        empty = services.create_safety_area(name="Tom", units=[cast.teknisk], by=cast.admin)
    assert client.post(url(cast, "remove_area", empty.pk)).status_code == 303
    with tenant(cast.fjellvik):
        assert not SafetyArea.objects.filter(name="Tom").exists()


# --- absences ---


def test_absence_is_registered_for_somebody(cast, client):
    client.force_login(cast.admin.user)
    today = TODAY()
    data = {"employee": cast.amir.pk, "starts_on": today, "ends_on": today, "deputy": cast.kari.pk}
    assert client.post(url(cast, "add_absence"), data).status_code == 303
    assert client.post(url(cast, "add_absence"), data).status_code == 422  # overlaps
    assert client.post(url(cast, "add_absence"), data | {"deputy": cast.olav.pk}).status_code == 422
    with tenant(cast.fjellvik):
        absence = Absence.objects.get()
        assert (absence.employee, absence.deputy) == (cast.amir, cast.kari)


def test_absence_is_changed_by_oneself_or_ones_manager_and_seen_by_nobody_else(cast, client):
    with tenant(cast.fjellvik):
        day = TODAY()
        absence = services.register_absence(cast.ingrid, starts_on=day, ends_on=day, deputy=cast.kari, by=cast.ingrid)
    page = url(cast, "absence", absence.pk)
    later = {"starts_on": day, "ends_on": day + datetime.timedelta(days=3), "deputy": cast.kari.pk}
    expected = [("ingrid", 303), ("amir", 303), ("admin", 303), ("kari", 403), ("piotr", 404), ("sunniva", 404)]
    for name, status in expected:
        client.force_login(getattr(cast, name).user)
        assert client.post(page, later).status_code == status, name
    client.force_login(cast.ingrid.user)
    assert client.get(page).status_code == 200
    assert client.get(url(cast, "remove_absence", absence.pk)).status_code == 405
    assert client.post(url(cast, "remove_absence", absence.pk)).status_code == 303
    with tenant(cast.fjellvik):
        assert not Absence.objects.exists()
        assert Event.objects.filter(verb="absence.removed", actor=cast.ingrid).exists()


# --- roles ---


def test_role_is_granted_changed_handed_over_and_ended(cast, client):
    client.force_login(cast.admin.user)
    data = {"employee": cast.tor_erik.pk, "role": Role.MANAGER, "unit": cast.teknisk.pk, "starts_on": TODAY()}
    assert client.post(url(cast, "grant_role"), data).status_code == 303
    with tenant(cast.fjellvik):
        holding = RoleHolding.objects.get(employee=cast.tor_erik)
    ends = TODAY() + datetime.timedelta(days=90)
    assert client.post(url(cast, "role", holding.pk), {"starts_on": TODAY(), "ends_on": ends}).status_code == 303
    tomorrow = TODAY() + datetime.timedelta(days=1)
    data = {"to": cast.ingrid.pk, "on": tomorrow}
    assert client.post(url(cast, "hand_over_role", holding.pk), data).status_code == 303
    with tenant(cast.fjellvik):
        holding.refresh_from_db()
        assert holding.ends_on == TODAY()
        successor = RoleHolding.objects.get(employee=cast.ingrid)
        assert (successor.role, successor.unit, successor.starts_on, successor.ends_on) == (
            Role.MANAGER, cast.teknisk, tomorrow, ends,
        )  # fmt: skip
    # It has not begun, so ending it removes it.
    assert client.post(url(cast, "end_role", successor.pk), {"last_day": TODAY()}).status_code == 303
    with tenant(cast.fjellvik):
        assert not RoleHolding.objects.filter(employee=cast.ingrid).exists()
        assert list(Event.objects.order_by("id").values_list("verb", flat=True)) == [
            "role.granted", "role.changed", "role.granted", "role.ended", "role.ended",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit": ""}, "unit"),
        ({"unit": "HAVBRIS"}, "unit"),
        ({"employee": "OLAV"}, "employee"),
        ({"role": "king"}, "role"),
        ({"role": "safety_rep"}, "safety_area"),
        ({"role": "consultant"}, "ends_on"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
    ],
)
def test_role_needs_its_place_and_period(cast, client, changes, field):
    client.force_login(cast.admin.user)
    real = {"HAVBRIS": cast.havbris_unit.pk, "OLAV": cast.olav.pk}
    data = {"employee": cast.ingrid.pk, "role": "manager", "unit": cast.teknisk.pk, "starts_on": TODAY()}
    data |= {name: real.get(value, value) for name, value in changes.items()}
    response = client.post(url(cast, "grant_role"), data)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()
    with tenant(cast.fjellvik):
        assert not RoleHolding.objects.filter(employee=cast.ingrid).exists()


def test_last_administrator_stays(cast, client):
    client.force_login(cast.admin.user)
    with tenant(cast.fjellvik):
        holding = RoleHolding.objects.get(employee=cast.admin)
    yesterday = TODAY() - datetime.timedelta(days=1)
    for day in (yesterday, TODAY(), TODAY() + datetime.timedelta(days=10)):
        assert client.post(url(cast, "end_role", holding.pk), {"last_day": day}).status_code == 422
    period = {"starts_on": TODAY() + datetime.timedelta(days=1), "ends_on": ""}
    assert client.post(url(cast, "role", holding.pk), period).status_code == 422
    assert client.post(url(cast, "end_employment", cast.admin.pk), {"last_day": TODAY()}).status_code == 422
    data = {"to": cast.sunniva.pk, "on": TODAY()}
    assert client.post(url(cast, "hand_over_role", holding.pk), data).status_code == 303
    # From today on somebody else has it.
    assert client.get(url(cast, "settings")).status_code == 403
    client.force_login(cast.sunniva.user)
    assert client.get(url(cast, "settings")).status_code == 200


# --- people ---


def person_form(cast, **changes):
    data = {"given_name": "Nora", "family_name": "Aas", "unit": cast.solbakken.pk, "starts_on": TODAY()}
    return data | changes


def test_person_is_added_found_and_changed(cast, client):
    client.force_login(cast.admin.user)
    data = person_form(cast, email="nora@fjellvik.example", employee_number="1001", phone="912 34 567")
    assert client.post(url(cast, "add_person"), data).status_code == 303
    with tenant(cast.fjellvik):
        nora = Employee.objects.get(employee_number="1001")
    for query in ("?q=nora+aas", "?q=1001", f"?unit={cast.helse.pk}", "?q=NORA@"):
        assert "Nora Aas" in client.get(url(cast, "people") + query).content.decode(), query
    assert "Nora Aas" not in client.get(url(cast, "people") + f"?unit={cast.teknisk.pk}").content.decode()
    assert "Nora Aas" not in client.get(url(cast, "people") + "?left=ja").content.decode()
    moved = data | {"unit": cast.teknisk.pk}
    assert client.post(url(cast, "change_person", nora.pk), moved).status_code == 303
    with tenant(cast.fjellvik):
        nora.refresh_from_db()
        assert nora.unit == cast.teknisk
        assert nora.history.count() == 2
        assert Event.objects.get(verb="employee.changed").data == {"fields": ["unit"]}
    assert client.post(url(cast, "change_person", nora.pk), moved).status_code == 303
    with tenant(cast.fjellvik):
        assert Event.objects.filter(verb="employee.changed").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("unit", "HAVBRIS"), ("email", "nora"), ("phone", "ring meg"), ("employee_number", "7"), ("given_name", "")],
)
def test_wrong_person_is_told_at_the_field(cast, client, field, value):
    with tenant(cast.fjellvik):
        services.change_employee(cast.amir, employee_number="7", by=None)
    client.force_login(cast.admin.user)
    value = cast.havbris_unit.pk if value == "HAVBRIS" else value
    response = client.post(url(cast, "add_person"), person_form(cast, **{field: value}))
    assert response.status_code == 422
    page = response.content.decode()
    assert f'id="id_{field}_error"' in page
    assert 'value="Aas"' in page


def test_list_of_people_is_paged(cast, client):
    with tenant(cast.fjellvik):
        Employee.objects.bulk_create(
            Employee(given_name=f"Person {n:03}", family_name="Test", unit=cast.teknisk) for n in range(120)
        )
    client.force_login(cast.admin.user)
    seen, address = [], url(cast, "people")
    while address:
        response = client.get(address)
        seen += [row.pk for row in response.context["rows"]]
        address = url(cast, "people") + response.context["next_url"] if response.context["next_url"] else ""
    assert len(seen) == len(set(seen)) == 130
    assert client.get(url(cast, "people") + "?etter=tull").status_code == 400


def test_administrator_sees_no_case_content_on_a_person(cast, client):
    client.force_login(cast.admin.user)
    page = client.get(url(cast, "person", cast.ingrid.pk)).content.decode()
    assert "Ingrid Solheim" in page
    assert "/avvik/" not in page.replace(reverse("deviations:list", args=["fjellvik"]), "")


# --- finding people by name, where a list would be too long ---


def test_many_people_are_chosen_by_name(cast, client, monkeypatch):
    monkeypatch.setattr(PersonField, "MANY", 5)
    with tenant(cast.fjellvik):
        for unit in (cast.teknisk, cast.helse):
            services.add_employee(given_name="Kari", family_name="Lunde", unit=unit, by=None)
    client.force_login(cast.admin.user)
    page = client.get(url(cast, "add_absence") + f"?person={cast.amir.pk}").content.decode()
    assert 'value="Amir Hosseini, Solbakken sykehjem"' in page
    assert "<select" not in page
    data = {
        "employee": "amir hosseini",
        "starts_on": TODAY(),
        "ends_on": TODAY(),
        "deputy": "Kari Lunde, solbakken sykehjem",
    }
    for wrong in ("Olav Haugen", "Ingen Slik", "Kari Lunde", str(cast.olav.pk), "Kari Lunde, Havbris Bygg", "9" * 30):
        response = client.post(url(cast, "add_absence"), data | {"deputy": wrong})
        assert response.status_code == 422, wrong
        assert 'id="id_deputy_error"' in response.content.decode()
        assert f'value="{wrong}"' in response.content.decode()
    assert client.post(url(cast, "add_absence"), data).status_code == 303
    with tenant(cast.fjellvik):
        absence = Absence.objects.get()
        assert (absence.employee, absence.deputy) == (cast.amir, cast.kari)
    page = client.get(url(cast, "absence", absence.pk)).content.decode()
    assert 'value="Kari Lunde, Solbakken sykehjem"' in page


def test_suggestions_are_colleagues_only(cast, client):
    client.force_login(cast.ingrid.user)
    page = client.get(url(cast, "find_people") + "?deputy=kari+solb").content.decode()
    assert '<option value="Kari Lunde, Solbakken sykehjem">' in page
    assert "option" not in client.get(url(cast, "find_people") + "?deputy=olav").content.decode()
    assert "option" not in client.get(url(cast, "find_people") + "?deputy=").content.decode()
    client.force_login(cast.olav.user)
    assert client.get(url(cast, "find_people") + "?deputy=kari").status_code == 404
