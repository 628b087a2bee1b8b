"""What people write is found again word for word: on the page, on paper, in CSV and in Excel."""

import csv
import importlib
import io
import json

import pytest
from django.template.loader import render_to_string
from django.utils.html import escape
from lxml import html as markup
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from deviations import documents, exporting, selection, services
from deviations.enums import Cause
from deviations.models import Comment, Deviation
from hms.actions import services as plans
from hms.actions.models import ActionPlan, Statement
from hms.core.spreadsheets import harmless
from hms.tenancy.scope import tenant
from tests.deviations.helpers import add_action, report, url
from tests.deviations.hostile import FILE, OURS
from tests.thorough import some

MORE = [
    "=cmd|' /C calc'!A0",
    "+47 22 33 44 55",
    "-1",
    "@SUM(1+1)",
    "\u200bnull",
    "1;2;3",
    'a "sitat" b',
    "_x000D_",
    "NULL",
    "0x1F",
]


def fields_of(text: str) -> dict[str, str]:
    """A text as long as each field takes, as the form keeps it."""
    return {
        "long": text[:5000].strip(), "title": text[:160].strip(), "why": text[:300].strip(), "place": text[:160].strip(),
    }  # fmt: skip


def written_through(cast, client, text: str) -> Deviation:
    """A case with the text in every field of its forms."""
    part = fields_of(text)
    with tenant(cast.fjellvik):
        case = report(cast, part["long"], place=part["place"])
    sent = [
        (cast.amir, "vurder/", {
            "title": part["title"], "severity": "2", "place": part["place"], "immediate_measure": part["long"],
            "category": "", "version": case.version,
        }),
        (cast.amir, "arsak/", {"why_1": part["why"], "causes": [Cause.TRAINING], "version": case.version + 1}),
        (cast.amir, "kommentar/", {"text": part["long"], "visibility": "internal"}),
        (cast.amir, "svar/", {"text": part["long"]}),
        (cast.ingrid, "mer/", {"text": part["long"] + "!"}),
    ]  # fmt: skip
    for who, tail, data in sent:
        client.force_login(who.user)
        assert client.post(url(case, tail), data).status_code == 303, (tail, text)
    with tenant(cast.fjellvik):
        action = add_action(cast, case, title=part["title"])
        plans.send_to_safety_rep(action.plan, to=cast.kari, by=cast.amir)
        plan = ActionPlan.objects.get(pk=action.plan_id)
    client.force_login(cast.kari.user)
    said = {"opinion": "disagree", "comment": part["long"], "version": plan.version}
    answer = client.post(f"/fjellvik/tiltak/plan/{plan.pk}/uttalelse/", said)
    assert answer.status_code == 303, text
    with tenant(cast.fjellvik):
        return Deviation.objects.get(pk=case.pk)


def everything_kept(cast, case: Deviation, text: str) -> None:
    part = fields_of(text)
    with tenant(cast.fjellvik):
        assert (case.description, case.title, case.place, case.immediate_measure) == (
            part["long"], part["title"], part["place"], part["long"],
        )  # fmt: skip
        assert [step.text for step in case.why_steps.all()] == [part["why"]]
        assert list(Comment.objects.filter(deviation=case).order_by("id").values_list("text", flat=True)) == [
            part["long"], part["long"], part["long"] + "!",
        ]  # fmt: skip
        assert Statement.objects.get(plan=case.plan).comment == part["long"]


def words(text: str) -> str:
    return " ".join(text.split())


def on_page_and_paper(cast, client, case: Deviation, text: str) -> None:
    part = fields_of(text)
    client.force_login(cast.amir.user)
    page = client.get(url(case)).content.decode()
    with tenant(cast.fjellvik):
        case = Deviation.objects.select_related(*selection.RELATED).get(pk=case.pk)
        context, _files = documents.case_context(case, cast.amir)
        paper = render_to_string("deviations/case_pdf.html", context)
    for shown in (page, paper):
        for written in part.values():
            assert all(escape(line) in shown for line in written.splitlines() if line.strip()), text
        assert words(part["title"]) in words(markup.fromstring(shown.encode()).text_content()), text


