"""An invitation whose mail does not arrive: the administrator sees it, and the address is known not to work."""

import pytest
from django.core import mail
from django.urls import reverse

from hms.audit.models import Event
from hms.notifications.bounces import Outcome, take
from hms.notifications.models import DeadAddress
from hms.organisations import services
from hms.organisations.models import Invitation
from hms.tenancy.scope import tenant
from tests.cast import make_employee
from tests.notifications.reports import STYLES, report

PASSWORD = "tre ord og litt til"


def url(cast, name):
    return reverse(f"organisations:{name}", args=[cast.fjellvik.slug])


@pytest.fixture
def nora(cast):
    with tenant(cast.fjellvik):
        return make_employee(cast.fjellvik, "Nora Aas", cast.solbakken, user=False)


@pytest.fixture
def invite(cast, nora, client, django_capture_on_commit_callbacks):
    """The administrator invites Nora, and a worker sends it."""

    def invite():
        client.force_login(cast.admin.user)
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(url(cast, "invite"), {"id": nora.pk}).status_code == 303

    return invite


@pytest.fixture
def message_id(invite):
    """Of the mail that was sent."""
    invite()
    return mail.outbox[-1].extra_headers["Message-ID"]


def the_invitation(cast):
    with tenant(cast.fjellvik):
        return Invitation.objects.get()


@pytest.mark.parametrize("style", STYLES)
def test_an_invitation_that_comes_back_is_seen_by_the_administrator(cast, nora, client, message_id, style):
    assert take(report(style, message_id, address=nora.email)) == Outcome.BOUNCED
    assert the_invitation(cast).state == "bounced"
    with tenant(cast.fjellvik):
        dead = DeadAddress.objects.get()
        assert (dead.employee, dead.reason, dead.status_code) == (nora, "bounced", "5.1.1")
        assert Event.objects.filter(verb="invitation.came_back", root_id=nora.pk).count() == 1
    page = client.get(url(cast, "invitations")).content.decode()
    assert "Kom ikke fram" in page
    assert take(report(style, message_id, address=nora.email)) == Outcome.UNKNOWN, "told once more, it says nothing new"


def test_a_new_invitation_is_not_the_one_that_came_back(cast, nora, invite, message_id):
    invite()
    assert take(report("postfix", message_id, address=nora.email)) == Outcome.BOUNCED
    with tenant(cast.fjellvik):
        assert [i.state for i in Invitation.objects.order_by("id")] == ["withdrawn", "sent"]


def test_an_invitation_that_was_used_has_arrived(cast, nora, message_id):
    with tenant(cast.fjellvik):
        services.accept_invitation(Invitation.objects.get(), password=PASSWORD)
    assert take(report("postfix", message_id, address=nora.email)) == Outcome.UNKNOWN
    assert the_invitation(cast).state == "accepted"


def test_a_report_with_another_organisations_id_finds_no_invitation(cast, nora, message_id):
    moved = message_id.replace(f"<{cast.fjellvik.pk}.", f"<{cast.havbris.pk}.")
    assert take(report("postfix", moved, address=nora.email)) == Outcome.UNKNOWN
    assert the_invitation(cast).state == "sent"


def test_an_address_that_the_server_refuses_for_good_is_not_tried_again(cast, nora, invite, sink):
    sink.answer_recipient = lambda line: "550 5.1.1 no such mailbox"
    invite()
    assert sink.attempts == 1
    assert the_invitation(cast).state == "bounced"


def test_an_address_that_is_refused_for_now_is_tried_again(cast, nora, invite, sink):
    answers = iter(["451 4.7.1 come again"])
    sink.answer_recipient = lambda line: next(answers, "250 OK")
    invite()
    assert sink.attempts == 2
    assert the_invitation(cast).state == "sent"
    assert len(sink.received) == 1
