"""Every text that people write in a case and around it is kept as it was written, and is text wherever it is read."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from deviations import documents, filters, selection, services
from deviations.forms.downloads import OWN
from deviations.models import Deviation, SavedView
from hms.actions import services as plans
from hms.assignments.target import Target
from hms.notifications.tasks import deliver
from hms.organisations.models import Group, GroupMember, Unit
from hms.reports.pdf import PdfUnavailable, engine
from hms.tenancy.scope import tenant
from tests.cast import LONG_AGO
from tests.deviations import hostile_in_cases, hostile_in_work
from tests.deviations.helpers import report, url
from tests.deviations.hostile import (
    FILE,
    FORMULAS,
    OURS,
    WHY_NOT,
    harmless,
    kept,
    packed,
    shown,
    told,
    world,
)
from tests.deviations.hostile_writing import BUILT, NO_TEXT, Writing, fields_of, papers_of
from tests.thorough import some, times

FILLED = [*hostile_in_cases.WAYS, *hostile_in_work.WAYS]
# Texts that nobody keeps, or that are no free text: by the address's name, the form and the field.
LEFT_OUT = {
    ("deviations:detail", "*", "*"): "draws forms that are sent to addresses of their own",
    ("assignments:detail", "CommentForm", "text"): "drawn here, sent to assignments:comment",
    ("actions:decide", "StatementForm", "comment"): "drawn on the plan, sent to actions:state",
    ("deviations:report", "DetailsForm", "text"): "drawn on the receipt, sent to deviations:add_details",
    ("offline", "OfflineForm", "*"): "drawn only: the browser sends it as deviations:report",
    ("deviations:report", "ReportForm", "website"): "a trap for robots: never kept",
    ("*", "FilterForm", "mine"): "set by links, read as yes or no",
    ("*", "FilterForm", "q"): "asked for in the address: test_what_is_searched_for",
    ("*", "FilterForm", "place"): "asked for in the address: test_what_is_searched_for",
    ("deviations:follow", "ReceiptCodeForm", "code"): "a code: test_what_must_be_something_else_is_refused",
    ("deviations:link", "LinkForm", "other"): "a case's number: test_what_must_be_something_else_is_refused",
    ("deviations:merge", "MergeForm", "into"): "a case's number: test_what_must_be_something_else_is_refused",
    ("deviations:report", "ReportForm", "reporter_email"): "an address: test_what_must_be_something_else_is_refused",
    ("deviations:whistleblowing_settings", "WishesForm", "routine_url"): "an address: the same test",
    ("assignments:ladder", "LadderForm", "*"): "days: test_what_must_be_something_else_is_refused",
}
ROUNDS = times(6, few=1)
APPS = ("deviations.", "hms.actions.", "hms.assignments.")


# --- nothing is forgotten ---


def forms_of(view: Any, seen: set[Any]) -> Iterator[type[forms.BaseForm]]:
    """The forms that a view takes or draws, also through what it calls among the views."""
    view = inspect.unwrap(view)
    if view in seen or not inspect.isfunction(view):
        return
    seen.add(view)
    codes = [view.__code__]
    for code in codes:
        codes += [const for const in code.co_consts if inspect.iscode(const)]
        for name in code.co_names:
            used = view.__globals__.get(name)
            if used is filters:
                used = filters.read
            if isinstance(used, type) and issubclass(used, forms.BaseForm):
                yield used
            elif inspect.isfunction(used) and (".views" in used.__module__ or used.__module__ == filters.__name__):
                yield from forms_of(used, seen)


def addresses(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern.callback


def places() -> set[tuple[str, str, str]]:
    """Everywhere that one may write: the address's name, the form and the field."""
    found = set()
    for place, view in addresses(get_resolver().url_patterns):
        for form in forms_of(view, set()):
            if form.__module__.startswith(APPS):
                found |= {(place, form.__name__, name) for name in fields_of(form)}
    return found


