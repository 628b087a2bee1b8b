"""How the platform speaks of routines: tasks and timeline."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hms.assignments import services as assignments
from hms.assignments import sources
from hms.assignments.enums import Kind
from hms.assignments.models import Assignment
from hms.audit import verbs
from hms.audit.models import Event
from hms.audit.verbs import Verb
from hms.files import sources as file_sources
from hms.files.models import Attachment
from hms.organisations import leaving
from hms.organisations.enums import Role
from hms.organisations.mentions import register_names
from hms.organisations.models import Employee
from hms.organisations.selectors import holders, line_manager_of, safety_reps_of
from routines import selectors, services
from routines.enums import State
from routines.models import Draft, Incoming, Question, Requirement, Review, Routine, Translation, Version


def _address(name: str, routine: Routine, *more: object) -> str:
    return reverse(f"routines:{name}", args=[routine.organisation.slug, routine.slug, *more])


def _routine(assignment: Assignment) -> Routine:
    return Routine.objects.select_related("unit", "organisation", "owner").defer("text", "search").get(
        pk=assignment.source_id
    )  # fmt: skip


def _draft(assignment: Assignment) -> Draft:
    known = getattr(assignment, "_draft", None)
    if known is None:
        rows = Draft.objects.select_related("routine__unit", "routine__organisation", "routine__owner")
        if assignment.source_kind == Review._meta.label_lower:
            review = Review.objects.only("draft_id").get(pk=assignment.source_id)
            known = rows.get(pk=review.draft_id)
        else:
            known = rows.get(pk=assignment.source_id)
        assignment._draft = known  # type: ignore[attr-defined]
    return known


def _question(assignment: Assignment) -> Question:
    return Question.objects.select_related("routine__unit", "routine__organisation").get(pk=assignment.source_id)


def _routine_url(assignment: Assignment) -> str:
    routine = _routine(assignment)
    return _address("revise" if assignment.kind == Kind.REVISE else "detail", routine)


def _translation(assignment: Assignment) -> Translation:
    rows = Translation.objects.select_related("routine__unit", "routine__owner", "routine__organisation")
    return rows.defer("text", "search", "routine__text", "routine__search").get(pk=assignment.source_id)


def _translate_url(assignment: Assignment) -> str:
    translation = _translation(assignment)
    return _address("translate", translation.routine, translation.language)


def _load_translations(assignments: Collection[Assignment]) -> None:
    rows = Translation.objects.select_related("routine__unit", "routine__owner").defer("text", "search")
    found = rows.in_bulk({assignment.source_id for assignment in assignments})
    for assignment in assignments:
        sources.keep_root(assignment, found[assignment.source_id].routine)


def _facts_of(routine: Routine) -> list[tuple[str, str]]:
    return [(_("Unit"), routine.unit.name), (_("Owner"), routine.owner.name)]


def _load(assignments: Collection[Assignment]) -> None:
    routines = Routine.objects.select_related("unit", "owner").defer("text", "search")
    found = routines.in_bulk({assignment.source_id for assignment in assignments})
    for assignment in assignments:
        sources.keep_root(assignment, found[assignment.source_id])


def _other_reviewer(assignment: Assignment) -> Employee | None:
    """A representative's task goes to another representative, or is called off; the rest goes to the successor chosen."""
    routine = _draft(assignment).routine
    reps = [*safety_reps_of(routine.unit), *holders(Role.SENIOR_SAFETY_REP).order_by("id")]
    return next((rep for rep in reps if rep.pk != assignment.assignee_id and not rep.has_left()), None)


def _is_representatives(assignment: Assignment) -> bool:
    return Review.objects.filter(pk=assignment.source_id, is_safety_rep=True).exists()


def _review_moved(assignment: Assignment, previous: Employee, by: Employee | None) -> None:
    """Whoever has the task is the one who is asked; somebody who is asked already is not asked twice."""
    review = Review.objects.filter(assignment=assignment).first()
    if review is None:
        return
    same_round = Review.objects.filter(draft=review.draft_id, round=review.round, reviewer=assignment.assignee)
    if same_round.exclude(pk=review.pk).exists():
        review.delete()
        assignments.cancel(assignment, by=by)
        return
    review.reviewer = assignment.assignee
    review.save(update_fields=["reviewer"])


def _owned(employee: Employee) -> QuerySet[Routine]:
    return Routine.objects.filter(owner=employee).exclude(state=State.ARCHIVED)


def _count_owned(employee: Employee) -> list[tuple[str, int]]:
    return [(_("× Routine to answer for"), _owned(employee).count())]


def _hand_over_owned(employee: Employee, to: Employee, by: Employee) -> None:
    """No routine is left with an owner who has left."""
    for routine in _owned(employee).order_by("id"):
        services.change_routine(routine, by=by, owner=to)


