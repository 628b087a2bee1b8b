"""Settings of the ladder, what an assignment's page says comes next, and people's own choices."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from hms.assignments.enums import Anchor, Kind, Recipient
from hms.assignments.ladder import Step
from hms.assignments.ladders import change_ladder
from hms.assignments.library import default_steps
from hms.assignments.models import Assignment, LadderStep
from hms.audit.models import Event
from hms.notifications.models import Preference
from hms.tenancy.scope import tenant

OSLO = ZoneInfo("Europe/Oslo")
LADDERS = "/fjellvik/innstillinger/paminnelser/"
ACTION = f"{LADDERS}action/vanlig/"


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(datetime.datetime(2026, 11, 23, 12, tzinfo=OSLO), tick=False) as traveller:
        yield traveller


@pytest.fixture
def due():
    return datetime.date(2026, 12, 4)


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.admin.user)
    return client


def words(response):
    return " ".join(response.content.decode().split())


def test_settings_lead_to_every_ladder(admin):
    assert LADDERS in words(admin.get("/fjellvik/innstillinger/"))
    page = admin.get(LADDERS)
    assert len(page.context["entries"]) == 2 * len(Kind)
    for entry in page.context["entries"]:
        assert admin.get(entry["url"]).status_code == 200


@pytest.mark.parametrize("who", ["amir", "sunniva", "ingrid"])
def test_only_administrators_may(client, cast, who):
    client.force_login(getattr(cast, who).user)
    assert client.get(LADDERS).status_code == 403
    assert client.post(ACTION, {"due_assignee": "1"}).status_code == 403


def test_unknown_ladders_are_not_found(admin):
    for path in ("nothing/vanlig/", "action/nothing/"):
        assert admin.get(LADDERS + path).status_code == 404


def test_the_page_says_what_happens_to_something_due_friday_4_december(admin):
    text = words(admin.get(ACTION))
    assert "fredag 4. desember" in text
    for day in ("onsdag 25. november", "torsdag 3. desember", "mandag 7. desember", "torsdag 24. desember"):
        assert day in text


def test_trying_out_saves_nothing(cast, admin):
    page = admin.post(ACTION, {"due_assignee": "−2, 3", "vis": "1"})
    assert page.status_code == 200
    assert "onsdag 2. desember" in words(page)
    assert "onsdag 9. desember" in words(page)
    with tenant(cast.fjellvik):
        assert not LadderStep.objects.exists()


def test_saving_moves_what_is_open_and_leaves_the_neighbour_alone(cast, admin, give):
    task = give()
    assert admin.post(ACTION, {"due_assignee": "-2 5", "due_manager": "5"}).status_code == 303
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(pk=task.pk).next_step_at == datetime.datetime(2026, 12, 2, 7, tzinfo=OSLO)
        assert Event.objects.filter(verb="ladder.changed", actor=cast.admin).count() == 1
    with tenant(cast.havbris):
        assert not LadderStep.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [{}, {"due_assignee": "snart"}, {"due_assignee": "400"}, {"due_manager": "1.5"}],
)
def test_what_cannot_be_saved_is_kept_and_explained(cast, admin, typed):
    page = admin.post(ACTION, typed)
    assert page.status_code == 422
    assert "<title>Feil:" in page.content.decode()
    for value in typed.values():
        assert value in page.content.decode()
    with tenant(cast.fjellvik):
        assert not LadderStep.objects.exists()


def test_an_unanswered_report_has_steps_of_its_own(admin):
    fields = admin.get(f"{LADDERS}handle/vanlig/").context["form"].fields
    assert "start_manager" in fields
    assert "start_manager" not in admin.get(ACTION).context["form"].fields


def test_a_step_that_comes_back_does_not_shout_about_the_past(cast, monday, give):
    give()
    usual = default_steps(Kind.ACTION, critical=False)
    with tenant(cast.fjellvik):
        only = [Step(Anchor.DUE, 30, Recipient.TOP_LEADER)]
        change_ladder(cast.fjellvik, kind=Kind.ACTION, critical=False, steps=only, by=cast.admin)
    monday.move_to(datetime.datetime(2026, 12, 9, 12, tzinfo=OSLO))
    with tenant(cast.fjellvik):
        change_ladder(cast.fjellvik, kind=Kind.ACTION, critical=False, steps=usual, by=cast.admin)
        # Neither seven days before, nor the day before, nor the day after: those mornings are past.
        assert Assignment.objects.get().next_step_at == datetime.datetime(2026, 12, 15, 7, tzinfo=OSLO)


def test_going_back_at_once_leaves_nothing_of_its_own(cast, admin):
    with tenant(cast.fjellvik):
        usual = default_steps(Kind.ACTION, critical=False)
        assert not change_ladder(cast.fjellvik, kind=Kind.ACTION, critical=False, steps=usual, by=cast.admin)
        assert not LadderStep.objects.exists()


def test_the_page_of_a_task_says_who_is_told_if_nothing_happens(cast, client, give):
    task = give()
    client.force_login(cast.tor_erik.user)
    text = words(client.get(f"/fjellvik/oppgaver/{task.pk}/"))
    assert "torsdag 24. desember" in text
    assert "Piotr Zielinski" in text
    client.post(f"/fjellvik/oppgaver/{task.pk}/", {"answer": "done"})
    assert "Piotr Zielinski" not in words(client.get(f"/fjellvik/oppgaver/{task.pk}/"))


def test_everybody_chooses_for_themself(cast, client):
    client.force_login(cast.ingrid.user)
    assert "/fjellvik/varsler/valg/" in words(client.get("/fjellvik/varsler/"))
    assert client.get("/fjellvik/varsler/valg/").status_code == 200
    assert client.post("/fjellvik/varsler/valg/", {"routine_mail": "never"}).status_code == 422
    assert client.post("/fjellvik/varsler/valg/", {"routine_mail": "weekly"}).status_code == 303
    assert client.post("/fjellvik/varsler/valg/", {"routine_mail": "inbox"}).status_code == 303
    with tenant(cast.fjellvik):
        assert Preference.objects.get().routine_mail == "inbox"
        assert Preference.objects.get().employee_id == cast.ingrid.pk


def test_nobody_chooses_where_the_organisation_has_decided(cast, client):
    with tenant(cast.fjellvik):
        cast.fjellvik.people_choose_reminders = False
        cast.fjellvik.save()
    client.force_login(cast.ingrid.user)
    page = client.get("/fjellvik/varsler/valg/")
    assert page.status_code == 200
    assert "routine_mail" not in page.content.decode()
    assert client.post("/fjellvik/varsler/valg/", {"routine_mail": "inbox"}).status_code == 403
