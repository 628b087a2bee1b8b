"""«Did it help?»: asked of the reporter alone, changed for thirty days, and never telling who somebody anonymous is."""

import datetime
import re

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from deviations import services
from deviations.enums import Helped, ReporterKind
from deviations.models import Deviation, Rating
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications import tasks as mail_tasks
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report, url
from tests.everything import SESSIONS, changed, everything

YES = {"helped": "yes", "comment": "Nå er det trygt"}


@pytest.fixture
def closed(cast):
    """A case of Ingrid's, closed by Amir."""
    with tenant(cast.fjellvik):
        case = report(cast)
        services.close(case, by=cast.amir, answer="Rekkverket er festet.")
        return case


def again(case):
    return Deviation.objects.get(pk=case.pk)


def ratings(cast):
    with tenant(cast.fjellvik):
        return [(one.helped, one.comment, one.may_share) for one in Rating.objects.all()]


def test_the_mail_leads_to_the_answer_where_looking_changes_nothing(cast, client, closed):
    mail.outbox.clear()
    mail_tasks.deliver(cast.fjellvik.pk)
    [told] = [
        message
        for message in mail.outbox
        if message.to == ["ingrid.solheim@fjellvik.example"] and "/hjalp/" in message.body
    ]
    assert "festet" not in told.body
    path = re.search(r"https?://[^/]+(/\S+/hjalp/)", told.body)[1]
    # Not signed in, one signs in first.
    assert client.get(path).status_code == 302
    client.force_login(cast.ingrid.user)
    before = everything(without=SESSIONS)
    page = client.get(path)
    client.head(path)
    assert changed(before, everything(without=SESSIONS)) == []
    assert "Rekkverket er festet." in page.content.decode()
    assert client.post(path, YES).status_code == 303
    assert ratings(cast) == [("yes", "Nå er det trygt", False)]


def test_nobody_but_the_reporter_rates(cast, client, closed):
    for who, status in [
        (cast.amir, 403),
        (cast.kari, 403),
        (cast.sunniva, 403),
        (cast.tor_erik, 404),
        (cast.olav, 404),
    ]:
        client.force_login(who.user)
        assert client.post(url(closed, "hjalp/"), YES).status_code == status
    assert ratings(cast) == []


def test_an_open_case_is_not_rated(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
    client.force_login(cast.ingrid.user)
    assert client.post(url(case, "hjalp/"), YES).status_code == 403
    assert client.get(url(case, "hjalp/"), follow=True).redirect_chain[-1][0] == url(case)
    with tenant(cast.fjellvik), pytest.raises(InvalidTransition):
        services.rate(again(case), by=cast.ingrid, helped="yes")
    assert ratings(cast) == []


def test_a_missing_answer_is_said_at_the_field_and_the_rest_is_kept(cast, client, closed):
    client.force_login(cast.ingrid.user)
    page = client.post(url(closed, "hjalp/"), {"comment": "Skriver noe"})
    assert page.status_code == 422
    assert "helped" in page.context["form"].errors
    assert "Skriver noe" in page.content.decode()
    assert client.post(url(closed, "hjalp/"), {"helped": "kanskje"}).status_code == 422


def test_it_is_one_answer_that_can_be_changed_for_thirty_days(cast, client, closed):
    client.force_login(cast.ingrid.user)
    client.post(url(closed, "hjalp/"), YES)
    client.post(url(closed, "hjalp/"), YES)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=29)):
        client.force_login(cast.ingrid.user)
        assert client.post(url(closed, "hjalp/"), {"helped": "partly"}).status_code == 303
    assert ratings(cast) == [("partly", "", False)]
    with time_machine.travel(timezone.now() + datetime.timedelta(days=31)):
        client.force_login(cast.ingrid.user)
        assert client.post(url(closed, "hjalp/"), {"helped": "no"}).status_code == 403
    assert ratings(cast) == [("partly", "", False)]
    with tenant(cast.fjellvik):
        assert Event.objects.filter(verb="deviation.rated").count() == 1


def test_no_offers_to_reopen_and_the_handler_hears(cast, client, closed):
    client.force_login(cast.ingrid.user)
    page = client.post(url(closed, "hjalp/"), {"helped": "no", "comment": "Den er løs igjen"}, follow=True)
    assert url(closed, "gjenapne/") in page.content.decode()
    with tenant(cast.fjellvik):
        told = Notification.objects.get(type="deviations.rated")
        assert told.recipient == cast.amir
        assert "løs" not in str(told.parameters)
    client.force_login(cast.amir.user)
    assert "Den er løs igjen" in client.get(url(closed)).content.decode()
    # The safety representative sees the case, but not what was said to the handler.
    client.force_login(cast.kari.user)
    assert "Den er løs igjen" not in client.get(url(closed)).content.decode()


def test_a_case_closed_anew_is_rated_anew(cast, client, closed):
    with tenant(cast.fjellvik):
        services.rate(again(closed), by=cast.ingrid, helped=Helped.NO)
        services.reopen(again(closed), by=cast.ingrid, reason="Løs igjen")
        services.close(again(closed), by=cast.amir, answer="Byttet.")
    client.force_login(cast.ingrid.user)
    assert "Byttet." in client.get(url(closed, "hjalp/")).content.decode()
    client.post(url(closed, "hjalp/"), YES)
    assert ratings(cast) == [("yes", "Nå er det trygt", False)]


@pytest.fixture
def anonymous(cast):
    with tenant(cast.fjellvik):
        sent = services.report(
            organisation=cast.fjellvik, unit=cast.solbakken, description="Glatt på badet.", severity=2,
            reporter_kind=ReporterKind.ANONYMOUS,
        )  # fmt: skip
        services.close(again(sent.deviation), by=cast.amir, answer="Ny matte.")
        return sent


def test_somebody_anonymous_rates_with_the_code_and_leaves_no_trace(cast, client, anonymous):
    # Even in a browser where somebody is signed in.
    client.force_login(cast.ingrid.user)
    send = {"code": anonymous.receipt_code, "verb": "rate"}
    failed = client.post("/fjellvik/f/", send)
    assert failed.status_code == 422
    assert ratings(cast) == []
    done = client.post("/fjellvik/f/", {**send, "helped": "no", "comment": "Fortsatt glatt"})
    assert done.status_code == 200
    assert ratings(cast) == [("no", "Fortsatt glatt", False)]
    with tenant(cast.fjellvik):
        event = Event.objects.get(verb="deviation.rated")
        assert event.actor_id is None
        for moment in (event.at, Rating.objects.get().rated_at):
            assert timezone.localtime(moment).time() == datetime.time()
    # The way to reopen is there.
    assert 'value="reopen"' in done.content.decode()
    assert client.post("/fjellvik/f/", {"code": "FEIL", "verb": "rate", "helped": "yes"}).status_code == 422


def test_a_code_of_another_organisation_rates_nothing(cast, client, anonymous):
    answer = client.post("/havbris/f/", {"code": anonymous.receipt_code, "verb": "rate", "helped": "yes"})
    assert answer.status_code == 422
    assert ratings(cast) == []
