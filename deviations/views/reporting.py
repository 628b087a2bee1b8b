"""Reporting, the receipt, and following a case with a receipt code."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from deviations import rules, selectors, services
from deviations.enums import ReporterKind, ReportKind, Severity, State
from deviations.forms import DetailsForm, MessageForm, ReceiptCodeForm, ReportForm
from deviations.models import Deviation
from deviations.views.common import Number, case, case_url, whistleblowing_context
from deviations.views.rating import rated_with_code
from hms.audit.enums import Via
from hms.audit.transitions import InvalidTransition
from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.files.services import attach
from hms.organisations.middleware import not_found_unless, open_to_all
from hms.organisations.models import Employee, Unit
from hms.organisations.selectors import safety_reps_of

# What the address says of what one wants to tell; without a word it is a deviation.
KINDS = {"forslag": ReportKind.SUGGESTION, "ros": ReportKind.PRAISE}


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, organisation: str) -> HttpResponse:
    """The half-minute form: for whoever is signed in, or by a unit's QR address for anybody."""
    unit = _unit_of_qr(request)
    kind = KINDS.get(request.GET.get("slag", ""), "")
    # Whoever comes from a routine that was not followed need not name it again.
    routine = request.GET.get("rutine", "")[:160]
    if request.employee is None:
        if unit is None and request.GET.get("sted"):
            # A poster from before the code was renewed, or of a unit that is gone: it says what to do instead.
            return render(request, "deviations/poster_outdated.html", status=404)
        if unit is None:
            # Signing in again would lead straight back here.
            not_found_unless(not request.user.is_authenticated)
            return redirect_to_login(request.get_full_path())
        if not request.organisation.open_reporting:
            raise PermissionDenied
    form = ReportForm(
        request.POST or None,
        request.FILES or None,
        organisation=request.organisation,
        employee=request.employee,
        unit=unit or (request.employee.unit if request.employee else None),
        kind=kind,
        routine=routine,
    )
    if request.method == "POST" and form.is_valid():
        return _send(request, form, by_qr=unit is not None)
    close_url = reverse("dashboard:my_page", args=[organisation]) if request.employee else ""
    context = {
        "form": form,
        "qr_unit": unit,
        "is_outdated_code": bool(request.GET.get("sted")) and unit is None,
        "close_url": close_url,
        "draft_key": _draft_key(request),
        "kind": kind,
        "kinds": _kinds(request, kind),
        "routine": routine,
    }
    return render(request, "deviations/report.html", context, status=422 if form.is_bound else 200)


def _kinds(request: HttpRequest, chosen: str) -> list[dict[str, Any]]:
    """The three things one may want to tell, as links: a form for each, with its own words."""
    query = {"sted": request.GET["sted"]} if request.GET.get("sted") else {}
    labels = [("", "", _("Deviation")), ("forslag", ReportKind.SUGGESTION, _("Suggestion"))]
    labels.append(("ros", ReportKind.PRAISE, _("Praise")))
    return [
        {
            "label": label,
            "url": f"{request.path}?{urlencode(query | ({'slag': word} if word else {}))}",
            "current": kind == chosen,
        }
        for word, kind, label in labels
    ]


def _draft_key(request: HttpRequest) -> str:
    """Name of the draft on the phone; none without sign-in, where the phone may be shared or the report anonymous."""
    return f"{request.organisation.slug}-{request.employee.pk}" if request.employee else ""


def _unit_of_qr(request: HttpRequest) -> Unit | None:
    token = request.GET.get("sted", "")
    return Unit.objects.filter(report_token=token, is_active=True).first() if token else None


def _send(request: HttpRequest, form: ReportForm, *, by_qr: bool) -> HttpResponse:
    data = form.cleaned_data
    kind = data["who"]
    signed_in = kind in services.SIGNED_IN
    many = form.looks_like_a_robot or (
        not signed_in
        and services.is_crowded(request.organisation, data["unit"], severity=data.get("severity", Severity.MINOR))
    )
    named = kind == ReporterKind.NAMED
    sent = services.report(
        organisation=request.organisation,
        unit=data["unit"],
        description=data["description"],
        severity=data.get("severity", Severity.MINOR),
        kind=form.wanted_kind or data["kind"],
        language=data["language"],
        routine_cover=data.get("routine_cover", ""),
        routine_name=data.get("routine_name", ""),
        reporter_kind=kind,
        reporter=request.employee if signed_in else None,
        reporter_name=data.get("reporter_name", "") if named else "",
        reporter_email=data.get("reporter_email", "") if named else "",
        place=data["place"],
        occurred_on=data.get("occurred_on"),
        about_my_manager=data.get("about_my_manager", False),
        idempotency_key=data["idempotency_key"] or uuid.uuid4(),
        is_one_of_many=many,
        via=Via.QR if by_qr else Via.WEB,
    )
    if not sent.is_repeat:
        for photo in data["photos"]:
            attach(photo, owner=sent.deviation, by=sent.deviation.reporter, blur_time=kind == ReporterKind.ANONYMOUS)
    elif signed_in:
        _keep_changed_text(sent.deviation, data["description"], by=request.employee)
    if signed_in:
        return redirect_to(request, "deviations:receipt", request.organisation.slug, sent.deviation.number)
    # The code is in this answer and nowhere else, so there is nothing to redirect to.
    context = {"receipt_code": sent.receipt_code, **_receipt_context(request, sent.deviation)}
    return render(request, "deviations/receipt.html", context)


def _keep_changed_text(deviation: Deviation, text: str, *, by: Employee) -> None:
    """What was written on between two sendings of one form (the first answer was lost) is added to the case."""
    is_own = deviation.reporter_id == by.pk
    if is_own and deviation.state != State.CLOSED and text != deviation.description:
        services.add_details(deviation, by=by, text=text)