def in_files(cast, texts: list[str]) -> None:
    asked = {"query": {"status": "all"}, "cases": None}
    with tenant(cast.fjellvik):
        titles = list(Deviation.objects.order_by("reported_at", "id").values_list("title", flat=True))
        sheet = exporting.make_table({**asked, "format": "csv"}, cast.sunniva).content
        book = exporting.make_table({**asked, "format": "xlsx"}, cast.sunniva).content
    with sheet, book:
        sheet.seek(0), book.seek(0)
        rows = list(csv.reader(io.TextIOWrapper(io.BytesIO(sheet.read()), "utf-8-sig", newline=""), delimiter=";"))
        workbook = load_workbook(io.BytesIO(book.read()))
    read = list(reversed(rows[1:]))
    cells = list(reversed(list(workbook.active.iter_rows(min_row=2))))
    assert len(read) == len(cells) == len(texts)
    for text, title, row, line in zip(texts, titles, read, cells, strict=True):
        part = fields_of(text)
        assert row[1:3] == [harmless(title), harmless(part["long"])]
        assert row[4] == harmless(part["place"])
        assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
        # The format writes what it cannot hold as _xHHHH_, and a spreadsheet reads it back; this library leaves that to us.
        assert [unescape(cell.value) for cell in line[1:3]] == [title, part["long"]], text
        assert not any(cell.data_type == "f" for cell in line)


def whole_way(cast, client, texts: list[str], *, every: int = 1) -> None:
    """All texts as reports in the files; every so-manieth through every form and onto page and paper."""
    for number, text in enumerate(texts):
        if number % every:
            with tenant(cast.fjellvik):
                part = fields_of(text)
                report(cast, part["long"], place=part["place"])
            continue
        case = written_through(cast, client, text)
        everything_kept(cast, case, text)
        on_page_and_paper(cast, client, case, text)
    in_files(cast, texts)


def test_our_own_hostile_strings(cast, client):
    whole_way(cast, client, [text for text in [*OURS, *MORE] if "\n" not in text])


@pytest.mark.realdata
@pytest.mark.skipif(FILE is None, reason="the list of hostile strings does not lie beside the checkout")
def test_the_worlds_naughty_strings(cast, client):
    values = [item["value"].strip() for item in json.loads(FILE.read_text(encoding="utf-8"))]
    texts = list(dict.fromkeys(value for value in values if value and "\0" not in value and "\n" not in value))
    assert len(texts) > 200
    whole_way(cast, client, some(texts, every=4), every=5)


def test_paper_shows_every_string(cast):
    """As it is laid out on the pages: what the PDF library drew, not what it was given."""
    weasyprint = pytest.importorskip("weasyprint", exc_type=(ImportError, OSError))
    fetcher = importlib.import_module("weasyprint.urls").URLFetcher(allowed_protocols=())
    texts = [text[:600].strip() for text in [*OURS, *MORE]]
    with tenant(cast.fjellvik):
        for text in texts:
            services.comment(report(cast, text), by=cast.amir, text=f"{text}?", visibility="internal")
        asked = {"query": {"status": "all"}, "cases": None, "reader": "own"}
        cases = list(exporting.selection(asked, cast.sunniva).select_related(*selection.RELATED))
        context, _files = selection.document_context(asked, cast.sunniva, cases, left_out=0)
        html = render_to_string("deviations/downloads/selection_pdf.html", context)
    pages = weasyprint.HTML(string=html, base_url="http://document.invalid/", url_fetcher=fetcher).render().pages
    drawn = "".join(
        "".join(box.text.split()) for page in pages for box in page._page_box.descendants() if hasattr(box, "text")
    )
    for text in texts:
        assert "".join(text.split()) in drawn, text
        assert "".join(f"{text}?".split()) in drawn, text
