"""What the settings pages share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hms.core.pages import form_page
from hms.organisations.access import require
from hms.organisations.errors import Refused

View = Callable[..., HttpResponse]


def for_administrators(view: View) -> View:
    """403 for everybody else."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(request, "organisations.administer")
        return view(request, *args, **kwargs)

    return checked


def url(request: HttpRequest, name: str, *args: object) -> str:
    """Address of a page of this app in the open organisation."""
    return reverse(f"organisations:{name}", args=[request.organisation.slug, *args])


def crumbs(request: HttpRequest, *trail: tuple[Any, str | None]) -> list[tuple[Any, str | None]]:
    """Settings › trail."""
    return [(_("Settings"), url(request, "settings")), *trail]


def try_to(form: BaseForm, action: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
    """Do it with the cleaned data; what the service refuses becomes an error at the field it belongs to."""

    def save(data: dict[str, Any]) -> None:
        try:
            action(data)
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))

    return save


def settings_form(
    request: HttpRequest,
    form: BaseForm,
    action: Callable[[dict[str, Any]], Any],
    *,
    title: Any,
    back_url: str,
    trail: list[tuple[Any, str | None]] | None = None,
    submit: Any = None,
    **options: Any,
) -> HttpResponse:
    """One form of the settings, under its breadcrumb."""
    context = {"crumbs": crumbs(request, *(trail or []), (title, None)), **options.pop("context", {})}
    return form_page(
        request,
        form,
        save=try_to(form, action),
        title=title,
        submit=submit or _("Save"),
        back_url=back_url,
        template=options.pop("template", "organisations/form_page.html"),
        context=context,
        **options,
    )
