"""Writing a routine, and a draft's way to being published."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hms.core.htmx import is_fragment, redirect_to
from hms.core.pages import form_page
from hms.organisations import things
from hms.organisations.access import access, may, require
from routines import selectors, services
from routines.blanks import blanks_in
from routines.comparing import compare, only_changes
from routines.control import change_of
from routines.enums import DraftState
from routines.errors import NotReady, StaleDraft
from routines.forms import ApproveForm, DraftForm, NewRoutineForm, ReasonForm, ReviewForm, SendForm
from routines.markdown import MOST_CHARACTERS, ROUTINE, RULE, THING
from routines.models import Draft, Review
from routines.services.approving import REVIEW_DAYS
from routines.views.common import asked_language, crumbs, draft_of, draft_url, form_view, routine_of, shown, url
from routines.views.sharing import warning_for
from routines.views.translations import translation_context
from routines.views.versions import comparison

# A longer list is looked through by nobody; the rest is typed.
MOST_TARGETS = 300


@form_view
def new(request: HttpRequest, organisation: str) -> HttpResponse:
    """Begin a routine; the text comes next."""
    me = request.employee
    require(request, "routines.create")
    form = NewRoutineForm(request.POST if request.method == "POST" else None, by=me)
    if form.is_bound and form.is_valid():
        routine = services.create_routine(by=me, language=request.organisation.language, **form.cleaned_data)
        return redirect_to(request, url(request, "write", routine))
    context = {
        "form": form,
        "title": _("New routine"),
        "lede": _("First what it is called and who answers for it. Then you write."),
        "submit": _("Go on to the text"),
        "close_url": reverse("routines:list", args=[organisation]),
    }
    return render(request, "components/form_page.html", context, status=422 if form.is_bound else 200)


@require_POST
def begin(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """A new draft of what is in force, in the language of the address; `fra` takes up the text of an older version."""
    routine = routine_of(request, slug, "routines.keep")
    language = asked_language(request) or routine.language
    base = selectors.version_called(routine, language, request.POST.get("fra", ""))
    draft = services.begin_draft(routine, by=request.employee, base=base, language=language)
    return redirect_to(request, draft_url(request, "write", draft))


@require_safe
def show(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """A draft as it would be read, what is new in it, and what those who were asked say."""
    draft = draft_of(request, slug, "routines.see_draft")
    me, routine = request.employee, draft.routine
    reviews = selectors.reviews_of(draft)
    mine = next((one for one in reviews if one.reviewer_id == me.pk and not one.answered_at), None)
    may_write = may(me, "routines.write", draft)
    context = {
        "routine": routine,
        "draft": draft,
        "status": selectors.draft_status(draft),
        "text": shown(request, draft.text),
        "draft_file_query": f"{draft.query}&utkast=1" if draft.query else "?utkast=1",
        "blanks": blanks_in(draft.text) if draft.is_open else [],
        "reviews": reviews,
        "my_review": mine if mine is not None and may(me, "routines.review", mine) else None,
        "may_write": may_write,
        "may_approve": may(me, "routines.approve", draft),
        "may_send_back": draft.state != DraftState.WRITING and (may_write or may(me, "routines.approve", draft)),
        "waits_for": [one.reviewer for one in reviews if not one.answered_at],
        "representatives": services.representatives_for(routine) if draft.state == DraftState.WRITING else [],
        "crumbs": crumbs(request, routine, (_("Draft"), None)),
        "compared_with": (before := selectors.in_force_in(routine, draft.language)),
        **(comparison(request, before.text, draft.text) if before else {}),
        **translation_context(request, draft),
        "control_change": change_of(before.control, draft.control, marks_right=True) if before else None,
        "control_problems": [words for _field, words in draft.control.problems()],
    }
    return render(request, "routines/draft.html", context)


@form_view
def write(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """The editor. Two who write at once see each other's text before anything is overwritten."""
    draft = draft_of(request, slug, "routines.write")
    routine = draft.routine
    if not draft.is_writable:
        messages.info(request, _("Others look at the draft now. Take it back to write on."))
        return redirect_to(request, draft_url(request, "draft", draft))
    form = DraftForm(request.POST if request.method == "POST" else None, draft=draft)
    conflict: dict[str, Any] = {}
    if form.is_bound and form.is_valid() and "send" in request.POST:
        form.require_whole_control()
    if form.is_bound and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            services.save_draft(draft, by=request.employee, revision=data.pop("revision"), **data)
        except StaleDraft:
            conflict = _conflict(request, draft, form)
        else:
            # «Send» saves first; nothing that was typed is left behind.
            where = next((name for name in ("send", "files") if name in request.POST), "draft")
            return redirect_to(request, draft_url(request, where, draft))
    context = {
        "form": form,
        "draft": draft,
        "routine": routine,
        "close_url": draft_url(request, "draft", draft),
        "text": shown(request, form["text"].value() or "") if not is_fragment(request) else "",
        "control": form.shown_control(),
        "targets": _targets(routine.pk),
        **translation_context(request, draft),
        **conflict,
    }
    status = 422 if form.is_bound else 200
    return render(request, "routines/write.html", context, status=status)


