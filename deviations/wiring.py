"""How the platform speaks of cases: assignments, plans, files, timeline."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deviations import selectors
from deviations.enums import ReportKind, State
from deviations.models import Comment, Deviation, GoodExample, Hearing, MissedAction, Reclassification, WorkStop
from deviations.routing import choose_handler
from deviations.rules import is_answered, is_handler, is_missed, may_report_missed
from deviations.services.handling import handler_changed
from hms.actions import overdue
from hms.actions import sources as action_sources
from hms.actions.models import Action, ActionPlan
from hms.actions.signals import plan_completed
from hms.assignments import sources as assignment_sources
from hms.assignments.models import Assignment
from hms.audit import verbs
from hms.audit.models import Event
from hms.audit.verbs import Verb
from hms.files import sources as file_sources
from hms.files.models import Attachment
from hms.notifications.services import notify
from hms.organisations.models import Employee

KIND = Deviation._meta.label_lower


def _of_assignment(assignment: Assignment) -> Deviation:
    return Deviation.everything.select_related("unit", "handling").get(pk=assignment.source_id)


def _of_plan(plan: ActionPlan) -> Deviation:
    # A page asks many times about the same plan.
    known = getattr(plan, "_case", None)
    if known is None:
        known = plan._case = Deviation.everything.select_related("unit", "handling").get(plan=plan)
    return known


def case_url(deviation: Deviation) -> str:
    """Path of the case's page."""
    return reverse("deviations:detail", args=[deviation.organisation.slug, deviation.number])


def _facts(assignment: Assignment) -> list[tuple[str, str]]:
    deviation = _of_assignment(assignment)
    rows = [(_("Place"), deviation.place), (_("Unit"), deviation.unit.name), (_("Case number"), deviation.number)]
    return [(label, value) for label, value in rows if value]


def _called(deviation: Deviation) -> str:
    """What a case is called outside the house: its number, and whether it is good news."""
    number = {"number": deviation.number}
    if deviation.is_praise:
        return _("Praise %(number)s") % number
    if deviation.kind == ReportKind.SUGGESTION:
        return _("Suggestion %(number)s") % number
    return _("Deviation %(number)s") % number


def _successor(assignment: Assignment) -> Employee | None:
    return choose_handler(_of_assignment(assignment), without=assignment.assignee)


def _load(assignments: Collection[Assignment]) -> None:
    cases = Deviation.everything.in_bulk([assignment.source_id for assignment in assignments])
    for assignment in assignments:
        assignment_sources.keep_root(assignment, cases[assignment.source_id])


def _load_plans(plans: Collection[ActionPlan]) -> None:
    cases = {
        case.plan_id: case for case in Deviation.everything.filter(plan__in=plans).select_related("unit", "handling")
    }
    for plan in plans:
        plan._case = cases[plan.pk]  # type: ignore[attr-defined]


def _moved(assignment: Assignment, previous: Employee, by: Employee | None) -> None:
    handler_changed(Deviation.everything.select_related("handling__assignee", "plan").get(handling=assignment), by=by)


assignment_sources.register(
    assignment_sources.Source(
        kind=KIND,
        label=gettext_lazy("Deviation"),
        icon="flag",
        url=lambda assignment: case_url(_of_assignment(assignment)),
        root=_of_assignment,
        facts=_facts,
        on_completed=None,
        on_moved=_moved,
        successor=_successor,
        # The reporter waits for words: taking the case is not enough.
        is_begun=lambda assignment: is_answered(_of_assignment(assignment)),
        # The title comes from the reporter's words: it stays inside.
        mail_title=lambda assignment: _called(assignment_sources.root_of(assignment)),
        load=_load,
        # A case ends with an answer to the reporter, which takes the whole page.
        link_verbs=frozenset(),
    )
)


def _hearing(assignment: Assignment) -> Hearing:
    return Hearing.objects.select_related("deviation__unit", "deviation__handling").get(pk=assignment.source_id)


def _case_of_hearing(assignment: Assignment) -> Deviation:
    # The assignment is created a moment after its hearing, which names the case.
    return _hearing(assignment).deviation


def _hearing_url(assignment: Assignment) -> str:
    """The page of the question; of what became whistleblowing there is none any more."""
    hearing = _hearing(assignment)
    if hearing.deviation.is_whistleblowing:
        return case_url(hearing.deviation)
    return reverse("deviations:hearing", args=[assignment.organisation.slug, hearing.pk])


def _may_open_hearing(assignment: Assignment, employee: Employee) -> bool:
    return selectors.visible_hearings(employee).filter(pk=assignment.source_id, asked=employee).exists()


def _load_hearings(assignments: Collection[Assignment]) -> None:
    hearings = Hearing.objects.select_related("deviation__organisation").in_bulk([one.source_id for one in assignments])
    for assignment in assignments:
        assignment_sources.keep_root(assignment, hearings[assignment.source_id].deviation)


