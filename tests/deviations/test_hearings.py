"""Others are asked for their view: who may be, what they see, that they answer, and that it ends with the case."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from deviations import selectors, services
from deviations.models import AccessGrant, Deviation, Hearing
from hms.assignments import services as assignments
from hms.assignments import sources
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report, url
from tests.deviations.test_identity import hidden

QUESTION = "Hvordan er stigen festet?"


def soon(days: int = 5) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def ask(cast, case, **fields) -> Hearing:
    fields = {
        "asked": cast.tor_erik,
        "by": cast.amir,
        "question": QUESTION,
        "due_on": soon(),
        "shows_case": True,
    } | fields
    return services.ask_for_view(case, **fields)


@pytest.fixture
def case(cast):
    with tenant(cast.fjellvik):
        return report(cast, "Stigen ved trapp B er løs.")


def fresh(case) -> Deviation:
    return Deviation.everything.select_related("handling", "plan").get(pk=case.pk)


def page_of(hearing, tail="") -> str:
    return f"/fjellvik/horing/{hearing.pk}/{tail}"


def test_whoever_is_asked_sees_the_question_and_what_was_reported_and_nothing_else(cast, client, case):
    client.force_login(cast.amir.user)
    asked = {"asked": cast.tor_erik.pk, "question": QUESTION, "due_on": str(soon()), "shows_case": "on"}
    assert client.post(url(case, "horing/"), {**asked, "due_on": str(soon(-1))}).status_code == 422
    assert client.post(url(case, "horing/"), {**asked, "question": ""}).status_code == 422
    assert client.post(url(case, "horing/"), asked).status_code == 303
    assert client.post(url(case, "horing/"), asked).status_code == 303
    with tenant(cast.fjellvik):
        hearing = Hearing.objects.get()
        work = hearing.assignment
        assert (work.kind, work.assignee, work.due_on, work.title) == (Kind.VIEW, cast.tor_erik, soon(), case.number)
        assert Notification.objects.filter(type="assignments.assigned", recipient=cast.tor_erik).count() == 1
    client.force_login(cast.tor_erik.user)
    assert client.get(url(case)).status_code == 404
    # Their list of tasks leads to the question.
    assert client.get(f"/fjellvik/oppgaver/{work.pk}/").headers["Location"] == page_of(hearing)
    page = client.get(page_of(hearing)).content.decode()
    assert QUESTION in page
    assert "Stigen ved trapp B er løs." in page
    assert "Ingrid" not in page
    assert client.post(page_of(hearing), {"text": ""}).status_code == 422
    assert client.post(page_of(hearing), {"text": "Med to skruer."}).status_code == 303
    assert client.post(page_of(hearing), {"text": "Med tre."}).status_code == 409
    with tenant(cast.fjellvik):
        hearing.refresh_from_db()
        work.refresh_from_db()
        assert (hearing.answer, work.state) == ("Med to skruer.", AssignmentState.DONE)
        assert Notification.objects.filter(type="deviations.view_given", recipient=cast.amir).count() == 1
        assert Event.objects.filter(verb="hearing.answered", root_id=case.pk, actor=cast.tor_erik).count() == 1
    # Answered, what was reported is shown no more.
    assert "Stigen ved trapp B" not in client.get(page_of(hearing)).content.decode()
    for person, sees in ((cast.amir, True), (cast.kari, True), (cast.ingrid, False)):
        client.force_login(person.user)
        page = client.get(url(case)).content.decode()
        assert ("Med to skruer." in page) == (QUESTION in page) == sees, person.name


def test_the_question_alone_where_the_case_is_not_shown(cast, client, case):
    with tenant(cast.fjellvik):
        hearing = ask(cast, case, shows_case=False)
    client.force_login(cast.tor_erik.user)
    page = client.get(page_of(hearing)).content.decode()
    assert QUESTION in page
    assert "Stigen ved trapp B" not in page


def test_nobody_else_opens_or_answers_it(cast, client, case):
    with tenant(cast.fjellvik):
        hearing = ask(cast, case)
    for who, opens, answers in (
        (cast.piotr, 404, 404), (cast.admin, 404, 404), (cast.olav, 404, 404), (cast.ingrid, 404, 404),
        (cast.kari, 303, 403), (cast.amir, 303, 403),
    ):  # fmt: skip
        client.force_login(who.user)
        assert client.get(page_of(hearing)).status_code == opens, who.name
        assert client.post(page_of(hearing), {"text": "x"}).status_code == answers, who.name
        closes = 404 if answers == 404 else 403 if who == cast.kari else 303
        assert client.post(page_of(hearing, "lukk/")).status_code == closes, who.name
    client.logout()
    assert client.get(page_of(hearing)).status_code == 302


def test_declining(cast, client, case):
    with tenant(cast.fjellvik):
        hearing = ask(cast, case)
    client.force_login(cast.tor_erik.user)
    assert client.post(page_of(hearing), {"text": "", "verb": "decline"}).status_code == 303
    with tenant(cast.fjellvik):
        hearing.refresh_from_db()
        assert (hearing.outcome, hearing.assignment.state) == ("declined", AssignmentState.CANCELLED)
        assert Event.objects.filter(verb="hearing.declined").count() == 1
        assert ask(cast, case, question="Og nå?").pk != hearing.pk


def test_the_one_it_is_about_is_never_asked(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, about_my_manager=True)
        with pytest.raises(InvalidTransition):
            ask(cast, case, asked=cast.amir, by=cast.helene)
        with pytest.raises(InvalidTransition):
            ask(cast, case, asked=cast.helene, by=cast.helene)
    client.force_login(cast.helene.user)
    body = {"asked": cast.amir.pk, "question": "x", "due_on": str(soon())}
    assert client.post(url(case, "horing/"), body).status_code == 422
    assert cast.amir.name not in client.get(url(case, "horing/")).content.decode()


def test_in_a_confidential_case_showing_it_is_a_choice_and_every_opening_is_logged(cast, client, case):
    with tenant(cast.fjellvik):
        services.set_confidential(case, by=cast.amir)
    client.force_login(cast.amir.user)
    assert "checked" not in client.get(url(case, "horing/")).content.decode().split('name="shows_case"')[1][:60]
    with tenant(cast.fjellvik):
        hearing = ask(cast, fresh(case), shows_case=True)
        assert hearing.assignment.is_confidential
        assert not AccessGrant.objects.filter(deviation=case, employee=cast.tor_erik).exists()
    client.force_login(cast.tor_erik.user)
    assert "Stigen ved trapp B" in client.get(page_of(hearing)).content.decode()
    with tenant(cast.fjellvik):
        assert Event.objects.filter(verb="deviation.opened", actor=cast.tor_erik).count() == 1
    assert client.get(url(case)).status_code == 404


def test_a_case_that_becomes_confidential_is_shown_to_nobody_who_was_asked_before(cast, client, case):
    with tenant(cast.fjellvik):
        hearing = ask(cast, case)
        services.set_confidential(fresh(case), by=cast.amir)
        hearing.refresh_from_db()
        assert (hearing.shows_case, hearing.assignment.is_confidential) == (False, True)
    client.force_login(cast.tor_erik.user)
    page = client.get(page_of(hearing)).content.decode()
    assert QUESTION in page
    assert "Stigen ved trapp B" not in page


def test_whistleblowing_closes_the_hearing_and_takes_it_back(cast, client, case):
    with tenant(cast.fjellvik):
        hearing = ask(cast, case)
        services.add_receiver(
            employee=cast.vigdis, position=1, is_outside_line=True, starts_on=timezone.localdate(), by=cast.admin
        )
        services.make_whistleblowing(fresh(case), by=cast.amir, reason="Varsling.")
        hearing.refresh_from_db()
        work = Assignment.objects.get(pk=hearing.assignment_id)
        assert (work.state, work.assignee, work.is_confidential) == (AssignmentState.CANCELLED, cast.vigdis, True)
        assert not Notification.objects.filter(recipient=cast.tor_erik, about_id=work.pk).exists()
        with pytest.raises(InvalidTransition):
            services.answer_hearing(hearing, by=cast.tor_erik, text="x")
        with pytest.raises(InvalidTransition):
            ask(cast, fresh(case), by=cast.vigdis)
    client.force_login(cast.tor_erik.user)
    assert client.get(page_of(hearing)).status_code == 404
    assert client.post(page_of(hearing), {"text": "x"}).status_code == 404


@pytest.mark.parametrize("end", ["close", "reject", "withdraw"])
def test_the_hearing_ends_with_the_case(cast, case, end):
    with tenant(cast.fjellvik):
        hearing = ask(cast, case)
        if end == "close":
            services.close(case, by=cast.amir, answer="Festet.")
        elif end == "reject":
            services.reject(case, by=cast.amir, reason="Ikke vårt.")
        else:
            services.withdraw_case(case, by=cast.amir, reason="To ganger.")
        hearing.refresh_from_db()
        assert not hearing.is_open
        assert hearing.assignment.state == AssignmentState.CANCELLED
        with pytest.raises(InvalidTransition):
            services.answer_hearing(hearing, by=cast.tor_erik, text="x")
        with pytest.raises(InvalidTransition):
            services.close_hearing(hearing, by=cast.amir)


def test_one_waits_for_one_answer_from_each(cast, case):
    with tenant(cast.fjellvik):
        hearing = ask(cast, case)
        assert ask(cast, case, question="Igjen?").pk == hearing.pk
        with pytest.raises(IntegrityError), transaction.atomic():
            Hearing.objects.create(deviation=case, asked=cast.tor_erik, question="x")


def test_a_hidden_reporter_who_is_asked_answers_by_name_because_silence_would_name_them(cast):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        hearing = ask(cast, case, asked=cast.ingrid)
        services.answer_hearing(hearing, by=cast.ingrid, text="Det er slik.")
        event = Event.objects.get(verb="hearing.answered")
        assert event.actor == cast.ingrid
        assert selectors.reporter_shown_to(cast.sunniva, fresh(case)).name == ""


def test_whoever_leaves_is_not_waited_for(cast, case):
    with tenant(cast.fjellvik):
        hearing = ask(cast, case)
        source = sources.get(Hearing._meta.label_lower)
        assert source.follows_role(hearing.assignment)
        assert source.successor(hearing.assignment) is None
        assignments.cancel(hearing.assignment, by=cast.admin)
        again = ask(cast, case)
        assert again.pk != hearing.pk
        assert again.is_open


def test_the_engine_reminds(cast, case):
    with tenant(cast.fjellvik):
        hearing = ask(cast, case)
        assert hearing.assignment.next_step_at is not None
        assert hearing.assignment.requested_by == cast.amir
