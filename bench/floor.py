"""The floor: the same rows as the product's list, case and routine, by plain ORM queries in minimal templates.

It signs people in and opens the organisation's scope, as anything that serves these rows must. It has no
filters, counts, menu, permissions, translations or components.
"""

import datetime

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from markdown_it import MarkdownIt

from deviations.models import Comment, Deviation
from hms.actions.models import Action, Statement
from hms.audit.models import Event
from hms.files.models import Attachment
from hms.notifications.models import Notification
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant
from routines.models import Audience, Favourite, Question, ReadingRequest, Receipt, Routine, Version

COLUMNS = [
    "year", "sequence", "title", "state", "severity", "reported_at", "is_confidential", "handling__state",
    "handling__due_on", "handling__assignee__given_name", "handling__assignee__family_name", "plan__state",
    "unit__name",
]  # fmt: skip


@login_required
def rows(request: HttpRequest, organisation: int) -> HttpResponse:
    """Twenty-five cases: open ones, or all after a moment and an id."""
    with tenant(organisation):
        cases = Deviation.objects.select_related("handling__assignee", "plan", "unit").only(*COLUMNS)
        if "after" in request.GET:
            at, _comma, pk = request.GET["after"].partition(",")
            moment = datetime.datetime.fromisoformat(at)
            cases = cases.filter(
                Q(reported_at__lt=moment) | Q(reported_at=moment, pk__lt=int(pk)), reported_at__lte=moment
            )
        else:
            cases = cases.exclude(state="closed")
        return render(request, "floor/list.html", {"cases": cases.order_by("-reported_at", "-id")[:25]})


@login_required
def case(request: HttpRequest, organisation: int, year: int, sequence: int) -> HttpResponse:
    """One case with everything that belongs to it."""
    with tenant(organisation):
        found = Deviation.objects.select_related(
            "unit", "reporter", "closed_by", "handling__assignee", "plan__unit", "plan__owner",
            "plan__statement_assignment__assignee", "plan__effect_assignment",
        ).get(year=year, sequence=sequence)  # fmt: skip
        actions = list(Action.objects.filter(plan=found.plan).select_related("assignment__assignee").order_by("id"))
        work = [action.assignment_id for action in actions]
        work += [found.handling_id, found.plan.statement_assignment_id, found.plan.effect_assignment_id]
        events = (
            Event.objects.filter(
                Q(root_type="deviations.deviation", root_id=found.pk)
                | Q(root_type="actions.actionplan", root_id=found.plan_id)
            )
            .select_related("actor")
            .order_by("-at", "-id")
        )
        sent = Notification.objects.filter(
            Q(about_type="deviations.deviation", about_id=found.pk)
            | Q(about_type="actions.actionplan", about_id=found.plan_id)
            | Q(about_type="assignments.assignment", about_id__in=[pk for pk in work if pk])
        ).select_related("recipient")
        context = {
            "case": found,
            "why": found.why_steps.all(),
            "comments": Comment.objects.filter(deviation=found).select_related("author").order_by("id"),
            "actions": actions,
            "statements": Statement.objects.filter(plan=found.plan).select_related("given_by", "replied_by"),
            "attachments": Attachment.objects.filter(owner_kind="deviations.deviation", owner_id=found.pk),
            "events": events,
            "sent": sent.prefetch_related("deliveries").order_by("-created_at", "-id"),
        }
        return render(request, "floor/case.html", context)


@login_required
def routine(request: HttpRequest, organisation: int, slug: str) -> HttpResponse:
    """One routine with its text as HTML, its versions, whom it is for, and what it is to the one who reads."""
    with tenant(organisation):
        me = Employee.objects.get(user=request.user)
        found = Routine.objects.select_related("unit", "owner", "current__approved_by").get(slug=slug)
        of_mine = {"routine": found, "employee": me}
        context = {
            "routine": found,
            "text": MarkdownIt("commonmark", {"html": False}).enable("table").render(found.current.text),
            "audience": Audience.objects.filter(routine=found).select_related("unit", "group", "employee"),
            "versions": Version.objects.filter(routine=found).select_related("author").defer("text"),
            "receipts": Receipt.objects.filter(**of_mine),
            "requests": ReadingRequest.objects.filter(**of_mine, ended_at=None).select_related("assignment"),
            "questions": Question.objects.filter(routine=found, asked_by=me),
            "is_favourite": Favourite.objects.filter(**of_mine).exists(),
        }
        return render(request, "floor/routine.html", context)
