"""Messages about work that is offered to many, and to those who help."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from hms.assignments import pool, sources
from hms.assignments.messages import (
    LINK_TEMPLATE,
    day_of,
    mail_title,
    parameters,
    personal_link,
    register_titled,
    title_of,
    titled,
)
from hms.assignments.models import Assignment
from hms.core.ui.dates import long_date
from hms.notifications.models import Delivery, Notification
from hms.notifications.rendering import absolute
from hms.notifications.services import Told
from hms.notifications.types import NothingToSay
from hms.organisations.models import Employee


def untaken_of(assignment: Assignment, to: Employee) -> Told:
    """The message to the one who answers for what nobody has taken; once for each time that it is offered."""
    offer = assignment.offer
    facts = parameters(assignment, by=None, group=offer.name)
    return Told(to, assignment, f"{assignment.pk}:untaken:{offer.offered_at.isoformat()}", facts)


def offer_context(delivery: Delivery) -> dict[str, Any]:
    """The mail to one of many who may take it, or to the one who answers for it until somebody does.

    Raises:
        NothingToSay: when it is taken or ended by now, or no longer theirs to take.
    """
    notification = delivery.notification
    recipient = notification.recipient
    assignment = Assignment.objects.select_related("requested_by", "organisation", "offer__group", "offer__unit").get(
        pk=notification.about_id
    )
    if recipient is None or not pool.may_take(recipient, assignment):
        raise NothingToSay
    source = sources.get(assignment.source_kind)
    details = [*source.facts(assignment), (_("Due date"), long_date(assignment.due_on))]
    if assignment.requested_by is not None:
        details.append((_("Asked for by"), assignment.requested_by.name))
    group = {"group": assignment.offer.name}
    is_answerable = assignment.assignee_id == recipient.pk
    context = {
        "heading": mail_title(assignment),
        "details": details,
        "why": _("You get this e-mail because you answer for it until somebody takes it.")
        if is_answerable
        else _("You get this e-mail because the task is offered to %(group)s.") % group,
        "action_label": _("See it and take it"),
    }
    if not source.link_verbs:
        return context | {"action_url": _detail_address(assignment)}
    return context | {
        "action_url": personal_link(assignment, recipient),
        "action_note": _("You do not need to sign in. Nobody has it before you say that you take it."),
        "personal_link": True,
    }


def _detail_address(assignment: Assignment) -> str:
    return absolute(reverse("assignments:detail", args=[assignment.organisation.slug, assignment.pk]))


def helper_context(delivery: Delivery) -> dict[str, Any]:
    """The mail to a helper: what it is about, unless it is confidential, and why."""
    assignment = Assignment.objects.get(pk=delivery.notification.about_id)
    context: dict[str, Any] = {"why": _("You get this e-mail because you are asked to help with a task.")}
    if assignment.is_confidential:
        return context | {"action_label": _("Sign in to see it")}
    facts = sources.get(assignment.source_kind).facts(assignment)
    return context | {
        "heading": mail_title(assignment),
        "details": [*facts, (_("Due date"), long_date(assignment.due_on))],
        "action_label": _("Open the task"),
    }


def _offered_subject(notification: Notification, *, in_mail: bool) -> str:
    return _("Who takes it? Due %(date)s: %(title)s") % {
        "date": day_of(notification.parameters["due_on"]),
        "title": title_of(notification, in_mail=in_mail),
    }


def _offered_text(notification: Notification) -> str:
    known = notification.parameters
    if known["is_back"]:
        return _("%(name)s had taken it and could not do it after all. Can you?") % known
    if known["name"]:
        return _("%(name)s asks %(group)s. The first to take it has it.") % known
    return _("%(group)s can take it. The first to do so has it.") % known


def _untaken_subject(notification: Notification, *, in_mail: bool) -> str:
    return titled(_("Nobody has taken it: %(title)s"), notification, in_mail=in_mail)


def _taken_subject(notification: Notification, *, in_mail: bool) -> str:
    return titled(_("%(name)s takes it: %(title)s"), notification, in_mail=in_mail)


def _helper_subject(notification: Notification, *, in_mail: bool) -> str:
    return titled(_("%(name)s asks you to help: %(title)s"), notification, in_mail=in_mail)


def _helper_commented_subject(notification: Notification, *, in_mail: bool) -> str:
    return titled(_("%(name)s has said something: %(title)s"), notification, in_mail=in_mail)


register_titled(
    key="assignments.offered",
    icon="people",
    subject=_offered_subject,
    text=_offered_text,
    template=LINK_TEMPLATE,
    context=offer_context,
)
register_titled(
    key="assignments.untaken",
    icon="people",
    subject=_untaken_subject,
    text=lambda n: (
        _("It is offered to %(group)s, and you answer for it meanwhile. Take it, or give it to somebody.")
        % n.parameters
    ),
    template=LINK_TEMPLATE,
    context=offer_context,
)
register_titled(
    key="assignments.taken",
    icon="check-square",
    subject=_taken_subject,
    text=lambda n: _("Now it has an owner. You need not do anything."),
)
register_titled(
    key="assignments.helper_added",
    icon="people",
    subject=_helper_subject,
    text=lambda n: _("%(responsible)s is still responsible. Look at the task and say what you know.") % n.parameters,
    context=helper_context,
)
register_titled(
    key="assignments.helper_commented",
    icon="comment",
    subject=_helper_commented_subject,
    text=lambda n: _("Open the task to read it."),
)
