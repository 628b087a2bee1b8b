"""A routine as a Word file: headings, lists, tables, pictures and links as Word knows them."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from markdown_it.token import Token

from routines.markdown import TASK, parse

# What XML cannot hold, nor anybody read.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_WIDTH = Cm(15)
_SAFE = ("https://", "http://", "mailto:", "tel:")
DEEPEST = 8


@dataclass
class Sheet:
    """What stands around the text.

    Attributes:
        facts: (label, value) rows under the title.
        heads: column names of the list of versions, and
        versions: its rows.
        foot: a line at the foot of every page, before the page number.
    """

    organisation: str
    title: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    versions_title: str = ""
    heads: list[str] = field(default_factory=list)
    versions: list[list[str]] = field(default_factory=list)
    foot: str = ""


def write_word(sheet: Sheet, text: str, pictures: Mapping[str, bytes]) -> bytes:
    """The document.

    Args:
        text: Markdown as routines are written in it.
        pictures: by what the text calls them (`fil:12`).
    """
    document = Document()
    properties = document.core_properties
    properties.author = properties.last_modified_by = plain(sheet.organisation)[:200]
    properties.title, properties.comments = plain(sheet.title)[:200], ""
    document.add_heading(plain(sheet.title), 0)
    if sheet.facts:
        _table(document, [], [list(row) for row in sheet.facts])
    _Writer(document, pictures).write(parse(text))
    if sheet.versions:
        document.add_heading(plain(sheet.versions_title), 1)
        _table(document, sheet.heads, sheet.versions)
    _foot(document, sheet.foot)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def plain(text: str) -> str:
    """A text without what a Word file cannot hold."""
    return _UNWRITABLE.sub("", text)


def _table(document: WordDocument, heads: list[str], rows: list[list[str]]) -> None:
    table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for place, row in enumerate([heads, *rows] if heads else rows):
        for cell, words in zip(table.add_row().cells, row, strict=True):
            run = cell.paragraphs[0].add_run(plain(words))
            run.bold = bool(heads) and place == 0
    if heads:
        _repeat(table.rows[0])
    document.add_paragraph()


def _repeat(row: Any) -> None:
    """Let a row stand at the top of every page of its table."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _foot(document: WordDocument, words: str) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.add_run(plain(words) + "  ·  ")
    for kind, instruction in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        if instruction:
            code = OxmlElement("w:instrText")
            code.text = instruction
            run._r.append(code)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


class _Lists:
    """Numbering of its own for every list, so that each begins at its own number."""

    def __init__(self, document: WordDocument) -> None:
        self.numbering = document.part.numbering_part.element
        self.bullets = self._abstract("bullet")
        self.numbers = self._abstract("decimal")

    def _abstract(self, kind: str) -> int:
        known = [int(one.get(qn("w:abstractNumId"))) for one in self.numbering.findall(qn("w:abstractNum"))]
        number = max(known, default=0) + 1
        abstract = OxmlElement("w:abstractNum")
        abstract.set(qn("w:abstractNumId"), str(number))
        for level in range(DEEPEST + 1):
            abstract.append(_level(level, kind))
        # The schema wants every abstract one before the first that uses one.
        first = self.numbering.find(qn("w:num"))
        if first is None:
            self.numbering.append(abstract)
        else:
            first.addprevious(abstract)
        return number

    def new(self, *, is_ordered: bool, level: int, start: int) -> int:
        """A list that counts from `start`."""
        num = self.numbering.add_num(self.numbers if is_ordered else self.bullets)
        if is_ordered:
            num.add_lvlOverride(ilvl=level).add_startOverride(min(start, 32767))
        return int(num.numId)


def _level(level: int, kind: str) -> Any:
    element = OxmlElement("w:lvl")
    element.set(qn("w:ilvl"), str(level))
    for tag, value in (("start", "1"), ("numFmt", kind), ("lvlText", "•" if kind == "bullet" else f"%{level + 1}.")):
        part = OxmlElement(f"w:{tag}")
        part.set(qn("w:val"), value)
        element.append(part)
    indent, properties = OxmlElement("w:ind"), OxmlElement("w:pPr")
    indent.set(qn("w:left"), str(720 * (level + 1)))
    indent.set(qn("w:hanging"), "360")
    properties.append(indent)
    element.append(properties)
    return element


