"""Reading routines: which ones somebody may know of, and finding them."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from hms.audit import verbs
from hms.audit.selectors import timeline
from hms.files.models import Attachment
from hms.organisations import qualifications, things
from hms.organisations.access import visibility
from hms.organisations.enums import EXPIRING_ROLES, Role
from hms.organisations.models import Employee, GroupMember, RoleHolding, Unit
from hms.organisations.people import current, reach
from hms.organisations.things import known
from routines.enums import AudienceKind, DraftState, State
from routines.markdown import FILE, ROUTINE, RULE, THING, Links, targets_in
from routines.models import (
    Audience,
    Draft,
    Favourite,
    Incoming,
    Question,
    ReadingRequest,
    Requirement,
    Review,
    Routine,
    Version,
)  # fmt: skip

# Beyond this the list says «more than».
COUNT_LIMIT = 1000
# Marks around found words, until the text is escaped; nobody can type them (control characters are no text).
BEGIN, END = "\x02", "\x03"
# What the platform calls what an audience of that kind holds.
TRAINING = "training"


def _has_part(employee: Employee) -> Q:
    """Somebody's part in a routine that is being written: they own it, lead its unit, write, review or approve it."""
    his = reach(employee)
    if his.has(Role.HSE_MANAGER):
        return Q(pk__isnull=False)
    drafts = Draft.objects.filter(routine=OuterRef("pk"))
    asked = Review.objects.filter(draft__routine=OuterRef("pk"), reviewer=employee)
    return (
        Q(owner=employee)
        | Q(approver=employee)
        | Q(unit_id__in=his.managed_unit_ids)
        | Exists(drafts.filter(Q(author=employee) | Q(approval__assignee=employee)))
        | Exists(asked)
    )


@visibility(Routine)
def visible_to(employee: Employee) -> QuerySet[Routine]:
    """Everybody reads what is or was in force; what was never published is for those who have a part in it."""
    return Routine.objects.filter(Q(current__isnull=False) | _has_part(employee))


@visibility(Draft)
def visible_drafts(employee: Employee) -> QuerySet[Draft]:
    """Drafts of routines one has a part in."""
    return Draft.objects.filter(routine__in=Routine.objects.filter(_has_part(employee)).values("pk"))


@visibility(Incoming)
def visible_incoming(employee: Employee) -> QuerySet[Incoming]:
    """What one has brought in oneself and not looked at yet."""
    return Incoming.objects.filter(by=employee)


@visibility(Version)
def visible_versions(employee: Employee) -> QuerySet[Version]:
    """What was published once can always be read again: its address stands on paper."""
    return Version.objects.all()


@visibility(Review)
def visible_reviews(employee: Employee) -> QuerySet[Review]:
    return Review.objects.filter(draft__in=visible_drafts(employee).values("pk"))


@visibility(Question)
def visible_questions(employee: Employee) -> QuerySet[Question]:
    """One's own, and those about routines one answers for."""
    his = reach(employee)
    questions = Question.objects.all()
    if his.has(Role.HSE_MANAGER):
        return questions
    return questions.filter(
        Q(asked_by=employee) | Q(routine__owner=employee) | Q(routine__unit_id__in=his.managed_unit_ids)
    )


def in_force() -> QuerySet[Routine]:
    return Routine.objects.filter(state=State.PUBLISHED)


def with_list_columns(routines: QuerySet[Routine]) -> QuerySet[Routine]:
    """Everything a row of the list shows, in one query."""
    return routines.select_related("unit", "owner", "current").defer("text", "search", "current__text")


# --- whom it is for ---


def _today() -> datetime.date:
    return timezone.localdate()


