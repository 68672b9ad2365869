"""A paper as a Word document: real headings, lists and tables, so that it can be edited and read aloud."""

import io
from collections.abc import Mapping
from datetime import datetime
from functools import singledispatch

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_DIRECTION
from docx.oxml import OxmlElement
from docx.shared import Cm

from lti_tool.activities.paper import Block, Heading, Paper, Picture, Points, Prose, Rows, Signatures, Table
from lti_tool.language import language as spoken
from lti_tool.papers.text import SIGN_HERE

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

PICTURE_WIDTH = Cm(15)


def as_docx(paper: Paper, *, language: str, made_at: datetime, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """Return the paper as DOCX; ``language`` is its BCP 47 tag.

    ``pictures`` holds the PNG of each ``Picture`` by its component; without one, the words that tell the same stand
    alone.
    """
    document = docx.Document()
    document.core_properties.title = paper.title
    document.core_properties.author = ""
    document.core_properties.language = language
    document.core_properties.created = document.core_properties.modified = made_at.replace(tzinfo=None)
    document.add_heading(paper.title, 0)
    for block in paper.blocks:
        if isinstance(block, Picture) and (drawn := (pictures or {}).get(block.component)):
            _draw(block, drawn, document)
        _write(block, document)
    if spoken(language).direction == "rtl":
        _turn(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _draw(block: Picture, drawn: bytes, document: Document) -> None:
    shape = document.add_picture(io.BytesIO(drawn), width=PICTURE_WIDTH)
    described = shape._inline.docPr  # python-docx has no other door to the words for those who cannot see it
    described.set("title", block.title)
    described.set("descr", f"{block.title}. {block.text}")


def _turn(document: Document) -> None:
    """Let paragraphs and tables run from right to left; all styles of paragraphs go back to "Normal"."""
    paragraphs = document.styles["Normal"].element.get_or_add_pPr()
    paragraphs.insert_element_before(OxmlElement("w:bidi"), "w:adjustRightInd", "w:spacing", "w:ind", "w:jc")
    for table in document.tables:
        table.table_direction = WD_TABLE_DIRECTION.RTL


@singledispatch
def _write(block: Block, document: Document) -> None:
    raise TypeError(f"{type(block).__name__} has no place in a document")


@_write.register
def _(block: Heading, document: Document) -> None:
    document.add_heading(block.text, 1)


@_write.register
def _(block: Prose, document: Document) -> None:
    for line in block.text.split("\n"):
        document.add_paragraph(line)


@_write.register
def _(block: Points, document: Document) -> None:
    for item in block.items:
        document.add_paragraph(item, "List Bullet")


@_write.register
def _(block: Rows, document: Document) -> None:
    table = document.add_table(0, 2, "Table Grid")
    for label, text in block.rows:
        first, second = table.add_row().cells
        first.paragraphs[0].add_run(label).bold = True
        second.text = text


@_write.register
def _(block: Table, document: Document) -> None:
    document.add_paragraph(block.caption, "Caption")
    table = document.add_table(0, len(block.head), "Table Grid")
    for row in (block.head, *block.rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


@_write.register
def _(block: Picture, document: Document) -> None:
    document.add_paragraph(block.text)


@_write.register
def _(block: Signatures, document: Document) -> None:
    for label in block.labels:
        document.add_paragraph(f"\n{SIGN_HERE}\n{label}")
