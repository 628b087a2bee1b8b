"""Every text that people write in a case and around it is kept as it was written, and is text wherever it is read."""

import ast
import inspect
import io
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone, translation

from deviations import documents, exporting, filters, injury_export, selection
from deviations.forms import CauseForm
from deviations.forms.causes import FishboneForm
from deviations.forms.downloads import COMMITTEE, OWN
from deviations.forms.injury_register import HoursForm
from deviations.importing.forms import ColumnsForm, ValuesForm
from deviations.models import Deviation, ImportBatch, Injury
from deviations.selectors import visible_to
from deviations.selectors.injuries import SHOWN_WITH_IT, columns_for, entries_for
from hms.assignments.forms import LadderForm
from hms.core.tabular import Table
from hms.notifications.tasks import deliver
from hms.tenancy.scope import tenant
from tests.deviations import hostile_in_cases, hostile_in_work
from tests.deviations.hostile import (
    FILE,
    FORMULAS,
    MARK,
    OURS,
    WHY_NOT,
    cells,
    harmless,
    in_table,
    kept,
    lines_of,
    packed,
    shown,
    told,
    world,
)
from tests.deviations.hostile_ways import Scene, Way, refreshed

FILLED = [*hostile_in_cases.WAYS, *hostile_in_work.WAYS]
# Forms that make fields as they are made, and how one is made here.
BUILT = {
    CauseForm: lambda: CauseForm(deviation=Deviation(pk=0)),
    FishboneForm: lambda: FishboneForm(deviation=Deviation(pk=0)),
    HoursForm: lambda: HoursForm(unit=None, year=timezone.localdate().year),
    ColumnsForm: lambda: ColumnsForm(table=Table(["Tekst"], [["x"]], "utf-8", ";"), batch=ImportBatch()),
    ValuesForm: lambda: ValuesForm(batch=ImportBatch(options={"values": {"severity": {"Høy": ""}}})),
    LadderForm: lambda: LadderForm(ladder=[], counts_from_start=True),
}
# Texts that nobody keeps, or that are no free text: by the address's name, the form and the field.
LEFT_OUT: dict[tuple[str, str, str], str] = {}
NO_TEXT = (
    forms.BooleanField, forms.ChoiceField, forms.DateField, forms.DateTimeField, forms.FileField, forms.IntegerField,
    forms.ModelChoiceField, forms.TimeField, forms.UUIDField,
)  # fmt: skip
ROUNDS = 6
APPS = ("deviations.", "hms.actions.", "hms.assignments.")


# --- nothing is forgotten ---


def fields_of(form: type[forms.BaseForm]) -> dict[str, forms.Field]:
    """The fields in which one may write whatever one likes."""
    known: dict[str, forms.Field] = dict(form.base_fields)
    if form in BUILT:
        known |= BUILT[form]().fields
    return {name: field for name, field in known.items() if not isinstance(field, NO_TEXT)}


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


