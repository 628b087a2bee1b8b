"""The list and the case."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from deviations import filters, rules, selectors
from deviations.enums import Cause, ReporterKind
from deviations.forms import CommentForm, MessageForm
from deviations.models import Deviation
from deviations.services import author_of
from deviations.views.around import around_context
from deviations.views.causes import cause_context
from deviations.views.common import Number, case, case_url, whistleblowing_context
from deviations.views.examples import learning_context
from deviations.views.injuries import injury_context
from deviations.views.tabs import views_context
from hms.actions.models import Action
from hms.actions.page import plan_context
from hms.assignments.chain import chain_of
from hms.assignments.enums import State as AssignmentState
from hms.audit.services import record
from hms.core.htmx import page_or_part
from hms.core.keyset import BadCursor, Page, page
from hms.files.selectors import attachments_of
from hms.notifications.models import Notification
from hms.notifications.selectors import sent_about
from hms.organisations.access import may
from hms.organisations.models import Employee
from hms.organisations.selectors import employed

PAGE_SIZE = 25
# Messages to whoever reported.
TO_REPORTER = {
    f"deviations.{key}"
    for key in (
        "receipt", "received", "answered", "comment_to_reporter", "closed", "other_handler", "whistleblowing",
        "not_whistleblowing", "consent_asked", "example_published", "rejected", "withdrawn", "merged", "taken_out",
        "moved", "split",
    )
}  # fmt: skip


@require_safe
def deviation_list(request: HttpRequest, organisation: str) -> HttpResponse:
    """Cases with filters, free-text search and keyset paging; everything is in the address.

    An address without a filter leads to the view that the reader's list opens with.
    """
    if not request.GET and (start := selectors.start_view_of(request.employee)) is not None and start.query:
        return redirect(request.path + filters.address_of(start.query))
    wanted = filters.read(request.GET)
    found = wanted.cases(request.employee)
    by_due = wanted.is_by_due
    listed = selectors.with_marks(selectors.with_list_columns(found), request.employee)
    try:
        shown = page(
            selectors.with_due(listed) if by_due else listed,
            order=["due", "id"] if by_due else ["-reported_at", "-id"],
            cursor=request.GET.get("etter", ""),
            size=PAGE_SIZE,
        )
    except BadCursor:
        raise BadRequest from None
    is_filtered = bool(wanted.query.keys() - {"sort"})
    total = _total(found, shown, request.employee, is_filtered=is_filtered)
    context = {
        "filters": wanted.form,
        "rows": [(deviation, selectors.status(deviation)) for deviation in shown.rows],
        "columns": list_columns(request, by_due=by_due),
        "shown_total": total if total <= selectors.COUNT_LIMIT else None,
        "summary": _summary(total),
        "previous_url": _with_cursor(request, shown.previous),
        "next_url": _with_cursor(request, shown.next),
        "is_filtered": is_filtered,
        "poster_url": _poster_url(request),
        "may_import": may(request.employee, "deviations.import"),
        "may_export": may(request.employee, "deviations.export"),
        "may_change_many": may(request.employee, "deviations.change_many"),
        "wanted": wanted,
        **views_context(request, wanted),
    }
    return page_or_part(request, "deviations/list.html", "deviations/_results.html", context)


def _total(found: Any, shown: Page[Deviation], employee: Employee, *, is_filtered: bool) -> int:
    """How many there are; without a query of its own where that is known already."""
    if shown.previous is None and shown.next is None:
        return len(shown.rows)
    return selectors.bounded_count(found) if is_filtered else selectors.open_counts(employee).open


def _poster_url(request: HttpRequest) -> str:
    """The QR poster of the employee's own unit, for those who put such things on walls."""
    if not may(request.employee, "organisations.manage_unit", request.employee.unit):
        return ""
    return reverse("deviations:poster", args=[request.organisation.slug, request.employee.unit_id])


def list_columns(request: HttpRequest, *, by_due: bool) -> list[Any]:
    """Headings of the list; number (newest first) and due date (soonest first) can be sorted by."""
    return [
        {"label": _("No."), "sort_url": _with_sort(request, ""), "sort": "none" if by_due else "descending"},
        _("What"),
        _("Status"),
        _("Severity"),
        _("Responsible"),
        {"label": _("Due date"), "sort_url": _with_sort(request, "frist"), "sort": "ascending" if by_due else "none"},
    ]


def _with_sort(request: HttpRequest, sort: str) -> str:
    query = request.GET.copy()
    for name in ("etter", "sort"):
        query.pop(name, None)
    if sort:
        query["sort"] = sort
    return f"?{query.urlencode()}"


def _summary(total: int) -> str:
    if total > selectors.COUNT_LIMIT:
        return _("More than %(count)d deviations") % {"count": selectors.COUNT_LIMIT}
    return ngettext("%(count)d deviation", "%(count)d deviations", total) % {"count": total}


