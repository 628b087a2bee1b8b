"""Messages about plans."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from hms.actions.enums import Opinion
from hms.notifications.models import Notification
from hms.notifications.types import MessageType, register


def _plan_url(notification: Notification) -> str:
    return reverse("actions:plan", args=[notification.organisation.slug, notification.about_id])


def _statement_subject(notification: Notification) -> str:
    values: dict[str, Any] = notification.parameters
    return {
        Opinion.APPROVE: _("%(name)s approves the plan for %(case)s"),
        Opinion.REQUEST_CHANGES: _("%(name)s asks for a change in the plan for %(case)s"),
        Opinion.DISAGREE: _("%(name)s disagrees with the plan for %(case)s"),
    }[values["opinion"]] % values


def _statement_text(notification: Notification) -> str:
    return {
        Opinion.APPROVE: _("You can decide the plan now."),
        Opinion.REQUEST_CHANGES: _("See what is asked for, change the plan and send it again."),
        Opinion.DISAGREE: _("Reply to the safety representative before you decide the plan."),
    }[notification.parameters["opinion"]]


register(
    MessageType(
        key="actions.statement_given",
        icon="shield",
        subject=_statement_subject,
        text=_statement_text,
        url=_plan_url,
        template=None,
        context=None,
    )
)
register(
    MessageType(
        key="actions.disagreement",
        icon="shield",
        subject=lambda n: _("%(name)s disagrees with the plan for %(case)s") % n.parameters,
        text=lambda n: _("The employer must reply before the plan is decided."),
        url=_plan_url,
        template=None,
        context=None,
    )
)
register(
    MessageType(
        key="actions.disagreement_committee",
        icon="shield",
        subject=lambda n: _("%(name)s disagrees with the plan for %(case)s") % n.parameters,
        text=lambda n: _("You are told as a member of the committee. Take it up in the next meeting."),
        url=lambda n: reverse("notifications:inbox", args=[n.organisation.slug]),
    )
)
register(
    MessageType(
        key="actions.reply_given",
        icon="shield",
        subject=lambda n: _("%(name)s has replied about the plan for %(case)s") % n.parameters,
        text=lambda n: _("Read the reply to your disagreement."),
        url=_plan_url,
        template=None,
        context=None,
    )
)