def for_employee(employee: Employee, on: datetime.date | None = None) -> Q:
    """Filter of audiences that somebody is part of on a day."""
    unit_path = employee.unit.path
    groups = GroupMember.objects.filter(current(on), employee=employee, group__is_active=True).values("group")
    roles = {holding.role for holding in reach(employee).holdings}
    return (
        Q(kind=AudienceKind.UNIT, unit_id__in=[] if roles & EXPIRING_ROLES else unit_path)
        | Q(kind=AudienceKind.PERSON, employee=employee)
        | Q(kind=AudienceKind.GROUP, group__in=groups)
        | Q(kind=AudienceKind.ROLE, role__in=roles)
        | Q(kind=AudienceKind.TRAINING, training_id__in=qualifications.held_by(TRAINING, employee, on or _today()))
    )


def applying_to(routines: QuerySet[Routine], employee: Employee) -> QuerySet[Routine]:
    """Routines that are for somebody."""
    mine = Audience.objects.filter(for_employee(employee), routine=OuterRef("pk"))
    return routines.filter(Exists(mine))


def for_role(routines: QuerySet[Routine], role: str) -> QuerySet[Routine]:
    """Routines that name a role among those they are for."""
    named = Audience.objects.filter(routine=OuterRef("pk"), kind=AudienceKind.ROLE, role=role)
    return routines.filter(Exists(named))


def audience_of(routine: Routine) -> list[Audience]:
    """Whom a routine is for, each part with what it is called."""
    parts = list(routine.audience.select_related("unit", "group", "employee").order_by("id"))
    trainings = known(TRAINING, [part.training_id for part in parts if part.training_id is not None])
    for part in parts:
        if part.training_id in trainings:
            part.training_name = trainings[part.training_id].name
    return parts


def readers_of(audience: Iterable[Audience], on: datetime.date | None = None) -> QuerySet[Employee]:
    """Everybody an audience is, of those who work here on a day. Guests of a unit are not its people."""
    units = [part.unit_id for part in audience if part.kind == AudienceKind.UNIT]
    roles = [part.role for part in audience if part.kind == AudienceKind.ROLE]
    groups = [part.group_id for part in audience if part.kind == AudienceKind.GROUP]
    people = [part.employee_id for part in audience if part.kind == AudienceKind.PERSON]
    trainings = [part.training_id for part in audience if part.training_id is not None]
    wanted = Q(pk__in=people)
    if trainings:
        wanted |= Q(pk__in=qualifications.holders_of(TRAINING, trainings, on or _today()))
    if units:
        guests = RoleHolding.objects.filter(current(on), role__in=EXPIRING_ROLES).values("employee")
        wanted |= Q(unit__in=Unit.objects.filter(path__overlap=units).values("pk")) & ~Q(pk__in=guests)
    if roles:
        held = current(on, "role_holdings__") & Q(role_holdings__role__in=roles)
        wanted |= Q(pk__in=Employee.objects.filter(held).values("pk"))
    if groups:
        members = GroupMember.objects.filter(current(on), group__in=groups, group__is_active=True)
        wanted |= Q(pk__in=members.values("employee"))
    return Employee.objects.filter(current(on)).filter(wanted)


# --- finding ---


