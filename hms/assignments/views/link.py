"""Act from the mail without signing in. GET shows and never changes anything; POST acts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from hms.assignments import selectors, services, sources
from hms.assignments.forms import ANSWERS, AnswerForm
from hms.assignments.models import ActionLink
from hms.assignments.views.common import save_answer
from hms.audit.acting import acting_as
from hms.audit.enums import Via
from hms.core.htmx import redirect_to
from hms.notifications.selectors import language_of
from hms.organisations.middleware import open_to_all
from hms.organisations.models import Employee

# Answers that end what the link is for; after the others the same link can still say «done».
FINAL = {"done", "not_mine"}
# What is registered when one of many has taken it; the same link answers about it afterwards.
TAKEN = "tatt"


# The page sends no referrer, so browsers say `Origin: null` and Django's check could only refuse. It protects
# nothing here: what gives the right to act is the secret in the address, not a cookie the browser adds.
@csrf_exempt
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, organisation: str, token: str) -> HttpResponse:
    """One person's answer about one assignment."""
    found = selectors.resolve_link(token)
    if found is not None and found.status == "ok" and request.method == "POST":
        services.hold(found.assignment)
        found = selectors.resolve_link(token)
    language = language_of(found.employee, request.organisation) if found else translation.get_language()
    with translation.override(language):
        response = _page(request, token, found)
        response.headers["Content-Language"] = language
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _page(request: HttpRequest, token: str, found: ActionLink | None) -> HttpResponse:
    if found is None:
        return _closed(request, "unknown", None)
    registered = request.GET.get("takk", "")
    is_receipt = request.method != "POST" and registered in {*ANSWERS, TAKEN} and not found.assignment.is_confidential
    if registered == TAKEN and found.assignment.assignee_id != found.employee_id:
        is_receipt = False
    if is_receipt and found.status in ({"used"} if registered in FINAL else {"ok"}):
        return _receipt(request, token, found, registered)
    if found.status != "ok":
        return _closed(request, found.status, found)
    if found.assignment.is_confidential or not sources.get(found.assignment.source_kind).link_verbs:
        return _sign_in_only(request, found)
    if found.assignment.open_offer is not None:
        return _offer(request, token, found)
    return _form(request, token, found)


def _form(request: HttpRequest, token: str, found: ActionLink) -> HttpResponse:
    form = AnswerForm(assignment=found.assignment)
    if request.method == "POST":
        form = AnswerForm(request.POST, request.FILES, assignment=found.assignment)
        with acting_as(found.employee_id):
            if form.is_valid() and save_answer(form, by=found.employee, via=Via.LINK):
                given = form.cleaned_data["answer"]
                if given in FINAL:
                    services.use_link(found)
                return redirect_to(request, f"{_address(request, token)}?takk={given}")
    context = _context(request, found) | {"form": form, "source": sources.get(found.assignment.source_kind)}
    context["facts"] = context["source"].facts(found.assignment)
    return render(request, "assignments/link.html", context, status=422 if form.is_bound else 200)


def _offer(request: HttpRequest, token: str, found: ActionLink) -> HttpResponse:
    """Work that is offered to many: the button takes it, and then the link is for answering."""
    if request.method == "POST":
        with acting_as(found.employee_id):
            services.take(found.assignment, by=found.employee, via=Via.LINK)
        return redirect_to(request, f"{_address(request, token)}?takk={TAKEN}")
    context = _context(request, found) | {
        "offer": found.assignment.open_offer,
        "facts": sources.get(found.assignment.source_kind).facts(found.assignment),
        "is_accountable": found.assignment.assignee_id == found.employee_id,
    }
    return render(request, "assignments/link_offer.html", context)


def _receipt(request: HttpRequest, token: str, found: ActionLink, registered: str) -> HttpResponse:
    context = _context(request, found) | {
        "registered": registered,
        "extension": selectors.open_extension(found.assignment),
        "decider": _who_hears(found, registered),
        "link_url": "" if registered in FINAL else _address(request, token),
    }
    return render(request, "assignments/link_receipt.html", context)


def _who_hears(found: ActionLink, registered: str) -> Employee | None:
    if registered == "more_time":
        return selectors.extension_decider_of(found.assignment)
    return selectors.decider_of(found.assignment)


def _sign_in_only(request: HttpRequest, found: ActionLink) -> HttpResponse:
    # Nothing of the task itself: whoever holds the mail must not learn what it is about.
    context = {"person": found.employee, "sign_in_url": _detail(request, found)}
    return render(request, "assignments/link_sign_in.html", context, status=403 if request.method == "POST" else 200)


def _closed(request: HttpRequest, status: str, found: ActionLink | None) -> HttpResponse:
    context: dict[str, Any] = {"status": status, "sign_in_url": reverse("home")}
    if found is not None:
        context |= {
            "person": found.employee,
            "sign_in_url": _detail(request, found),
            "assignment": None if found.assignment.is_confidential else found.assignment,
            "is_theirs": found.assignment.assignee_id == found.employee_id,
            "taken_by": _who_took(found),
        }
    return render(request, "assignments/link_closed.html", context, status=410 if found else 404)


def _who_took(found: ActionLink) -> Employee | None:
    """Who has what was offered to this person among others."""
    taken = getattr(found.assignment, "offer", None)
    if taken is None or taken.taken_by_id in {None, found.employee_id} or found.assignment.is_confidential:
        return None
    return found.assignment.assignee


def _context(request: HttpRequest, found: ActionLink) -> dict[str, Any]:
    return {
        "assignment": found.assignment,
        "person": found.employee,
        "expires_on": found.expires_at,
        "sign_in_url": _detail(request, found),
    }


def _address(request: HttpRequest, token: str) -> str:
    return reverse("assignments:link", args=[request.organisation.slug, token])


def _detail(request: HttpRequest, found: ActionLink) -> str:
    return reverse("assignments:detail", args=[request.organisation.slug, found.assignment_id])
