"""Everybody who reports gets an answer: at once, when the case is taken, in words; and what is not answered is chased."""

import datetime
import importlib
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection

from deviations import services
from deviations.enums import CommentVisibility, ReporterKind
from deviations.models import Deviation
from deviations.rules import is_answered
from deviations.selectors import answers, answers_by
from hms.assignments import tasks
from hms.notifications import tasks as mail_tasks
from hms.notifications.models import Notification
from hms.organisations.calendar import open_calendar
from hms.organisations.models import QuietPeriod
from hms.tenancy.scope import tenant
from tests.conftest import as_owner
from tests.deviations.helpers import add_action, report

OSLO = ZoneInfo("Europe/Oslo")
WAYS = [
    {},
    {"reporter_kind": ReporterKind.NAMED, "reporter_name": "Nina", "reporter_email": "nina@example.org"},
    {"reporter_kind": ReporterKind.NAMED, "reporter_name": "Nina"},
    {"reporter_kind": ReporterKind.ANONYMOUS},
    {"about_my_manager": True},
]


def at(day, hour=10):
    return datetime.datetime(2026, 10, day, hour, tzinfo=OSLO)


@pytest.fixture
def clock(cast):
    with time_machine.travel(at(1), tick=False) as traveller:
        yield traveller


def again(case):
    return Deviation.objects.get(pk=case.pk)


@pytest.mark.parametrize("how", WAYS)
def test_every_way_of_reporting_is_told_at_once_and_when_somebody_takes_it(cast, client, how):
    with tenant(cast.fjellvik):
        sent = services.report(
            organisation=cast.fjellvik, unit=cast.solbakken, description="Glatt", severity=2,
            **{"reporter_kind": ReporterKind.EMPLOYEE, "reporter": cast.ingrid if not how.get("reporter_kind") else None,
               **how},
        )  # fmt: skip
        case = sent.deviation
        handler = case.handling.assignee
        services.receive(again(case), by=handler)
        told = set(
            Notification.objects.filter(about_type="deviations.deviation", about_id=case.pk)
            .filter(type__in=["deviations.receipt", "deviations.received"])
            .values_list("type", flat=True)
        )
        has_address = case.reporter_id or case.reporter_email
        assert told == ({"deviations.receipt", "deviations.received"} if has_address else set())
        # Neither the receipt nor that it is taken is an answer.
        assert again(case).first_answered_at is None
    if sent.receipt_code:
        page = client.post("/fjellvik/f/", {"code": sent.receipt_code}).content.decode()
        assert f"{handler.given_name} har saken" in page


def test_the_first_written_words_count_and_only_the_first(cast, clock):
    with tenant(cast.fjellvik):
        case = report(cast)
        add_action(cast, case)
        clock.move_to(at(2))
        # What the reporter, the safety representative or somebody with an action writes is no answer; nor what is internal.
        services.comment(again(case), by=cast.ingrid, text="Noe mer", visibility=CommentVisibility.REPORTER)
        services.comment(again(case), by=cast.kari, text="Jeg ser på det", visibility=CommentVisibility.REPORTER)
        services.comment(again(case), by=cast.tor_erik, text="Kommer snart", visibility=CommentVisibility.REPORTER)
        services.comment(again(case), by=cast.amir, text="Oss imellom", visibility=CommentVisibility.INTERNAL)
        assert again(case).first_answered_at is None
        clock.move_to(at(5))
        services.comment(again(case), by=cast.amir, text="Takk, vi ser på det", visibility=CommentVisibility.REPORTER)
        clock.move_to(at(6))
        services.answer(again(case), by=cast.amir, text="Nå er det bestilt")
        assert again(case).first_answered_at == at(5)


def test_working_days_leave_out_weekends_holidays_and_quiet_days(cast, clock):
    with tenant(cast.fjellvik):
        QuietPeriod.objects.create(
            starts_on=datetime.date(2026, 10, 13), ends_on=datetime.date(2026, 10, 13), label="Stengt"
        )
        for unit, first, last in [(cast.solbakken, 9, 14), (cast.solbakken, 15, 15), (cast.teknisk, 9, 16)]:
            clock.move_to(at(first))
            case = report(cast, unit=unit)
            clock.move_to(at(last))
            services.answer(again(case), by=cast.sunniva, text="Takk")
        # Friday to Wednesday without Tuesday: two. The same day: none. Friday to Friday without Tuesday: four.
        found = answers(Deviation.objects.all(), open_calendar())
        assert sorted(found.days) == [0, 2, 4]
        assert found.median == 2
        by_unit = answers_by(Deviation.objects.all(), "unit_id")
        assert {unit: one.median for unit, one in by_unit.items()} == {cast.solbakken.pk: 1, cast.teknisk.pk: 4}
        assert answers(Deviation.objects.none()).median_text == "–"


def sweep_on(cast, clock, *days):
    mail.outbox.clear()
    for day in days:
        clock.move_to(at(day, 8))
        tasks.sweep_assignments()
        mail_tasks.deliver(cast.fjellvik.pk)
    return [(message.to[0].split(".")[0], message.subject) for message in mail.outbox]


def test_a_case_that_is_taken_but_not_answered_is_chased(cast, clock):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.receive(again(case), by=cast.amir)
        assert not is_answered(again(case))
    told = sweep_on(cast, clock, 2, 5, 6, 7, 8, 9)
    # Two working days for Amir, five for his own manager.
    assert [who for who, _subject in told].count("helene") == 1


def test_a_case_that_is_answered_is_not_chased(cast, clock):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.answer(again(case), by=cast.amir, text="Takk, jeg ser på det i dag.")
        assert is_answered(again(case))
    assert "helene" not in {who for who, _subject in sweep_on(cast, clock, 2, 5, 6, 7, 8, 9)}


def test_nobody_waits_for_an_answer_from_themself(cast):
    with tenant(cast.fjellvik):
        own = report(cast, reporter=cast.amir)
        assert not is_answered(own)
        services.receive(again(own), by=cast.amir)
        assert is_answered(again(own))


def test_the_backfill_finds_the_first_answer_in_the_log(cast, clock):
    backfill = importlib.import_module("deviations.migrations.0008_first_answers")
    with tenant(cast.fjellvik):
        answered, commented, closed, spoken, waiting = [report(cast) for _number in range(5)]
        clock.move_to(at(5))
        services.receive(again(commented), by=cast.amir)
        services.comment(again(spoken), by=cast.kari, text="Jeg følger med", visibility=CommentVisibility.REPORTER)
        services.comment(again(waiting), by=cast.ingrid, text="Hei?", visibility=CommentVisibility.REPORTER)
        clock.move_to(at(6))
        services.answer(again(answered), by=cast.amir, text="Takk")
        services.comment(again(commented), by=cast.amir, text="Takk", visibility=CommentVisibility.REPORTER)
        services.close(again(closed), by=cast.amir, answer="Takk")
        clock.move_to(at(7))
        services.answer(again(answered), by=cast.amir, text="Mer")
        Deviation.objects.update(first_answered_at=None)
        kept = again(closed)
        Deviation.objects.filter(pk=kept.pk).update(first_answered_at=at(2))
    with as_owner():
        backfill.BATCH = 2
        with connection.schema_editor(atomic=False) as editor:
            backfill.fill(None, editor)
            backfill.fill(None, editor)
    with tenant(cast.fjellvik):
        found = {case: again(case).first_answered_at for case in (answered, commented, closed, spoken, waiting)}
        assert found == {answered: at(6), commented: at(6), closed: at(2), spoken: None, waiting: None}