def is_left_out(place: tuple[str, str, str], by: tuple[str, str, str]) -> bool:
    return all(pattern in {"*", part} for pattern, part in zip(by, place, strict=True))


def test_every_text_field_is_filled_or_left_out_for_a_reason(cast):
    with tenant(cast.fjellvik):
        written = places()
    filled = {(way.place, way.form.__name__, name) for way in FILLED for name in way.kept}
    left_out = {place for place in written for by in LEFT_OUT if is_left_out(place, by)}
    forgotten = sorted(written - filled - left_out)
    assert not forgotten, "\n".join(["nobody has thought of hostile text in these:", *map(str, forgotten)])
    assert sorted(filled - written) == [], "these cannot be written any more"
    assert sorted(filled & left_out) == []
    assert [by for by in LEFT_OUT if not any(is_left_out(place, by) for place in written)] == []


def every_form(of: type[forms.BaseForm] = forms.BaseForm) -> set[type[forms.BaseForm]]:
    return {of} | {form for below in of.__subclasses__() for form in every_form(below)}


def test_every_form_is_reached_by_some_address():
    reached = {form for _place, view in addresses(get_resolver().url_patterns) for form in forms_of(view, set())}
    bases = {base for form in reached for base in form.__mro__}
    ours = {form for form in every_form() if form.__module__.startswith(APPS) and fields_of_class(form)}
    assert sorted(form.__name__ for form in ours - bases) == []


def fields_of_class(form: type[forms.BaseForm]) -> list[str]:
    return [name for name, field in form.base_fields.items() if not isinstance(field, NO_TEXT)]


def test_forms_that_make_their_fields_can_be_made_here():
    making = {form for form in every_form() if form.__module__.startswith(APPS) and makes_fields(form)}
    assert making == set(BUILT)


def makes_fields(form: type[forms.BaseForm]) -> bool:
    """Whether the class puts fields into `self.fields` itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(form)))
    targets = [target for node in ast.walk(tree) if isinstance(node, ast.Assign) for target in node.targets]
    return any(
        isinstance(target, ast.Subscript)
        and isinstance(target.value, ast.Attribute)
        and target.value.attr == "fields"
        for target in targets
    )  # fmt: skip


# --- what is written is kept, and is text ---


@pytest.fixture(autouse=True)
def mails_in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.mark.parametrize("way", FILLED, ids=str)
def test_hostile_text(cast, way):
    writing = Writing(cast, way)
    writing.all_of(OURS, FORMULAS)
    writing.too_long()


def refusing(cast: Any) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Where something else than text is wanted: who, the address, the field, and the rest of the form."""
    case = report(cast)
    poster = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    named = {"severity": "2", "who": "named", "description": "x", "unit": cast.solbakken.pk, "reporter_name": "Per"}
    yield "", "/fjellvik/f/", "code", {}
    yield "amir", url(case, "lenke/"), "other", {"kind": "related"}
    yield "amir", url(case, "sla-sammen/"), "into", {"reason": "x"}
    yield "", poster, "reporter_email", named
    yield "admin", "/fjellvik/innstillinger/varsling/", "routine_url", {}
    yield "admin", "/fjellvik/innstillinger/paminnelser/action/vanlig/", "due_assignee", {}


def test_what_must_be_something_else_is_refused(cast):
    with tenant(cast.fjellvik):
        everywhere = list(refusing(cast))
    for who, address, name, rest in everywhere:
        browser = Client()
        if who:
            browser.force_login(getattr(cast, who).user)
        for text in [*(text[:200] for text in OURS), "javascript:alert(1)", "a@b.no\nBcc: c@d.no"]:
            answer = browser.post(address, rest | {name: text})
            body = answer.content.decode()
            assert answer.status_code == 422, (address, text)
            harmless(body, address, [text])
            assert kept(text.replace("\n", "\r\n"), body) or kept(text, body), (address, text)


