"""Good examples: everybody reads them; the handler writes and shares them; the reporter has the last word."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deviations import rules, selectors, services
from deviations.enums import Consent, ExampleState, Helped
from deviations.forms.examples import TEXTS, ExampleFilterForm, ExampleForm
from deviations.forms.rating import RatingForm
from deviations.models import Deviation, GoodExample
from deviations.views.common import Number, case, case_url
from deviations.views.handling import _guarding_version
from hms.audit.transitions import InvalidTransition
from hms.core.forms import HmsForm
from hms.core.htmx import redirect_to
from hms.core.keyset import BadCursor, page
from hms.core.pages import form_page
from hms.files.selectors import attachments_of
from hms.organisations.access import access, may
from hms.organisations.models import Employee

PAGE_SIZE = 12
SHOWN_WITH_IT = ("unit", "deviation__handling", "deviation__unit", "deviation__reporter", "published_by")


def _example(request: HttpRequest, pk: int, permission: str) -> GoodExample:
    return access(request, GoodExample, permission, related=SHOWN_WITH_IT, pk=pk)


@require_safe
def example_list(request: HttpRequest, organisation: str) -> HttpResponse:
    """What was put right, newest first, for everybody in the organisation."""
    filters = ExampleFilterForm(request.GET)
    found = selectors.shared_examples(request.employee)
    if filters.is_valid():
        for name in ("unit", "category"):
            if filters.cleaned_data[name]:
                found = found.filter(**{name: filters.cleaned_data[name]})
    try:
        shown = page(found, order=["-published_at", "-id"], cursor=request.GET.get("etter", ""), size=PAGE_SIZE)
    except BadCursor:
        raise BadRequest from None
    pictures, names = selectors.pictures_of(shown.rows), selectors.category_names()
    context = {
        "filters": filters,
        "examples": [(example, pictures[example.pk], names.get(example.category, "")) for example in shown.rows],
        "previous_url": _with_cursor(request, shown.previous),
        "next_url": _with_cursor(request, shown.next),
        "is_filtered": any(request.GET.get(name) for name in filters.fields),
        "crumbs": [
            (_("Deviations"), reverse("deviations:list", args=[organisation])),
            (_("Good examples"), None),
        ],
    }
    return render(request, "deviations/examples/list.html", context)


def _with_cursor(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["etter"] = cursor
    return f"?{query.urlencode()}"


def learning_context(deviation: Deviation, employee: Employee, *, may_handle: bool) -> dict[str, Any]:
    """What the case's page says of the rating and the good example, for its handler and its reporter."""
    if not rules.reads_rating(employee, deviation):
        return {"rating": None, "rating_form": None, "example": None, "may_share_example": False}
    example = selectors.example_of(deviation)
    rating = rules.current_rating(deviation)
    asks = example is not None and example.consent != Consent.NOT_ASKED
    return {
        "rating": rating,
        "said_no": rating is not None and rating.helped == Helped.NO,
        "rating_form": RatingForm(deviation=deviation) if may(employee, "deviations.rate", deviation) else None,
        "example": example if may_handle or asks else None,
        "may_share_example": may_handle and may(employee, "deviations.share_example", deviation),
        "may_publish_example": may_handle
        and example is not None
        and example.state == ExampleState.DRAFT
        and example.consent in {Consent.GIVEN, Consent.NOBODY},
        "may_ask_for_consent": may_handle
        and example is not None
        and example.state == ExampleState.DRAFT
        and example.consent in {Consent.NOT_ASKED, Consent.REFUSED},
    }


