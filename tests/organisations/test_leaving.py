"""Nobody leaves with work that nobody takes over; what is confidential never goes to somebody it is about."""

import datetime
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from deviations import services as deviations
from deviations.enums import ReporterKind
from deviations.models import Deviation
from hms.assignments.models import Assignment
from hms.organisations import services
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant


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
