"""How the log speaks of assignments, and who may see the pictures that show a task is done."""

from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hms.assignments import selectors
from hms.assignments.arming import rearm
from hms.assignments.leaving import count_open, hand_over
from hms.assignments.models import Assignment, ExtensionRequest, Note
from hms.audit import verbs
from hms.audit.models import Event
from hms.audit.verbs import Verb
from hms.files import sources as file_sources
from hms.files.models import Attachment
from hms.organisations import leaving
from hms.organisations.calendar import calendar_changed
from hms.organisations.models import Employee


def _may_see_file(employee: Employee | None, attachment: Attachment, request: HttpRequest) -> bool:
    """Whoever may see the assignment, or the case that it belongs to."""
    if employee is None:
        return False
    assignment = Assignment.objects.filter(pk=attachment.owner_id).first()
    return assignment is not None and selectors.may_know(employee, assignment)


@receiver(calendar_changed, dispatch_uid="assignments.calendar_changed")
def move_next_steps(sender: Any, **kwargs: Any) -> None:
    """Working days are others now: so are the mornings of the steps."""
    rearm()


leaving.register(count_open, hand_over)
file_sources.register(Assignment._meta.label_lower, _may_see_file)


def _comment(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(Assignment.objects.all(), "comment", {event.pk: event.object_id for event in events})


def _note(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(Note.objects.all(), "text", _named(events, "note"))


def _reason(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(ExtensionRequest.objects.all(), "reason", _named(events, "extension"))


def _named(events: list[Event], key: str) -> dict[int, int]:
    return {event.pk: event.data[key] for event in events if event.data.get(key)}


verbs.register(
    {
        "assignment.escalated": Verb(_("More people were told that this waits: %(title)s"), "bell", "warning"),
        "assignment.offered": Verb(_("%(name)s offered to %(group)s: %(title)s"), "people", "", _note),
        "assignment.taken": Verb(_("%(name)s took: %(title)s"), "check-square"),
        "assignment.given_back": Verb(_("%(name)s gave back to %(group)s: %(title)s"), "undo", "warning", _note),
        "assignment.helper_added": Verb(_("%(name)s asked for help with: %(title)s"), "people"),
        "assignment.commented": Verb(_("%(name)s said something about: %(title)s"), "comment", "", _note),
        "assignment.started": Verb(_("%(name)s set going: %(title)s"), "arrow-right"),
        "assignment.completed": Verb(_("%(name)s has done: %(title)s"), "check", "success", _comment),
        "assignment.cancelled": Verb(_("%(name)s called off: %(title)s"), "close"),
        "assignment.reopened": Verb(_("%(name)s opened again: %(title)s"), "undo", "warning"),
        "assignment.handed_over": Verb(_("%(name)s passed on: %(title)s"), "swap", "", _note),
        "assignment.handed_back": Verb(_("%(name)s gave back: %(title)s"), "undo", "warning", _note),
        "assignment.due_date_changed": Verb(_("%(name)s moved the due date: %(title)s"), "calendar", "", _note),
        "assignment.extension_requested": Verb(_("%(name)s asked for more time: %(title)s"), "clock", "", _reason),
        "extension.granted": Verb(_("%(name)s said yes to more time: %(title)s"), "check"),
        "extension.declined": Verb(_("%(name)s said no to more time: %(title)s"), "close"),
        "assignment.requester_changed": Verb(_("Somebody else answers for it now: %(title)s"), "swap"),
        "assignment.stuck": Verb(_("%(name)s is stuck: %(title)s"), "help", "warning", _note),
    }
)