def search(routines: QuerySet[Routine], text: str) -> tuple[QuerySet[Routine], list[int]]:
    """Routines that match a free text, and their ids with the best first.

    By Norwegian stems and beginnings of words; what is misspelt is found by how much of it is alike. The ids come from
    the database's search function, which can use its indexes under row-level security.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM routines_matching(%s, %s, %s)", [text, prefix_query(text), COUNT_LIMIT])
        ids = [row[0] for row in cursor.fetchall()]
    return routines.filter(pk__in=ids), ids


def prefix_query(text: str) -> str:
    """All words as beginnings: `stillas` finds `stillaset` too, which the stemmer alone misses."""
    words = ["".join(filter(str.isalnum, word)) for word in text.split()]
    return " & ".join(f"{word}:*" for word in words[:8] if len(word) > 2)


@dataclass(frozen=True)
class Snippet:
    """Where searched words stand: the words around them, with marks, and their language."""

    words: SafeString
    language: str


def snippets(routines: Collection[Routine], text: str, language: str = "") -> dict[int, Snippet]:
    """Where in each routine the words stand, with the words marked.

    Args:
        language: what the reader reads; where the words do not stand in that text, the others are shown.
    """
    if not routines or not text.strip():
        return {}
    options = f"StartSel={BEGIN}, StopSel={END}, MaxFragments=2, MaxWords=18, MinWords=8, FragmentDelimiter=' … '"
    texts = (
        "SELECT id AS pk, language, text FROM routines_routine WHERE id = ANY(%(ids)s) UNION ALL "
        "SELECT routine_id, language, text FROM routines_translation WHERE routine_id = ANY(%(ids)s)"
    )
    config = "CASE language WHEN 'en' THEN 'english'::regconfig ELSE 'norwegian'::regconfig END"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pk, language, ts_headline(config, text, websearch_to_tsquery(config, %(said)s) || "  # noqa: S608
            f"to_tsquery(config, %(begun)s), %(options)s) FROM (SELECT *, {config} AS config FROM ({texts}) every) one",
            {
                "said": text,
                "begun": prefix_query(text),
                "options": options,
                "ids": [routine.pk for routine in routines],
            },
        )
        found = [row for row in cursor.fetchall() if BEGIN in row[2]]
    own = {routine.pk: routine.language for routine in routines}
    found.sort(key=lambda row: (row[1] == language, row[1] == own[row[0]]))
    return {pk: Snippet(marked(headline), code) for pk, code, headline in found}


def marked(headline: str) -> SafeString:
    """A headline of the database, escaped, with its marks as `<mark>`."""
    safe = str(escape(headline)).replace(BEGIN, "<mark>").replace(END, "</mark>")
    return mark_safe(safe)


def bounded_count(routines: QuerySet[Routine]) -> int:
    """How many, at most COUNT_LIMIT + 1."""
    return len(routines.order_by().values_list("pk")[: COUNT_LIMIT + 1])


def favourites_of(employee: Employee) -> set[int]:
    return set(Favourite.objects.filter(employee=employee).values_list("routine_id", flat=True))


def unread_count(employee: Employee) -> int:
    """How many routines wait to be read; kept on the object for one request."""
    known: int | None = getattr(employee, "_unread_routines", None)
    if known is None:
        known = ReadingRequest.objects.filter(employee=employee, ended_at__isnull=True).count()
        employee._unread_routines = known  # type: ignore[attr-defined]
    return known


def links_of(texts: Iterable[str], organisation_slug: str) -> Links:
    """Where what texts name is found: routines, rules, files, other domains' things. At most one query for each sort."""
    targets = set().union(*(targets_in(text) for text in texts))
    slugs = {target.removeprefix(ROUTINE) for target in targets if target.startswith(ROUTINE)}
    ids = {key for target in targets if target.startswith(FILE) and _is_id(key := target.removeprefix(FILE))}
    links: dict[str, str] = {}
    if slugs:
        for slug in Routine.objects.filter(slug__in=slugs).values_list("slug", flat=True):
            links[ROUTINE + slug] = reverse("routines:detail", args=[organisation_slug, slug])
    if keys := {target for target in targets if target.startswith(RULE)}:
        for rule in linkable_rules():
            if (target := RULE + rule.key) in keys:
                links[target] = reverse("routines:law_requirement", args=[organisation_slug, rule.pk])
    for kind in things.kinds():
        prefix = f"{THING}{kind}-"
        pks = {
            int(key) for target in targets if target.startswith(prefix) and _is_id(key := target.removeprefix(prefix))
        }
        links |= {f"{prefix}{pk}": thing.url for pk, thing in things.known(kind, pks).items()}
    if ids:
        for file in _files(ids):
            links[f"{FILE}{file.pk}"] = reverse("files:serve", args=[organisation_slug, file.pk, file.name])
    return links


