"""Sharing a routine with the organisations that belong under ours, and no longer."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hms.audit.transitions import InvalidTransition
from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations.affiliations import subsidiary_affiliations
from hms.organisations.naming import names_in
from routines import selectors, services
from routines.enums import State
from routines.forms import ShareForm
from routines.models import Draft, Routine
from routines.sharing import files_left_behind
from routines.views.common import form_view, routine_of, url


def sharing_of(routine: Routine) -> dict[str, Any]:
    """Whether a routine is shared, for the page of whoever keeps it."""
    below = subsidiary_affiliations().count()
    return {
        "editions": selectors.shared_editions_of(routine),
        "below": below,
        "may_share": bool(below) and routine.state == State.PUBLISHED,
    }


def names_for_others(text: str) -> list[str]:
    """Words of a text that are written like names, and are those of people who work here."""
    return [name for name in names_in(text) if name[:1].isupper()]


def warning_for(draft: Draft) -> str:
    """What whoever approves should know of a routine that is shared: others will read it, and whom it may name."""
    if not selectors.shared_editions_of(draft.routine):
        return ""
    said = _("The subsidiaries see this version too.")
    if names := names_for_others(f"{draft.title}\n{draft.text}"):
        said = f"{said} " + _("It may name people who work here: %(names)s.") % {"names": ", ".join(names)}
    return said


@form_view
def share(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """What goes along and what does not; then share it."""
    routine = routine_of(request, slug, "routines.keep")
    version = routine.current
    sharing = sharing_of(routine)
    if version is None or sharing["editions"] or not sharing["may_share"]:
        raise InvalidTransition(routine, routine.state, "share")
    # The translations that hold go along.
    texts = [version, *(standing.version for standing in selectors.standings_of(routine))]
    names = names_for_others("\n".join(f"{each.title}\n{each.text}" for each in texts))
    form = ShareForm(request.POST if request.method == "POST" else None, has_names=bool(names))
    return form_page(
        request,
        form,
        save=lambda data: services.share(routine, by=request.employee),
        title=_("Share “%(title)s” with the subsidiaries") % {"title": routine.title},
        lede=_("They can take it up, make it theirs, and are told when you publish a new version."),
        submit=_("Share it"),
        back_url=url(request, "detail", routine),
        done=_("It is shared now."),
        template="routines/share.html",
        context={"routine": routine, "names": names, "files": sum(files_left_behind(each.text) for each in texts)},
    )


@require_POST
def stop(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Share it no longer."""
    routine = routine_of(request, slug, "routines.keep")
    if services.stop_sharing(routine, by=request.employee):
        messages.success(request, _("It is no longer shared. What others have made of it is theirs."))
    return redirect_to(request, url(request, "detail", routine))
