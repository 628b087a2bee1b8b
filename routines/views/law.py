"""The law register and the eight points of internkontrollforskriften § 5."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations.access import access, may, require
from routines import services
from routines.forms import AdoptLawsForm, CheckForm, PointForm, ReasonForm, RequirementForm
from routines.models import Requirement
from routines.selectors import law
from routines.views.common import form_view


def _requirement(request: HttpRequest, pk: int, permission: str) -> Requirement:
    return access(request, Requirement, permission, related=("owner", "checked_by", "task__assignee"), pk=pk)


def _url(request: HttpRequest, name: str, *more: object) -> str:
    return reverse(f"routines:{name}", args=[request.organisation.slug, *more])


def _crumbs(request: HttpRequest, *more: tuple[Any, str | None]) -> list[tuple[Any, str | None]]:
    return [(_("Handbook"), _url(request, "handbook")), *more]


@require_safe
def register(request: HttpRequest, organisation: str) -> HttpResponse:
    """Which rules apply, where they are met, who answers for each, and when it was checked."""
    require(request, "routines.view_law")
    rows = [(requirement, law.is_met(requirement)) for requirement in law.register()]
    may_keep = may(request.employee, "routines.keep_law")
    context = {
        "rows": rows,
        "unmet": sum(not met for _requirement, met in rows),
        "today": timezone.localdate(),
        "set_aside": law.set_aside(),
        "may_keep": may_keep,
        "has_starters": may_keep and bool(law.starters_left()),
        "crumbs": _crumbs(request, (_("Law register"), None)),
    }
    return render(request, "routines/law/register.html", context)


@require_safe
def show(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """One rule."""
    requirement = _requirement(request, pk, "routines.view_law")
    me = request.employee
    context = {
        "requirement": requirement,
        "routines": law.linked_routines(requirement),
        "timeline": law.law_timeline(requirement),
        "may_keep": may(me, "routines.keep_law"),
        "may_check": requirement.set_aside_at is None and may(me, "routines.check_law", requirement),
        "crumbs": _crumbs(request, (_("Law register"), _url(request, "law_register")), (requirement.name, None)),
    }
    return render(request, "routines/law/requirement.html", context)


@form_view
def add(request: HttpRequest, organisation: str) -> HttpResponse:
    """A rule of one's own trade."""
    require(request, "routines.keep_law")
    form = RequirementForm(request.POST if request.method == "POST" else None, initial={"owner": request.employee.pk})

    def save(data: dict[str, Any]) -> None:
        routines = data.pop("linked")
        services.add_requirement(by=request.employee, routines=routines, **data)

    return form_page(
        request, form, save=save, title=_("Add a rule"), submit=_("Add it"), back_url=_url(request, "law_register"),
        lede=_("Say in your own words what it asks of you. The text of the law stands where the law is published."),
        done=_("Added."),
    )  # fmt: skip


@form_view
def adopt(request: HttpRequest, organisation: str) -> HttpResponse:
    """Rules of the starter list: tick those that apply, and adapt them afterwards."""
    require(request, "routines.keep_law")
    starters = law.starters_left()
    form = AdoptLawsForm(request.POST if request.method == "POST" else None, starters=starters, by=request.employee)
    return form_page(
        request,
        form,
        save=lambda data: services.adopt_laws(data["codes"], by=request.employee, owner=data["owner"]),
        title=_("Rules that apply to most"),
        lede=_("In short, and in our words. Read the law itself before you rely on them. You can change every word."),
        submit=_("Take them into the register"),
        back_url=_url(request, "law_register"),
        done=_("Taken in. Say where each of them is met."),
    )


@form_view
def change(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """What the register says of a rule."""
    requirement = _requirement(request, pk, "routines.keep_law")
    form = RequirementForm(request.POST if request.method == "POST" else None, instance=requirement)

    def save(data: dict[str, Any]) -> None:
        routines = data.pop("linked")
        services.change_requirement(
            Requirement.objects.get(pk=pk), by=request.employee, routines=routines, **data
        )  # fmt: skip

    return form_page(
        request, form, save=save, title=_("Change the rule"), lede=requirement.name, submit=_("Save"),
        back_url=_url(request, "law_requirement", pk), done=_("Saved."),
    )  # fmt: skip


@form_view
def check(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Say that one has seen that the rule is followed."""
    requirement = _requirement(request, pk, "routines.check_law")
    form = CheckForm(request.POST if request.method == "POST" else None)
    return form_page(
        request,
        form,
        save=lambda data: services.check(requirement, by=request.employee, comment=data["comment"]),
        title=_("Do we follow %(rule)s?") % {"rule": requirement.name},
        lede=_("Read the rule as it stands today, and see that the routines say the same and are used."),
        submit=_("Yes, we follow it"),
        back_url=_url(request, "law_requirement", pk),
        done=_("Noted. You are asked again when it is time."),
    )


@form_view
def set_aside(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """The rule does not apply to us."""
    requirement = _requirement(request, pk, "routines.keep_law")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    return form_page(
        request,
        form,
        save=lambda data: services.set_aside(requirement, by=request.employee, reason=data["reason"]),
        title=_("%(rule)s does not apply to us") % {"rule": requirement.name},
        lede=_("It stays at the foot of the register with your reason, and nobody is asked to check it."),
        submit=_("It does not apply"),
        back_url=_url(request, "law_register"),
        done=_("Noted."),
    )


@require_POST
def take_up(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """It applies to us after all."""
    requirement = _requirement(request, pk, "routines.keep_law")
    services.take_up(requirement, by=request.employee)
    messages.success(request, _("It is in the register again."))
    return redirect_to(request, _url(request, "law_requirement", pk))


@require_safe
def points(request: HttpRequest, organisation: str) -> HttpResponse:
    """The eight points, what covers each, and what is missing."""
    require(request, "routines.view_law")
    rows = law.eight_points(organisation)
    context = {
        "points": rows,
        "covered": sum(point.is_covered for point in rows),
        "may_keep": may(request.employee, "routines.keep_law"),
        "crumbs": _crumbs(request, (_("The eight points"), None)),
    }
    return render(request, "routines/law/points.html", context)


@form_view
def point(request: HttpRequest, organisation: str, nr: int) -> HttpResponse:
    """Say what covers a point."""
    require(request, "routines.keep_law")
    asked = next((one for one in law.ASKED if one.number == nr), None)
    if asked is None:
        raise Http404
    form = PointForm(request.POST if request.method == "POST" else None, point=law.point_of(nr))
    return form_page(
        request,
        form,
        save=lambda data: services.cover_point(nr, by=request.employee, text=data["text"], routines=data["linked"]),
        title=_("What covers point %(number)d?") % {"number": nr},
        lede=asked.words,
        submit=_("Save"),
        back_url=_url(request, "points"),
        done=_("Saved."),
    )