class Writing:
    """Somebody who writes along a way, and looks at everything that comes of it."""

    def __init__(self, cast: Any, way: Way) -> None:
        self.cast, self.way = cast, way
        self.browsers: dict[str, Client] = {}
        with tenant(cast.fjellvik):
            known = fields_of(way.form)
        # How each field's texts end, so that one is known again where it should not be.
        self.marks = {name: f"{MARK}{number}" for number, name in enumerate(way.kept)}
        self.room = {name: self._room(known[name], one) for name, one in way.kept.items()}

    @staticmethod
    def _room(field: forms.Field, one: Any) -> tuple[int, bool]:
        lines = isinstance(field.widget, forms.Textarea) if one.lines is None else one.lines
        return one.most or getattr(field, "max_length", None) or 2000, lines

    def browser(self, scene: Scene, name: str) -> Client:
        person = scene.person(name)
        if name not in self.browsers:
            self.browsers[name] = Client()
            if person is not None:
                self.browsers[name].force_login(person.user)
        return self.browsers[name]

    def all_of(self, texts: list[str], formulas: list[str], *, rounds: int = 0, turn: int = 0) -> None:
        """Send them, a different one in each field at a time, until every field has had all of them.

        Args:
            rounds: at most so many times (0: as often as it takes); a short field then has only some of them.
            turn: which of them, so that other ways take the others.
        """
        mail.outbox.clear()
        packs = {
            name: packed(
                texts, most=most, lines=lines, first=formulas if self.way.kept[name].begins_a_cell else (),
                end=self.marks[name],
            )
            for name, (most, lines) in self.room.items()
        }  # fmt: skip
        if rounds:
            steps = {name: -(-len(pack) // rounds) for name, pack in packs.items()}
            packs = {name: pack[(turn + at) % steps[name] :: steps[name]] for at, (name, pack) in enumerate(packs.items())}
        for number in range(max(map(len, packs.values()))):
            self.one({name: pack[(number + at) % len(pack)] for at, (name, pack) in enumerate(packs.items())})
        if any(one.register for one in self.way.kept.values()):
            with tenant(self.cast.fjellvik), translation.override("nb"):
                self.register()
        deliver(self.cast.fjellvik.pk)
        told(mail.outbox, secret=[mark for name, mark in self.marks.items() if not self.way.kept[name].in_mail])

    def one(self, sent: dict[str, str]) -> None:
        way, inside = self.way, tenant(self.cast.fjellvik)
        with inside:
            scene = way.begin(self.cast)
            address, rest = way.address(scene), way.more(scene)
        answer = self.browser(scene, way.who).post(address, rest | sent)
        body = answer.content.decode()
        assert answer.status_code == way.status, (str(way), sent, errors(body))
        expected = {name: way.kept[name].alter(text) for name, text in sent.items()}
        with tenant(self.cast.fjellvik):
            way.after(scene)
            assert {name: way.kept[name].at(scene) for name in sent} == expected
            pages = way.read(scene)
        if way.answers:
            self.read(body, expected, address)
        harmless(body, address, expected.values())
        for who, page in pages:
            self.read(self.browser(scene, who).get(page).content.decode(), expected, (who, page))
        with tenant(self.cast.fjellvik):
            self.papers(scene, expected)
            if any(one.table for one in way.kept.values()):
                with translation.override("nb"):
                    self.tables(scene.case, expected)

    def read(self, page: str, expected: dict[str, str], where: object) -> None:
        harmless(page, where, expected.values())
        for name, text in expected.items():
            if self.way.kept[name].on_page:
                shown(text, page, (str(self.way), name, where))

    def papers(self, scene: Scene, expected: dict[str, str]) -> None:
        """The case on paper, and a selection with it, for those who read it there."""
        for reader in {self.way.kept[name].pdf for name in expected} - {""}:
            for paper in papers_of(refreshed(scene).case, scene.person(reader)):
                harmless(paper, reader, expected.values())
                for name, text in expected.items():
                    if self.way.kept[name].pdf == reader:
                        shown(text, paper, (str(self.way), name, reader, "paper"))

    def tables(self, case: Deviation, expected: dict[str, str]) -> None:
        """The case as a row of CSV and workbook."""
        for ending in ("csv", "xlsx"):
            made = exporting.make_table({"query": {}, "cases": [case.pk], "format": ending}, self.cast.sunniva)
            [row] = cells(content_of(made), ending)
            for name, text in expected.items():
                one = self.way.kept[name]
                if one.table:
                    parts = lines_of(text) if one.is_part else []
                    assert all(part in row[one.table] for part in parts), (str(self.way), name, ending)
                    assert parts or row[one.table] == in_table(text, ending), (str(self.way), name, ending)

    def register(self) -> None:
        """The register as CSV, workbook and on paper."""
        by = self.cast.sunniva
        columns = {one.register: name for name, one in self.way.kept.items()}
        entries = list(Injury.objects.select_related(*SHOWN_WITH_IT).order_by("-occurred_on", "-id"))
        wanted = {"year": None, "unit": None, "is_illness": None}
        for ending in ("csv", "xlsx"):
            rows = cells(content_of(injury_export.make_register(wanted | {"format": ending}, by)), ending)
            for entry, row in zip(entries, rows, strict=True):
                for column, name in columns.items():
                    assert row[column] == in_table(getattr(entry, name), ending), (column, ending)
        context = injury_export.paper_context(entries_for(by, entries), columns_for(by), by=by)
        paper = render_to_string("deviations/injuries/register_pdf.html", context)
        harmless(paper, "register")
        for entry in entries:
            for name in columns.values():
                shown(getattr(entry, name), paper, ("register", name))

    def too_long(self) -> None:
        """What is too long is refused with everything kept, so that it can be shortened."""
        way = self.way
        with tenant(self.cast.fjellvik):
            scene = way.begin(self.cast)
            address, rest = way.address(scene), way.more(scene)
        sent = {name: "å<b>" * (most // 4 + 1) for name, (most, _lines) in self.room.items()}
        answer = self.browser(scene, way.who).post(address, rest | sent)
        assert answer.status_code == 422, str(way)
        body = answer.content.decode()
        assert "å<b>" not in body
        assert all(kept(text, body) for text in sent.values()), str(way)


def papers_of(case: Deviation, reader: Any) -> Iterator[str]:
    context, _files = documents.case_context(case, reader)
    yield render_to_string("deviations/case_pdf.html", context)
    if not visible_to(reader).filter(pk=case.pk).exists():
        return
    wanted = {"reader": OWN, "query": {}, "cases": [case.pk]}
    context, _files = selection.document_context(wanted, reader, [case], left_out=0)
    yield render_to_string("deviations/downloads/selection_pdf.html", context)


def content_of(made: Any) -> bytes:
    if isinstance(made.content, bytes):
        return made.content
    with made.content as file:
        file.seek(0)
        return file.read()


def errors(page: str) -> list[str]:
    """What a refused form says, for the one who reads the test's answer."""
    return [line.strip()[:200] for line in page.splitlines() if "ds-validation" in line or "error" in line.lower()][:8]


@pytest.mark.parametrize("way", FILLED, ids=str)
def test_hostile_text(cast, way):
    writing = Writing(cast, way)
    writing.all_of(OURS, FORMULAS)
    writing.too_long()


@pytest.mark.realdata
@pytest.mark.skipif(FILE is None, reason=WHY_NOT)
@pytest.mark.parametrize("way", FILLED, ids=str)
def test_the_worlds_naughty_strings(cast, way):
    """All of them through every field with several lines; through those with one line as many as a few requests hold."""
    Writing(cast, way).all_of(world(), [], rounds=ROUNDS, turn=FILLED.index(way))