def _with_cursor(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["etter"] = cursor
    return f"?{query.urlencode()}"


@require_safe
def detail(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """One case: what it asks of the reader first, then what happened, why, the plan, the answer, the story."""
    deviation = case(request, number, "deviations.view")
    if deviation.is_confidential:
        # Every opening of a confidential case is an event (domain.md section 3).
        record("deviation.opened", deviation, by=author_of(deviation, request.employee))
    return render(request, "deviations/detail.html", case_context(request, deviation))


def case_context(request: HttpRequest, deviation: Deviation) -> dict[str, Any]:
    """Everything the case's page and PDF show to this reader."""
    employee = request.employee
    may_handle = may(employee, "deviations.handle", deviation)
    is_own = rules.is_reporter(employee, deviation)
    reporter = selectors.reporter_shown_to(employee, deviation)
    sees_internal = may(employee, "deviations.view_internal", deviation)
    is_open = deviation.state != "closed"
    plan = plan_context(request, deviation.plan)
    actions = [action for action, _status in plan["plan_actions"]]
    return {
        "deviation": deviation,
        "status": selectors.status(deviation),
        "steps": selectors.steps(deviation),
        "is_reporter": is_own,
        "is_open": is_open,
        "may_handle": may_handle,
        "may_handle_now": may_handle and is_open,
        "may_add_details": is_open and may(employee, "deviations.add_details", deviation),
        "may_reopen": may_reopen(deviation, employee),
        "sees_internal": sees_internal,
        "crumbs": [_above(request, deviation), (deviation.number, None)],
        "pdf_url": case_url(request, deviation) + "pdf/",
        "reporter": reporter,
        "reporter_name": reporter.name,
        "reporter_given_name": reporter.given_name,
        "reporter_is_hidden": deviation.reporter_kind == ReporterKind.HIDDEN,
        "knowing_reporter": selectors.who_knows_reporter(deviation) if is_own else [],
        "may_share_identity": is_open and is_own and may(employee, "deviations.share_identity", deviation),
        "may_make_whistleblowing": is_open and may(employee, "deviations.make_whistleblowing", deviation),
        "is_receiver": may(employee, "deviations.receive_whistleblowing", deviation),
        **whistleblowing_context(deviation),
        "answer_form": MessageForm(label=_("Message"), auto_id="id_answer_%s") if may_handle and is_open else None,
        "cause_labels": [Cause(cause).label for cause in deviation.causes] if sees_internal else [],
        "imported": sorted(deviation.imported_values.items()) if sees_internal else [],
        "category_name": selectors.category_names().get(deviation.category, "") if deviation.category else "",
        "translation": getattr(deviation, "translation", None),
        "why": list(deviation.why_steps.all()) if sees_internal else [],
        "attachments": list(attachments_of(deviation)),
        "comments": list(selectors.comments_for(deviation, employee)),
        "comment_form": CommentForm(may_be_internal=sees_internal),
        "timeline": selectors.timeline_of(deviation, employee),
        "access_list": employed().filter(pk__in=deviation.access_grants.values("employee_id"))
        if deviation.is_confidential and may_handle
        else [],
        "sent": _sent(deviation, actions, employee) if may_handle else [],
        "chain": chain_of(deviation.handling) if may_handle and deviation.handling else [],
        "has_open_actions": any(action.assignment.state != AssignmentState.DONE for action in actions),
        "case_url": case_url(request, deviation),
        **plan,
        **cause_context(deviation, sees_internal=sees_internal),
        **injury_context(deviation, employee, sees_internal=sees_internal),
        **learning_context(deviation, employee, may_handle=may_handle),
        **around_context(deviation, employee, may_handle=may_handle, sees_internal=sees_internal),
    }


def may_reopen(deviation: Deviation, employee: Employee) -> bool:
    """Whether the page offers to open the case again; a merged one is opened by its reporter, in the one that goes on."""
    if deviation.state != "closed" or not may(employee, "deviations.reopen", deviation):
        return False
    return not deviation.is_merged or (rules.is_reporter(employee, deviation) and rules.may_still_reopen(deviation))


def _sent(deviation: Deviation, actions: list[Action], employee: Employee) -> list[Notification]:
    """What was told to whom about the case, its plan and the work in it; a hidden reporter is called the reporter."""
    about: list[Any] = [deviation, *([deviation.handling] if deviation.handling else [])]
    about += [hearing.assignment for hearing in selectors.hearings_of(deviation) if hearing.assignment is not None]
    plan = deviation.plan
    if plan is not None:
        about += [plan, *(action.assignment for action in actions)]
        about += filter(None, [plan.statement_assignment, plan.effect_assignment])
    sent = sent_about(*about)
    if deviation.reporter_kind != ReporterKind.HIDDEN or rules.may_know_reporter(employee, deviation):
        return sent
    hidden = rules.reporter_id_of(deviation)
    for notification in sent:
        # Told as themself (a safety representative), they stand there like the others.
        if notification.recipient_id == hidden and notification.type in TO_REPORTER:
            notification.recipient = None
    return sent


def _above(request: HttpRequest, deviation: Deviation) -> tuple[str, str]:
    """The page above a case."""
    if deviation.is_whistleblowing:
        return _("Whistleblowing"), reverse("deviations:whistleblowing", args=[request.organisation.slug])
    return _("Deviations"), reverse("deviations:list", args=[request.organisation.slug])