def _rules_of(employee: Employee) -> QuerySet[Requirement]:
    return Requirement.objects.filter(owner=employee, set_aside_at__isnull=True)


def _hand_over_rules(employee: Employee, to: Employee, by: Employee) -> None:
    """No rule is left with an owner who has left."""
    for requirement in _rules_of(employee).order_by("id"):
        routines = list(requirement.routines.only("pk"))
        services.change_requirement(requirement, by=by, routines=routines, owner=to)


def _check_moved(assignment: Assignment, previous: Employee, by: Employee | None) -> None:
    """Whoever has the check answers for the rule."""
    Requirement.objects.filter(task=assignment).update(owner=assignment.assignee)


def _load_rules(assignments: Collection[Assignment]) -> None:
    found = Requirement.objects.in_bulk({assignment.source_id for assignment in assignments})
    for assignment in assignments:
        sources.keep_root(assignment, found[assignment.source_id])


leaving.register(_count_owned, _hand_over_owned)
leaving.register(lambda employee: [(_("× Rule to answer for"), _rules_of(employee).count())], _hand_over_rules)
sources.register(
    sources.Source(
        kind=Routine._meta.label_lower,
        label=gettext_lazy("Routine"),
        icon="book",
        url=_routine_url,
        root=_routine,
        facts=lambda assignment: _facts_of(_routine(assignment)),
        load=_load,
        # Reading and revising are done on the routine's own page.
        link_verbs=frozenset(),
    )
)
sources.register(
    sources.Source(
        kind=Review._meta.label_lower,
        label=gettext_lazy("Draft of a routine"),
        icon="edit",
        url=lambda assignment: _address("draft", _draft(assignment).routine) + _draft(assignment).query,
        root=lambda assignment: _draft(assignment).routine,
        facts=lambda assignment: _facts_of(_draft(assignment).routine),
        on_moved=_review_moved,
        follows_role=_is_representatives,
        successor=_other_reviewer,
        link_verbs=frozenset(),
    )
)
sources.register(
    sources.Source(
        kind=Draft._meta.label_lower,
        label=gettext_lazy("Draft of a routine"),
        icon="shield",
        url=lambda assignment: _address("draft", _draft(assignment).routine) + _draft(assignment).query,
        root=lambda assignment: _draft(assignment).routine,
        facts=lambda assignment: _facts_of(_draft(assignment).routine),
        successor=lambda assignment: line_manager_of(_draft(assignment).routine.owner),
        link_verbs=frozenset(),
    )
)
sources.register(
    sources.Source(
        kind=Translation._meta.label_lower,
        label=gettext_lazy("Translation of a routine"),
        icon="book",
        url=_translate_url,
        root=lambda assignment: _translation(assignment).routine,
        facts=lambda assignment: _facts_of(_translation(assignment).routine),
        load=_load_translations,
        # Done when the translation is published.
        link_verbs=frozenset(),
    )
)
sources.register(
    sources.Source(
        kind=Question._meta.label_lower,
        label=gettext_lazy("Question about a routine"),
        icon="help",
        url=lambda assignment: _address("question", _question(assignment).routine, assignment.source_id),
        root=lambda assignment: _question(assignment).routine,
        facts=lambda assignment: _facts_of(_question(assignment).routine),
        link_verbs=frozenset(),
    )
)


sources.register(
    sources.Source(
        kind=Requirement._meta.label_lower,
        label=gettext_lazy("Rule of the law register"),
        icon="book",
        url=lambda assignment: reverse("routines:law_check", args=[assignment.organisation.slug, assignment.source_id]),
        root=lambda assignment: Requirement.objects.get(pk=assignment.source_id),
        facts=lambda assignment: [(_("Rule"), sources.root_of(assignment).name)],  # type: ignore[attr-defined]
        on_moved=_check_moved,
        load=_load_rules,
        # That a rule is followed is said on its own page.
        link_verbs=frozenset(),
    )
)


def _file_visible(employee: Employee | None, attachment: Attachment, request: HttpRequest) -> bool:
    """Files that a version names are for everybody; those of a draft only, for those who have a part in it."""
    return employee is not None and selectors.may_see_file(employee, attachment)


def _incoming_visible(employee: Employee | None, attachment: Attachment, request: HttpRequest) -> bool:
    """Pictures of a text that waits are for whoever brought it in."""
    return employee is not None and Incoming.objects.filter(pk=attachment.owner_id, by=employee).exists()


register_names("routine", lambda: list(selectors.in_force().order_by("title").values_list("title", flat=True)[:500]))
file_sources.register(Routine._meta.label_lower, visible=_file_visible)
file_sources.register(Incoming._meta.label_lower, visible=_incoming_visible)


