"""One page for one form: GET shows it, POST saves and leads on, errors answer 422 with everything kept."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hms.core.htmx import redirect_to


def form_page(
    request: HttpRequest,
    form: BaseForm,
    *,
    save: Callable[[dict[str, Any]], Any],
    title: Any,
    submit: Any,
    back_url: str,
    lede: Any = "",
    done: Any = "",
    template: str = "components/form_page.html",
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show a form, or save what was sent.

    Args:
        form: bound when the request is a POST.
        save: called with the cleaned data; may add errors to the form, which then is shown again.
        title: heading of the page.
        submit: the button's text.
        back_url: where to go afterwards, and the way out.
        lede: a line under the heading.
        done: what the toast says afterwards.
        context: more for the template.
    """
    if form.is_bound and form.is_valid():
        save(form.cleaned_data)
        if form.is_valid():
            if done:
                messages.success(request, done)
            return redirect_to(request, back_url)
    page = {"form": form, "title": title, "submit": submit, "close_url": back_url, "lede": lede, **(context or {})}
    return render(request, template, page, status=422 if form.is_bound else 200)
