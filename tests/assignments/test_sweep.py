"""The sweep: what is due is told once, to whoever is responsible, at a decent hour."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail

from hms.assignments import services, tasks
from hms.assignments.enums import Kind, Recipient, State
from hms.assignments.models import Assignment, LadderStep, Reminder
from hms.assignments.selectors import organisations_with_due_steps
from hms.notifications import tasks as mail_tasks
from hms.notifications.enums import RoutineMail
from hms.notifications.models import Delivery, Notification, Preference
from hms.organisations.models import Absence, QuietPeriod, RoleHolding
from hms.organisations.services import add_quiet_period, remove_quiet_period
from hms.tenancy.scope import tenant

OSLO = ZoneInfo("Europe/Oslo")
DUE = datetime.date(2026, 12, 4)


def at(month, day, hour=7, minute=5, year=2026):
    return datetime.datetime(year, month, day, hour, minute, tzinfo=OSLO)


@pytest.fixture
def clock():
    """A clock that stands still until it is moved: Monday 16 November 2026, noon."""
    with time_machine.travel(at(11, 16, 12), tick=False) as traveller:
        yield traveller


@pytest.fixture
def due():
    return DUE


@pytest.fixture
def sweep(cast, clock):
    """Sweep at a moment; gives what was told there and then, as (type, first name), in order."""

    def sweep(*moment, **more):
        clock.move_to(at(*moment, **more))
        with tenant(cast.fjellvik):
            before = Notification.objects.order_by("-id").values_list("id", flat=True).first() or 0
        tasks.take_due_steps([cast.fjellvik.pk])
        with tenant(cast.fjellvik):
            new = Notification.objects.filter(pk__gt=before).select_related("recipient").order_by("id")
            return [(n.type.removeprefix("assignments."), n.recipient.given_name) for n in new]

    return sweep


def steps(cast):
    with tenant(cast.fjellvik):
        rows = Reminder.objects.order_by("id").values_list("offset_days", "recipient")
        return list(rows)


def fresh(cast, assignment):
    with tenant(cast.fjellvik):
        return Assignment.objects.get(pk=assignment.pk)


def test_the_whole_ladder_of_an_action(cast, clock, give, sweep):
    task = give()
    # The first sweep finds when the first step is.
    assert task.next_step_at == at(11, 16, 12)
    assert sweep(11, 16, 12, 15) == []
    assert fresh(cast, task).next_step_at == at(11, 25, 7, 0)
    assert sweep(11, 24) == []
    assert sweep(11, 25) == [("digest", "Tor Erik")]
    assert sweep(12, 3) == [("digest", "Tor Erik")]
    assert sweep(12, 7) == [("digest", "Tor Erik")]
    assert sweep(12, 15) == [("digest", "Tor Erik")]
    assert sweep(12, 24) == [("escalated", "Piotr"), ("escalated_about", "Tor Erik")]
    told = sweep(1, 19, year=2027)
    # Teknisk drift has no safety representative of its own: the senior one.
    assert sorted(told) == [
        ("escalated", "Ragnhild"), ("escalated", "Sunniva"), ("escalated", "Vigdis"), ("escalated_about", "Tor Erik"),
    ]  # fmt: skip
    assert fresh(cast, task).next_step_at is None
    assert len(steps(cast)) == len(set(steps(cast))) == 8


def test_sweeping_again_says_nothing(cast, give, sweep):
    give()
    assert sweep(11, 25) == [("digest", "Tor Erik")]
    assert sweep(11, 25, 7, 20) == []
    assert sweep(11, 26) == []


def test_only_organisations_with_something_due_are_opened(cast, clock, give, sweep):
    give()
    tasks.take_due_steps([cast.fjellvik.pk])
    clock.move_to(at(11, 24))
    assert organisations_with_due_steps(at(11, 24)) == []
    clock.move_to(at(11, 25))
    assert organisations_with_due_steps(at(11, 25)) == [cast.fjellvik.pk]
    tasks.sweep_assignments()
    assert steps(cast) == [(-7, "assignee")]
    assert organisations_with_due_steps(at(11, 25)) == []
    with tenant(cast.havbris):
        assert not Notification.objects.exists()


def test_a_missed_night_heals_at_a_decent_hour(cast, give, sweep):
    give()
    # Five days without a worker; back on a Saturday night.
    assert sweep(11, 28, 2) == []
    assert sweep(11, 29, 12) == []
    assert sweep(11, 30, 6, 50) == []
    assert sweep(11, 30) == [("digest", "Tor Erik")]
    assert steps(cast) == [(-7, "assignee")]


def test_two_steps_after_an_outage_are_one_line(cast, give, sweep):
    give()
    assert sweep(12, 8) == [("digest", "Tor Erik")]
    assert steps(cast) == [(-7, "assignee"), (-1, "assignee"), (1, "assignee")]


def test_moving_the_due_date_arms_anew_and_completion_disarms(cast, clock, give, sweep):
    task = give()
    sweep(11, 25)
    with tenant(cast.fjellvik):
        services.set_due_date(fresh(cast, task), due_on=datetime.date(2026, 12, 11), by=cast.amir)
    assert fresh(cast, task).next_step_at == at(12, 2, 7, 0)
    assert sweep(12, 2) == [("digest", "Tor Erik")]
    assert steps(cast) == [(-7, "assignee"), (-7, "assignee")]
    with tenant(cast.fjellvik):
        services.complete(fresh(cast, task), by=cast.tor_erik)
    assert fresh(cast, task).next_step_at is None
    assert [kind for kind, _who in sweep(12, 14)] == []
    with tenant(cast.fjellvik):
        services.reopen(fresh(cast, task), by=cast.amir, due_on=datetime.date(2026, 12, 18))
    assert fresh(cast, task).next_step_at == at(12, 17, 7, 0)


def test_a_planned_one_is_silent_until_it_starts(cast, clock, give, sweep):
    task = give(planned=True)
    assert task.next_step_at is None
    assert sweep(12, 8) == []
    with tenant(cast.fjellvik):
        services.start(fresh(cast, task), by=cast.amir)
    # What the ladder would have said before is not said.
    assert fresh(cast, task).next_step_at == at(12, 15, 7, 0)


def test_who_takes_over_is_not_told_what_the_one_before_had_missed(cast, clock, give, sweep):
    task = give()
    clock.move_to(at(11, 25, 6))
    with tenant(cast.fjellvik):
        services.hand_over(fresh(cast, task), to=cast.ingrid, by=cast.amir)
    assert sweep(11, 25) == [("digest", "Ingrid")]


def test_one_routine_mail_per_person_and_day(cast, clock, give, sweep):
    for title in ("A", "B", "C"):
        give(title=title)
    assert sweep(11, 25) == [("digest", "Tor Erik")]
    # Something comes due later the same day: it waits for the next mail.
    with tenant(cast.fjellvik):
        late = Assignment.objects.order_by("id").last()
        Reminder.objects.filter(assignment=late).delete()
        Assignment.objects.filter(pk=late.pk).update(next_step_at=at(11, 25, 7, 0))
    assert sweep(11, 25, 9) == []
    assert fresh(cast, late).next_step_at == at(11, 26, 7, 0)
    assert sweep(11, 26) == [("digest", "Tor Erik")]


def test_batches_cover_everybody_once(cast, clock, give):
    from hms.assignments.sweeping import sweep as batch

    for person in (cast.tor_erik, cast.ingrid, cast.kari):
        give(to=person)
        give(to=person)
    clock.move_to(at(11, 25))
    told = []
    for _number in range(4):
        with tenant(cast.fjellvik):
            # The last one of three is somebody's first of two: that person waits for the next batch.
            more = batch(at(11, 25), most=3)
            told.append((more, Notification.objects.filter(type="assignments.digest").count()))
    assert told == [(True, 1), (True, 2), (False, 3), (False, 3)]
    with tenant(cast.fjellvik):
        assert all(len(n.parameters["tasks"]) == 2 for n in Notification.objects.filter(type="assignments.digest"))


def test_more_than_a_batch_of_one_person_is_taken_all_the_same(cast, clock, give):
    from hms.assignments.sweeping import sweep as batch

    for _number in range(3):
        give(to=cast.tor_erik)
    clock.move_to(at(11, 25))
    with tenant(cast.fjellvik):
        assert batch(at(11, 25), most=2) is True
        assert batch(at(11, 25), most=2) is False
        [digest] = Notification.objects.filter(type="assignments.digest")
        assert len(digest.parameters["tasks"]) == 2
        # The third is told of with the next mail.
        assert Assignment.objects.filter(next_step_at=at(11, 26, 7, 0)).count() == 1


def test_critical_work_never_waits_and_gets_mails_of_its_own(cast, clock, give, sweep):
    with tenant(cast.fjellvik):
        QuietPeriod.objects.create(label="x", starts_on=datetime.date(2026, 12, 1), ends_on=DUE)
        Preference.objects.create(employee=cast.tor_erik, routine_mail=RoutineMail.INBOX)
    give(critical=True)
    assert sweep(12, 3) == [("reminder", "Tor Erik")]
    assert sweep(12, 4) == [("reminder", "Tor Erik")]
    # Found at night, on a Saturday: told there and then.
    assert sweep(12, 5, 23) == [("reminder", "Tor Erik"), ("escalated", "Piotr"), ("escalated_about", "Tor Erik")]
    assert sorted(sweep(12, 7)) == [
        ("escalated", "Ragnhild"),
        ("escalated", "Sunniva"),
        ("escalated_about", "Tor Erik"),
    ]
    with tenant(cast.fjellvik):
        assert Delivery.objects.filter(notification__type="assignments.reminder").count() == 3


def test_quiet_days_move_the_next_step_both_ways(cast, clock, give):
    task = give()
    with tenant(cast.fjellvik):
        period = add_quiet_period(label="Stengt", starts_on=DUE, ends_on=DUE, by=cast.admin)
    assert fresh(cast, task).next_step_at == at(11, 25, 7, 0)
    with tenant(cast.fjellvik):
        remove_quiet_period(period, by=cast.admin)
        away = add_quiet_period(
            label="Stengt", starts_on=datetime.date(2026, 11, 23), ends_on=datetime.date(2026, 11, 27), by=cast.admin
        )
    # Seven working days before, when 23-27 November are none: 18 November.
    assert fresh(cast, task).next_step_at == at(11, 18, 7, 0)
    with tenant(cast.fjellvik):
        remove_quiet_period(away, by=cast.admin)
    assert fresh(cast, task).next_step_at == at(11, 25, 7, 0)


def test_an_own_ladder_goes_before_the_default(cast, clock, give, sweep):
    with tenant(cast.fjellvik):
        LadderStep.objects.create(kind=Kind.ACTION, offset_days=-2, recipient=Recipient.HSE_MANAGER)
    give()
    assert sweep(11, 25) == []
    assert sweep(12, 2) == [("escalated", "Sunniva"), ("escalated_about", "Tor Erik")]
    assert sweep(12, 24) == []


def overdue(give, sweep, **changes):
    """Escalate to the manager, with everything before it said."""
    task = give(**changes)
    sweep(12, 23)
    return task, [who for kind, who in sweep(12, 24) if kind == "escalated"]


def test_escalation_passes_the_one_it_is_about(cast, give, sweep):
    assert overdue(give, sweep, to=cast.piotr)[1] == ["Ragnhild"]


def test_escalation_passes_a_vacancy(cast, give, sweep):
    with tenant(cast.fjellvik):
        RoleHolding.objects.filter(employee=cast.piotr).delete()
    assert overdue(give, sweep)[1] == ["Ragnhild"]


def test_escalation_goes_to_the_deputy_of_a_manager_who_is_away(cast, give, sweep):
    with tenant(cast.fjellvik):
        Absence.objects.create(
            employee=cast.piotr, deputy=cast.ingrid, starts_on=datetime.date(2026, 12, 20),
            ends_on=datetime.date(2027, 1, 3),
        )  # fmt: skip
    assert overdue(give, sweep)[1] == ["Ingrid"]


def test_escalation_passes_a_manager_who_is_away_without_a_deputy(cast, give, sweep):
    with tenant(cast.fjellvik):
        Absence.objects.create(
            employee=cast.piotr, starts_on=datetime.date(2026, 12, 20), ends_on=datetime.date(2027, 1, 3)
        )
    assert overdue(give, sweep)[1] == ["Ragnhild"]


def test_the_top_of_the_line_is_escalated_to_the_hse_manager(cast, give, sweep):
    assert overdue(give, sweep, to=cast.ragnhild)[1] == ["Sunniva"]


def test_a_confidential_assignment_is_told_only_to_those_who_may_know(cast, give, sweep, unit_source):
    # Everybody may see the unit that these tests use as a case, so another root: one that nobody may see.
    unit_source(root=lambda assignment: assignment)
    task, told = overdue(give, sweep, confidential=True, title="Trakassering", requested_by=cast.helene)
    assert told == ["Helene"]
    sweep(1, 19, year=2027)
    with tenant(cast.fjellvik):
        about = Notification.objects.filter(about_id=task.pk, type__startswith="assignments.escalated")
        assert {n.recipient_id for n in about} == {cast.helene.pk, cast.tor_erik.pk}
        assert all("Trakassering" not in str(n.parameters) for n in Notification.objects.all())
    mail_tasks.deliver(cast.fjellvik.pk)
    assert mail.outbox
    assert all("Trakassering" not in m.subject + m.body for m in mail.outbox)


def test_a_confidential_assignment_nobody_else_may_know_of_stays_so(cast, give, sweep, unit_source):
    unit_source(root=lambda assignment: assignment)
    assert overdue(give, sweep, confidential=True, requested_by=None)[1] == []
    assert (14, "manager") in steps(cast)


def test_a_deputy_gets_the_reminders_and_can_answer(cast, client, clock, give, sweep):
    task = give()
    with tenant(cast.fjellvik):
        Absence.objects.create(
            employee=cast.tor_erik, deputy=cast.ingrid, starts_on=datetime.date(2026, 11, 20),
            ends_on=datetime.date(2026, 11, 27),
        )  # fmt: skip
    secret = give(confidential=True, title="Taushet")
    mail.outbox.clear()
    assert sorted(sweep(11, 25)) == [("digest", "Ingrid"), ("digest", "Tor Erik")]
    [for_ingrid] = [m for m in mail.outbox if m.to == ["ingrid.solheim@fjellvik.example"]]
    assert "Fest rekkverket" in for_ingrid.body
    assert "Tor Erik Moen" in for_ingrid.body
    assert "/t/" not in for_ingrid.body
    client.force_login(cast.ingrid.user)
    assert client.get(f"/fjellvik/oppgaver/{secret.pk}/").status_code == 404
    page = client.post(f"/fjellvik/oppgaver/{task.pk}/", {"answer": "done"})
    assert page.status_code == 303
    assert fresh(cast, task).state == State.DONE
    clock.move_to(at(11, 30))
    assert client.get(f"/fjellvik/oppgaver/{task.pk}/").status_code == 404


def test_one_broken_source_keeps_nobody_waiting(cast, clock, give, sweep, caplog):
    broken = give(critical=True)
    give(to=cast.ingrid)
    with tenant(cast.fjellvik):
        Assignment.objects.filter(pk=broken.pk).update(source_kind="gone.thing")
    sweep(11, 25)
    assert sweep(12, 3) == [("digest", "Ingrid")]
    assert "Fest" not in caplog.text
    assert fresh(cast, broken).next_step_at > at(12, 3)


def test_a_source_that_has_begun_ends_the_steps_that_wait_for_an_answer(cast, give, sweep, unit_source):
    give(kind=Kind.HANDLE, due_on=datetime.date(2027, 3, 1))
    assert sweep(11, 18) == [("digest", "Tor Erik")]
    unit_source(is_begun=lambda assignment: True)
    assert sweep(11, 23) == []
    unit_source(is_begun=lambda assignment: False)
    give(kind=Kind.HANDLE, due_on=datetime.date(2027, 3, 1), to=cast.ingrid)
    assert sweep(11, 30) == [("digest", "Ingrid"), ("escalated", "Amir"), ("escalated_about", "Ingrid")]


def test_whom_the_ladder_tells_can_look(cast, client, give, sweep):
    task = give(to=cast.ingrid)
    for moment in ((12, 23), (12, 24)):
        sweep(*moment)
    told = {who for kind, who in sweep(1, 19, year=2027) if kind == "escalated"}
    assert told == {"Kari", "Ragnhild", "Sunniva"}
    for person in (cast.kari, cast.ragnhild, cast.sunniva, cast.amir):
        client.force_login(person.user)
        assert client.get(f"/fjellvik/oppgaver/{task.pk}/").status_code == 200
    client.force_login(cast.tor_erik.user)
    assert client.get(f"/fjellvik/oppgaver/{task.pk}/").status_code == 404


def test_weekly_readers_get_it_on_the_first_working_day_of_the_week(cast, clock, give, sweep):
    with tenant(cast.fjellvik):
        Preference.objects.create(employee=cast.tor_erik, routine_mail=RoutineMail.WEEKLY)
    task = give()
    assert sweep(11, 25) == []
    assert fresh(cast, task).next_step_at == at(11, 30, 7, 0)
    assert sweep(11, 30) == [("digest", "Tor Erik")]
    assert sweep(12, 3) == []
    assert sweep(12, 7) == [("digest", "Tor Erik")]
    assert steps(cast) == [(-7, "assignee"), (-1, "assignee"), (1, "assignee")]


def test_inbox_readers_get_no_mail_unless_the_organisation_has_decided(cast, give, sweep):
    with tenant(cast.fjellvik):
        Preference.objects.create(employee=cast.tor_erik, routine_mail=RoutineMail.INBOX)
    give()
    sweep(11, 25)
    with tenant(cast.fjellvik):
        assert not Delivery.objects.filter(notification__type="assignments.digest").exists()
        cast.fjellvik.people_choose_reminders = False
        cast.fjellvik.save()
    sweep(12, 3)
    with tenant(cast.fjellvik):
        assert Delivery.objects.filter(notification__type="assignments.digest").count() == 1
