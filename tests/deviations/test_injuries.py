"""Injuries: recorded on a case, in the register, reported to NAV."""

import datetime

import pytest
from django.utils import timezone

from deviations import services
from deviations.injury_enums import Absence, Harm, InjuredKind, InjuryOutcome
from deviations.models import Injury
from deviations.selectors import injuries
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report, url


def words(**fields):
    return {
        "person_kind": InjuredKind.EMPLOYEE,
        "occurred_on": timezone.localdate(),
        "work": "Flyttet en seng",
        "course": "Senga traff foten",
        "harm": Harm.BRUISE,
        "outcome": InjuryOutcome.FIRST_AID,
    } | fields


def test_an_injury_that_is_recorded_stands_in_the_register(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.record_injury(case, by=cast.amir, employee=cast.tor_erik, occupation="Vaktmester", **words())
    client.force_login(cast.sunniva.user)
    page = client.get("/fjellvik/skader/").content.decode()
    assert "Senga traff foten" in page
    assert "Tor Erik Moen" in page
    assert "Tor Erik Moen" in client.get(url(case)).content.decode()