class _Writer:
    """Walks through the tokens of a text and writes each as what it is in Word."""

    def __init__(self, document: WordDocument, pictures: Mapping[str, bytes]) -> None:
        self.document, self.pictures = document, pictures
        self.numbering = _Lists(document)
        # The lists one is in, the innermost last: the number of each in Word.
        self.lists: list[int] = []
        self.is_new_point = False
        self.quotes = 0
        self.heading = 0

    def write(self, tokens: list[Token]) -> None:
        """Write all of them."""
        place = 0
        while place < len(tokens):
            token = tokens[place]
            if token.type == "table_open":
                end = next(index for index in range(place, len(tokens)) if tokens[index].type == "table_close")
                self._table(tokens[place:end])
                place = end
            else:
                self._block(token)
            place += 1

    def _block(self, token: Token) -> None:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            start = int(token.attrGet("start") or 1)
            is_ordered, level = token.type == "ordered_list_open", min(len(self.lists), DEEPEST)
            self.lists.append(self.numbering.new(is_ordered=is_ordered, level=level, start=start))
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self.lists.pop()
        elif token.type == "list_item_open":
            self.is_new_point = True
        elif token.tag == "blockquote":
            self.quotes += token.nesting
        elif token.type == "heading_open":
            self.heading = int(token.tag[1])
        elif token.type == "inline":
            self._words(self._paragraph(), token)
        elif token.type in {"fence", "code_block"}:
            for line in token.content.rstrip("\n").split("\n"):
                _as_code(self.document.add_paragraph(style="No Spacing").add_run(plain(line)))
        elif token.type == "hr":
            self.document.add_paragraph("⁂")

    def _paragraph(self) -> Paragraph:
        if self.heading:
            level, self.heading = self.heading, 0
            return self.document.add_heading("", level)
        if not self.lists:
            return self.document.add_paragraph(style="Quote" if self.quotes else None)
        paragraph = self.document.add_paragraph(style="List Paragraph")
        level = min(len(self.lists) - 1, DEEPEST)
        if self.is_new_point:
            numbering = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            numbering.get_or_add_ilvl().val = level
            numbering.get_or_add_numId().val = self.lists[-1]
            self.is_new_point = False
        else:
            paragraph.paragraph_format.left_indent = Cm(1.27 * (level + 1))
        return paragraph

    def _table(self, tokens: list[Token]) -> None:
        rows: list[list[Token]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(token)
        if not rows or not rows[0]:
            return
        table = self.document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
        for place, row in enumerate(rows):
            for cell, token in zip(table.add_row().cells, row, strict=False):
                self._words(cell.paragraphs[0], token, bold=place == 0)
        _repeat(table.rows[0])
        self.document.add_paragraph()

    def _words(self, paragraph: Paragraph, token: Token, *, bold: bool = False) -> None:
        """The words of a paragraph with their marks."""
        marks = {"strong": int(bold), "em": 0, "s": 0}
        link = ""
        for place, child in enumerate(token.children or ()):
            if child.type.endswith(("_open", "_close")) and child.tag in marks:
                marks[child.tag] += child.nesting
            elif child.type == "link_open":
                link = str(child.attrGet("href") or "")
            elif child.type == "link_close":
                link = ""
            elif child.type == "image":
                self._picture(paragraph, child)
            elif child.type == "hardbreak":
                paragraph.add_run().add_break(WD_BREAK.LINE)
            elif words := " " if child.type == "softbreak" else child.content:
                if place == 0 and self.lists and (task := TASK.match(words)):
                    words = ("☐ " if task[1] == " " else "☑ ") + words[task.end() :]
                run = _run(paragraph, words, marks, is_code=child.type == "code_inline")
                if link.startswith(_SAFE):
                    _lead(paragraph, run, link)

    def _picture(self, paragraph: Paragraph, token: Token) -> None:
        content = self.pictures.get(str(token.attrGet("src") or ""))
        if content is None:
            paragraph.add_run(plain(token.content))
            return
        shape = paragraph.add_run().add_picture(io.BytesIO(content))
        shape._inline.docPr.set("descr", plain(token.content))
        if shape.width > _WIDTH:
            shape.height, shape.width = int(shape.height * _WIDTH / shape.width), _WIDTH


def _run(paragraph: Paragraph, words: str, marks: Mapping[str, int], *, is_code: bool) -> Run:
    run = paragraph.add_run(plain(words))
    run.bold, run.italic = bool(marks["strong"]) or None, bool(marks["em"]) or None
    run.font.strike = bool(marks["s"]) or None
    if is_code:
        _as_code(run)
    return run


def _as_code(run: Run) -> None:
    run.font.name, run.font.size = "Consolas", Pt(9)


def _lead(paragraph: Paragraph, run: Run, address: str) -> None:
    """Let words lead to an address."""
    relation = paragraph.part.relate_to(plain(address), RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    run.font.underline = True
    paragraph._p.append(link)
    link.append(run._r)
