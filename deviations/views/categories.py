"""The organisation's categories, among its settings."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from deviations import selectors, services
from deviations.forms import CategoryForm
from hms.organisations.views.common import crumbs, for_administrators, settings_form


def _overview_url(request: HttpRequest) -> str:
    return reverse("deviations:categories", args=[request.organisation.slug])


@require_safe
@for_administrators
def overview(request: HttpRequest, organisation: str) -> HttpResponse:
    """All of them, with what they are called here and whether they can be chosen."""
    context = {"crumbs": crumbs(request, (_("Categories"), None)), "categories": selectors.categories()}
    return render(request, "deviations/categories/overview.html", context)


def _form(request: HttpRequest, form: CategoryForm, save: Any, title: str, done: str) -> HttpResponse:
    return settings_form(
        request,
        form,
        save,
        title=title,
        trail=[(_("Categories"), _overview_url(request))],
        back_url=_overview_url(request),
        done=done,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def add(request: HttpRequest, organisation: str) -> HttpResponse:
    """One of the organisation's own."""
    form = CategoryForm(request.POST or None, is_new=True)
    return _form(
        request,
        form,
        lambda data: services.add_category(by=request.employee, **data),
        _("New category"),
        _("The category is added."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def change(request: HttpRequest, organisation: str, key: str) -> HttpResponse:
    """Rename one, or take it out of or into use."""
    category = next((category for category in selectors.categories() if category.key == key), None)
    if category is None:
        raise Http404
    # A box that is not ticked is not sent: an empty form is a form all the same.
    form = CategoryForm(
        request.POST if request.method == "POST" else None,
        is_new=False,
        standard=category.standard,
        initial={"name": category.name, "is_active": category.is_active},
    )
    return _form(
        request,
        form,
        lambda data: services.change_category(key, by=request.employee, **data),
        category.name,
        _("Saved."),
    )
