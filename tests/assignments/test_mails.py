"""What the mails about assignments say, and what they never say."""

import datetime
import re

import pytest
from django.core import mail
from django.utils import timezone, translation

from hms.assignments import services
from hms.assignments.models import ActionLink
from hms.notifications import tasks, types
from hms.notifications.enums import DeliveryState
from hms.notifications.models import Delivery, Notification
from hms.notifications.services import notify
from hms.tenancy.scope import tenant


@pytest.fixture
def sent(cast):
    """Send what waits and give the mails."""

    def send():
        mail.outbox.clear()
        tasks.deliver(cast.fjellvik.pk)
        return mail.outbox

    return send


def links(message):
    return re.findall(r"https?://\S+", message.body)


def test_the_button_of_the_mail_leads_to_the_answer(cast, client, give, sent, due):
    assignment = give()
    [message] = sent()
    [link] = links(message)
    assert "/fjellvik/t/" in link
    assert f'href="{link}"' in message.alternatives[0][0]
    assert "Fest rekkverket i trapp B" in message.subject
    for part in (message.body, message.alternatives[0][0]):
        assert "Stairs B" in part
        assert "Amir Hosseini" in part
        assert "Tor Erik" in part
    page = client.get(link.partition("/fjellvik")[1] + link.partition("/fjellvik")[2])
    assert page.status_code == 200
    assert page.context["assignment"] == assignment


def test_the_deadline_comes_first(cast, give, sent, due):
    from hms.core.ui.dates import long_date

    give()
    [message] = sent()
    with translation.override("nb"):
        assert long_date(due) in message.subject
    assert message.subject.index(str(due.day)) < message.subject.index("Fest")


def test_each_attempt_makes_its_own_link_and_none_is_stored_readable(cast, give, sent):
    give()
    [message] = sent()
    token = links(message)[0].rstrip("/").rpartition("/")[2]
    with tenant(cast.fjellvik):
        assert token not in str(list(ActionLink.objects.values()))
        assert token not in str(list(Notification.objects.values()))


def test_a_confidential_mail_tells_nothing(cast, give, sent):
    assignment = give(confidential=True, title="Trakassering på vakt")
    with tenant(cast.fjellvik):
        services.say_stuck(assignment, comment="Hemmelig", by=cast.tor_erik)
        wish = services.request_extension(
            assignment, new_due_on=assignment.due_on + datetime.timedelta(days=3), reason="Hemmelig", by=cast.tor_erik
        )
        services.decide_extension(wish, grant=True, by=cast.amir, comment="Hemmelig")
        services.complete(assignment, by=cast.tor_erik, comment="Hemmelig")
    messages = sent()
    assert len(messages) == 5
    for message in messages:
        everything = message.subject + message.body + message.alternatives[0][0]
        for secret in ("Trakassering", "Hemmelig", "Stairs B", "/t/"):
            assert secret not in everything
    with tenant(cast.fjellvik):
        assert not ActionLink.objects.exists()


def test_a_mail_that_is_late_has_no_link_to_what_is_done(cast, give, sent):
    assignment = give()
    with tenant(cast.fjellvik):
        services.complete(assignment, by=cast.tor_erik)
    for message in sent():
        assert "/t/" not in message.body


def test_the_answer_about_more_time_brings_a_new_link(cast, give, sent, due):
    assignment = give()
    sent()
    with tenant(cast.fjellvik):
        wish = services.request_extension(
            assignment, new_due_on=due + datetime.timedelta(days=3), reason="Ferie", by=cast.tor_erik
        )
        services.decide_extension(wish, grant=False, by=cast.amir)
    by_recipient = {message.to[0].split(".")[0]: message for message in sent()}
    assert f"/oppgaver/{assignment.pk}/frist/" in by_recipient["amir"].body
    assert "/fjellvik/t/" in by_recipient["tor"].body


def test_work_with_its_own_page_is_linked_there(cast, give, sent, unit_source):
    unit_source(link_verbs=frozenset(), url=lambda a: "/fjellvik/handlingsplan/7/")
    give()
    [message] = sent()
    assert links(message)[0].endswith("/fjellvik/handlingsplan/7/")


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_kind_of_message_can_be_said_in_every_language(cast, give, language):
    assignment = give()
    with tenant(cast.fjellvik), translation.override(language):
        notification = Notification.objects.select_related("organisation").get()
        today = timezone.localdate().isoformat()
        notification.parameters |= {"new_due_on": today, "granted": True}
        notification.parameters |= {"tasks": [assignment.pk], "overdue": 1}
        notification.parameters |= {"since": today, "unanswered": True, "to": "Piotr", "responsible": "Kari"}
        notification.parameters |= {"group": "Brannvernledere", "is_back": False}
        for key in [kind.key for kind in types.every() if kind.key.startswith("assignments.")]:
            kind = types.get(key)
            # A routine mail is about many things.
            assert assignment.title in kind.subject(notification) or key == "assignments.digest"
            assert kind.text(notification)
            assert kind.url(notification).startswith("/fjellvik/oppgaver/")


def test_the_routine_mail_puts_what_matters_most_first_with_a_link_for_each(cast, client, give, sent, due):
    today = timezone.localdate()
    titles = {"Late": today - datetime.timedelta(days=3), "Later": today - datetime.timedelta(days=1), "Soon": due}
    tasks_given = [give(title=title, due_on=day) for title, day in reversed(titles.items())]
    hidden = give(title="Hemmelig", due_on=today, confidential=True)
    sent()
    everything = [task.pk for task in [*tasks_given, hidden]]
    with tenant(cast.fjellvik):
        notify(
            "assignments.digest", to=cast.tor_erik, about=cast.tor_erik, dedupe="digest:x",
            parameters={"tasks": everything, "overdue": 2},
        )  # fmt: skip
    [message] = sent()
    for part in (message.body, message.alternatives[0][0]):
        assert part.index("Late") < part.index("Later") < part.index("Soon")
        assert "Hemmelig" not in part
    personal = [link for link in links(message) if "/t/" in link]
    assert len(set(personal)) == 3
    for link in personal:
        assert client.get(link.partition("/fjellvik")[1] + link.partition("/fjellvik")[2]).status_code == 200
    assert any(link.endswith("/fjellvik/varsler/valg/") for link in links(message))


def test_a_routine_mail_about_what_is_done_is_not_sent(cast, give, sent):
    assignment = give()
    sent()
    with tenant(cast.fjellvik):
        notify(
            "assignments.digest", to=cast.tor_erik, about=cast.tor_erik, dedupe="digest:x",
            parameters={"tasks": [assignment.pk], "overdue": 0},
        )  # fmt: skip
        services.complete(assignment, by=cast.tor_erik)
    assert [message.to for message in sent()] == [["amir.hosseini@fjellvik.example"]]
    with tenant(cast.fjellvik):
        assert Delivery.objects.filter(state=DeliveryState.SKIPPED).count() == 1