def test_what_is_searched_for(cast):
    """In the field again, as a view's words, and on the cover of what is made of it; nowhere as markup."""
    browser = Client()
    browser.force_login(cast.sunniva.user)
    texts = [*packed(OURS, most=160, lines=False), *FORMULAS]
    with tenant(cast.fjellvik):
        case = report(cast)
    for text in texts:
        asked = {"q": text, "place": text, "status": "all"}
        page = browser.get("/fjellvik/avvik/", asked)
        assert page.status_code == 200, text
        harmless(page.content.decode(), "list", [text])
        shown(text, page.content.decode(), "list")
        with tenant(cast.fjellvik):
            SavedView.objects.all().delete()
        saving = f"/fjellvik/avvik/visninger/ny/?{urlencode(asked)}"
        for body in (
            browser.get(saving).content.decode(),
            browser.post(saving, {"name": text[:50], "audience": "own"}, follow=True).content.decode(),
            browser.get("/fjellvik/avvik/visninger/").content.decode(),
        ):
            harmless(body, "view", [text])
        shown(text, browser.get("/fjellvik/avvik/visninger/").content.decode(), "views")
        with tenant(cast.fjellvik):
            assert SavedView.objects.get().query["q"] == text
            wanted = {"reader": OWN, "query": asked, "cases": None}
            context, _files = selection.document_context(wanted, cast.sunniva, [case], left_out=0)
            paper = render_to_string("deviations/downloads/selection_pdf.html", context)
        harmless(paper, "cover", [text])
        shown(text, paper, "cover")


def test_names_of_units_and_groups_around_a_case(cast):
    """On the case, in its plan, on the poster and in the mail to a group."""
    texts = packed(OURS, most=100, lines=False)
    browser = Client()
    browser.force_login(cast.amir.user)
    mail.outbox.clear()
    for text in texts:
        with tenant(cast.fjellvik):
            Unit.objects.filter(pk=cast.solbakken.pk).update(name=text)
            group = Group.objects.create(name=text)
            GroupMember.objects.create(group=group, employee=cast.tor_erik, starts_on=LONG_AGO)
            case = Deviation.objects.get(pk=report(cast).pk)
            plan = services.start_plan(case, by=cast.amir)
            plans.add_action(
                plan, title="Fest rekkverket", offered_to=Target(group=group), due_on=timezone.localdate(),
                by=cast.amir, kind="immediate",
            )  # fmt: skip
            papers = list(papers_of(Deviation.objects.get(pk=case.pk), cast.amir))
        pages = [url(case), f"/fjellvik/avvik/plakat/{cast.solbakken.pk}/", "/fjellvik/avvik/?status=all"]
        for page in [*(browser.get(page).content.decode() for page in pages), *papers]:
            harmless(page, "around", [text])
            shown(text, page, "around")
    deliver(cast.fjellvik.pk)
    assert mail.outbox
    told(mail.outbox, secret=[])


def test_the_engine_makes_pdf_of_all_of_it(cast):
    try:
        engine()
    except PdfUnavailable:
        pytest.skip("this machine has no PDF library")
    with tenant(cast.fjellvik):
        case = report(cast, "\n".join(OURS)[:10_000], place=OURS[0], routine_name=OURS[1])
        services.comment(case, by=cast.amir, text="\n".join(world() if FILE else OURS)[:9000], visibility="internal")
        made = documents.make_case({"deviation": case.pk, "number": case.number}, cast.amir)
    assert made.content.startswith(b"%PDF-")
    assert len(made.content) > 10_000


@pytest.mark.realdata
@pytest.mark.skipif(FILE is None, reason=WHY_NOT)
@pytest.mark.parametrize("way", some(FILLED, every=3), ids=str)
def test_the_worlds_naughty_strings(cast, way):
    """All of them through every field with several lines; through those with one line as many as a few requests hold."""
    Writing(cast, way).all_of(world(), [], rounds=ROUNDS, turn=FILLED.index(way))
