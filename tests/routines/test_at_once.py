"""Two at once: one version, one receipt, one request; nothing is lost and nothing doubled."""

from dataclasses import replace

import pytest
from django.db import connection

from hms.assignments.models import Assignment
from hms.audit.transitions import InvalidTransition
from hms.tenancy.scope import tenant
from routines import selectors, services
from routines.errors import StaleDraft
from routines.library import templates
from routines.models import Draft, Question, ReadingRequest, Receipt, Routine, Version
from tests.cast import build_cast
from tests.conftest import as_owner
from tests.deviations.test_at_once import at_once, signed_in
from tests.routines.helpers import begin, draft_of, publish, review_as, url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db, serving_role):
    with as_owner():
        return build_cast()


def in_house(world, act):
    """An act in Fjellvik, on a connection of its own."""

    def run():
        with tenant(world.fjellvik):
            return act()

    return run


def test_two_who_approve_at_once_publish_one_version(world):
    with tenant(world.fjellvik):
        routine = begin(world)
        draft = draft_of(routine)
        services.send(draft, by=world.amir, revision=1)
        review_as(world.kari, draft)
    clients = [signed_in(world.helene), signed_in(world.helene)]
    answers = at_once(
        *(lambda c=c: c.post(url(routine, "utkast/godkjenn/"), {"note": ""}).status_code for c in clients)
    )
    assert answers.count(303) == 1
    with tenant(world.fjellvik):
        assert Version.objects.count() == 1


def test_beat_that_runs_twice_publishes_once(world):
    with tenant(world.fjellvik):
        draft = draft_of(begin(world))
        services.send(draft, by=world.amir, revision=1)
        review_as(world.kari, draft)
        draft.refresh_from_db()
        services.send_back(draft, by=world.helene, reason="Senere.")
        Draft.objects.filter(pk=draft.pk).update(
            state="approved", approved_by=world.helene, approved_at=draft.created_at
        )  # fmt: skip

    def publish_it():
        return services.publish(Draft.objects.get(pk=draft.pk)).number

    results = at_once(in_house(world, publish_it), in_house(world, publish_it))
    assert sum(isinstance(result, InvalidTransition) for result in results) == 1
    with tenant(world.fjellvik):
        assert Version.objects.count() == 1


def test_two_workers_ask_each_reader_once(world):
    with tenant(world.fjellvik):
        publish(world)
    results = at_once(*[in_house(world, services.turn)] * 3)
    assert results == [None] * 3
    with tenant(world.fjellvik):
        assert ReadingRequest.objects.count() == 3
        assert Assignment.objects.filter(kind="read").count() == 3


def test_pressed_at_once_is_one_receipt_and_one_question(world):
    with tenant(world.fjellvik):
        routine = publish(world)
        services.turn()
    clients = [signed_in(world.ingrid) for _ in range(3)]
    at_once(*(lambda c=c: c.post(url(routine, "lest/"), {"version": 1}).status_code for c in clients))
    at_once(*(lambda c=c: c.post(url(routine, "sporsmal/"), {"text": "Hvorfor?"}).status_code for c in clients))
    with tenant(world.fjellvik):
        assert Receipt.objects.count() == 1
        assert Question.objects.count() == 1


def test_two_who_save_at_once_overwrite_nothing(world):
    with tenant(world.fjellvik):
        routine = begin(world)

    def save(by, text):
        return lambda: services.save_draft(Draft.objects.get(), by=by, revision=1, text=text)

    results = at_once(
        in_house(world, save(world.amir, "Amirs")), in_house(world, save(world.sunniva, "Sunnivas"))
    )  # fmt: skip
    assert sum(isinstance(result, StaleDraft) for result in results) == 1
    assert results.count(True) == 1
    with tenant(world.fjellvik):
        assert Draft.objects.get().revision == 2
        assert Routine.objects.get() == routine


def test_two_drafts_are_never_begun(world):
    with tenant(world.fjellvik):
        routine = publish(world)

    def begin_it():
        return services.begin_draft(Routine.objects.get(pk=routine.pk), by=world.amir).pk

    results = at_once(in_house(world, begin_it), in_house(world, begin_it))
    assert results[0] == results[1]
    assert connection is not None


def test_two_who_take_up_a_template_at_once_get_one_routine(world):
    clients = [signed_in(world.amir), signed_in(world.amir)]
    form = {"unit": world.solbakken.pk, "owner": world.amir.pk, "language": "nb"}
    address = "/fjellvik/rutiner/bibliotek/brann/ta-i-bruk/"
    answers = at_once(*(lambda c=c: c.post(address, form).status_code for c in clients))
    assert sorted(answers) == [303, 422]
    with tenant(world.fjellvik):
        assert Routine.objects.count() == 1


def test_two_who_take_in_the_news_at_once_change_the_draft_once(world):
    shipped = templates()["brann"]
    text = shipped.texts["nb"].text.replace("Gå, ikke løp.", "Skynd deg.")
    older = replace(shipped, version=0, texts={"nb": replace(shipped.texts["nb"], text=text)})
    with tenant(world.fjellvik):
        routine = services.adopt(older, unit=world.solbakken, owner=world.amir, by=world.amir, language="nb")
        stamp = selectors.news_for(routine, selectors.adoption_of(routine)).stamp
    clients = [signed_in(world.amir), signed_in(world.sunniva)]
    answers = at_once(*(lambda c=c: c.post(url(routine, "mal/"), {"stamp": stamp}).status_code for c in clients))
    assert sorted(answers) == [303, 409]
    with tenant(world.fjellvik):
        assert Draft.objects.get().revision == 2
        assert Draft.objects.get().text == shipped.texts["nb"].text
