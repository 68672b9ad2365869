"""Every document and everything a learner may take away, downloaded in the frame and in a window, and opened."""

import io
import json

import docx
import pikepdf
import pytest
from browser_wire import Wire
from bs4 import BeautifulSoup
from icalendar import Calendar
from playwright.sync_api import expect
from whole_walk import Walk as Answers

CANVAS = "canvas-m101"
DOCUMENTS = ("m1.needs", "m1.priorities", "m2.map", "m4.smart", "m4.message", "m4.agenda", "m4.agreement", "m4.follow")
WORD, PDF, PLAIN, DATES = "Word (DOCX)", "PDF", "Plain text", "Calendar (ICS)"
TAKEN = {"cookie": (WORD, PDF, PLAIN, DATES), "header": (WORD, DATES), "window": (PDF, DATES)}
"""How this browser comes to the tool, and which forms of each document it takes that way."""


@pytest.mark.timeout(400)
def test_every_document_is_downloaded_and_opens_in_all_three_modes(walk, stage, watch):
    learner = stage.browser()
    learner.launch("mai", course=CANVAS)
    answers = Answers(learner)
    for _ in answers.fully():
        pass
    wire = Wire(stage)

    for mode, forms in TAKEN.items():
        wire.drops_cookies_in_frames = mode == "header"
        if mode == "window":
            walk.launch_window("mai", course=CANVAS)
        else:
            walk.launch("mai", course=CANVAS)
        everything_typed_can_be_taken_away(walk, answers.canaries)
        for activity_id in DOCUMENTS:
            a_document_opens(walk, activity_id, forms, answers.canaries)
        the_certificate_opens(walk)

    assert not any("ticket=" in address for address in watch.addresses)


def a_document_opens(walk, activity_id, forms, typed):
    """Take a document in these forms: each has the words of the page in it, the PDF its tags, dates their entries."""
    to(walk, "My documents")
    walk.tool.locator(f"a[href$='/documents/{activity_id}/']").click()
    article = walk.tool.locator("article.paper")
    expect(article).to_be_visible()
    title, shown = walk.heading.inner_text(), article.inner_text()
    words = [word for word in typed if word in shown]
    assert words or activity_id == "m1.needs", f"{activity_id}: nothing typed is in it"  # that one has ratings alone
    for form in forms:
        if form == WORD:
            written = text_of(download(walk, form))
            assert [word for word in [title, *words] if word not in written] == []
        elif form == PLAIN:
            plain = download(walk, form).decode()
            assert [word for word in words if word not in plain] == []
        elif form == PDF:
            with pikepdf.open(io.BytesIO(download(walk, form))) as file:
                assert (bool(file.Root.MarkInfo.Marked), str(file.docinfo.Title)) == (True, title)
        elif walk.link(form).count():
            entries = Calendar.from_ical(download(walk, form)).walk("VEVENT")
            assert len({str(entry["UID"]) for entry in entries}) == len(entries) > 0
    assert walk.link(DATES).count() or activity_id != "m4.follow"


def the_certificate_opens(walk):
    """Take the certificate."""
    to(walk, "My documents")
    walk.link("Certificate of completion").click()
    expect(walk.heading).to_have_text("Certificate of completion")
    with pikepdf.open(io.BytesIO(download(walk, "Download as PDF"))) as file:
        assert file.Root.MarkInfo.Marked


def everything_typed_can_be_taken_away(walk, typed):
    """Take all answers, for programs and to read; a download can be repeated."""
    to(walk, "My data")
    as_data = json.loads(download(walk, "Download as data (JSON)"))
    to_read = BeautifulSoup(download(walk, "Download to read"), "lxml").get_text()
    again = json.loads(download(walk, "Download as data (JSON)"))
    assert len([word for word in typed if word in to_read and word in json.dumps(as_data)]) > len(DOCUMENTS)
    assert again["written"] == as_data["written"]
    expect(walk.heading).to_have_text("My data")


def to(walk, name):
    """Go to one of the learner's own pages: from a document straight to all of them, else by way of all modules."""
    if not walk.link(name).count():
        walk.home()
    walk.link(name).click()
    expect(walk.heading).to_have_text(name)


def download(walk, name):
    """Press a download and return what arrives."""
    with walk.page.expect_download() as arriving:
        walk.link(name).click()
    return arriving.value.path().read_bytes()


def text_of(word_file):
    """Return all text of a Word file."""
    document = docx.Document(io.BytesIO(word_file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
