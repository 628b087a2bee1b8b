"""What happens to an assignment, and who is told."""

import datetime

import pytest
from django.utils import timezone

from hms.assignments import selectors, services
from hms.assignments.enums import ExtensionState, NoteKind, State
from hms.assignments.errors import AlreadyAsked, NobodyToAsk
from hms.assignments.models import ActionLink, Assignment, ExtensionRequest, Note
from hms.audit.enums import Via
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Delivery, Notification
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant


def told(type_key):
    """Who was told of a kind of message, by first name."""
    return [n.recipient.given_name for n in Notification.objects.filter(type=type_key).order_by("id")]


def verbs():
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_assigned_work_is_mailed_to_the_one_who_must_do_it(cast, give):
    assignment = give()
    with tenant(cast.fjellvik):
        assert told("assignments.assigned") == ["Tor Erik"]
        assert Delivery.objects.count() == 1
        event = Event.objects.get()
        assert (event.verb, event.actor, event.root_type, event.root_id) == (
            "assignment.assigned", cast.amir, "organisations.unit", cast.solbakken.pk,
        )  # fmt: skip
        assert list(selectors.my_open(cast.tor_erik)) == [assignment]
        assert selectors.my_open_count(cast.amir) == 0


def test_who_gives_work_to_themself_is_not_told(cast, give):
    give(to=cast.amir)
    with tenant(cast.fjellvik):
        assert not Notification.objects.exists()


def test_planned_work_is_nobodys_yet_and_becomes_theirs_when_started(cast, give):
    assignment = give(planned=True)
    with tenant(cast.fjellvik):
        assert not Notification.objects.exists()
        assert selectors.my_open_count(cast.tor_erik) == 0
        assert assignment not in selectors.visible_to(cast.tor_erik)
        services.start(assignment, by=cast.amir)
        assert told("assignments.assigned") == ["Tor Erik"]
        with pytest.raises(InvalidTransition):
            services.start(assignment, by=cast.amir)


def test_done_tells_the_source_and_the_one_who_asked(cast, give, heard):
    assignment = give()
    with tenant(cast.fjellvik):
        services.create_link(assignment, to=cast.tor_erik)
        services.complete(assignment, by=cast.tor_erik, comment="Byttet skruer", via=Via.LINK)
        assignment.refresh_from_db()
        assert (assignment.state, assignment.ended_by, assignment.comment) == (
            State.DONE,
            cast.tor_erik,
            "Byttet skruer",
        )
        assert heard == [("completed", assignment.pk, cast.tor_erik, Via.LINK)]
        assert told("assignments.completed") == ["Amir"]
        assert ActionLink.objects.get().revoked_at is not None
        assert Event.objects.get(verb="assignment.completed").via == Via.LINK
        with pytest.raises(InvalidTransition):
            services.complete(assignment, by=cast.tor_erik)


def test_a_source_with_its_own_page_tells_people_itself(cast, give, unit_source):
    unit_source(link_verbs=frozenset())
    assignment = give()
    with tenant(cast.fjellvik):
        services.complete(assignment, by=cast.tor_erik)
        assert told("assignments.completed") == []


def test_reopened_work_is_mailed_again(cast, give):
    assignment = give()
    with tenant(cast.fjellvik):
        services.complete(assignment, by=cast.tor_erik)
        services.reopen(assignment, by=cast.amir)
        assert (assignment.state, assignment.ended_at, assignment.ended_by) == (State.OPEN, None, None)
        assert told("assignments.assigned") == ["Tor Erik", "Tor Erik"]


def test_cancelled_work_keeps_the_reason(cast, give):
    assignment = give()
    with tenant(cast.fjellvik):
        services.cancel(assignment, by=cast.amir, reason="Trappen rives")
        assert assignment.state == State.CANCELLED
        assert selectors.notes_of([assignment]).get().text == "Trappen rives"
        with pytest.raises(InvalidTransition):
            services.reopen(assignment, by=cast.amir)


def test_handing_over_moves_links_and_wishes(cast, give, heard, due):
    assignment = give()
    with tenant(cast.fjellvik):
        token = services.create_link(assignment, to=cast.tor_erik)
        services.request_extension(
            assignment, new_due_on=due + datetime.timedelta(days=3), reason="Ferie", by=cast.tor_erik, via=Via.WEB
        )
        services.hand_over(assignment, to=cast.piotr, by=cast.tor_erik, reason="Du har nøkkelen")
        assert assignment.assignee == cast.piotr
        assert selectors.resolve_link(token).status == "revoked"
        assert ExtensionRequest.objects.get().state == ExtensionState.WITHDRAWN
        assert heard == [("moved", cast.tor_erik, cast.piotr, cast.tor_erik)]
        assert told("assignments.assigned") == ["Tor Erik", "Piotr"]
        with pytest.raises(InvalidTransition):
            services.hand_over(assignment, to=cast.piotr, by=cast.amir)


def test_not_mine_goes_to_the_one_who_asked(cast, give):
    assignment = give()
    with tenant(cast.fjellvik):
        assert services.hand_back(assignment, by=cast.tor_erik, comment="Dette er snekkerens") == cast.amir
        assert assignment.assignee == cast.amir
        assert told("assignments.handed_back") == ["Amir"]
        assert selectors.notes_of([assignment]).get().kind == NoteKind.HANDED_BACK


def test_not_mine_without_a_requester_goes_to_the_manager(cast, give):
    assignment = give(requested_by=None)
    with tenant(cast.fjellvik):
        assert services.hand_back(assignment, by=cast.tor_erik, comment="Nei") == cast.piotr


