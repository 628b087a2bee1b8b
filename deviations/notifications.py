"""Messages about cases. None carries case content; the case number is all that leaves the house."""

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hms.notifications.models import Notification
from hms.notifications.types import MessageType, register

Words = Callable[[Notification], str]


def _case_url(notification: Notification) -> str:
    slug = notification.organisation.slug
    if notification.recipient_id is None:
        # Somebody without sign-in follows the case with the receipt code.
        return reverse("deviations:follow", args=[slug])
    return reverse("deviations:detail", args=[slug, notification.parameters["case"]])


def _list_url(notification: Notification) -> str:
    return reverse("deviations:list", args=[notification.organisation.slug])


def _rate_url(notification: Notification) -> str:
    """Where the answer stands with «did it help?» below; for somebody without sign-in that is the case itself."""
    if notification.recipient_id is None:
        return _case_url(notification)
    return reverse("deviations:rate", args=[notification.organisation.slug, notification.parameters["case"]])


def _example_url(notification: Notification) -> str:
    if notification.recipient_id is None:
        return _case_url(notification)
    return reverse("deviations:example", args=[notification.organisation.slug, notification.parameters["example"]])


def _register(key: str, icon: str, subject: Words, text: Words, url: Words = _case_url) -> None:
    register(
        MessageType(
            key=f"deviations.{key}",
            icon=icon,
            subject=subject,
            text=text,
            url=url,
            template=None,
            context=None,
        )
    )


_register(
    "reported",
    "flag",
    lambda n: _("New deviation in your safety area: %(case)s") % n.parameters,
    lambda n: _("You are told as safety representative. The manager has the case."),
)
_register(
    "suggested",
    "star",
    lambda n: _("New suggestion in your safety area: %(case)s") % n.parameters,
    lambda n: _("You are told as safety representative. The manager has it."),
)
_register(
    "receipt",
    "check",
    lambda n: _("We have received your report: %(case)s") % n.parameters,
    lambda n: _("Thank you for speaking up. You will hear from us."),
)
_register(
    "received",
    "person",
    lambda n: _("%(name)s has taken your report %(case)s") % n.parameters,
    lambda n: _("You will get an answer when it is assessed."),
)
_register(
    "answered",
    "comment",
    lambda n: _("%(name)s has written to you about %(case)s") % n.parameters,
    lambda n: _("Open the case to read the message."),
)
_register(
    "comment_to_reporter",
    "comment",
    lambda n: _("%(name)s has a comment for you on %(case)s") % n.parameters,
    lambda n: _("Open the case to read and answer."),
)
_register(
    "comment",
    "comment",
    lambda n: _("New comment on %(case)s") % n.parameters,
    lambda n: _("Open the case to read it."),
)
_register(
    "closed",
    "check",
    lambda n: _("Here is what came of your report %(case)s") % n.parameters,
    lambda n: _("Read the answer, and say whether it helped. Not solved? You can reopen the case within 30 days."),
    _rate_url,
)
_register(
    "reopened",
    "flag",
    lambda n: _("Reopened: %(case)s") % n.parameters,
    lambda n: _("The case is back with you. Read why, and decide what to do."),
)
_register(
    "plan_completed",
    "check",
    lambda n: _("All actions for %(case)s are done") % n.parameters,
    lambda n: _("You can answer the reporter and close the case."),
)
_register(
    "other_handler",
    "person",
    lambda n: _("%(name)s has %(case)s now and does not know who you are") % n.parameters,
    lambda n: _("Open the case if you want to let the new handler know. You need not."),
)
_register(
    "whistleblowing_received",
    "shield",
    lambda n: _("A case that only you and the other receivers may open: %(case)s") % n.parameters,
    lambda n: _("Sign in to read it. Speak to nobody who does not need to know."),
)
_register(
    "whistleblowing",
    "shield",
    lambda n: _("There is news of your report %(case)s") % n.parameters,
    lambda n: _("Open the case to read who has it now, and how you are protected."),
)
_register(
    "not_whistleblowing",
    "flag",
    lambda n: _("There is news of your report %(case)s") % n.parameters,
    lambda n: _("Open the case to read how it is handled from now on."),
)
_register(
    "many_at_once",
    "flag",
    lambda n: _("Many reports from one place at once"),
    lambda n: _("No e-mail is sent for each of them. You find them all among the deviations."),
    _list_url,
)
_register(
    "rated",
    "star",
    lambda n: _("The reporter has said whether it helped: %(case)s") % n.parameters,
    lambda n: _("Open the case to read it."),
)
_register(
    "consent_asked",
    "star",
    lambda n: _("May we share what came of %(case)s as a good example?") % n.parameters,
    lambda n: _("%(name)s asks. No names are in it, and it is all right to say no.") % n.parameters,
    _example_url,
)
_register(
    "consent_answered",
    "star",
    lambda n: _("The reporter has answered about the good example from %(case)s") % n.parameters,
    lambda n: _("Open the case to see what was said."),
)
_register(
    "example_published",
    "star",
    lambda n: _("What you reported has become a good example: %(case)s") % n.parameters,
    lambda n: _("Thank you for speaking up. You may take it back whenever you want."),
    _example_url,
)


