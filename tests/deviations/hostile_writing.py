"""Somebody who writes hostile text along a way, and looks at everything that comes of it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from deviations import documents, exporting, injury_export, selection
from deviations.forms import CauseForm
from deviations.forms.causes import FishboneForm
from deviations.forms.downloads import OWN
from deviations.forms.injury_register import HoursForm
from deviations.importing.forms import ColumnsForm, ValuesForm
from deviations.models import Deviation, ImportBatch, Injury
from deviations.selectors import visible_to
from deviations.selectors.injuries import SHOWN_WITH_IT, columns_for, entries_for
from hms.assignments.forms import LadderForm
from hms.core.tabular import Table
from hms.notifications.tasks import deliver
from hms.tenancy.scope import tenant
from tests.deviations.hostile import (
    MARK,
    cells,
    harmless,
    in_table,
    kept,
    lines_of,
    packed,
    shown,
    told,
)
from tests.deviations.hostile_ways import Scene, Way, refreshed

# Forms that make fields as they are made, and how one is made here.
BUILT = {
    CauseForm: lambda: CauseForm(deviation=Deviation(pk=0)),
    FishboneForm: lambda: FishboneForm(deviation=Deviation(pk=0)),
    HoursForm: lambda: HoursForm(unit=None, year=timezone.localdate().year),
    ColumnsForm: lambda: ColumnsForm(table=Table(["Tekst"], [["x"]], "utf-8", ";"), batch=ImportBatch()),
    ValuesForm: lambda: ValuesForm(batch=ImportBatch(options={"values": {"severity": {"Høy": ""}}})),
    LadderForm: lambda: LadderForm(ladder=[], counts_from_start=True),
}
NO_TEXT = (
    forms.BooleanField, forms.ChoiceField, forms.DateField, forms.DateTimeField, forms.FileField, forms.IntegerField,
    forms.ModelChoiceField, forms.TimeField, forms.UUIDField,
)  # fmt: skip


def fields_of(form: type[forms.BaseForm]) -> dict[str, forms.Field]:
    """The fields in which one may write whatever one likes."""
    known: dict[str, forms.Field] = dict(form.base_fields)
    if form in BUILT:
        known |= BUILT[form]().fields
    return {name: field for name, field in known.items() if not isinstance(field, NO_TEXT)}


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
            packs = {
                name: pack[(turn + at) % steps[name] :: steps[name]] for at, (name, pack) in enumerate(packs.items())
            }
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
