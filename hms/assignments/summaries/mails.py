"""The summaries as messages. The row holds ids and numbers; what it says is looked up when it is sent or opened."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hms.assignments.enums import SummaryKind
from hms.assignments.summaries.content import Summary
from hms.assignments.summaries.periods import Month, Period, Week, parse
from hms.assignments.summaries.reading import leader_for, summary_of
from hms.assignments.summaries.sending import TYPE_OF
from hms.notifications.models import Delivery, Notification
from hms.notifications.rendering import absolute
from hms.notifications.types import MessageType, NothingToSay, register

TEMPLATE = "assignments/email/summary"


def _period(notification: Notification) -> Period:
    return parse(notification.parameters["period"])


def _url(notification: Notification) -> str:
    address = reverse("assignments:summary", args=[notification.organisation.slug, notification.parameters["period"]])
    leader = notification.parameters.get("leader")
    return f"{address}?for={leader}" if leader else address


def _week_subject(week: Week, overdue: int) -> str:
    if not overdue:
        return _("%(week)s in your units") % {"week": week.title}
    return ngettext(
        "%(week)s: %(count)d task is overdue in your units",
        "%(week)s: %(count)d tasks are overdue in your units",
        overdue,
    ) % {"week": week.title, "count": overdue}


def _month_subject(month: Month) -> str:
    return _("HSE in %(month)s: the numbers, what waits, and what works") % {"month": month.word}


def _week_text(notification: Notification) -> str:
    if notification.parameters.get("leader"):
        return _("You get this because you stand in for somebody who is away.")
    return _("What is late, what comes, and what was done.")


def _month_text(notification: Notification) -> str:
    if notification.parameters.get("leader"):
        return _("You get this because you stand in for somebody who is away.")
    return _("The whole organisation, with three that need you and three to thank.")


def summary_context(delivery: Delivery) -> dict[str, Any]:
    """The summary as things stand when it is sent.

    Raises:
        NothingToSay: when there is nothing in it any more, or the recipient has no part in it now.
    """
    notification = delivery.notification
    reader, period = notification.recipient, _period(notification)
    leader = leader_for(reader, period.kind, notification.parameters.get("leader")) if reader else None
    if reader is None or leader is None:
        raise NothingToSay
    summary = summary_of(leader, reader, period, in_mail=True)
    if summary.is_empty:
        raise NothingToSay
    subject = _subject(summary)
    return {
        "subject": subject,
        "heading": subject,
        "paragraphs": [_lede(summary)],
        "preheader": _lede(summary),
        "summary": summary,
        "base_url": absolute(""),
        "action_label": _("See it in HMS"),
        "settings_url": absolute(reverse("notifications:preferences", args=[notification.organisation.slug])),
        "why": _why(summary),
    }


def _subject(summary: Summary) -> str:
    if isinstance(summary.period, Month):
        return _month_subject(summary.period)
    return _week_subject(summary.period, next((s.total for s in summary.sections if s.color == "danger"), 0))


def _lede(summary: Summary) -> str:
    if summary.reader.pk != summary.leader.pk:
        return _("For %(name)s, who is away: you are the deputy.") % {"name": summary.leader.name}
    if isinstance(summary.period, Month):
        return _("This is how it went, what needs you, and whom you can thank.")
    return _("This is what your units have before them from %(days)s.") % {"days": summary.period.days}


def _why(summary: Summary) -> str:
    if summary.reader.pk != summary.leader.pk:
        return _("You get this e-mail because you stand in for %(name)s.") % {"name": summary.leader.name}
    if isinstance(summary.period, Month):
        return _("You get this e-mail because you are a top leader.")
    return _("You get this e-mail because you lead a unit.")


register(
    MessageType(
        key=TYPE_OF[SummaryKind.WEEKLY],
        icon="chart",
        subject=lambda n: _week_subject(Week(_period(n).first), n.parameters["overdue"]),
        text=_week_text,
        url=_url,
        template=TEMPLATE,
        context=summary_context,
    )
)
register(
    MessageType(
        key=TYPE_OF[SummaryKind.MONTHLY],
        icon="chart",
        subject=lambda n: _month_subject(Month(_period(n).first)),
        text=_month_text,
        url=_url,
        template=TEMPLATE,
        context=summary_context,
    )
)