def _hearing_url(notification: Notification) -> str:
    return _case_url(notification) + "#hearings"


def _bulk_url(notification: Notification) -> str:
    return reverse("assignments:list", args=[notification.organisation.slug])


_register(
    "rejected",
    "close",
    lambda n: _("Your report %(case)s is answered") % n.parameters,
    lambda n: _(
        "It was not taken on as a deviation. Read why. Do you disagree? You can reopen the case within 30 days."
    ),
)
_register(
    "withdrawn",
    "undo",
    lambda n: _("Your report %(case)s is withdrawn") % n.parameters,
    lambda n: _("%(name)s has withdrawn it. Read why. You can open the case again within 30 days.") % n.parameters,
)
_register(
    "withdrawn_by",
    "undo",
    lambda n: _("Withdrawn: %(case)s") % n.parameters,
    lambda n: _("It is taken back. Open the case to read why."),
)
_register(
    "merged",
    "link",
    lambda n: _("Your report %(case)s is handled together with another") % n.parameters,
    lambda n: _("Somebody else told of the same. You follow it where you did before, and get the answer there."),
)
_register(
    "taken_out",
    "undo",
    lambda n: _("Your report %(case)s is handled by itself again") % n.parameters,
    lambda n: _("It turned out not to be the same. You follow it where you did before."),
)
_register(
    "moved",
    "swap",
    lambda n: _("Your report %(case)s is moved to another unit") % n.parameters,
    lambda n: _("Open the case to read why, and who has it now."),
)
_register(
    "moved_here",
    "flag",
    lambda n: _("A case is moved to your safety area: %(case)s") % n.parameters,
    lambda n: _("You are told as safety representative. The manager has the case."),
)
_register(
    "split",
    "plus",
    lambda n: _("Part of your report %(origin)s is a case of its own: %(case)s") % n.parameters,
    lambda n: _("You follow both, and get an answer to each."),
)
_register(
    "view_given",
    "comment",
    lambda n: _("%(name)s has answered about %(case)s") % n.parameters,
    lambda n: _("Open the case to read it."),
    _hearing_url,
)
_register(
    "work_stopped",
    "warning",
    lambda n: _("Dangerous work is stopped: %(case)s") % n.parameters,
    lambda n: _("%(name)s has stopped it as safety representative. Talk together at once.") % n.parameters,
)
_register(
    "work_resumed",
    "check",
    lambda n: _("The work may go on: %(case)s") % n.parameters,
    lambda n: _("%(name)s has lifted the stop. Open the case to read why.") % n.parameters,
)
_register(
    "given_many",
    "person",
    lambda n: (
        ngettext(
            "%(name)s has given you %(count)d case", "%(name)s has given you %(count)d cases", n.parameters["count"]
        )
        % n.parameters
    ),
    lambda n: _("You find them among your tasks."),
    _bulk_url,
)
