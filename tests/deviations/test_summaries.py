"""What the summaries say about cases and actions: numbers counted by hand, and what is kept out."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from deviations import services as cases
from deviations.enums import ReporterKind
from deviations.models import Deviation
from hms.actions import services as plans
from hms.actions.enums import Effect
from hms.assignments import services as assignments
from hms.assignments import tasks
from hms.assignments.models import Assignment
from hms.assignments.summaries import periods, reading
from hms.notifications import tasks as mail_tasks
from hms.organisations.enums import Role
from hms.tenancy.scope import tenant
from tests.cast import hold, make_employee
from tests.deviations.helpers import report

OSLO = ZoneInfo("Europe/Oslo")
TITLE = "Rekkverket i trapp B løsnet"


def at(month, day, hour=10, minute=0, year=2026):
    return datetime.datetime(year, month, day, hour, minute, tzinfo=OSLO)


@pytest.fixture
def clock(cast):
    with time_machine.travel(at(10, 1), tick=False) as traveller:
        tasks.sweep_summaries()
        yield traveller


def summary(cast, leader, name, **more):
    with tenant(cast.fjellvik), timezone.override(OSLO), translation.override("en"):
        leader = type(leader).objects.get(pk=leader.pk)
        return reading.summary_of(leader, leader, periods.parse(name), **more)


def figures(found):
    return {figure.label: (figure.value, figure.before) for figure in found.figures}


@pytest.fixture
def happen(cast, clock):
    """Something happens at a moment, in Fjellvik."""

    def happen(moment, what, *args, **more):
        clock.move_to(moment)
        with tenant(cast.fjellvik), timezone.override(OSLO):
            return what(*args, **more)

    return happen


def again(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def put_right(cast, happen):
    """A case of a unit from report to an effect check in October; gives its plan."""

    def put_right(unit=None, title="Fest rekkverket", effect=Effect.EFFECTIVE, day=1, done=8, to=None, **fields):
        case = happen(at(10, day), report, cast, unit=unit or cast.solbakken, **fields)
        plan = happen(at(10, day, 11), lambda: cases.start_plan(again(case), by=cast.sunniva))
        action = happen(
            at(10, day, 12), plans.add_action, plan, title=title, responsible=to or cast.tor_erik,
            due_on=datetime.date(2026, 10, 9), by=cast.sunniva,
        )  # fmt: skip
        with tenant(cast.fjellvik):
            cast.fjellvik.statement_required = False
            cast.fjellvik.save()
        happen(at(10, day, 13), lambda: plans.decide(again(plan), organisation=cast.fjellvik, by=cast.sunniva))
        happen(
            at(10, done),
            lambda: assignments.complete(Assignment.objects.get(pk=action.assignment_id), by=cast.tor_erik),
        )
        happen(at(10, 20 + day), lambda: plans.check_effect(again(plan), effect=effect, note="", by=cast.sunniva))
        return plan

    return put_right


def test_the_month_by_hand(cast, clock, happen, put_right):
    # September: one, never answered. Friday 18 September, two working days: due Tuesday 22.
    happen(at(9, 18), report, cast)
    # October: answered the same day, after one working day (over a weekend), and late after three.
    same = happen(at(10, 5), report, cast)
    happen(at(10, 5, 15), lambda: cases.answer(again(same), by=cast.amir, text="Takk"))
    weekend = happen(at(10, 9), report, cast)
    happen(at(10, 12), lambda: cases.answer(again(weekend), by=cast.amir, text="Takk"))
    late = happen(at(10, 13), report, cast, unit=cast.teknisk)
    happen(at(10, 16), lambda: cases.close(again(late), by=cast.sunniva, answer="Takk, det er rettet."))
    # One that still has time on 2 November is neither in time nor late.
    happen(at(10, 30), report, cast)
    # Two more, put right; one of the two actions after its due date, and neither answered.
    put_right(done=9, day=1)
    put_right(done=14, day=2)
    clock.move_to(at(11, 2))
    found = summary(cast, cast.ragnhild, "2026-10")
    assert figures(found) == {
        "Deviations reported": ("6", "1"),
        # Of the five whose time is up: two in time.
        "Answered in time": ("2 of 5", "0 of 1"),
        # None, one and three working days.
        "Working days to the first answer, as a rule": ("1", "–"),
        "Deviations closed": ("1", "0"),
        "Actions done": ("2", "0"),
        "Actions done in time": ("1 of 2", "–"),
        "Open deviations now": ("6", ""),
        # Twenty-one days to handle each: those of 18 September, and of 1, 2, 5 and 9 October.
        "Overdue now": ("5", ""),
    }
    assert found.units.columns == ["Reported", "Open now", "Overdue now"]
    # In the tree's order. Sunniva, who took two of them, works for the whole municipality.
    assert found.units.rows == [
        ("Fjellvik kommune", [0, 0, 2]), ("Helse", [5, 6, 3]), ("Teknisk drift", [1, 0, 0]),
    ]  # fmt: skip


@pytest.mark.parametrize(("hidden", "shown"), [(4, 1), (5, 6)])
def test_confidential_cases_count_only_when_they_are_five(cast, clock, happen, hidden, shown):
    happen(at(10, 5), report, cast)
    for _number in range(hidden):
        happen(at(10, 6), report, cast, about_my_manager=True)
    clock.move_to(at(11, 2))
    found = summary(cast, cast.ragnhild, "2026-10")
    assert figures(found)["Deviations reported"] == (str(shown), "0")
    assert figures(found)["Open deviations now"] == (str(shown), "")
    # Never by unit, and never among the overdue.
    assert [dict(numbers)["Reported"] for _name, numbers in found.units.named_rows] == [1]
    assert [line.title for section in found.sections for line in section.lines] == [TITLE]


def test_three_good_examples_of_different_units(cast, clock, put_right):
    put_right(title="A", day=1)
    put_right(title="B", day=2)
    put_right(title="C", day=3, unit=cast.teknisk)
    put_right(title="Did not work", day=4, unit=cast.helse, effect=Effect.INEFFECTIVE)
    clock.move_to(at(11, 2))
    found = summary(cast, cast.ragnhild, "2026-10", in_mail=True)
    examples = found.sections[-1]
    assert [line.title for line in examples.lines] == ["C", "B", "A"]
    assert "Teknisk drift" in examples.lines[0].meta
    assert "Solbakken sykehjem" in examples.lines[1].meta
    assert all("Tor Erik Moen" in line.meta for line in examples.lines)
    # The leader of everything may open the case itself.
    assert all(line.url.startswith("/fjellvik/avvik/2026-") for line in examples.lines)
    # Another month has other examples.
    assert all("Good" not in section.heading for section in summary(cast, cast.ragnhild, "2026-09").sections)


def test_what_became_confidential_is_no_example(cast, clock, happen, put_right):
    plan = put_right()
    happen(at(10, 28), lambda: cases.set_confidential(Deviation.objects.get(plan=plan), by=cast.amir))
    clock.move_to(at(11, 2))
    found = summary(cast, cast.ragnhild, "2026-10")
    assert "Fest rekkverket" not in str(found)
    assert TITLE not in str(found)


def test_a_top_leader_who_leads_no_unit_is_led_to_what_may_be_opened(cast, client, clock, put_right):
    put_right()
    with tenant(cast.fjellvik):
        chair = make_employee(cast.fjellvik, "Unni Ro", cast.kommune)
        hold(chair, Role.TOP_LEADER)
    clock.move_to(at(11, 2))
    found = summary(cast, chair, "2026-10")
    [line] = found.sections[-1].lines
    client.force_login(chair.user)
    assert client.get(line.url).status_code == 200
    assert client.get("/fjellvik/oppsummering/2026-10/").status_code == 200
    assert client.get("/fjellvik/oppsummering/2026-W45/").status_code == 404


def test_the_week_of_a_manager(cast, clock, happen):
    happen(at(10, 22), report, cast)
    answered = happen(at(10, 22, 11), report, cast)
    happen(at(10, 23), lambda: cases.answer(again(answered), by=cast.amir, text="Takk"))
    happen(at(10, 24), report, cast, unit=cast.teknisk)
    anonymous = {"reporter_kind": ReporterKind.ANONYMOUS}
    happen(at(10, 26, 8), report, cast, "Glatt gulv på vaskerommet.", **anonymous)
    clock.move_to(at(10, 26, 9))
    found = summary(cast, cast.amir, "2026-W44")
    assert figures(found)["Waiting for an answer"][0] == "2"
    assert figures(found)["Reported the week before"][0] == "2"
    [waiting] = [section for section in found.sections if section.heading == "Waiting for an answer"]
    assert [line.title for line in waiting.lines] == [TITLE, "Glatt gulv på vaskerommet"]
    assert waiting.lines[0].meta == "Amir Hosseini, Solbakken sykehjem"
    # In a mail nothing is called what a reporter wrote.
    [in_mail] = [s for s in summary(cast, cast.amir, "2026-W44", in_mail=True).sections if s.lede == waiting.lede]
    assert [line.title for line in in_mail.lines] == ["Deviation 2026-0001", "Deviation 2026-0004"]


def test_a_case_about_the_manager_is_in_nobodys_week(cast, client, clock, happen):
    happen(at(10, 22), report, cast, "Amir roper til oss.", about_my_manager=True)
    clock.move_to(at(10, 26, 7, 5))
    tasks.sweep_summaries()
    mail.outbox.clear()
    mail_tasks.deliver(cast.fjellvik.pk)
    assert [m for m in mail.outbox if "/oppsummering/" in m.body] == []
    for leader in (cast.amir, cast.helene, cast.ragnhild):
        assert summary(cast, leader, "2026-W44").is_empty
        client.force_login(leader.user)
        assert "roper" not in client.get("/fjellvik/oppsummering/2026-W44/").content.decode()


def test_mails_carry_no_case_content(cast, clock, happen, put_right):
    put_right(text="Hemmelig tekst fra den som meldte")
    happen(at(10, 29), report, cast, "Hemmelig tekst fra den som meldte")
    clock.move_to(at(11, 2, 7, 5))
    tasks.sweep_summaries()
    mail.outbox.clear()
    mail_tasks.deliver(cast.fjellvik.pk)
    mails = [m for m in mail.outbox if "/oppsummering/" in m.body]
    assert {m.to[0].split(".")[0] for m in mails} == {"amir", "helene", "ragnhild"}
    assert len(mails) == 4
    for message in mails:
        assert "Hemmelig" not in message.subject + message.body + message.alternatives[0][0]
        assert "2026-000" in message.body or "Fest rekkverket" in message.body


def test_the_summaries_cost_the_same_however_much_there_is(cast, clock, happen, put_right):
    def queries(name):
        with CaptureQueriesContext(connection) as captured:
            summary(cast, cast.ragnhild, name)
        return len(captured)

    for day in range(1, 7):
        put_right(day=day)
        happen(at(10, 20 + day), report, cast)
    clock.move_to(at(11, 2))
    before = [queries("2026-10"), queries("2026-W45")]
    for day in range(1, 5):
        put_right(day=day, unit=cast.teknisk)
        happen(at(10, 20 + day), report, cast, unit=cast.helse)
    clock.move_to(at(11, 2))
    assert [queries("2026-10"), queries("2026-W45")] == before


def test_what_was_shared_in_the_month_is_told_to_the_top_leader(cast, client, clock, happen):
    texts = {"problem": "Hemmelig for mailen", "done": "Skiftet", "better": "Trygt"}
    for month, title in [(9, "Gammelt"), (10, "Trappa er trygg"), (10, "Trukket")]:
        case = happen(at(month, 5), report, cast)
        happen(at(month, 6), lambda case=case: cases.close(again(case), by=cast.amir, answer="Takk"))
        example = happen(
            at(month, 6),
            lambda case=case, title=title: cases.write_example(
                again(case), by=cast.amir, texts=texts | {"title": title}
            ),
        )
        happen(at(month, 7), lambda example=example: cases.keep_consent(again(example), yes=True, by=cast.ingrid))
        happen(at(month, 8), lambda example=example: cases.publish(again(example), by=cast.amir))
    happen(at(10, 9), lambda: cases.withdraw(again(example), by=cast.amir))
    clock.move_to(at(11, 2))
    [section] = [s for s in summary(cast, cast.ragnhild, "2026-10").sections if "Shared" in s.heading]
    assert [line.title for line in section.lines] == ["Trappa er trygg"]
    client.force_login(cast.ragnhild.user)
    assert client.get(section.lines[0].url).status_code == 200
