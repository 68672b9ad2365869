"""The whole workshop: both ways lead to the same grade; what was typed is the learner's alone, until they share it."""

import io
from decimal import Decimal

import docx
import pikepdf
import pytest
from icalendar import Calendar
from stage import hidden
from whole_walk import MODULES, Walk

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
TEACHERS = {"ines": "instructor", "teo": "assistant"}


def text_of(browser, path) -> str:
    return browser.get(path).text


def points(stage) -> Decimal:
    """Return what the gradebook has for Mai, after everything that waits was sent."""
    stage.deliver()
    return stage.grade("moodle-m101", "as-they-go", "mai").final


@pytest.mark.parametrize("way", ["fully", "shortest"])
def test_steps_one_and_two_are_worth_fifty_five_either_way(stage, learner, way):
    walk = Walk(learner)

    done = list(getattr(walk, way)("m0", "m1", "m2"))

    assert len(done) == 15
    assert points(stage) == Decimal(55)
    assert "15 of 27 done" in learner.open(learner.home).get_text(" ", strip=True)


@pytest.mark.parametrize("way", ["fully", "shortest"])
def test_all_activities_are_worth_a_hundred_and_a_certificate(stage, learner, way):
    before = learner.get(f"{learner.visit}/documents/certificate").status_code

    done = list(getattr(Walk(learner), way)())
    stage.deliver()

    assert before == 404
    assert len(done) == 27
    assert points(stage) == Decimal(100)
    home = learner.open(learner.home).get_text(" ", strip=True)
    certificate = learner.open(f"{learner.visit}/documents/certificate").get_text(" ", strip=True)
    assert "27 of 27 done" in home
    assert "Mai" in certificate
    assert "100" not in certificate.replace("10.", "")
    with pikepdf.open(io.BytesIO(learner.get(f"{learner.visit}/documents/certificate.pdf").data)) as file:
        assert file.Root.MarkInfo.Marked


def test_what_was_typed_is_the_learners_alone_until_it_is_shared(stage, learner):
    walk = Walk(learner)
    list(walk.fully())
    stage.deliver()
    own = text_of(learner, f"{learner.visit}/my-data/three-steps.json")
    # The evaluation leads to nobody, so it is in nobody's data.
    assert [word for word in walk.canaries if word not in own][-3:] == walk.canaries[-3:]
    posted = next(word for word in walk.canaries if word in text_of(learner, f"{learner.visit}/activities/m2.discuss"))

    seen: dict[str, list[str]] = {}
    for person in TEACHERS:
        teacher = stage.browser()
        teacher.launch(person)
        for path in TEACHERS_PAGES:
            page = text_of(teacher, teacher.visit + path)
            seen[f"{person} {path}"] = [word for word in walk.canaries if word in page and word != posted]
    other = stage.browser()
    other.launch("ines", course="canvas-m101")
    for path in TEACHERS_PAGES:
        page = text_of(other, other.visit + path)
        seen[f"another course {path}"] = [word for word in walk.canaries if word in page]

    assert {where: words for where, words in seen.items() if words} == {}


@pytest.mark.parametrize(
    "activity_id", ["m1.needs", "m1.priorities", "m2.map", "m4.smart", "m4.message", "m4.agreement"]
)
def test_what_is_shared_is_seen_until_it_is_taken_back(stage, learner, activity_id):
    walk = Walk(learner)
    module = activity_id.partition(".")[0]
    list(walk.fully(*(name for name in MODULES if name <= module)))
    teacher = stage.browser()
    teacher.launch("ines")
    paper = f"{learner.visit}/documents/{activity_id}/"

    def press(do):
        return learner.post(f"{paper}share", {**hidden(learner.open(paper)), "do": do})

    press("share")
    (form,) = teacher.open(f"{teacher.visit}/teach/shared/").select("main form")
    fields = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    opened = teacher.post(form["action"], fields)
    looked = learner.open(paper).get_text(" ", strip=True)
    press("take-back")
    listed = teacher.open(f"{teacher.visit}/teach/shared/").select("main form")
    closed = teacher.post(form["action"], fields)

    assert opened.status_code == 200
    assert "Ines" in looked.partition("Who has looked")[2]
    assert (listed, closed.status_code) == ([], 404)
    people = [
        word for word in walk.canaries if word in text_of(learner, f"{learner.visit}/activities/m2.map?screen=name")
    ]
    if activity_id == "m2.map":
        assert people
        assert [word for word in people if word in opened.text] == []
        assert "Person 1" in opened.text


def test_every_document_comes_in_every_form(stage, learner):
    walk = Walk(learner)
    list(walk.fully())
    documents = f"{learner.visit}/documents"

    links = {link["href"] for link in learner.open(f"{documents}/").select(".documents a")}
    assert {f"{documents}/{each}/" for each in PAPERS} <= links
    for activity_id in PAPERS:
        page = learner.open(f"{documents}/{activity_id}/")
        title = page.h1.get_text(strip=True)
        printed = learner.open(f"{documents}/{activity_id}/print")
        word = docx.Document(io.BytesIO(learner.get(f"{documents}/{activity_id}/docx").data))
        plain = text_of(learner, f"{documents}/{activity_id}/text")
        typed = [each for each in walk.canaries if each in page.get_text()]
        cells = " ".join(cell.text for table in word.tables for row in table.rows for cell in row.cells)
        written = " ".join(paragraph.text for paragraph in word.paragraphs) + cells
        assert [each for each in typed if each not in written or each not in plain] == [], activity_id
        assert printed.h1.get_text(strip=True) == title
        with pikepdf.open(io.BytesIO(learner.get(f"{documents}/{activity_id}/pdf").data)) as file:
            assert file.Root.MarkInfo.Marked
            assert str(file.docinfo.Title) == title
    entries = Calendar.from_ical(learner.get(f"{documents}/m4.follow/ics").data).walk("VEVENT")
    assert len({str(entry["UID"]) for entry in entries}) == len(entries) >= 3
