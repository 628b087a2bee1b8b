"""Who has read a routine: by unit, with a reminder, and a list on paper for those without accounts."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations.access import may
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.people import reach
from hms.reports.services import request_report
from routines import selectors, services
from routines.documents import READERS
from routines.errors import OtherVersion, TranslationBehind
from routines.forms import PaperForm
from routines.models import Routine
from routines.rules import sees_names
from routines.views.common import asked_language, crumbs, form_view, routine_of, url


@require_safe
def overview(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """How far each unit has come; names for those who lead the unit or answer for the routine."""
    routine = routine_of(request, slug, "routines.follow_reading")
    me = request.employee
    units = selectors.progress(routine)
    for unit in units:
        unit.names = sees_names(me, routine, unit.unit.pk)
    total, confirmed = sum(unit.total for unit in units), sum(unit.confirmed for unit in units)
    context = {
        "routine": routine,
        "units": units,
        "total": total,
        "confirmed": confirmed,
        "percent": 100 * confirmed // total if total else 100,
        "columns": [_("Unit"), _("Have confirmed"), _("Too late"), _("Have not")],
        "sheets": [one for one in selectors.standings_of(routine) if not one.matters],
        "needed": selectors.needed_version(routine),
        "may_chase": may(me, "routines.chase", routine) and any(unit.names and unit.waiting for unit in units),
        "crumbs": crumbs(request, routine, (_("Who has read it"), None)),
    }
    return render(request, "routines/readers.html", context)


def _scope(me: Employee, routine: Routine) -> list[int] | None:
    """Whose people somebody reminds: all, or those of the units they lead."""
    if routine.owner_id == me.pk or reach(me).has(Role.HSE_MANAGER):
        return None
    return sorted(reach(me).managed_unit_ids)


@require_POST
def chase(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Remind those who have not read it: everybody one may, or those of one unit. A worker writes the messages."""
    routine = routine_of(request, slug, "routines.chase")
    units = _scope(request.employee, routine)
    chosen = request.POST.get("unit", "")
    if chosen.isdecimal() and len(chosen) < 19:
        if not sees_names(request.employee, routine, int(chosen)):
            raise PermissionDenied
        units = [int(chosen)]
    if services.chase(routine, by=request.employee, units=units):
        messages.success(request, _("They are reminded. Nobody hears of it more than once a day."))
    else:
        messages.info(request, _("Nobody waits to be reminded."))
    return redirect_to(request, url(request, "readers", routine))


@require_POST
def sheet(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Ask for the list to sign, and lead on to where it is waited for."""
    routine = routine_of(request, slug, "routines.chase")
    parameters: dict[str, Any] = {"routine": routine.pk, "slug": routine.slug, "language": asked_language(request)}
    job = request_report(READERS, by=request.employee, parameters=parameters)
    return redirect_to(request, "reports:show", organisation, job.pk)


@form_view
def on_paper(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Write down who has signed the printed list."""
    routine = routine_of(request, slug, "routines.chase")
    me = request.employee
    people = [
        waiting.employee
        for unit in selectors.progress(routine)
        if sees_names(me, routine, unit.unit.pk)
        for waiting in unit.waiting
    ]
    number = routine.current.number if routine.current else 1
    standings = [one for one in selectors.standings_of(routine) if not one.matters]
    form = PaperForm(
        request.POST if request.method == "POST" else None, people=people, version=number, standings=standings
    )

    def save(data: dict[str, Any]) -> None:
        try:
            for person in data["people"]:
                services.confirm(routine, person, via="paper", by=me, **form.read())
        except (OtherVersion, TranslationBehind):
            form.add_error(None, _("Another version is in force now than the one on the list."))

    return form_page(
        request,
        form,
        save=save,
        title=_("Signed on paper"),
        lede=_("Version %(number)d of “%(title)s”. Keep the list; here is written who has signed it.")
        % {"number": number, "title": routine.title},
        submit=_("Write them down"),
        back_url=url(request, "readers", routine),
        done=_("Written down."),
    )
