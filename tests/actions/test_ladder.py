"""A statement or a reply that does not come: told to those whom it helps, and the plan is not held up."""

import datetime

import pytest
from django.core import mail
from django.urls import reverse

from deviations.models import Deviation
from hms.actions import selectors, services
from hms.actions.enums import Opinion
from hms.actions.models import ActionPlan
from hms.assignments import tasks
from hms.assignments.enums import Kind
from hms.assignments.models import Assignment
from hms.notifications import tasks as mail_tasks
from hms.notifications.models import Notification
from hms.organisations.models import Absence, RoleHolding
from hms.tenancy.scope import tenant
from tests.assignments.test_sweep import OSLO, at, clock  # noqa: F401  the same Monday noon, moved by hand
from tests.deviations.helpers import add_action, report, url


@pytest.fixture
def sent(cast, clock):  # noqa: F811
    """A plan that waits for Kari until Monday 23 November."""
    with tenant(cast.fjellvik):
        plan = add_action(cast, report(cast)).plan
        services.send_to_safety_rep(plan, to=cast.kari, by=cast.amir)
        assert plan.statement_assignment.due_on == datetime.date(2026, 11, 23)
        return plan


@pytest.fixture
def heard(cast, clock):  # noqa: F811
    """Sweep every morning until a day; what was told about an assignment, as (day, type, first name)."""

    def heard(pk, *last):
        day = at(11, 17)
        while day <= at(*last):
            clock.move_to(day)
            tasks.take_due_steps([cast.fjellvik.pk])
            day += datetime.timedelta(days=1)
        with tenant(cast.fjellvik):
            told = Notification.objects.filter(type__startswith="assignments.").select_related("recipient")
            return [
                (n.created_at.astimezone(OSLO).date().isoformat()[5:], n.type.split(".")[1], n.recipient.given_name)
                for n in told.order_by("id")
                if (n.about_id == pk and n.type != "assignments.assigned") or pk in n.parameters.get("tasks", [])
            ]

    return heard


def test_a_missing_statement_is_told_to_those_whom_it_helps(cast, sent, heard):
    # −1, +1 and +3 working days from Monday 23 November.
    assert heard(sent.statement_assignment_id, 12, 31) == [
        ("11-20", "digest", "Kari"),
        ("11-24", "digest", "Kari"),
        ("11-24", "escalated", "Amir"),
        ("11-24", "escalated_about", "Kari"),
        ("11-26", "escalated", "Vigdis"),
        ("11-26", "escalated_about", "Kari"),
    ]
    mail_tasks.deliver(cast.fjellvik.pk)
    for person, words in [
        (cast.amir, "Du kan vedta planen uten, og skrive hvorfor."),
        (cast.vigdis, "Spør om det trengs hjelp."),
        (cast.kari, "Planen kan bli vedtatt uten uttalelsen din."),
    ]:
        assert any(words in m.body for m in mail.outbox if m.to == [person.email]), words


def test_no_line_manager_chases_a_representative(cast, sent, heard):
    with tenant(cast.fjellvik):
        RoleHolding.objects.filter(employee=cast.vigdis).delete()
    told = heard(sent.statement_assignment_id, 12, 31)
    # Nobody is senior representative: the one who asked hears that too; Kari's leaders hear nothing.
    assert {who for _day, _kind, who in told} == {"Kari", "Amir"}


def test_a_representative_who_is_away_is_nobodys_to_chase_either(cast, sent, heard):
    with tenant(cast.fjellvik):
        Absence.objects.create(
            employee=cast.kari, starts_on=datetime.date(2026, 11, 17), ends_on=datetime.date(2026, 12, 31)
        )
    assert {who for _day, _kind, who in heard(sent.statement_assignment_id, 12, 31)} == {"Amir", "Vigdis", "Kari"}


def test_the_plan_page_says_who_is_told_and_that_it_need_not_wait(cast, client, clock, sent):  # noqa: F811
    client.force_login(cast.amir.user)
    with tenant(cast.fjellvik):
        case = Deviation.objects.get()
    page = client.get(url(case)).content.decode()
    assert "Kommer det ingen uttalelse innen da, kan du vedta planen og skrive hvorfor." in page
    assert "Kari Lunde får en påminnelse" in page
    assert "Vigdis Strand" in page
    clock.move_to(at(11, 24))
    page = client.get(url(case)).content.decode()
    assert "Det er ikke kommet noen uttalelse i tide. Du kan vedta planen med en begrunnelse." in page
    with tenant(cast.fjellvik):
        services.decide(
            ActionPlan.objects.get(), organisation=cast.fjellvik, by=cast.amir, reason="Det haster: noen kan falle."
        )
    # The reason is for everybody who may see the plan, first of all for the one who was not heard.
    for person in (cast.amir, cast.kari):
        client.force_login(person.user)
        assert "Vedtatt uten uttalelse: Det haster: noen kan falle." in client.get(url(case)).content.decode()


def test_a_reply_that_does_not_come_is_seen_by_the_one_who_disagreed(cast, sent, heard):
    with tenant(cast.fjellvik):
        statement = services.give_statement(sent, opinion=Opinion.DISAGREE, comment="Det holder ikke", by=cast.kari)
        reply = Assignment.objects.get(kind=Kind.REPLY)
        assert (reply.assignee, reply.requested_by) == (cast.amir, cast.kari)
    told = heard(reply.pk, 12, 11)
    assert [row for row in told if row[1] == "escalated"] == [
        ("12-02", "escalated", "Kari"), ("12-02", "escalated", "Vigdis"), ("12-11", "escalated", "Helene"),
    ]  # fmt: skip
    with tenant(cast.fjellvik):
        statement.refresh_from_db()
        services.reply_to_statement(statement, reply="Vi sveiser", by=cast.amir)
        # Kari is told of the reply as such, not of an assignment that is done.
        types = list(Notification.objects.filter(recipient=cast.kari).values_list("type", flat=True))
    assert "actions.reply_given" in types
    assert "assignments.completed" not in types


def test_a_representative_who_leaves_gives_the_statement_to_another(cast, client, sent):
    client.force_login(cast.admin.user)
    page = reverse("organisations:end_employment", args=["fjellvik", cast.kari.pk])
    assert client.post(page, {"last_day": "2026-11-16", "hand_over_to": cast.helene.pk}).status_code == 303
    with tenant(cast.fjellvik):
        # Not Helene, whom the administrator named for everything else: she represents nobody.
        assert ActionPlan.objects.get().statement_assignment.assignee == cast.vigdis


def test_when_nobody_represents_them_the_plan_waits_for_nobody(cast, client, sent):
    with tenant(cast.fjellvik):
        RoleHolding.objects.filter(employee=cast.vigdis).delete()
    client.force_login(cast.admin.user)
    page = reverse("organisations:end_employment", args=["fjellvik", cast.kari.pk])
    assert client.post(page, {"last_day": "2026-11-17", "hand_over_to": cast.helene.pk}).status_code == 303
    with tenant(cast.fjellvik):
        plan = ActionPlan.objects.get()
        assert plan.statement_assignment.state == "cancelled"
        decision = selectors.decision(plan, cast.fjellvik)
        assert (decision.possible, decision.needs_reason) == (True, True)
