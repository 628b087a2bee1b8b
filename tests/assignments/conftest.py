"""A source of assignments for tests of the engine: a unit, of all things, puts work on people."""

import datetime

import pytest
from django.utils import timezone

from hms.assignments import sources
from hms.assignments.enums import Kind
from hms.assignments.models import Assignment
from hms.assignments.services import assign
from hms.tenancy.scope import tenant


@pytest.fixture
def heard():
    """What the source was told, in order."""
    return []


@pytest.fixture(autouse=True)
def unit_source(monkeypatch, heard):
    """Register `organisations.unit` as a source; returns a function that registers it anew with changes."""

    def register(**changes):
        from hms.organisations.models import Unit

        values = {
            "kind": "organisations.unit",
            "label": "Unit",
            "icon": "building",
            "url": lambda assignment: f"/{assignment.organisation.slug}/",
            "root": lambda assignment: Unit.objects.get(pk=assignment.source_id),
            "facts": lambda assignment: [("Place", "Stairs B")],
            "on_completed": lambda assignment, by, via: heard.append(("completed", assignment.pk, by, via)),
            "on_moved": lambda assignment, previous, by: heard.append(("moved", previous, assignment.assignee, by)),
            **changes,
        }
        monkeypatch.setitem(sources._sources, "organisations.unit", sources.Source(**values))

    register()
    return register


@pytest.fixture
def due():
    return timezone.localdate() + datetime.timedelta(days=4)


@pytest.fixture
def give(cast, due):
    """Amir asks Tor Erik to fix the railing (unless told otherwise); opens the organisation itself."""

    def give(**changes):
        values = {
            "kind": Kind.ACTION,
            "title": "Fest rekkverket i trapp B",
            "to": cast.tor_erik,
            "due_on": due,
            "source": cast.solbakken,
            "by": cast.amir,
            "requested_by": cast.amir,
            **changes,
        }
        with tenant(cast.fjellvik):
            return Assignment.objects.get(pk=assign(**values).pk)

    return give
