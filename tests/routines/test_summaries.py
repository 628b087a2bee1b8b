"""What leaders read on Monday: which routines their people have not read, and no list of every reader."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from hms.assignments.models import Assignment
from hms.assignments.summaries import reading
from hms.assignments.summaries.periods import current
from hms.tenancy.scope import tenant
from routines import services
from tests.routines.helpers import publish


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik), translation.override("en"):
        yield


def week_of(leader):
    leader = type(leader).objects.get(pk=leader.pk)
    return reading.summary_of(leader, leader, current("weekly", timezone.localdate()))


def lines(summary) -> dict[str, list[tuple[str, str]]]:
    return {section.heading: [(line.title, line.meta) for line in section.lines] for section in summary.sections}


def make_late(title: str) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Assignment.objects.filter(kind="read", title__contains=title).update(due_on=yesterday)


def test_leader_reads_which_routines_their_people_have_not_read(cast, inside):
    routine = publish(cast)
    publish(cast, title="Fall", for_all_in=cast.helse)
    services.turn()
    services.confirm(routine, cast.ingrid, version=1)
    make_late("")
    found = lines(week_of(cast.amir))
    assert found["Not everybody has read these"] == [
        ("Fall", "3 have not confirmed it"), ("Stikkskader og blodsøl", "2 have not confirmed it"),
    ]  # fmt: skip
    # Readers are not listed one by one among what is overdue.
    assert not any("Stikkskader" in title for title, _meta in found.get("Overdue", []))
    # Other leaders hear of their own.
    assert "Not everybody has read these" not in lines(week_of(cast.piotr))


def test_what_is_not_due_yet_is_not_told(cast, inside):
    publish(cast)
    services.turn()
    assert "Not everybody has read these" not in lines(week_of(cast.amir))


def test_as_many_queries_for_many_routines_as_for_few(cast, inside):
    publish(cast)
    services.turn()
    make_late("")
    with CaptureQueriesContext(connection) as few:
        week_of(cast.amir)
    for number in range(3):
        publish(cast, title=f"Rutine {number}")
    services.turn()
    make_late("")
    with CaptureQueriesContext(connection) as many:
        week_of(cast.amir)
    assert len(many) <= len(few)