assignment_sources.register(
    assignment_sources.Source(
        kind=Hearing._meta.label_lower,
        label=gettext_lazy("Hearing"),
        icon="comment",
        url=_hearing_url,
        # Whoever is asked, also one who may not open the case.
        may_open=_may_open_hearing,
        root=_case_of_hearing,
        facts=lambda assignment: [(_("Case number"), _case_of_hearing(assignment).number)],
        mail_title=lambda assignment: (
            _("your view on %(case)s") % {"case": assignment_sources.root_of(assignment).number}
        ),
        load=_load_hearings,
        kept_from=lambda assignment: selectors.subject_ids_of(_case_of_hearing(assignment)),
        # Nobody answers for somebody else's view: whoever leaves is not waited for.
        follows_role=lambda assignment: True,
        successor=lambda assignment: None,
        # The question is read on its own page, by whoever was asked, signed in.
        link_verbs=frozenset(),
    )
)


def _ways_on(employee: Employee, actions: Collection[Action]) -> dict[int, overdue.WayOn]:
    """To report that an action was not done in time, or to what came of reporting it, for those who may open that."""
    slug = next(iter(actions)).organisation.slug
    known = dict(MissedAction.objects.filter(action__in=actions).values_list("action_id", "deviation_id"))
    cases = selectors.openable_by(employee).in_bulk(known.values()) if known else {}
    ways = {}
    for action in actions:
        if action.pk in known:
            made = cases.get(known[action.pk])
            if made is not None:
                url = reverse("deviations:detail", args=[slug, made.number])
                label = _("Reported as %(number)s") % {"number": made.number}
                ways[action.pk] = overdue.WayOn(label, url)
        elif is_missed(action) and may_report_missed(employee, action):
            url = reverse("deviations:report_missed", args=[slug, action.pk])
            ways[action.pk] = overdue.WayOn(_("Report it as a deviation"), url)
    return ways


overdue.register(_ways_on)


def _visible_plan_ids(employee: Employee) -> QuerySet:
    return selectors.openable_by(employee).filter(plan__isnull=False).values("plan_id")


action_sources.register(
    action_sources.Source(
        kind=KIND,
        label=gettext_lazy("Deviation"),
        icon="flag",
        url=lambda plan: case_url(_of_plan(plan)),
        reference=lambda plan: _of_plan(plan).number,
        place=lambda plan: ", ".join(filter(None, [_of_plan(plan).place, plan.unit.name])),
        visible_plan_ids=_visible_plan_ids,
        is_open=lambda plan: Deviation.everything.filter(plan=plan).exclude(state=State.CLOSED).exists(),
        kept_from=lambda plan: selectors.subject_ids_of(_of_plan(plan)),
        may_manage=lambda employee, plan: is_handler(employee, _of_plan(plan)),
        load=_load_plans,
    )
)


def _file_visible(employee: Employee | None, attachment: Attachment, request: HttpRequest) -> bool:
    return employee is not None and selectors.openable_by(employee).filter(pk=attachment.owner_id).exists()


file_sources.register(KIND, visible=_file_visible)


def _example_file_visible(employee: Employee | None, attachment: Attachment, request: HttpRequest) -> bool:
    return employee is not None and selectors.visible_examples(employee).filter(pk=attachment.owner_id).exists()


file_sources.register(GoodExample._meta.label_lower, visible=_example_file_visible)


@receiver(plan_completed, dispatch_uid="deviations.plan_completed")
def tell_handler_that_plan_is_done(sender: Any, plan: ActionPlan, by: Employee | None, **kwargs: Any) -> None:
    """The one who handles the case is told that it can be answered and closed."""
    if plan.source_kind != KIND or plan.owner is None:
        return
    deviation = _of_plan(plan)
    notify(
        "deviations.plan_completed",
        to=plan.owner,
        about=deviation,
        dedupe=f"plan-completed:{plan.pk}:{plan.version}",
        parameters={"case": deviation.number},
    )


