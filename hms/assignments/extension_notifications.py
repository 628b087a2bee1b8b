"""Messages about more time."""

from django.urls import reverse
from django.utils.translation import gettext as _

from hms.assignments.messages import LINK_TEMPLATE, day_of, register_titled, title_of, titled
from hms.assignments.notifications import task_context
from hms.notifications.enums import MessageKind
from hms.notifications.models import Notification


def _decision_page(notification: Notification) -> str:
    return reverse("assignments:extension", args=[notification.organisation.slug, notification.about_id])


def _decided_subject(notification: Notification, *, in_mail: bool) -> str:
    words = (
        _("New due date %(date)s: %(title)s")
        if notification.parameters["granted"]
        else _("The due date is still %(date)s: %(title)s")
    )
    return words % {"date": day_of(notification.parameters["due_on"]), "title": title_of(notification, in_mail=in_mail)}


def _decided_text(notification: Notification) -> str:
    if notification.parameters["granted"]:
        return _("%(name)s said yes to more time.") % notification.parameters
    return _("%(name)s could not give you more time. Say so if you are stuck.") % notification.parameters


def _requested_subject(notification: Notification, *, in_mail: bool) -> str:
    return titled(_("%(name)s asks for more time: %(title)s"), notification, in_mail=in_mail)


def _requested_text(notification: Notification) -> str:
    wants = _("Wants to move the due date to %(date)s. Say yes or no.") % {
        "date": day_of(notification.parameters["new_due_on"])
    }
    if not notification.parameters.get("as_manager"):
        return wants
    return wants + " " + _("More time was given before, so now the manager answers.")


def _moved_subject(notification: Notification, *, in_mail: bool) -> str:
    return _("New due date %(date)s: %(title)s") % {
        "date": day_of(notification.parameters["due_on"]),
        "title": title_of(notification, in_mail=in_mail),
    }


register_titled(
    key="assignments.extension_decided",
    kind=MessageKind.TASK,
    icon="calendar",
    subject=_decided_subject,
    text=_decided_text,
    template=LINK_TEMPLATE,
    context=task_context,
)
register_titled(
    key="assignments.extension_requested",
    kind=MessageKind.TASK,
    icon="clock",
    subject=_requested_subject,
    text=_requested_text,
    url=_decision_page,
)
register_titled(
    key="assignments.extension_granted",
    icon="calendar",
    subject=_moved_subject,
    text=lambda n: _("%(name)s said yes to more time. You are told because you asked for the work.") % n.parameters,
)
