"""Somebody leaves: their routines have an owner the same day, and nobody is asked twice because of it."""

import pytest
from django.utils import timezone

from hms.assignments.models import Assignment
from hms.organisations.errors import Refused
from hms.organisations.services import employees
from hms.tenancy.scope import tenant
from routines import services
from routines.models import Review, Routine
from tests.routines.helpers import begin, draft_of, publish


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


def leaves(employee, by, to=None) -> None:
    employees.end_employment(employee, last_day=timezone.localdate(), by=by, hand_over_to=to)


def test_owner_hands_over_what_they_answer_for(cast, inside):
    publish(cast)
    begin(cast, title="Ikke ferdig")
    archived = publish(cast, title="Gammel")
    services.archive(archived, by=cast.amir, reason="Borte.")
    with pytest.raises(Refused):
        leaves(cast.amir, cast.admin)
    leaves(cast.amir, cast.admin, to=cast.helene)
    assert set(Routine.objects.exclude(state="archived").values_list("owner__given_name", flat=True)) == {"Helene"}
    assert Assignment.objects.get(kind="revise", state="planned").assignee == cast.helene
    archived.refresh_from_db()
    assert archived.owner == cast.amir


def test_review_goes_to_the_successor_and_to_nobody_twice(cast, inside):
    draft = draft_of(begin(cast, needs_safety_rep=False))
    services.send(draft, by=cast.amir, revision=1, reviewers=[cast.ingrid, cast.tor_erik, cast.piotr])
    leaves(cast.ingrid, cast.admin, to=cast.sunniva)
    leaves(cast.piotr, cast.admin, to=cast.tor_erik)
    asked = Review.objects.filter(draft=draft).values_list("reviewer__given_name", "assignment__state")
    assert sorted(asked) == [("Sunniva", "open"), ("Tor Erik", "open")]
    assert Assignment.objects.filter(kind="review", state="open").count() == 2


def test_representatives_review_goes_to_a_representative(cast, inside):
    draft = draft_of(begin(cast))
    services.send(draft, by=cast.amir, revision=1)
    leaves(cast.kari, cast.admin, to=cast.sunniva)
    [review] = Review.objects.filter(draft=draft)
    assert review.reviewer == cast.vigdis
    assert review.is_safety_rep
    assert review.assignment.assignee == cast.vigdis


def test_approval_goes_to_the_successor(cast, inside, client):
    routine = begin(cast, needs_safety_rep=False)
    draft = draft_of(routine)
    services.send(draft, by=cast.amir, revision=1)
    leaves(cast.helene, cast.admin, to=cast.ragnhild)
    client.force_login(cast.ragnhild.user)
    assert client.post(f"/fjellvik/rutiner/{routine.slug}/utkast/godkjenn/", {"note": ""}).status_code == 303