def _comment_text(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(Comment.objects.all(), "text", {event.pk: event.object_id for event in events})


def _hearing_answer(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(Hearing.objects.all(), "answer", {event.pk: event.object_id for event in events})


def _hearing_question(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(Hearing.objects.all(), "question", {event.pk: event.object_id for event in events})


def _stopped(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(WorkStop.objects.all(), "what", {event.pk: event.object_id for event in events})


def _lifted(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(WorkStop.objects.all(), "reason", {event.pk: event.object_id for event in events})


def _reason(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(Reclassification.objects.all(), "reason", {event.pk: event.object_id for event in events})


verbs.register(
    {
        "deviation.reported": Verb(gettext_lazy("%(name)s reported the deviation"), "flag", "info"),
        "deviation.imported": Verb(gettext_lazy("The case was imported"), "flag", "info"),
        "deviation.received": Verb(gettext_lazy("%(name)s took the case"), "person"),
        "deviation.triaged": Verb(gettext_lazy("%(name)s assessed the case"), "person"),
        "deviation.analysed": Verb(gettext_lazy("%(name)s wrote down the causes"), "search"),
        "deviation.commented": Verb(gettext_lazy("%(name)s commented"), "comment"),
        "deviation.details_added": Verb(gettext_lazy("%(name)s added more"), "comment"),
        "deviation.answered": Verb(gettext_lazy("%(name)s wrote to the reporter"), "mail"),
        "deviation.closed": Verb(gettext_lazy("%(name)s closed the case"), "check", "success"),
        "deviation.reopened": Verb(gettext_lazy("%(name)s reopened the case"), "flag", "warning"),
        "deviation.made_confidential": Verb(gettext_lazy("%(name)s made the case confidential"), "shield"),
        "deviation.access_granted": Verb(gettext_lazy("%(name)s gave %(to)s access"), "shield"),
        "deviation.translated": Verb(gettext_lazy("%(name)s translated the report"), "comment"),
        "deviation.identity_shared": Verb(gettext_lazy("The reporter let %(to)s know who they are"), "person"),
        "deviation.made_whistleblowing": Verb(
            gettext_lazy("%(name)s made the case whistleblowing"), "shield", "warning", _reason
        ),
        "deviation.made_deviation": Verb(gettext_lazy("%(name)s made the case a deviation again"), "flag", "", _reason),
        "deviation.subject_added": Verb(gettext_lazy("%(name)s added whom the case is about"), "person"),
        "deviations.exported": Verb(gettext_lazy("%(name)s downloaded deviations"), "download"),
        "deviations.documented": Verb(gettext_lazy("%(name)s made a document of deviations"), "download"),
        "saved_view.shared": Verb(gettext_lazy("%(name)s shared a view"), "people"),
        "saved_view.removed": Verb(gettext_lazy("%(name)s removed a shared view"), "people"),
        "deviation.rated": Verb(gettext_lazy("%(name)s said whether it helped"), "star"),
        "deviation.cost_estimated": Verb(gettext_lazy("%(name)s estimated what it cost"), "edit"),
        "example.written": Verb(gettext_lazy("%(name)s wrote a good example"), "edit"),
        "example.taken_up": Verb(gettext_lazy("%(name)s took the good example up again"), "edit"),
        "example.consent_asked": Verb(gettext_lazy("%(name)s asked to share a good example"), "comment"),
        "example.consent_answered": Verb(gettext_lazy("%(name)s answered about the good example"), "comment"),
        "example.published": Verb(gettext_lazy("%(name)s shared a good example"), "star", "success"),
        "example.withdrawn": Verb(gettext_lazy("%(name)s took the good example back"), "undo"),
        "deviation.rejected": Verb(gettext_lazy("%(name)s rejected the case"), "close", "warning"),
        "deviation.withdrawn": Verb(gettext_lazy("%(name)s withdrew the case"), "undo"),
        "deviation.merged": Verb(gettext_lazy("%(name)s merged the case into another about the same"), "link"),
        "deviation.took_in": Verb(
            gettext_lazy("%(name)s merged another case into this one"), "link", "", _comment_text
        ),
        "deviation.taken_out": Verb(gettext_lazy("%(name)s let the case go on by itself again"), "undo"),
        "deviation.reopened_by_another": Verb(
            gettext_lazy("Somebody else who reported the same reopened the case"), "flag", "warning"
        ),
        "deviation.moved": Verb(gettext_lazy("%(name)s moved the case to %(unit)s"), "swap", "", _comment_text),
        "deviation.split": Verb(gettext_lazy("%(name)s made part of it a case of its own"), "plus"),
        "deviation.split_off": Verb(gettext_lazy("%(name)s made this case of part of another"), "flag", "info"),
        "deviation.linked": Verb(gettext_lazy("%(name)s linked the case to another"), "link"),
        "deviation.unlinked": Verb(gettext_lazy("%(name)s took away a link to another case"), "link"),
        "hearing.asked": Verb(gettext_lazy("%(name)s asked %(to)s for a view"), "comment", "", _hearing_question),
        "hearing.answered": Verb(gettext_lazy("%(name)s gave a view"), "comment", "success", _hearing_answer),
        "hearing.declined": Verb(gettext_lazy("%(name)s declined to give a view"), "close", "", _hearing_answer),
        "hearing.closed": Verb(gettext_lazy("%(name)s no longer waits for a view"), "close"),
        "work.stopped": Verb(gettext_lazy("%(name)s stopped dangerous work"), "warning", "danger", _stopped),
        "work.resumed": Verb(gettext_lazy("%(name)s let the work go on"), "check", "success", _lifted),
        "action.reported_missed": Verb(
            gettext_lazy("%(name)s reported that an action was not done"), "flag", "warning"
        ),
        "deviation.opened": Verb(gettext_lazy("%(name)s opened the case"), "search"),
    }
)
