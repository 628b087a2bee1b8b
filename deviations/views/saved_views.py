"""Saving views, and the page where they are kept in order."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deviations import filters, selectors, services
from deviations.forms import FollowForm, ViewForm
from deviations.models import SavedView, StartView, ViewSubscription
from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations.access import access, may

form_view = require_http_methods(["GET", "HEAD", "POST"])


def _overview(request: HttpRequest) -> str:
    return reverse("deviations:views", args=[request.organisation.slug])


@require_safe
def overview(request: HttpRequest, organisation: str) -> HttpResponse:
    """My views in their order, and those that are shared with me."""
    me = request.employee
    start = StartView.objects.filter(employee=me).values_list("view_id", flat=True).first()
    followed = {one.view_id: one.get_frequency_display() for one in ViewSubscription.objects.filter(employee=me)}
    list_url = reverse("deviations:list", args=[organisation])
    rows, choices = [], filters.offered()
    for view in selectors.views_for(me).select_related("owner"):
        wanted = filters.read(view.query, choices)
        rows.append(
            {
                "view": view,
                "is_mine": view.owner_id == me.pk,
                "may_change": may(me, "deviations.change_view", view),
                "url": f"{list_url}{wanted.address}",
                "words": wanted.words,
                "left_out": wanted.left_out,
                "is_start": view.pk == start,
                "followed": followed.get(view.pk, ""),
            }
        )
    mine = [row for row in rows if row["is_mine"]]
    context = {
        "mine": mine,
        "shared": [row for row in rows if not row["is_mine"]],
        "last": mine[-1]["view"].pk if mine else None,
        "crumbs": [(_("Deviations"), list_url), (_("Views"), None)],
    }
    return render(request, "deviations/saved_views/overview.html", context)


@form_view
def add(request: HttpRequest, organisation: str) -> HttpResponse:
    """Give the filter in the address a name."""
    me, wanted = request.employee, filters.read(request.GET)
    form = ViewForm(
        request.POST if request.method == "POST" else None, owner=me, may_share=may(me, "deviations.share_view")
    )

    def save(data: dict[str, Any]) -> None:
        view = services.save_view(by=me, name=data["name"], query=wanted.query, **form.sharing())
        _keep_wishes(request, view, data)

    return form_page(
        request,
        form,
        save=save,
        title=_("Save the view"),
        lede=" · ".join(wanted.words),
        submit=_("Save the view"),
        back_url=reverse("deviations:list", args=[organisation]) + wanted.address,
        done=_("The view is saved."),
    )


@form_view
def change(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Rename, share, follow, remove."""
    me = request.employee
    view = access(request, SavedView, "deviations.change_view", pk=pk)
    form = ViewForm(
        request.POST if request.method == "POST" else None,
        owner=view.owner,
        view=view,
        may_share=may(me, "deviations.share_view"),
        initial=_wishes(request, view),
    )

    def save(data: dict[str, Any]) -> None:
        services.change_view(view, by=me, name=data["name"], **form.sharing())
        _keep_wishes(request, view, data)

    return form_page(
        request,
        form,
        save=save,
        title=_("Change the view"),
        lede=_lede(view),
        submit=_("Save"),
        back_url=_overview(request),
        done=_("Saved."),
    )


@form_view
def follow(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Begin with a view, be told what is new in it, or no longer. Also where a mail about news leads."""
    view = access(request, SavedView, "deviations.see_view", pk=pk)
    form = FollowForm(request.POST if request.method == "POST" else None, initial=_wishes(request, view))
    return form_page(
        request,
        form,
        save=lambda data: _keep_wishes(request, view, data),
        title=view.name,
        lede=_lede(view),
        submit=_("Save"),
        back_url=_overview(request),
        done=_("Saved."),
    )


def _lede(view: SavedView) -> str:
    wanted = filters.read(view.query)
    words = " · ".join(wanted.words)
    if not wanted.left_out:
        return words
    return f"{words}. " + _("Left out, because it no longer fits: %(what)s.") % {"what": ", ".join(wanted.left_out)}


def _wishes(request: HttpRequest, view: SavedView) -> dict[str, Any]:
    me = request.employee
    followed = ViewSubscription.objects.filter(employee=me, view=view).first()
    return {
        "is_start": StartView.objects.filter(employee=me, view=view).exists(),
        "frequency": followed.frequency if followed else "",
    }


def _keep_wishes(request: HttpRequest, view: SavedView, data: dict[str, Any]) -> None:
    me = request.employee
    if data["is_start"]:
        services.choose_start(me, view)
    elif StartView.objects.filter(employee=me, view=view).exists():
        services.choose_start(me, None)
    services.follow(me, view, data["frequency"])


@require_POST
def stop(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """No more news of this view."""
    view = access(request, SavedView, "deviations.see_view", pk=pk)
    services.follow(request.employee, view, "")
    messages.success(request, _("You get no more news of “%(name)s”.") % {"name": view.name})
    return redirect_to(request, _overview(request))


@require_POST
def move(request: HttpRequest, organisation: str, pk: int, up: bool) -> HttpResponse:
    """One place up or down among one's own."""
    view = access(request, SavedView, "deviations.move_view", pk=pk)
    services.move_view(view, up=up)
    return redirect_to(request, _overview(request))


@require_POST
def remove(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Remove a view; the cases in it are untouched."""
    view = access(request, SavedView, "deviations.change_view", pk=pk)
    services.remove_view(view, by=request.employee)
    messages.success(request, _("The view is removed."))
    return redirect_to(request, _overview(request))
