"""Groups: kept by administrators, dated like roles, and their history stays."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from hms.audit.models import Event
from hms.organisations import services
from hms.organisations.errors import Refused
from hms.organisations.models import Group, GroupMember
from hms.organisations.selectors import groups_of, members_of
from hms.tenancy.scope import tenant


def url(name, *args):
    return reverse(f"organisations:{name}", args=["fjellvik", *args])


def names(group):
    return [member.employee.given_name for member in members_of(group)]


def test_an_administrator_makes_a_group_and_says_who_is_in_it(cast, client):
    client.force_login(cast.admin.user)
    assert client.post(url("add_group"), {"name": "Brannvernledere", "unit": cast.solbakken.pk}).status_code == 303
    with tenant(cast.fjellvik):
        group = Group.objects.get()
    for person in (cast.kari, cast.ingrid):
        assert client.post(url("add_group_member", group.pk), {"employee": person.pk}).status_code == 303
    page = client.get(url("group", group.pk)).content.decode()
    assert page.index("Ingrid Solheim") < page.index("Kari Lunde")
    again = client.post(url("add_group_member", group.pk), {"employee": cast.kari.pk})
    assert again.status_code == 422
    assert again.context["form"].errors.keys() == {"employee"}
    with tenant(cast.fjellvik):
        kari = members_of(group).get(employee=cast.kari)
    assert client.post(url("remove_group_member", group.pk, kari.pk)).status_code == 303
    with tenant(cast.fjellvik):
        assert names(group) == ["Ingrid"]
        events = list(
            Event.objects.filter(root_type="organisations.group").order_by("id").values_list("verb", flat=True)
        )
    assert events == ["group.created", "group.member_added", "group.member_added", "group.member_removed"]
    assert "Brannvernledere" in client.get(url("person", cast.ingrid.pk)).content.decode()
    assert "Brannvernledere" not in client.get(url("person", cast.kari.pk)).content.decode()


def test_that_somebody_was_in_it_is_kept(cast):
    today = timezone.localdate()
    with tenant(cast.fjellvik):
        group = services.create_group(name="Førstehjelpere", by=cast.admin)
        member = services.add_member(group, cast.kari, by=cast.admin)
        GroupMember.objects.update(starts_on=today - datetime.timedelta(days=30))
        member.refresh_from_db()
        services.remove_member(member, by=cast.admin)
        assert names(group) == []
        assert [row.employee for row in members_of(group, today - datetime.timedelta(days=1))] == [cast.kari]
        assert member.history.count() == 2
        services.add_member(group, cast.kari, by=cast.admin)
        assert names(group) == ["Kari"]
        with pytest.raises(Refused):
            services.add_member(group, cast.kari, by=cast.admin)


def test_who_leaves_is_in_the_group_until_the_last_day(cast):
    last_day = timezone.localdate() + datetime.timedelta(days=10)
    with tenant(cast.fjellvik):
        group = services.create_group(name="Førstehjelpere", by=cast.admin)
        services.add_member(group, cast.kari, by=cast.admin)
        services.end_employment(cast.kari, last_day=last_day, by=cast.admin)
        assert list(groups_of(cast.kari, last_day)) == [group]
        assert not groups_of(cast.kari, last_day + datetime.timedelta(days=1)).exists()
        services.resume_employment(cast.kari, by=cast.admin)
        assert not groups_of(cast.kari, last_day + datetime.timedelta(days=1)).exists()


@pytest.mark.parametrize("wrong", ["name", "unit"])
def test_a_name_once_and_a_unit_in_use(cast, client, wrong):
    with tenant(cast.fjellvik):
        services.create_group(name="Brannvernledere", by=cast.admin)
        if wrong == "unit":
            type(cast.teknisk).objects.filter(pk=cast.teknisk.pk).update(is_active=False)
    client.force_login(cast.admin.user)
    name = "Brannvernledere" if wrong == "name" else "Andre"
    response = client.post(url("add_group"), {"name": name, "unit": cast.teknisk.pk})
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {wrong}


def test_out_of_use_and_back(cast, client):
    client.force_login(cast.admin.user)
    with tenant(cast.fjellvik):
        group = services.create_group(name="Brannvernledere", by=cast.admin)
        services.add_member(group, cast.kari, by=cast.admin)
    client.post(url("retire_group", group.pk))
    with tenant(cast.fjellvik):
        assert not groups_of(cast.kari).exists()
    assert "Ute av bruk" in client.get(url("groups")).content.decode()
    client.post(url("reuse_group", group.pk))
    client.post(url("change_group", group.pk), {"name": "Brannvern", "unit": ""})
    with tenant(cast.fjellvik):
        assert [row.name for row in groups_of(cast.kari)] == ["Brannvern"]


def test_another_organisations_group_is_not_there(cast, client):
    with tenant(cast.fjellvik):
        group = services.create_group(name="Brannvernledere", by=cast.admin)
    client.force_login(cast.olav.user)
    for name, args in (("group", ()), ("change_group", ()), ("retire_group", ())):
        address = reverse(f"organisations:{name}", args=["havbris", group.pk, *args])
        assert client.post(address).status_code in {404, 405}
    with tenant(cast.havbris):
        assert not Group.objects.exists()
