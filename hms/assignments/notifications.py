"""Messages about assignments."""

import datetime
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from hms.assignments import sources
from hms.assignments.enums import Kind, State
from hms.assignments.links import create_link
from hms.assignments.models import Assignment
from hms.core.ui.dates import long_date
from hms.notifications.models import Delivery, Notification
from hms.notifications.rendering import absolute
from hms.notifications.types import MessageType, register
from hms.organisations.models import Employee

LINK_TEMPLATE = "assignments/email/task"


def parameters(assignment: Assignment, *, by: Employee | None, **more: Any) -> dict[str, Any]:
    """What a message's texts need: titles only when it is not confidential, and first names only."""
    return {
        "title": "" if assignment.is_confidential else assignment.title,
        "mail_title": "" if assignment.is_confidential else mail_title(assignment),
        "due_on": assignment.due_on.isoformat(),
        "name": by.given_name if by is not None else "",
        **more,
    }


def mail_title(assignment: Assignment) -> str:
    """What the work is called where case content must not go."""
    source = sources.get(assignment.source_kind)
    return source.mail_title(assignment) if source.mail_title else assignment.title


def _day(iso: str) -> str:
    return long_date(datetime.date.fromisoformat(iso))


def _title(notification: Notification, *, in_mail: bool) -> str:
    known = notification.parameters
    # Older rows have one title for both.
    title = known.get("mail_title", known["title"]) if in_mail else known["title"]
    return title or _("a task that you must sign in to see")


def _detail(notification: Notification) -> str:
    return reverse("assignments:detail", args=[notification.organisation.slug, notification.about_id])


def _decision_page(notification: Notification) -> str:
    return reverse("assignments:extension", args=[notification.organisation.slug, notification.about_id])


def _due(notification: Notification, *, in_mail: bool) -> str:
    return _("Due %(date)s: %(title)s") % {
        "date": _day(notification.parameters["due_on"]),
        "title": _title(notification, in_mail=in_mail),
    }


def _assigned_text(notification: Notification) -> str:
    if not notification.parameters["title"]:
        return _("Sign in to see what it is about.")
    if notification.parameters["name"]:
        return _("%(name)s asks you to do this.") % notification.parameters
    return _("You have been given this task.")


def _handed_back_text(notification: Notification) -> str:
    return _("%(name)s has given the task back, so now it is yours.") % notification.parameters


def _decided_subject(notification: Notification, *, in_mail: bool) -> str:
    words = (
        _("New due date %(date)s: %(title)s")
        if notification.parameters["granted"]
        else _("The due date is still %(date)s: %(title)s")
    )
    return words % {"date": _day(notification.parameters["due_on"]), "title": _title(notification, in_mail=in_mail)}


def _decided_text(notification: Notification) -> str:
    if notification.parameters["granted"]:
        return _("%(name)s said yes to more time.") % notification.parameters
    return _("%(name)s could not give you more time. Say so if you are stuck.") % notification.parameters


def _requested_subject(notification: Notification, *, in_mail: bool) -> str:
    return _with_title(_("%(name)s asks for more time: %(title)s"), notification, in_mail=in_mail)


def _stuck_subject(notification: Notification, *, in_mail: bool) -> str:
    return _with_title(_("%(name)s is stuck: %(title)s"), notification, in_mail=in_mail)


def _done_subject(notification: Notification, *, in_mail: bool) -> str:
    return _with_title(_("Done: %(title)s"), notification, in_mail=in_mail)


def _with_title(words: str, notification: Notification, *, in_mail: bool) -> str:
    return words % {**notification.parameters, "title": _title(notification, in_mail=in_mail)}


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
    token = create_link(assignment, to=recipient)
    return context | {
        "action_url": absolute(reverse("assignments:link", args=[notification.organisation.slug, token])),
        "action_label": _("Answer about the action") if assignment.kind == Kind.ACTION else _("Answer"),
        "action_note": _("You do not need to sign in. It takes a minute."),
        "personal_link": True,
        "asks": True,
    }


register(
    MessageType(
        key="assignments.assigned",
        icon="check-square",
        subject=partial(_due, in_mail=True),
        headline=partial(_due, in_mail=False),
        text=_assigned_text,
        url=_detail,
        template=LINK_TEMPLATE,
        context=task_context,
    )
)
register(
    MessageType(
        key="assignments.handed_back",
        icon="undo",
        subject=partial(_due, in_mail=True),
        headline=partial(_due, in_mail=False),
        text=_handed_back_text,
        url=_detail,
        template=LINK_TEMPLATE,
        context=task_context,
    )
)
register(
    MessageType(
        key="assignments.extension_decided",
        icon="calendar",
        subject=partial(_decided_subject, in_mail=True),
        headline=partial(_decided_subject, in_mail=False),
        text=_decided_text,
        url=_detail,
        template=LINK_TEMPLATE,
        context=task_context,
    )
)
register(
    MessageType(
        key="assignments.extension_requested",
        icon="clock",
        subject=partial(_requested_subject, in_mail=True),
        headline=partial(_requested_subject, in_mail=False),
        text=lambda n: (
            _("Wants to move the due date to %(date)s. Say yes or no.") % {"date": _day(n.parameters["new_due_on"])}
        ),
        url=_decision_page,
    )
)
register(
    MessageType(
        key="assignments.stuck",
        icon="help",
        subject=partial(_stuck_subject, in_mail=True),
        headline=partial(_stuck_subject, in_mail=False),
        text=lambda n: _("See what is missing, and help."),
        url=_detail,
    )
)
register(
    MessageType(
        key="assignments.completed",
        icon="check",
        subject=partial(_done_subject, in_mail=True),
        headline=partial(_done_subject, in_mail=False),
        text=lambda n: _("%(name)s has done it.") % n.parameters,
        url=_detail,
    )
)
