"""Nobody leaves with work that nobody takes over; what is confidential never goes to somebody it is about."""

import datetime
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from deviations import services as deviations
from deviations.enums import ReporterKind
from deviations.models import Deviation
from hms.actions import services as plans
from hms.assignments import services as assignments
from hms.assignments.models import Assignment, ExtensionRequest
from hms.notifications.models import Notification
from hms.organisations import services
from hms.organisations.errors import Refused
from hms.organisations.models import Employee, RoleHolding
from hms.tenancy.scope import tenant
from tests.assignments.conftest import heard, unit_source  # noqa: F401  a source that tests own
from tests.deviations.helpers import add_action
from tests.everything import everything


def report(cast, **changes):
    data = {
        "organisation": cast.fjellvik,
        "unit": cast.solbakken,
        "description": "Rekkverket i trapp B er løst.",
        "severity": 2,
        "reporter_kind": ReporterKind.EMPLOYEE,
        "reporter": cast.ingrid,
        "about_my_manager": False,
        "idempotency_key": uuid.uuid4(),
    }
    return deviations.report(**data | changes).deviation


def leave(client, cast, person, **data):
    client.force_login(cast.admin.user)
    page = reverse("organisations:end_employment", args=["fjellvik", person.pk])
    return client.get(page).content.decode(), client.post(page, {"last_day": timezone.localdate(), **data})


def test_open_work_must_be_handed_over(cast, client):
    with tenant(cast.fjellvik):
        deviation = report(cast)
        assert deviation.handling.assignee_id == cast.amir.pk
    page, refused = leave(client, cast, cast.amir)
    assert refused.status_code == 422
    assert 'id="id_hand_over_to_error"' in refused.content.decode()
    # The administrator learns how much, not what.
    for content in (page, refused.content.decode()):
        assert "Rekkverket" not in content
        assert deviation.number not in content
    with tenant(cast.fjellvik):
        assert Employee.objects.get(pk=cast.amir.pk).ends_on is None
    _page, done = leave(client, cast, cast.amir, hand_over_to=cast.helene.pk)
    assert done.status_code == 303
    with tenant(cast.fjellvik):
        assert Deviation.objects.get(pk=deviation.pk).handling.assignee_id == cast.helene.pk
        assert Employee.objects.get(pk=cast.amir.pk).ends_on == timezone.localdate()


def test_confidential_case_never_goes_to_the_one_it_is_about(cast, client):
    """A case about Amir lies with Helene; she leaves, and the administrator, who knows nothing, names Amir."""
    with tenant(cast.fjellvik):
        deviation = report(cast, about_my_manager=True)
        assert deviation.handling.assignee_id == cast.helene.pk
    _page, done = leave(client, cast, cast.helene, hand_over_to=cast.amir.pk)
    assert done.status_code == 303
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(pk=deviation.handling_id).assignee_id == cast.ragnhild.pk


@pytest.mark.parametrize("who", ["olav", "gone", "self"])
def test_only_somebody_who_stays_here_takes_over(cast, client, who):
    with tenant(cast.fjellvik):
        report(cast)
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        services.end_employment(cast.tor_erik, last_day=yesterday, by=cast.admin)
    person = {"olav": cast.olav, "gone": cast.tor_erik, "self": cast.amir}[who]
    _page, refused = leave(client, cast, cast.amir, hand_over_to=person.pk)
    assert refused.status_code == 422
    with tenant(cast.fjellvik):
        assert Employee.objects.get(pk=cast.amir.pk).ends_on is None


def assigned(cast, **changes):
    """Work of Tor Erik's that Amir asked for, in a plan for a case at Solbakken."""
    action = add_action(cast, report(cast), **changes)
    plans.send_to_safety_rep(action.plan, to=cast.kari, by=cast.amir)
    plans.give_statement(action.plan, opinion="approve", comment="", by=cast.kari)
    plans.decide(action.plan, organisation=cast.fjellvik, by=cast.amir)
    return Assignment.objects.get(action=action)


def test_all_of_it_in_one_go(cast, client):
    """Amir handles a case, asked Tor Erik for work, has a wish to answer, stands in for Helene and leads Solbakken."""
    today = timezone.localdate()
    with tenant(cast.fjellvik):
        task = assigned(cast)
        assignments.request_extension(
            task, new_due_on=task.due_on + datetime.timedelta(days=5), reason="Deler", by=cast.tor_erik
        )
        absence = services.register_absence(
            cast.helene, starts_on=today, ends_on=today + datetime.timedelta(days=9), by=cast.admin, deputy=cast.amir
        )
        holding = RoleHolding.objects.get(employee=cast.amir)
    client.force_login(cast.admin.user)
    page = client.get(reverse("organisations:end_employment", args=["fjellvik", cast.amir.pk])).content.decode()
    assert "1 × Behandle en sak" in page
    assert "1 × Bedt andre om, ikke gjort ennå" in page
    assert "Amir er stedfortreder for én person." in page
    assert "Leder, Solbakken sykehjem" in page
    last_day = today + datetime.timedelta(days=14)
    _page, done = leave(client, cast, cast.amir, hand_over_to=cast.sunniva.pk, last_day=last_day, roles=[holding.pk])
    assert done.status_code == 303
    with tenant(cast.fjellvik):
        assert not Assignment.objects.filter(assignee=cast.amir, state__in=["open", "planned"]).exists()
        task.refresh_from_db()
        assert task.requested_by == cast.sunniva
        # The wish waits for Sunniva now, and she knows.
        wish = ExtensionRequest.objects.get()
        assert wish.state == "requested"
        assert Notification.objects.filter(type="assignments.extension_requested", recipient=cast.sunniva).count() == 1
        assignments.decide_extension(wish, grant=True, by=cast.sunniva)
        absence.refresh_from_db()
        assert absence.deputy == cast.sunniva
        new = RoleHolding.objects.get(employee=cast.sunniva, role="manager")
        assert (new.unit, new.starts_on) == (cast.solbakken, last_day + datetime.timedelta(days=1))
        holding.refresh_from_db()
        assert holding.ends_on == last_day