@require_safe
def show(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """One good example, with what its handler and its reporter may do."""
    example = _example(request, pk, "deviations.view_example")
    employee = request.employee
    sees_case = selectors.visible_to(employee).filter(pk=example.deviation_id).exists()
    context = {
        "example": example,
        "pictures": selectors.pictures_of([example])[example.pk],
        "category_name": selectors.category_names().get(example.category, ""),
        "likes": example.thumbs.count(),
        "is_liked": example.thumbs.filter(employee=employee).exists(),
        "may_like": example.state == ExampleState.PUBLISHED,
        "may_withdraw": example.state == ExampleState.PUBLISHED
        and may(employee, "deviations.withdraw_example", example),
        "may_consent": example.state != ExampleState.PUBLISHED
        and may(employee, "deviations.consent_to_example", example),
        "may_edit": may(employee, "deviations.edit_example", example),
        "back_to_case": case_url(request, example.deviation) if sees_case else "",
        "crumbs": [
            (_("Good examples"), reverse("deviations:examples", args=[organisation])),
            (example.title, None),
        ],
    }
    return render(request, "deviations/examples/show.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Write the case's good example, or change the draft."""
    deviation = case(request, number, "deviations.share_example")
    example = selectors.example_of(deviation)
    if example is not None and example.state == ExampleState.PUBLISHED:
        raise InvalidTransition(example, example.state, ExampleState.DRAFT)
    pictures = [attachment for attachment in attachments_of(deviation) if attachment.is_image]
    form = ExampleForm(
        request.POST or None, request.FILES or None, deviation=deviation, example=example, pictures=pictures
    )

    def save(data: dict[str, Any]) -> None:
        services.write_example(
            deviation,
            by=request.employee,
            texts={name: data[name] for name in TEXTS},
            before=data.get("before", ()),
            after=data.get("after", ()),
            new_after=data["photos"],
            version=data["version"],
        )

    return form_page(
        request,
        form,
        save=_guarding_version(form, save),
        title=_("Share as a good example"),
        lede=_("Others learn from what you put right. Nothing is shared before the reporter has said yes."),
        submit=_("Save the draft"),
        back_url=case_url(request, deviation) + "#example",
        done=_("Saved. It is not shared yet."),
        template="deviations/examples/write.html",
        context={"deviation": deviation, "pictures": pictures},
    )


@require_POST
def ask(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Ask the reporter whether it may be shared."""
    example = _example(request, pk, "deviations.edit_example")
    services.ask_for_consent(example, by=request.employee)
    messages.success(request, _("The reporter is asked."))
    return redirect_to(request, case_url(request, example.deviation) + "#example")


@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """The reporter reads what is to be shared, and says yes or no."""
    example = _example(request, pk, "deviations.consent_to_example")
    if request.method == "POST" and request.POST.get("answer") in {"yes", "no"}:
        yes = request.POST["answer"] == "yes"
        services.keep_consent(example, yes=yes, by=request.employee)
        messages.success(request, _("Thank you. You may share it.") if yes else _("It is not shared."))
        return redirect_to(request, case_url(request, example.deviation))
    context = {
        "example": example,
        "pictures": selectors.pictures_of([example])[example.pk],
        "close_url": case_url(request, example.deviation),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "deviations/examples/consent.html", context, status=status)


@require_POST
def publish(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Share it with everybody."""
    example = _example(request, pk, "deviations.edit_example")
    services.publish(example, by=request.employee)
    messages.success(request, _("Shared with everybody."))
    return redirect_to(request, "deviations:example", organisation, example.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Take it back. The reporter's is a no to sharing it at all."""
    example = _example(request, pk, "deviations.withdraw_example")
    is_reporter = may(request.employee, "deviations.consent_to_example", example)

    def save(data: dict[str, Any]) -> None:
        if is_reporter:
            services.keep_consent(example, yes=False, by=request.employee)
        else:
            services.withdraw(example, by=request.employee)

    return form_page(
        request,
        HmsForm(request.POST if request.method == "POST" else None),
        save=save,
        title=_("Take the good example back"),
        lede=_("Nobody but those who handle the case sees it any more."),
        submit=_("Take it back"),
        back_url=reverse("deviations:examples", args=[organisation]),
        done=_("It is taken back."),
    )


@require_POST
def like(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """A thumb up, or down again; nobody sees whose."""
    example = _example(request, pk, "deviations.like_example")
    services.like(example, by=request.employee, yes=request.POST.get("answer") != "no")
    return redirect_to(request, "deviations:example", organisation, example.pk)