def _targets(but: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a text can link to, by sort: what is typed between the brackets, and its name."""
    routines = selectors.in_force().exclude(pk=but).order_by("title").values_list("slug", "title")
    rules = {RULE + rule.key: rule.name for rule in selectors.linkable_rules()}
    sorts = [
        (_("Routines"), [(ROUTINE + slug, title) for slug, title in routines[:MOST_TARGETS]]),
        (_("Law register"), list(rules.items())[:MOST_TARGETS]),
    ]
    # What the other domains keep: trainings. Routines have addresses of their own.
    sorts += [
        (label, [(f"{THING}{kind}-{thing.pk}", thing.name) for thing in things.offered(kind)[:MOST_TARGETS]])
        for kind, label in things.kinds().items()
        if kind != "routine"
    ]
    return [(label, targets) for label, targets in sorts if targets]


def _conflict(request: HttpRequest, draft: Draft, form: DraftForm) -> dict[str, Any]:
    """Both texts: what one has typed stays in the form, the other one stands beside it with what differs."""
    draft.refresh_from_db()
    mine = form.cleaned_data["text"]
    form.data = form.data.copy()
    form.data["revision"] = draft.revision
    name = draft.edited_by.name if draft.edited_by else _("Somebody")
    form.add_error(
        None, _("%(name)s changed the draft while you wrote. See both texts before you save.") % {"name": name}
    )
    links = selectors.links_of([draft.text, mine], request.organisation.slug)
    return {
        "theirs": draft,
        "theirs_name": name,
        "differences": only_changes(compare(draft.text, mine, links)),
    }


@require_POST
def autosave(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Keep what is typed while it is typed. Answers the status line and the next revision, or says who else writes."""
    draft = draft_of(request, slug, "routines.write")
    form = DraftForm(request.POST, draft=draft)
    if not form.is_valid():
        return render(request, "routines/_saved.html", {"problem": _("Not saved: something is missing.")}, status=422)
    data = dict(form.cleaned_data)
    try:
        services.save_draft(draft, by=request.employee, revision=data.pop("revision"), **data)
    except StaleDraft:
        draft.refresh_from_db()
        name = draft.edited_by.given_name if draft.edited_by else _("Somebody")
        words = _("%(name)s has changed the draft too. Press «Save» to see both texts.") % {"name": name}
        return render(request, "routines/_saved.html", {"problem": words}, status=422)
    return render(request, "routines/_saved.html", {"draft": draft, "at": timezone.localtime()})


@require_POST
def preview(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """How a text looks when it is read. Changes nothing."""
    draft = draft_of(request, slug, "routines.write")
    text = request.POST.get("text", "")[:MOST_CHARACTERS]
    form = DraftForm(request.POST, draft=draft)
    form.is_valid()
    return render(request, "routines/_preview.html", {"text": shown(request, text), "control": form.shown_control()})


@form_view
def send(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Ask others to look through the draft; with nobody to ask it goes straight to whoever approves."""
    draft = draft_of(request, slug, "routines.write")
    routine = draft.routine
    due_on = timezone.localdate() + datetime.timedelta(days=REVIEW_DAYS)
    form = SendForm(request.POST if request.method == "POST" else None, draft=draft, due_on=due_on)
    representatives = services.representatives_for(routine)

    def save(data: dict[str, Any]) -> None:
        try:
            services.send(
                draft, by=request.employee, revision=data["revision"], reviewers=form.reviewers(), due_on=data["due_on"],
                translates=data.get("translates"),
            )  # fmt: skip
        except StaleDraft:
            form.add_error(None, _("Somebody changed the draft meanwhile. Read it once more before you send it."))
        except NotReady as problem:
            form.add_error(None, str(problem))

    approver = services.approver_of(routine, author=draft.author)
    names = ", ".join(person.name for person in representatives)
    if representatives:
        lede = _("%(names)s looks through it as safety representative. Then %(approver)s approves it.")
    elif routine.needs_safety_rep:
        lede = _(
            "Nobody is safety representative here. %(approver)s approves it, and writes why it was not waited for."
        )
    else:
        lede = _("%(approver)s approves it when those you ask have answered.")
    return form_page(
        request,
        form,
        save=save,
        title=_("Send the draft"),
        lede=lede % {"names": names, "approver": approver.name},
        submit=_("Send the draft"),
        back_url=draft_url(request, "draft", draft),
        done=_("Sent."),
    )


@form_view
def review(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Say what one thinks of the draft."""
    draft = draft_of(request, slug, "routines.see_draft")
    one = access(request, Review, "routines.review",
        related=("draft__routine", "assignment"), draft=draft, round=draft.round, reviewer=request.employee)  # fmt: skip
    form = ReviewForm(request.POST if request.method == "POST" else None)
    return form_page(
        request,
        form,
        save=lambda data: services.answer_review(one, by=request.employee, **data),
        title=_("What do you think of the draft?"),
        lede=draft.title,
        submit=_("Send the answer"),
        back_url=reverse("routines:list", args=[organisation]) if draft.routine.current is None else url(request, "detail", draft.routine),
        done=_("Thank you. %(name)s is told.") % {"name": draft.author.given_name},
    )  # fmt: skip


@require_POST
def to_approval(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Send it to whoever approves, without waiting for more answers."""
    draft = draft_of(request, slug, "routines.write")
    services.to_approval(draft, by=request.employee)
    messages.success(request, _("Sent to be approved."))
    return redirect_to(request, draft_url(request, "draft", draft))


@form_view
def approve(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Approve a draft; it is published then, or on its day."""
    draft = draft_of(request, slug, "routines.approve")
    objections = services.objections_to(draft)
    silent = not objections and services.is_representative_silent(draft)
    label = _("Your reply") if objections else _("Why do you not wait for the safety representative?") if silent else ""
    form = ApproveForm(
        request.POST if request.method == "POST" else None, label=label, required=bool(objections or silent),
        blanks=blanks_in(draft.text),
    )  # fmt: skip

    def save(data: dict[str, Any]) -> None:
        try:
            services.approve(draft, by=request.employee, note=data["note"], with_blanks=data.get("with_blanks", False))
        except NotReady as problem:
            form.add_error("note", str(problem))

    later = draft.valid_from is not None and draft.valid_from > timezone.localdate()
    return form_page(
        request,
        form,
        save=save,
        title=_("Approve “%(title)s”") % {"title": draft.title},
        lede=" ".join([*(f"{one.reviewer.name}: {one.comment}" for one in objections), warning_for(draft)]).strip(),
        submit=_("Approve it for that day") if later else _("Approve and publish"),
        back_url=draft_url(request, "detail" if draft.routine.current_id or not later else "draft", draft),
        done=_("Approved."),
    )


@form_view
def send_back(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Take a draft back to be written on: by the approver, or by those who write it."""
    draft = draft_of(request, slug, "routines.see_draft")
    if not may(request.employee, "routines.approve", draft):
        require(request, "routines.write", draft)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    return form_page(
        request,
        form,
        save=lambda data: services.send_back(draft, by=request.employee, reason=data["reason"]),
        title=_("Back to writing"),
        lede=_("What the others were asked is called off. Nothing of the text is lost."),
        submit=_("Take it back"),
        back_url=url(request, "draft", draft.routine),
        done=_("It can be written on."),
    )


@require_POST
def discard(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Throw the draft away."""
    draft = draft_of(request, slug, "routines.write")
    services.discard_draft(draft, by=request.employee)
    messages.success(request, _("The draft is thrown away."))
    return redirect_to(request, "routines:list", organisation)