def _reason(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(Routine.objects.all(), "archive_reason", {event.pk: event.object_id for event in events})


def _note(events: list[Event]) -> dict[int, str]:
    """What was new in the version that an event tells of."""
    if not events:
        return {}
    rows = Version.objects.filter(routine__in={event.root_id for event in events}, translates__isnull=True)
    notes = {(row.routine_id, row.number): row.change_note for row in rows.only("routine_id", "number", "change_note")}
    return {event.pk: notes.get((event.root_id, event.data.get("version")), "") for event in events}


def _set_aside_reason(events: list[Event]) -> dict[int, str]:
    ids = {event.pk: event.object_id for event in events}
    return verbs.texts_of(Requirement.objects.all(), "set_aside_reason", ids)


def _review_text(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(Review.objects.all(), "comment", {event.pk: event.object_id for event in events})


verbs.register(
    {
        "routine.created": Verb(gettext_lazy("%(name)s began the routine"), "plus"),
        "routine.imported": Verb(gettext_lazy("The routine was brought in with its history"), "upload", "info"),
        "routine.adopted": Verb(gettext_lazy("Taken from the library, edition %(version)s of the template"), "book"),
        "routine.adopted_from_parent": Verb(
            gettext_lazy("Taken from the parent organisation, edition %(version)s of the template"), "book"
        ),
        "routine.shared": Verb(gettext_lazy("%(name)s began to share the routine with the subsidiaries"), "building"),
        "routine.sharing_stopped": Verb(
            gettext_lazy("%(name)s stopped sharing the routine with the subsidiaries"), "building"
        ),
        "routine.template_taken": Verb(
            gettext_lazy("%(name)s took edition %(version)s of the template into a draft"), "book", "info"
        ),
        "routine.template_declined": Verb(
            gettext_lazy("%(name)s kept the text as it is, though the template has edition %(version)s"), "book"
        ),
        "routine.draft_begun": Verb(gettext_lazy("%(name)s began a new draft"), "edit"),
        "routine.draft_discarded": Verb(gettext_lazy("%(name)s threw the draft away"), "trash"),
        "routine.sent_to_review": Verb(gettext_lazy("%(name)s asked others to look through the draft"), "people"),
        "routine.reviewed": Verb(gettext_lazy("%(name)s has looked through the draft"), "comment", "", _review_text),
        "routine.sent_to_approval": Verb(
            gettext_lazy("%(name)s sent the draft to be approved by %(to_name)s"), "shield", "brand2"
        ),
        "routine.approved": Verb(gettext_lazy("%(name)s approved the draft"), "shield", "success"),
        "routine.sent_back": Verb(gettext_lazy("%(name)s took the draft back to be written on"), "undo", "warning"),
        "routine.published": Verb(gettext_lazy("Version %(version)s is in force"), "check", "success", _note),
        "routine.translated": Verb(gettext_lazy("Version %(version)s is in force in another language"), "check"),
        "routine.changed": Verb(gettext_lazy("%(name)s changed how the routine is kept"), "settings"),
        "routine.audience_changed": Verb(gettext_lazy("%(name)s changed whom the routine is for"), "people"),
        "routine.still_right": Verb(gettext_lazy("%(name)s looked through it: still right"), "check", "success"),
        "routine.archived": Verb(gettext_lazy("%(name)s took the routine out of force"), "close", "", _reason),
        "routine.brought_back": Verb(gettext_lazy("%(name)s brought the routine back"), "undo"),
        "routine.asked": Verb(gettext_lazy("%(name)s wondered about something"), "help"),
        "routine.answered": Verb(gettext_lazy("%(name)s answered a question"), "comment"),
        "routine.readers_asked": Verb(gettext_lazy("%(asked)s were asked to read it"), "book"),
        "requirement.added": Verb(gettext_lazy("%(name)s put the rule into the register"), "plus"),
        "requirement.changed": Verb(gettext_lazy("%(name)s changed what the register says"), "edit"),
        "requirement.checked": Verb(gettext_lazy("%(name)s checked it: we follow the rule"), "check", "success"),
        "requirement.set_aside": Verb(
            gettext_lazy("%(name)s said that the rule does not apply"), "close", "", _set_aside_reason
        ),
        "requirement.taken_up": Verb(gettext_lazy("%(name)s took the rule in again"), "undo"),
        "point.covered": Verb(gettext_lazy("%(name)s said what covers point %(number)s"), "check"),
        "handbook.goals_written": Verb(gettext_lazy("%(name)s wrote the goals"), "edit"),
        "routine.readers_chased": Verb(gettext_lazy("%(name)s reminded %(people)s who have not read it"), "bell"),
    }
)
