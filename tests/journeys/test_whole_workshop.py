"""The whole workshop: both ways lead to the same grade; what was typed is the learner's alone, until they share it."""

import io
import re
from decimal import Decimal

import docx
import pikepdf
import pytest
from icalendar import Calendar
from stage import hidden
from whole_walk import Walk

from lti_tool.pseudo import LONG, lengthened

PAPERS = ("m1.needs", "m1.priorities", "m2.map", "m4.smart", "m4.message", "m4.agenda", "m4.agreement", "m4.follow")
TEACHERS_PAGES = (
    "/teach/",
    "/teach/shared/",
    "/teach/discussion/",
    "/teach/grades/",
    "/",
    "/grade",
    "/review/",
    "/documents/",
)
SHARED = ("m1.needs", "m1.priorities", "m2.map", "m4.smart", "m4.message", "m4.agreement")


def text_of(browser, path) -> str:
    return browser.get(path).text


def points(stage) -> Decimal:
    """Return what the gradebook has for Mai, after everything that waits was sent."""
    stage.deliver()
    return stage.grade("moodle-m101", "as-they-go", "mai").final


def test_the_shortest_path_is_worth_a_hundred_and_a_certificate(stage, learner):
    certificate = f"{learner.visit}/documents/certificate"
    assert learner.get(certificate).status_code == 404

    walk_and_weigh(stage, learner, Walk(learner).shortest())

    assert "27 of 27 done" in learner.open(learner.home).get_text(" ", strip=True)
    assert "Mai" in learner.open(certificate).get_text(" ", strip=True)
    with pikepdf.open(io.BytesIO(learner.get(f"{certificate}.pdf").data)) as file:
        assert file.Root.MarkInfo.Marked


@pytest.mark.timeout(400)
def test_a_learner_who_does_all_of_it_takes_everything_along_and_shares_what_they_choose(stage):
    learner = stage.browser(LONG)  # which refuses every page with a sentence that nobody marked for translation
    learner.launch("mai")
    walk = Walk(learner)
    walk_and_weigh(stage, learner, walk.fully())

    nobody_else_reads(stage, learner, walk)
    every_document_comes_in_every_form(learner, walk)
    what_is_shared_is_seen_until_it_is_taken_back(stage, learner, walk)


def walk_and_weigh(stage, learner, way) -> None:
    """Go all the way; look at the grade after the second step and at the end."""
    done = []
    for activity_id in way:
        done.append(activity_id)
        if activity_id == "m2.discuss":
            assert points(stage) == Decimal(55)
            assert re.search(r"\b15 \S+ 27 ", learner.open(learner.home).get_text(" ", strip=True))
    assert len(done) == 27
    assert points(stage) == Decimal(100)


def nobody_else_reads(stage, learner, walk) -> None:
    """No page of a teacher, here or in another course, has a word that the learner typed, but the post they posted."""
    own = text_of(learner, f"{learner.visit}/my-data/three-steps.json")
    # The evaluation leads to nobody, so it is in nobody's data.
    assert [word for word in walk.canaries if word not in own][-3:] == walk.canaries[-3:]
    posted = next(word for word in walk.canaries if word in text_of(learner, f"{learner.visit}/activities/m2.discuss"))
    seen = {}
    for person, course in (("ines", "moodle-m101"), ("teo", "moodle-m101"), ("ines", "canvas-m101")):
        teacher = stage.browser(LONG)
        teacher.launch(person, course=course)
        for path in TEACHERS_PAGES:
            page = text_of(teacher, teacher.visit + path)
            allowed = {posted} if course == "moodle-m101" and "discussion" in path else set()
            seen[f"{person} {course} {path}"] = [w for w in walk.canaries if w in page and w not in allowed]
    assert {where: words for where, words in seen.items() if words} == {}


def every_document_comes_in_every_form(learner, walk) -> None:
    """Each document is a page, prints, and is a Word, a text and a tagged PDF file with the same words in it."""
    documents = f"{learner.visit}/documents"
    links = {link["href"] for link in learner.open(f"{documents}/").select(".documents a")}
    assert {f"{documents}/{each}/" for each in PAPERS} <= links
    for activity_id in PAPERS:
        page = learner.open(f"{documents}/{activity_id}/")
        title = page.h1.get_text(strip=True)
        printed = learner.open(f"{documents}/{activity_id}/print")
        word = docx.Document(io.BytesIO(learner.get(f"{documents}/{activity_id}/docx").data))
        plain = text_of(learner, f"{documents}/{activity_id}/text")
        cells = " ".join(cell.text for table in word.tables for row in table.rows for cell in row.cells)
        written = " ".join(paragraph.text for paragraph in word.paragraphs) + cells
        typed = [each for each in walk.canaries if each in page.select_one("article").get_text()]
        assert [each for each in typed if each not in written or each not in plain] == [], activity_id
        assert printed.h1.get_text(strip=True) == title
        with pikepdf.open(io.BytesIO(learner.get(f"{documents}/{activity_id}/pdf").data)) as file:
            assert file.Root.MarkInfo.Marked
            assert str(file.docinfo.Title) == title
    entries = Calendar.from_ical(learner.get(f"{documents}/m4.follow/ics").data).walk("VEVENT")
    assert len({str(entry["UID"]) for entry in entries}) == len(entries) >= 3


def what_is_shared_is_seen_until_it_is_taken_back(stage, learner, walk) -> None:
    """A teacher opens what is shared; the learner sees that; taken back, it is closed at once. Labels stay hidden."""
    teacher = stage.browser(LONG)
    teacher.launch("ines")
    names = text_of(learner, f"{learner.visit}/activities/m2.map?screen=name")
    people = [word for word in walk.canaries if word in names]
    for activity_id in SHARED:
        paper = f"{learner.visit}/documents/{activity_id}/"
        learner.post(f"{paper}share", {**hidden(learner.open(paper)), "do": "share"})
        (form,) = teacher.open(f"{teacher.visit}/teach/shared/").select("main form")
        fields = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
        opened = teacher.post(form["action"], fields)
        looked = learner.open(paper).get_text(" ", strip=True)
        learner.post(f"{paper}share", {**hidden(learner.open(paper)), "do": "take-back"})
        assert opened.status_code == 200
        assert "Ines" in looked.partition(lengthened("Who has looked"))[2]
        assert teacher.open(f"{teacher.visit}/teach/shared/").select("main form") == []
        assert teacher.post(form["action"], fields).status_code == 404
        if activity_id == "m2.map":
            assert len(people) == 3
            assert [word for word in people if word in opened.text] == []
            assert lengthened("Person {n}").format(n=1) in opened.text
    own = learner.get(f"{learner.visit}/my-data/three-steps.json").json["shares"]
    assert {each["activity"] for each in own} == set(SHARED)
    assert all(each["taken_back_at"] and "Ines" in each["seen"][0]["by"] for each in own)