def linkable_rules() -> list[Requirement]:
    """The rules of the register that a text can link to, by law and place."""
    rows = Requirement.objects.filter(set_aside_at__isnull=True).only("law", "place", "organisation_id")
    return list(rows.order_by("law", "place", "id"))


def links_of_incoming(incoming: Incoming, organisation_slug: str) -> Links:
    """Where the links of a text that waits lead: its own pictures, and routines."""
    links = dict(links_of([incoming.text], organisation_slug))
    own = Attachment.objects.filter(owner_kind=Incoming._meta.label_lower, owner_id=incoming.pk)
    for file in own:
        links[f"{FILE}{file.pk}"] = reverse("files:serve", args=[organisation_slug, file.pk, file.name])
    return links


def files_in(text: str) -> list[Attachment]:
    """The routines' files that a text names."""
    return files_among(targets_in(text))


def files_among(targets: Iterable[str]) -> list[Attachment]:
    """The routines' files among what texts lead to."""
    keys = {target.removeprefix(FILE) for target in targets if target.startswith(FILE)}
    ids = [key for key in keys if _is_id(key)]
    return list(_files(ids).order_by("id")) if ids else []


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _files(ids: Collection[str]) -> QuerySet[Attachment]:
    """Files of routines, and of nothing else, whatever number somebody writes."""
    return Attachment.objects.filter(owner_kind=Routine._meta.label_lower, pk__in=ids)


def may_see_file(employee: Employee, file: Attachment) -> bool:
    """Whether somebody may open a routine's file: a version names it, or they have a part in what is being written."""
    if visible_drafts(employee).filter(routine=file.owner_id).exists():
        return True
    named = Version.objects.filter(routine=file.owner_id, text__regex=rf"{FILE}{file.pk}\M")
    return visible_to(employee).filter(pk=file.owner_id).exists() and named.exists()


def file_names_in(text: str) -> list[str]:
    """What the files that a text names are called: to be found by it."""
    return sorted(file.name for file in files_in(text))


@dataclass(frozen=True)
class Status:
    """How a routine's state is shown: kind of tag and words."""

    kind: str
    label: str


def status(routine: Routine) -> Status:
    """The one status shown for a routine."""
    if routine.state == State.ARCHIVED:
        return Status("cancelled", _("Archived"))
    if routine.state == State.DRAFT:
        return Status("draft", _("Not published yet"))
    return Status("done", _("In force"))


DRAFT_TAGS = {
    DraftState.WRITING: "draft", DraftState.REVIEW: "working", DraftState.APPROVAL: "approval",
    DraftState.APPROVED: "planned", DraftState.PUBLISHED: "done", DraftState.DISCARDED: "cancelled",
}  # fmt: skip


def draft_status(draft: Draft) -> Status:
    return Status(DRAFT_TAGS[DraftState(draft.state)], str(draft.get_state_display()))


def timeline_of(routine: Routine) -> list[verbs.Line]:
    """The routine's story, newest first."""
    return verbs.lines(timeline(routine).filter(verb__startswith="routine.")[:40], nobody=_("Somebody"))


def versions_of(routine: Routine, language: str = "") -> QuerySet[Version]:
    """The editions in a language (the routine's own when left out), newest first, without their texts."""
    return (
        Version.objects.filter(routine=routine, language=language or routine.language)
        .select_related("author", "approved_by")
        .defer("text")
        .order_by("-number", "-edition")
    )


def reviews_of(draft: Draft) -> list[Review]:
    """What those who were asked say, in the round that goes on; the safety representative first."""
    rows = Review.objects.filter(draft=draft, round=draft.round).select_related("reviewer__unit", "assignment")
    return list(rows.order_by("-is_safety_rep", "id"))


def open_drafts_of(employee: Employee) -> QuerySet[Draft]:
    """Texts on their way that somebody has a part in, the newest change first."""
    rows = visible_drafts(employee).open().select_related("routine__unit", "author")  # type: ignore[attr-defined]
    return rows.defer("text", "routine__text", "routine__search").order_by("-edited_at", "-id")