@pytest.mark.parametrize(
    ("obstacle", "why"),
    [
        ("confidential", "har en fortrolig sak som ingen andre kan få herfra"),
        ("role", "har allerede denne rollen i den perioden"),
        ("administrator", "Utnevn en annen administrator først"),
    ],
)
def test_nothing_is_half_done_when_something_refuses(cast, client, obstacle, why):
    today = timezone.localdate()
    with tenant(cast.fjellvik):
        person, roles = cast.amir, []
        assigned(cast)
        services.register_absence(
            cast.helene, starts_on=today, ends_on=today + datetime.timedelta(days=9), by=cast.admin, deputy=cast.amir
        )
        if obstacle == "confidential":
            # The last thing to be handed over can go to nobody.
            assignments.assign(
                kind="action", title="Taushet", to=cast.amir, due_on=today, source=cast.solbakken, by=None,
                confidential=True,
            )  # fmt: skip
        elif obstacle == "role":
            # Sunniva will lead the unit later anyway, and two periods cannot overlap.
            roles = [RoleHolding.objects.get(employee=cast.amir).pk]
            RoleHolding.objects.create(
                employee=cast.sunniva, role="manager", unit=cast.solbakken,
                starts_on=today + datetime.timedelta(days=30),
            )  # fmt: skip
        else:
            RoleHolding.objects.filter(employee=cast.admin).update(ends_on=today + datetime.timedelta(days=5))
            services.grant_role(cast.amir, "administrator", by=None)
    client.force_login(cast.admin.user)
    before = everything()
    page = reverse("organisations:end_employment", args=["fjellvik", person.pk])
    last_day = today + datetime.timedelta(days=9)
    refused = client.post(page, {"last_day": last_day, "hand_over_to": cast.sunniva.pk, "roles": roles})
    assert refused.status_code == 422
    assert why in refused.content.decode()
    assert everything() == before


def test_the_service_alone_is_all_or_nothing_too(cast):
    """Called outside a page, where nobody rolls back for it."""
    with tenant(cast.fjellvik):
        deviation = report(cast)
        assignments.assign(
            kind="action", title="Taushet", to=cast.amir, due_on=timezone.localdate(), source=cast.solbakken, by=None,
            confidential=True,
        )  # fmt: skip
        with pytest.raises(Refused):
            services.end_employment(cast.amir, last_day=timezone.localdate(), by=cast.admin, hand_over_to=cast.sunniva)
        assert Assignment.objects.get(pk=deviation.handling_id).assignee_id == cast.amir.pk


def test_another_administrator_may_be_made_in_the_same_form(cast, client):
    with tenant(cast.fjellvik):
        holding = RoleHolding.objects.get(employee=cast.admin)
    page, refused = leave(client, cast, cast.admin)
    assert refused.status_code == 422
    # What gives more than the work is never taken over by itself.
    assert f'value="{holding.pk}" checked' not in page
    _page, done = leave(client, cast, cast.admin, hand_over_to=cast.sunniva.pk, roles=[holding.pk])
    assert done.status_code == 303


def test_representatives_are_elected_and_not_passed_on(cast, client):
    with tenant(cast.fjellvik):
        elected = RoleHolding.objects.get(employee=cast.kari)
    page, done = leave(client, cast, cast.kari, hand_over_to=cast.sunniva.pk, roles=[elected.pk])
    assert "De ansatte velger noen andre til dette:" in page
    assert 'name="roles"' not in page
    assert done.status_code == 303
    with tenant(cast.fjellvik):
        assert not RoleHolding.objects.filter(employee=cast.sunniva, role="safety_rep").exists()


def test_what_came_after_the_hand_over_is_shown_and_can_be_handed_over(cast, client):
    _page, done = leave(client, cast, cast.amir)
    assert done.status_code == 303
    with tenant(cast.fjellvik):
        assignments.assign(
            kind="action", title="Etternøler", to=cast.amir, due_on=timezone.localdate(), source=cast.solbakken,
            by=cast.helene,
        )  # fmt: skip
    page = client.get(reverse("organisations:person", args=["fjellvik", cast.amir.pk])).content.decode()
    assert "Velg hvem som tar over" in page
    assert "Etternøler" not in page
    _page, done = leave(client, cast, cast.amir, hand_over_to=cast.helene.pk)
    assert done.status_code == 303
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(title="Etternøler").assignee == cast.helene


def test_confidential_work_asked_of_others_is_answered_for_by_the_new_handler(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        action = add_action(cast, case)
        deviations.set_confidential(Deviation.objects.get(pk=case.pk), by=cast.amir)
    # Sunniva is named for everything, and may not know of this one: Amir's superior gets the case.
    _page, done = leave(client, cast, cast.amir, hand_over_to=cast.tor_erik.pk)
    assert done.status_code == 303
    with tenant(cast.fjellvik):
        assert Deviation.objects.get(pk=case.pk).handling.assignee == cast.helene
        assert Assignment.objects.get(action=action).requested_by == cast.helene
