"""Messages about assignments."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hms.assignments import pool, sources
from hms.assignments.enums import Kind, State
from hms.assignments.escalation import Line
from hms.assignments.messages import (
    LINK_TEMPLATE,
    day_of,
    mail_title,
    personal_link,
    register_titled,
    title_of,
    titled,
)
from hms.assignments.models import Assignment
from hms.assignments.news import in_numbers, news_for
from hms.assignments.selectors import free_for
from hms.notifications.enums import MessageKind, Urgency
from hms.notifications.models import Delivery, Notification
from hms.notifications.rendering import absolute
from hms.notifications.types import MessageType, NothingToSay, register
from hms.organisations.models import Employee


def _due(notification: Notification, *, in_mail: bool) -> str:
    return _("Due %(date)s: %(title)s") % {
        "date": day_of(notification.parameters["due_on"]),
        "title": title_of(notification, in_mail=in_mail),
    }


def _assigned_text(notification: Notification) -> str:
    if not notification.parameters["title"]:
        return _("Sign in to see what it is about.")
    if notification.parameters["name"]:
        return _("%(name)s asks you to do this.") % notification.parameters
    return _("You have been given this task.")


def _handed_back_text(notification: Notification) -> str:
    return _("%(name)s has given the task back, so now it is yours.") % notification.parameters


def _comment_subject(notification: Notification, *, in_mail: bool) -> str:
    return titled(_("%(name)s has a comment: %(title)s"), notification, in_mail=in_mail)


def _stuck_subject(notification: Notification, *, in_mail: bool) -> str:
    return titled(_("%(name)s is stuck: %(title)s"), notification, in_mail=in_mail)


def _done_subject(notification: Notification, *, in_mail: bool) -> str:
    return titled(_("Done: %(title)s"), notification, in_mail=in_mail)


def task_context(delivery: Delivery) -> dict[str, Any]:
    """The button of a mail to the one who must act: a personal link when one may act from the mail.

    Called when the mail is sent. Work that is confidential, has its own page, or is no longer this
    person's, gets a plain link that asks for sign-in.
    """
    notification = delivery.notification
    assignment = Assignment.objects.select_related("requested_by", "organisation").get(pk=notification.about_id)
    context: dict[str, Any] = {"why": _("You get this e-mail because you are responsible for the task.")}
    if assignment.is_confidential:
        return context | {"action_label": _("Sign in to see it")}
    source = sources.get(assignment.source_kind)
    context |= {
        "heading": mail_title(assignment),
        "details": source.facts(assignment),
        "due_on": assignment.due_on,
        "action_label": _("Open the task"),
    }
    if assignment.requested_by is not None:
        context["details"] = [*context["details"], (_("Asked for by"), assignment.requested_by.name)]
    recipient = notification.recipient
    if recipient is None or recipient.pk != assignment.assignee_id or assignment.state != State.OPEN:
        return context
    if not source.link_verbs:
        return context | {"action_url": absolute(source.url(assignment))}
    return context | {
        "action_url": personal_link(assignment, recipient),
        "action_label": _("Answer about the action") if assignment.kind == Kind.ACTION else _("Answer"),
        "action_note": _("You do not need to sign in. It takes a minute."),
        "personal_link": True,
        "asks": True,
    }


def escalated_context(delivery: Delivery) -> dict[str, Any]:
    """Why somebody who has nothing to do with the task hears of it."""
    return {"why": _("You get this e-mail because you answer for the work of others.")}


def _escalated_subject(notification: Notification, *, in_mail: bool) -> str:
    words = (
        _("Unanswered since %(date)s: %(title)s")
        if notification.parameters["unanswered"]
        else _("Overdue since %(date)s: %(title)s")
    )
    return words % {"date": day_of(notification.parameters["since"]), "title": title_of(notification, in_mail=in_mail)}


def _escalated_text(notification: Notification) -> str:
    known = notification.parameters
    # Older rows know less.
    if known.get("has_left"):
        return _("%(name)s has left. Pass the task on to somebody else.") % known
    if known.get("kind") == Kind.STATEMENT:
        if known.get("asked") == notification.recipient_id:
            return _("%(name)s has not given a statement. You may decide the plan without it, and write why.") % known
        return _("%(name)s has not given a statement. Ask whether help is needed.") % known
    if known.get("kind") == Kind.REPLY:
        return _("%(name)s has not replied to the disagreement yet, and has been told that you know.") % known
    return _("%(name)s is responsible, and has been told that you know. Ask what is needed.") % known


def _escalated_about_text(notification: Notification) -> str:
    known = notification.parameters
    if known.get("kind") == Kind.STATEMENT:
        return _("We have told %(to)s. The plan may be decided without your statement.") % known
    return _("We have told %(to)s, so that you can get help. Say how it is going.") % known


def _digest_subject(notification: Notification) -> str:
    count = len(notification.parameters["tasks"])
    if not count:
        return _news_subject(notification.parameters["news"])
    return ngettext("%(count)d task needs you", "%(count)d tasks need you", count) % {"count": count}


def _news_subject(news: list[dict[str, Any]]) -> str:
    """A mail without tasks is sent for what is new in something that its reader follows."""
    if len(news) > 1:
        return ngettext("News in %(count)d of your views", "News in %(count)d of your views", len(news)) % {
            "count": len(news)
        }
    (only,) = news
    return _("%(news)s in “%(name)s”") % {"news": in_numbers(only["came"], only["closed"]), "name": only["name"]}


def _digest_text(notification: Notification) -> str:
    if not notification.parameters["tasks"]:
        return _("Since you were told last.")
    late = notification.parameters["overdue"]
    if not late:
        return _("Nothing is late. This is what comes next.")
    return ngettext(
        "%(count)d is past its due date. Say how it is going.",
        "%(count)d are past their due dates. Say how it is going.",
        late,
    ) % {"count": late}


def digest_context(delivery: Delivery) -> dict[str, Any]:
    """The lines of a routine mail as things stand when it is sent, what matters most first.

    Raises:
        NothingToSay: when all of it has been done, or given to others.
    """
    notification = delivery.notification
    reader = notification.recipient
    tasks = (
        Assignment.objects.filter(pk__in=notification.parameters["tasks"], state=State.OPEN)
        .select_related("organisation", "assignee__unit", "requested_by", "offer__group", "offer__unit")
        .order_by("-is_critical", "due_on", "id")
    )
    line = Line(timezone.localdate())
    free = set(free_for(reader).values_list("pk", flat=True))
    lines = [
        _line(task, reader)
        for task in tasks
        if reader.pk == task.assignee_id or task.pk in free or reader == line.owner(task)
    ]
    news = news_for(reader)
    if not lines and not news:
        raise NothingToSay
    # An SMS has room for one way in: the first task that can be answered without signing in.
    way_in = next((line["url"] for line in lines if line["is_personal"]), None)
    return {
        "lines": lines,
        "news": news,
        "base_url": absolute(""),
        "short_url": way_in,
        **_digest_way_in(notification, has_tasks=bool(lines)),
        "settings_url": absolute(reverse("notifications:preferences", args=[notification.organisation.slug])),
        "personal_link": any(line["is_personal"] for line in lines),
        "why": _("You get this e-mail because you are responsible for these tasks.")
        if lines
        else _("You get this e-mail because you follow a view."),
    }


def _digest_way_in(notification: Notification, *, has_tasks: bool) -> dict[str, str]:
    if has_tasks or not notification.parameters.get("path"):
        tasks = reverse("assignments:list", args=[notification.organisation.slug])
        return {"action_url": absolute(tasks), "action_label": _("See all my tasks")}
    return {"action_url": absolute(notification.parameters["path"]), "action_label": _("See the view")}


def _line(task: Assignment, reader: Employee) -> dict[str, Any]:
    source = sources.get(task.source_kind)
    offer = task.open_offer
    is_mine = task.assignee_id == reader.pk or (offer is not None and pool.may_take(reader, task))
    is_personal = not task.is_confidential and bool(source.link_verbs) and is_mine
    plain = absolute(reverse("assignments:detail", args=[task.organisation.slug, task.pk]))
    return {
        "title": _("a task that you must sign in to see") if task.is_confidential else mail_title(task),
        "due_on": task.due_on,
        "is_overdue": task.is_overdue,
        "on_behalf_of": "" if is_mine else task.assignee.name,
        "free_to": offer.name if offer is not None and is_mine else "",
        "has_left": task.assignee.has_left(),
        "is_personal": is_personal,
        "url": personal_link(task, reader) if is_personal else plain,
        "label": _answer_label(is_personal=is_personal, is_free=offer is not None),
    }


def _answer_label(*, is_personal: bool, is_free: bool) -> str:
    if not is_personal:
        return _("Sign in to see it")
    return _("See it and take it") if is_free else _("Answer")


register(
    MessageType(
        key="assignments.digest",
        kind=MessageKind.REMINDER,
        icon="check-square",
        subject=_digest_subject,
        text=_digest_text,
        url=lambda n: n.parameters.get("path") or reverse("assignments:list", args=[n.organisation.slug]),
        template="assignments/email/digest",
        context=digest_context,
        urgency=Urgency.ROUTINE,
    )
)
register_titled(
    key="assignments.reminder",
    kind=MessageKind.REMINDER,
    icon="clock",
    subject=_due,
    text=lambda n: _("This cannot wait. Say how it is going."),
    template=LINK_TEMPLATE,
    context=task_context,
    urgency=Urgency.CRITICAL,
)
register_titled(
    key="assignments.escalated",
    kind=MessageKind.REMINDER,
    icon="bell",
    subject=_escalated_subject,
    text=_escalated_text,
    context=escalated_context,
    urgency=Urgency.CRITICAL,
)
register_titled(
    key="assignments.escalated_about",
    kind=MessageKind.REMINDER,
    icon="bell",
    subject=_escalated_subject,
    text=_escalated_about_text,
    template=LINK_TEMPLATE,
    context=task_context,
    urgency=Urgency.CRITICAL,
)
register_titled(
    key="assignments.assigned",
    kind=MessageKind.TASK,
    icon="check-square",
    subject=_due,
    text=_assigned_text,
    template=LINK_TEMPLATE,
    context=task_context,
)
register_titled(
    key="assignments.handed_back",
    kind=MessageKind.TASK,
    icon="undo",
    subject=_due,
    text=_handed_back_text,
    template=LINK_TEMPLATE,
    context=task_context,
)
register_titled(
    key="assignments.stuck",
    kind=MessageKind.TASK,
    icon="help",
    subject=_stuck_subject,
    text=lambda n: _("See what is missing, and help."),
)
register_titled(
    key="assignments.comment",
    icon="comment",
    subject=_comment_subject,
    text=lambda n: _("Open the task to read it."),
)
register_titled(
    key="assignments.completed",
    kind=MessageKind.TASK,
    icon="check",
    subject=_done_subject,
    text=lambda n: _("%(name)s has done it.") % n.parameters,
)
