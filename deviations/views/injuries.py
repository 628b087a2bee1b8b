"""Injuries of a case: recording, absence, NAV, and the checklist of authorities. Every verb works without JavaScript."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from deviations import authorities, services
from deviations.forms.injuries import AbsenceForm, InjuryForm, NavForm, WhyNotForm
from deviations.forms.notices import NoticeForm, SeriousForm
from deviations.models import Deviation, Injury, NavReport, Notice, NoticeList
from deviations.selectors import injuries as reading
from deviations.selectors.injuries import Entry
from deviations.views.common import Number, case, case_url, form_view, guarding_version
from hms.core.forms import HmsForm
from hms.core.pages import form_page
from hms.core.ui.dates import long_date
from hms.files.selectors import attachments_of, attachments_of_many
from hms.organisations.access import may
from hms.organisations.models import Employee

PERMISSION = "deviations.record_injury"


@form_view
def add(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Record somebody injured or ill."""
    deviation = case(request, number, PERMISSION)
    form = InjuryForm(request.POST or None, deviation=deviation)

    def save(data: dict[str, Any]) -> None:
        data.pop("version")
        services.record_injury(deviation, by=request.employee, key=data.pop("idempotency_key"), **data)

    return form_page(
        request,
        form,
        save=save,
        title=_("Record an injury"),
        lede=_("One person at a time. It goes into the injury register (Working Environment Act § 5-1)."),
        submit=_("Record"),
        back_url=case_url(request, deviation) + "#injuries",
        done=_("The injury is recorded."),
    )


def _entry(request: HttpRequest, deviation: Deviation, pk: int) -> Entry:
    entries = reading.entries_of_case(request.employee, deviation)
    found = next((entry for entry in entries if entry.injury.pk == pk), None)
    if found is None:
        raise Http404
    return found


@form_view
def change(request: HttpRequest, organisation: str, number: Number, pk: int) -> HttpResponse:
    """Put an entry right."""
    deviation = case(request, number, PERMISSION)
    entry = _entry(request, deviation, pk)
    form = InjuryForm(request.POST or None, deviation=deviation, injury=entry.injury, knows_who=entry.knows_who)

    def save(data: dict[str, Any]) -> None:
        data.pop("idempotency_key")
        services.change_injury(entry.injury, by=request.employee, **data)

    return form_page(
        request,
        form,
        save=guarding_version(form, save),
        title=_("Change the injury"),
        submit=_("Save"),
        back_url=case_url(request, deviation) + "#injuries",
        done=_("Saved."),
    )  # fmt: skip


@form_view
def absence(request: HttpRequest, organisation: str, number: Number, pk: int) -> HttpResponse:
    """How long somebody was away; also when the case is closed."""
    deviation = case(request, number, PERMISSION)
    injury = get_object_or_404(Injury, deviation=deviation, pk=pk)
    injury.deviation = deviation
    form = AbsenceForm(request.POST or None, injury=injury)
    return form_page(
        request,
        form,
        save=guarding_version(form, lambda data: services.change_absence(injury, by=request.employee, **data)),
        title=_("Absence"),
        lede=_("Counted in the frequencies H1 and F. Nothing about why."),
        submit=_("Save"),
        back_url=case_url(request, deviation) + "#injuries",
        done=_("Saved."),
    )


@form_view
def remove(request: HttpRequest, organisation: str, number: Number, pk: int) -> HttpResponse:
    """Take out an entry that was a mistake."""
    deviation = case(request, number, PERMISSION)
    injury = get_object_or_404(Injury, deviation=deviation, pk=pk)
    injury.deviation = deviation
    return form_page(
        request,
        HmsForm(request.POST if request.method == "POST" else None),
        save=lambda data: services.remove_injury(injury, by=request.employee),
        title=_("Remove the injury"),
        lede=_(
            "Only when it was recorded by mistake. The register must have every injury; the log keeps that it stood here."
        ),
        submit=_("Remove"),
        back_url=case_url(request, deviation) + "#injuries",
        done=_("The injury is removed."),
    )


# --- NAV ---


def _report(deviation: Deviation, pk: int) -> NavReport:
    report = get_object_or_404(
        NavReport.objects.select_related("injury", "assignment__assignee"), injury__deviation=deviation, injury=pk
    )
    report.injury.deviation = deviation
    return report


@form_view
def start_nav(request: HttpRequest, organisation: str, number: Number, pk: int) -> HttpResponse:
    """Report to NAV although it is not suggested: NAV or the injured asks for it."""
    deviation = case(request, number, PERMISSION)
    injury = get_object_or_404(Injury, deviation=deviation, pk=pk)
    injury.deviation = deviation
    return form_page(
        request,
        HmsForm(request.POST if request.method == "POST" else None),
        save=lambda data: services.start_nav_report(injury, by=request.employee),
        title=_("Report to NAV"),
        lede=_("When NAV or the injured person asks for it, it is reported whatever the treatment was."),
        submit=_("Make it a task"),
        back_url=case_url(request, deviation) + "#injuries",
        done=_("The report to NAV is a task now."),
    )