def test_not_mine_goes_up_when_the_one_who_asked_has_left(cast, give):
    assignment = give()
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.amir.pk).update(ends_on=timezone.localdate() - datetime.timedelta(days=1))
        assignment = Assignment.objects.get(pk=assignment.pk)
        assert services.hand_back(assignment, by=cast.tor_erik, comment="Nei") == cast.piotr


def test_a_confidential_task_is_never_given_to_somebody_who_may_not_know(cast, give):
    assignment = give(requested_by=None, confidential=True)
    with tenant(cast.fjellvik):
        with pytest.raises(NobodyToAsk):
            services.hand_back(assignment, by=cast.tor_erik, comment="Nei")
        assert assignment not in selectors.visible_to(cast.piotr)
        assert assignment not in selectors.visible_to(cast.sunniva)
        assert assignment in selectors.visible_to(cast.tor_erik)


def test_more_time_is_asked_for_once_and_granted(cast, give, due):
    assignment = give()
    later = due + datetime.timedelta(days=10)
    with tenant(cast.fjellvik):
        wish = services.request_extension(assignment, new_due_on=later, reason="Venter på deler", by=cast.tor_erik)
        with pytest.raises(AlreadyAsked):
            services.request_extension(assignment, new_due_on=later, reason="Igjen", by=cast.tor_erik)
        assert told("assignments.extension_requested") == ["Amir"]
        services.decide_extension(wish, grant=True, by=cast.amir, comment="Greit")
        assignment.refresh_from_db()
        assert assignment.due_on == later
        assert (wish.state, wish.decided_by) == (ExtensionState.GRANTED, cast.amir)
        assert told("assignments.extension_decided") == ["Tor Erik"]
        assert verbs()[-3:] == ["assignment.extension_requested", "extension.granted", "assignment.due_date_changed"]
        with pytest.raises(InvalidTransition):
            services.decide_extension(wish, grant=False, by=cast.amir)
        services.request_extension(
            assignment, new_due_on=later + datetime.timedelta(days=1), reason="Mer", by=cast.tor_erik
        )


def test_declined_more_time_leaves_the_date(cast, give, due):
    assignment = give()
    with tenant(cast.fjellvik):
        wish = services.request_extension(
            assignment, new_due_on=due + datetime.timedelta(days=1), reason="Ferie", by=cast.tor_erik
        )
        services.decide_extension(wish, grant=False, by=cast.amir)
        assignment.refresh_from_db()
        assert assignment.due_on == due
        assert Notification.objects.get(type="assignments.extension_decided").parameters["granted"] is False


@pytest.mark.parametrize("days", [-30, 0, 61])
def test_more_time_has_limits(cast, give, due, days):
    assignment = give()
    with tenant(cast.fjellvik), pytest.raises(ValueError, match="limits"):
        services.request_extension(
            assignment, new_due_on=due + datetime.timedelta(days=days), reason="Ferie", by=cast.tor_erik
        )


def test_stuck_is_told_once_when_the_button_is_pressed_twice(cast, give):
    assignment = give()
    with tenant(cast.fjellvik):
        for _press in range(2):
            services.say_stuck(assignment, comment="Mangler bolter", by=cast.tor_erik)
        assert told("assignments.stuck") == ["Amir"]
        services.say_stuck(assignment, comment="Mangler fortsatt bolter", by=cast.tor_erik)
        assert told("assignments.stuck") == ["Amir", "Amir"]
        assert Note.objects.count() == 2


def test_no_words_of_people_in_the_log_that_can_never_be_changed(cast, give, due):
    assignment = give(confidential=True, title="Hemmelig tittel")
    with tenant(cast.fjellvik):
        services.say_stuck(assignment, comment="Sagt i fortrolighet", by=cast.tor_erik)
        services.request_extension(
            assignment, new_due_on=due + datetime.timedelta(days=2), reason="Sagt i fortrolighet", by=cast.tor_erik
        )
        services.complete(assignment, by=cast.tor_erik, comment="Sagt i fortrolighet")
        kept = str(list(Event.objects.values_list("data", flat=True)))
        kept += str(list(Notification.objects.values_list("parameters", flat=True)))
    assert "fortrolighet" not in kept
    assert "Hemmelig" not in kept


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("tor_erik", True),
        ("amir", True),
        ("piotr", True),
        ("ragnhild", True),
        ("sunniva", True),
        ("ingrid", False),
        ("kari", False),
        ("helene", False),
        ("admin", False),
    ],
)
def test_who_sees_an_assignment(cast, give, who, sees):
    assignment = give()
    with tenant(cast.fjellvik):
        assert (assignment in selectors.visible_to(getattr(cast, who))) is sees


def test_complete_for_ends_only_that_kind_of_that_source(cast, give):
    mine, other_kind, other_source = give(), give(kind="reply"), give(source=cast.helse)
    with tenant(cast.fjellvik):
        services.complete_for(cast.solbakken, kind="action", by=cast.tor_erik)
        states = {a.pk: a.state for a in Assignment.objects.all()}
    assert states == {mine.pk: "done", other_kind.pk: "open", other_source.pk: "open"}


def test_tokens_are_stored_as_hashes_only(cast, give):
    assignment = give()
    with tenant(cast.fjellvik):
        token = services.create_link(assignment, to=cast.tor_erik)
        link = ActionLink.objects.get()
        assert token not in str(ActionLink.objects.values().get())
        assert len(token) >= 43
        assert link.token_hash == selectors.hash_token(token)
        assert (link.expires_at - timezone.now()).days == 13
