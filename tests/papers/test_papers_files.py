"""A paper as text, Word, PDF and calendar: everything in it arrives, and nothing in it is taken for markup."""

import io
from datetime import UTC, date, datetime

import docx
import pikepdf
import pytest
from docx.enum.table import WD_TABLE_DIRECTION
from icalendar import Calendar

from lti_tool.activities.paper import (
    Event,
    Heading,
    Paper,
    Picture,
    Points,
    Prose,
    Rows,
    Signatures,
    Table,
)
from lti_tool.papers import calendar, pdf, text, word
from lti_tool.pseudo import LEFTWARDS
from lti_tool.web.requests import printable

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
HOSTILE = "#panic(1) *b* <b>x</b> {{ 7 * 7 }}"
WORDS = ("Agenda", "For Thursday", HOSTILE, "second line", "a point", "Where", "Room 12", "Minutes", "Question", "16")
PAPER = Paper(
    name="agenda",
    title="Agenda",
    blocks=(
        Heading(text="For Thursday"),
        Prose(text=f"{HOSTILE}\nsecond line"),
        Points(items=("a point",)),
        Rows(rows=(("Where", "Room 12"),)),
        Table(caption="The half hour", head=("Topic", "Minutes"), rows=(("Question", "16"),)),
        Picture(component="map", drawing=None, title="My map", text="5 people"),
        Signatures(labels=("You", "Mentor")),
    ),
    events=(Event(uid="follow-1@three-steps", on=date(2027, 1, 6), title="Write to Dr V", text="Three lines"),),
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>'


def test_plain_text_holds_everything():
    made = text.as_text(PAPER)

    assert [word for word in (*WORDS, "5 people", "You", "Mentor") if word not in made] == []


def test_a_paper_to_send_is_copied_as_it_is_sent():
    letter = Paper(name="message", title="My message", blocks=(Prose(text="Dear Dr V"),), body="Dear Dr V,\nthank you.")

    assert text.as_text(letter) == "Dear Dr V,\nthank you."


def test_word_has_real_headings_lists_and_tables():
    document = docx.Document(io.BytesIO(word.as_docx(PAPER, language="en", made_at=NOW)))

    styles = {paragraph.text: paragraph.style.name for paragraph in document.paragraphs}
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert (styles["Agenda"], styles["For Thursday"], styles["a point"]) == ("Title", "Heading 1", "List Bullet")
    assert styles[HOSTILE]
    assert cells == ["Where", "Room 12", "Topic", "Minutes", "Question", "16"]
    assert document.core_properties.author == ""


def test_word_shows_a_picture_with_words_for_those_who_cannot_see_it():
    drawn = {"map": pdf.as_png(SVG)}

    document = docx.Document(io.BytesIO(word.as_docx(PAPER, language="en", made_at=NOW, pictures=drawn)))

    (shape,) = document.inline_shapes
    assert shape._inline.docPr.get("descr") == "My map. 5 people"
    assert "5 people" in [paragraph.text for paragraph in document.paragraphs]


def test_papers_of_a_language_from_right_to_left_run_that_way():
    document = docx.Document(io.BytesIO(word.as_docx(PAPER, language=LEFTWARDS, made_at=NOW)))

    assert document.styles["Normal"].element.pPr.xpath("w:bidi")
    assert {table.table_direction for table in document.tables} == {WD_TABLE_DIRECTION.RTL}
    with pikepdf.open(io.BytesIO(pdf.as_pdf(PAPER, language=LEFTWARDS, pictures={"map": SVG}))) as file:
        assert str(file.Root.Lang) == "ar"


def test_a_pdf_is_tagged_and_says_its_language_and_title():
    made = pdf.as_pdf(PAPER, language="en", pictures={"map": SVG})

    with pikepdf.open(io.BytesIO(made)) as file:
        assert file.Root.MarkInfo.Marked
        assert str(file.Root.Lang) == "en"
        assert "/StructTreeRoot" in file.Root
        assert str(file.docinfo.Title) == "Agenda"
        kinds = set(tags(file.Root.StructTreeRoot))
    assert {"/H1", "/H2", "/P", "/L", "/Table", "/TH", "/TD", "/Figure"} <= kinds


def test_a_name_that_no_font_has_still_gives_a_tagged_file():
    made = pdf.as_pdf(Paper(name="x", title="Für 名前 \U0001fae0", blocks=()), language="en")

    with pikepdf.open(io.BytesIO(made)) as file:
        assert file.Root.MarkInfo.Marked


def test_without_typst_the_page_says_what_to_do(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)

    with pytest.raises(pdf.PdfMissing) as refused:
        pdf.as_pdf(PAPER, language="en")

    assert "Print the page" in refused.value.remedy


def test_a_calendar_moves_an_entry_that_it_has():
    first, later = (
        Calendar.from_ical(calendar.as_ics(PAPER.events, version=version, made_at=NOW)).walk("VEVENT")[0]
        for version in (1, 2)
    )

    assert (str(first["UID"]), int(first["SEQUENCE"]), int(later["SEQUENCE"])) == ("follow-1@three-steps", 1, 2)
    assert first["UID"] == later["UID"]
    assert first["DTSTART"].dt == date(2027, 1, 6)
    assert (str(first["SUMMARY"]), str(first["DESCRIPTION"])) == ("Write to Dr V", "Three lines")


def test_the_last_of_all_days_is_a_day_to_remember():
    made = calendar.as_ics([Event(uid="a", on=date.max, title="Present")], version=1, made_at=NOW)

    (entry,) = Calendar.from_ical(made).walk("VEVENT")
    assert entry["DTSTART"].dt == date.max


def test_what_a_form_brings_can_stand_in_every_document():
    typed = printable("".join(map(chr, (*range(160), 0xFFFE, 0xFFFF))) + "كيف 你好")
    paper = Paper(name="x", title="X", blocks=(Prose(text=typed), Rows(rows=((typed, typed),))))

    made = docx.Document(io.BytesIO(word.as_docx(paper, language="en", made_at=NOW)))

    assert "كيف 你好" in made.paragraphs[-1].text
    assert "\t\n\r" in typed
    assert (printable(None), printable(3)) == (None, 3)


def tags(node) -> list[str]:
    """Return the structure types below a node of a PDF's tree."""
    found = [str(node.S)] if "/S" in node else []
    below = node.get("/K", [])
    for child in below if isinstance(below, pikepdf.Array) else [below]:
        if isinstance(child, pikepdf.Dictionary):
            found += tags(child)
    return found