@form_view
def nav(request: HttpRequest, organisation: str, number: Number, pk: int) -> HttpResponse:
    """Keep the receipt of the report to NAV."""
    deviation = case(request, number, PERMISSION)
    report = _report(deviation, pk)
    limit = long_date(report.injury.nav_limit)
    return form_page(
        request,
        NavForm(request.POST or None, report=report),
        save=lambda data: services.keep_nav_receipt(report, by=request.employee, **data),
        title=_("Report to NAV"),
        lede=_(
            "Since 1 January 2026 it is sent electronically only. It must be there by %(day)s, a year after. Send it on "
            "NAV's own pages, and keep the receipt here."
        ) % {"day": limit},
        submit=_("Keep the receipt"),
        back_url=case_url(request, deviation) + "#injuries",
        done=_("The receipt is kept."),
        template="deviations/injuries/nav.html",
        context={"page": authorities.NAV_PAGE},
    )  # fmt: skip


@form_view
def no_nav(request: HttpRequest, organisation: str, number: Number, pk: int) -> HttpResponse:
    """Say why NAV needs no report."""
    deviation = case(request, number, PERMISSION)
    report = _report(deviation, pk)
    form = WhyNotForm(request.POST or None, initial={"text": report.not_needed})
    return form_page(
        request,
        form,
        save=lambda data: services.need_no_nav_report(report, by=request.employee, reason=data["text"]),
        title=_("No report to NAV"),
        lede=_("Say why it is not needed, so that whoever looks later understands."),
        submit=_("Save"),
        back_url=case_url(request, deviation) + "#injuries",
        done=_("Saved."),
    )


# --- authorities ---


@form_view
def declare(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Say that authorities must be told."""
    deviation = case(request, number, PERMISSION)
    known = NoticeList.objects.filter(deviation=deviation).first()
    form = SeriousForm(request.POST if request.method == "POST" else None, known=known)
    return form_page(
        request,
        form,
        save=lambda data: services.declare(deviation, by=request.employee, **data),
        title=_("Death, serious injury or electricity"),
        lede=_("You get a checklist of whom the law wants told. The case cannot be closed before it is done."),
        submit=_("Show me the checklist"),
        back_url=case_url(request, deviation) + "#notices",
        done=_("The checklist is at the top of the case."),
        template="deviations/injuries/declare.html",
        context={"calls": authorities.CALLS},
    )


def _notice(deviation: Deviation, kind: str) -> Notice:
    notice = get_object_or_404(Notice.objects.select_related("done_by"), deviation=deviation, kind=kind)
    notice.deviation = deviation
    return notice


@form_view
def settle(request: HttpRequest, organisation: str, number: Number, kind: str) -> HttpResponse:
    """Keep that an authority was told, with the receipt."""
    deviation = case(request, number, PERMISSION)
    notice = _notice(deviation, kind)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = NoticeForm(
        *posted, notice=notice, by=request.employee, has_files=attachments_of(notice).exists()
    )  # fmt: skip
    duty = authorities.DUTIES[kind]
    return form_page(
        request,
        form,
        save=lambda data: services.settle(notice, by=request.employee, **data),
        title=notice.get_kind_display(),
        lede=duty.hint,
        submit=_("It is done"),
        back_url=case_url(request, deviation) + "#notices",
        done=_("Kept."),
        template="deviations/injuries/notice.html",
        context={"duty": duty},
    )


@form_view
def set_aside(request: HttpRequest, organisation: str, number: Number, kind: str) -> HttpResponse:
    """Say why an authority need not be told."""
    deviation = case(request, number, PERMISSION)
    notice = _notice(deviation, kind)
    form = WhyNotForm(request.POST or None, initial={"text": notice.not_called_for})
    return form_page(
        request,
        form,
        save=lambda data: services.set_aside(notice, by=request.employee, reason=data["text"]),
        title=_("Does not apply"),
        lede=notice.get_kind_display(),
        submit=_("Save"),
        back_url=case_url(request, deviation) + "#notices",
        done=_("Saved."),
    )


def injury_context(deviation: Deviation, employee: Employee, *, sees_internal: bool) -> dict[str, Any]:
    """The checklist and the injuries, for those who see how the case is handled."""
    if not sees_internal:
        return {"checklist": None, "entries": [], "may_record": False}
    checklist = reading.checklist_of(deviation)
    files = attachments_of_many(checklist.items) if checklist else {}
    return {
        "checklist": checklist,
        "notices": [
            (notice, authorities.DUTIES[notice.kind], files.get(notice.pk, [])) for notice in checklist.items
        ] if checklist else [],
        "calls": authorities.CALLS,
        "entries": reading.entries_of_case(employee, deviation),
        "may_record": may(employee, PERMISSION, deviation),
    }  # fmt: skip