def _receipt_context(request: HttpRequest, deviation: Deviation) -> dict[str, Any]:
    """Who is named, and the ways on; the safety representative only when told, which a confidential case is not."""
    reps = [] if deviation.is_confidential else safety_reps_of(deviation.unit)
    again = reverse("deviations:report", args=[request.organisation.slug])
    place = f"?{urlencode({'sted': request.GET['sted']})}" if "sted" in request.GET else ""
    return {
        "deviation": deviation,
        "handler": deviation.handling.assignee if deviation.handling else None,
        "safety_rep": next(iter(reps), None),
        "again_url": again if request.employee else again + place,
        "is_own": request.employee is not None and rules.is_reporter(request.employee, deviation),
        "is_hidden": deviation.reporter_kind == ReporterKind.HIDDEN,
        "draft_key": _draft_key(request),
    }


@require_safe
def receipt(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """What happens next, for the signed-in reporter."""
    deviation = case(request, number, "deviations.view")
    if not rules.is_reporter(request.employee, deviation):
        raise PermissionDenied
    close_url = reverse("dashboard:my_page", args=[organisation])
    context = {"close_url": close_url, **_receipt_context(request, deviation)}
    return render(request, "deviations/receipt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_details(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """More text or photos, after the receipt."""
    deviation = case(request, number, "deviations.add_details")
    form = DetailsForm(request.POST or None, request.FILES or None, label=_("What more should we know?"))

    def save(data: dict[str, Any]) -> None:
        services.add_details(deviation, by=request.employee, text=data["text"] or _("Added photos."))
        for photo in data["photos"]:
            attach(photo, owner=deviation, by=services.author_of(deviation, request.employee))

    return form_page(
        request,
        form,
        save=save,
        title=_("Add a photo or more text"),
        lede=deviation.title,
        submit=_("Add"),
        back_url=case_url(request, deviation),
        done=_("Added. Thank you."),
    )


@open_to_all
@sensitive_post_parameters("code", "text")
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, organisation: str) -> HttpResponse:
    """Status and dialogue for whoever has the receipt code. The code is typed and never in an address."""
    form = ReceiptCodeForm(request.POST or None)
    if not form.is_bound or not form.is_valid():
        return render(request, "deviations/follow.html", {"form": form}, status=422 if form.is_bound else 200)
    deviation = Deviation.everything.filter(receipt_hash=services.receipt_hash(form.cleaned_data["code"])).first()
    if deviation is None:
        form.add_error("code", _("We find no case with that code. Check that every character is right."))
        return render(request, "deviations/follow.html", {"form": form}, status=422)
    family = selectors.family_of(deviation)
    chosen = next((each for each in family if each.number == request.POST.get("case")), deviation)
    return _followed(request, chosen, form.cleaned_data["code"], family)


def _followed(request: HttpRequest, deviation: Deviation, code: str, family: list[Deviation]) -> HttpResponse:
    wants_to_write = "text" in request.POST
    message = MessageForm(request.POST if wants_to_write else None, label=_("Message to the one who handles the case"))
    rated = rated_with_code(request, deviation)
    said = rated["rating_said"]
    if wants_to_write and message.is_valid():
        verb, text = request.POST.get("verb"), message.cleaned_data["text"]
        if verb == "reopen" and rules.may_still_reopen(deviation):
            reopens = services.reopen_main if deviation.is_merged else services.reopen
            reopens(deviation, by=None, reason=text, via=Via.QR)
            said = _("The case is open again.")
        elif verb == "withdraw" and _may_withdraw(deviation):
            services.withdraw_case(deviation, by=None, reason=text, via=Via.QR)
            said = _("The case is withdrawn.")
        else:
            services.reply_from_reporter(deviation, text=message.cleaned_data["text"])
            said = _("Your message is sent.")
        message = MessageForm(label=message.fields["text"].label)
    context = {
        "deviation": deviation,
        "code": code,
        "message_form": message,
        "said": said,
        "comments": selectors.comments_for(deviation, None),
        "steps": selectors.steps(deviation),
        "may_reopen": rules.may_still_reopen(deviation),
        "handler": _handler_of(deviation),
        "may_withdraw": _may_withdraw(deviation),
        "others": [each for each in family if each.pk != deviation.pk],
        **whistleblowing_context(deviation),
    }
    failed = message.is_bound or (rated["rating_form"] is not None and rated["rating_form"].is_bound)
    return render(request, "deviations/followed.html", context | rated, status=422 if failed else 200)


def _may_withdraw(deviation: Deviation) -> bool:
    return deviation.state != State.CLOSED and not rules.relied_on(deviation, by_reporter=True)


def _handler_of(deviation: Deviation) -> Employee | None:
    """Who has the case; of a merged one, who has the case that goes on."""
    followed = deviation.merged_into if deviation.merged_into is not None else deviation
    return followed.handling.assignee if followed.handling else None


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """«It is not solved»: reporter within 30 days, or the handler."""
    deviation = case(request, number, "deviations.reopen")
    form = MessageForm(request.POST or None, label=_("Why should the case be reopened?"))
    goes_on = deviation.is_merged and rules.is_reporter(request.employee, deviation)
    if goes_on and not rules.may_still_reopen(deviation):
        raise InvalidTransition(deviation, deviation.ending, State.IN_PROGRESS)

    def save(data: dict[str, Any]) -> None:
        (services.reopen_main if goes_on else services.reopen)(deviation, by=request.employee, reason=data["text"])
        messages.success(request, _("The case is open again."))

    return form_page(
        request,
        form,
        save=save,
        title=_("Reopen %(number)s") % {"number": deviation.number},
        submit=_("Reopen the case"),
        back_url=case_url(request, deviation),
    )
