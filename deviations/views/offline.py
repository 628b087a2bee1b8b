"""The report form where there is no coverage: one page that knows nobody, kept by the service worker."""

import hashlib
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from deviations.forms import OfflineForm

# What the page needs to look and work as the form does.
FILES = ("hms.css", "js/app.js", "js/report.js", "fonts/inter-latin-wght-normal.woff2", "icons/favicon.svg")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The same for everybody of a language: drawn without the request, so that nothing personal can be in it."""
    return HttpResponse(_page())


def _page() -> str:
    return render_to_string("deviations/offline.html", {"form": OfflineForm(), "LANGUAGE_CODE": get_language()})


@cache
def shell() -> dict[str, Any]:
    """What the service worker keeps, and for which addresses; the version changes with any of it."""
    files = [static(name) for name in FILES]
    with override("nb"):
        content = "".join([*files, _page()])
    return {
        "version": hashlib.sha256(content.encode()).hexdigest()[:12],
        "page": reverse("offline"),
        "files": files,
        "serves": ["/meld/"],
    }
