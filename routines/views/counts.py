"""That a routine is opened: counted as a number, and shown to whoever keeps it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from routines import selectors, services
from routines.models import Routine
from routines.views.common import routine_of


@require_POST
def opened(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """The page has been before somebody's eyes for some seconds. Sent by a script; answers nothing."""
    note_opening(request, routine_of(request, slug, "routines.answer_to"))
    return HttpResponse(status=204)


def note_opening(request: HttpRequest, routine: Routine) -> None:
    """Count that this session has the routine open, or has done what nobody does without opening it."""
    services.count_opening(routine, by=request.employee, session=request.session.session_key or "")


def kept_context(routine: Routine) -> dict[str, Any]:
    """The numbers that whoever keeps a routine sees on its page."""
    return {
        "openings": selectors.openings(routine, timezone.localdate()),
        "understood": selectors.understood([routine.current_id]).get(routine.current_id),
    }
