"""What the messages about assignments share: their facts, their titles, their links."""

import datetime
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from django.urls import reverse
from django.utils.translation import gettext as _

from hms.assignments import sources
from hms.assignments.links import create_link
from hms.assignments.models import Assignment
from hms.core.ui.dates import long_date
from hms.notifications.models import Notification
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
        **({"critical": True} if assignment.is_critical else {}),
        "kind": assignment.kind,
        "asked": assignment.requested_by_id,
        "has_left": assignment.assignee.has_left(),
        **more,
    }


def mail_title(assignment: Assignment) -> str:
    """What the work is called where case content must not go."""
    source = sources.get(assignment.source_kind)
    return source.mail_title(assignment) if source.mail_title else assignment.title


def day_of(iso: str) -> str:
    """A date among a message's facts, in words."""
    return long_date(datetime.date.fromisoformat(iso))


def title_of(notification: Notification, *, in_mail: bool) -> str:
    """The work's title: what may stand in a mail, or what stands in HMS."""
    known = notification.parameters
    # Older rows have one title for both.
    title = known.get("mail_title", known["title"]) if in_mail else known["title"]
    return title or _("a task that you must sign in to see")


def detail_path(notification: Notification) -> str:
    """The path of the work's own page."""
    return reverse("assignments:detail", args=[notification.organisation.slug, notification.about_id])


def titled(words: str, notification: Notification, *, in_mail: bool) -> str:
    """Words with the title and the message's other facts put in."""
    return words % {**notification.parameters, "title": title_of(notification, in_mail=in_mail)}


def personal_link(assignment: Assignment, to: Employee) -> str:
    """The address of a new mail link; made when the mail is sent, so that nothing else ever holds the token."""
    token = create_link(assignment, to=to)
    return absolute(reverse("assignments:link", args=[assignment.organisation.slug, token]))


class Subject(Protocol):
    """A subject with the work's title: the one that may stand in a mail, or the one that stands in HMS."""

    def __call__(self, notification: Notification, *, in_mail: bool) -> str: ...


def register_titled(
    *,
    subject: Subject,
    url: Callable[[Notification], str] = detail_path,
    **more: Any,
) -> None:
    """Make a message known whose subject names the work; it leads to the work's page unless told otherwise.

    Args:
        subject: its words, in a mail and in HMS.
        url: where it leads.
        more: the other attributes of `MessageType`.
    """
    register(
        MessageType(subject=partial(subject, in_mail=True), headline=partial(subject, in_mail=False), url=url, **more)
    )
