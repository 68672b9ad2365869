"""The whole workshop: both ways lead to the same grade; what was typed is the learner's alone, until they share it."""

import io
import re
from decimal import Decimal

import docx
import pikepdf
import pytest
from databases import contents_of
from every_field import TEXT, change_everything, fields_of
from icalendar import Calendar
from other_eyes import everything, said_by_commands, visitors
from sqlalchemy import select
from stage import hidden
from whole_walk import Walk

from lti_tool import clock
from lti_tool.activities import KINDS
from lti_tool.activities.base import Work
from lti_tool.models import Answer, Institution
from lti_tool.pseudo import LONG, lengthened
from lti_tool.services import progress
from lti_tool.services.progress import Author

PAPERS = ("m1.needs", "m1.priorities", "m2.map", "m4.smart", "m4.message", "m4.agenda", "m4.agreement", "m4.follow")
SHARED = ("m1.needs", "m1.priorities", "m2.map", "m4.smart", "m4.message", "m4.agreement")
LEAST_TYPED = 40
"""So many free texts there are at least: a search that found none of them would prove nothing."""


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
def test_a_learner_who_does_all_of_it_takes_everything_along_and_shares_what_they_choose(stage, teacher, capfd):
    learner = stage.browser(LONG)  # which refuses every page with a sentence that nobody marked for translation
    learner.launch("mai")
    walk = Walk(learner)
    walk_and_weigh(stage, learner, walk.fully())

    every_document_comes_in_every_form(learner, walk)
    what_is_shared_is_seen_until_it_is_taken_back(stage, learner, walk)
    every_field_is_kept_by_autosave(stage, learner, walk)
    every_text_of_the_evaluation_was_typed(teacher)
    nobody_else_reads(stage, learner, walk, lambda: "".join(capfd.readouterr()))


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


def every_field_is_kept_by_autosave(stage, learner, walk) -> None:
    """Change every field on every page, found on the pages themselves; each is there when the page is opened again."""
    workshop = stage.tool.workshop(None)
    without = set()
    for activity in workshop.activities:
        for screen in screens(stage, workshop, activity):
            page = f"{learner.visit}/activities/{activity.id}{screen and f'?screen={screen}'}"
            if not change_everything(learner, page, walk.typed, last=activity.kind == "sort"):
                without.add(activity.kind)
    assert without == {"reading", "scenario", "evaluation"}


def screens(stage, workshop, activity) -> tuple[str, ...]:
    """Return the names of the activity's screens as it stands now; one without a name if all stands on one page."""
    with stage.database.reading() as session:
        member_id = session.scalars(select(Answer.member_id).distinct()).one()
        author = Author(institution_id=session.scalars(select(Institution.id)).one(), member_id=member_id)
        stored = progress.load(session, stage.tool.sealer, author, workshop, activity)
    return KINDS[activity.kind].screens(activity, stored.value, Work(today=clock.today())) or ("",)


def every_text_of_the_evaluation_was_typed(teacher) -> None:
    """The only texts that autosave does not know are those of the evaluation: the walk has typed into all of them."""
    fields = fields_of(teacher.activity("m4.eval"))
    ((_, _, sent),) = Walk(teacher)._full()["m4.eval"]
    assert {name for name, field in fields.items() if field.kind == TEXT} == {n for n in sent if "Canary" in sent[n]}


def nobody_else_reads(stage, learner, walk, said) -> None:
    """Nothing that the learner typed comes out anywhere, but the post they posted, and that only where it is read."""
    own = text_of(learner, f"{learner.visit}/my-data/three-steps.json")
    discussion = text_of(learner, f"{learner.visit}/discussion/m2.discuss")
    posted = [word for word in walk.canaries if word in discussion]
    assert len(posted) == 1
    heard = [("the commands", said_by_commands(stage)), ("the log", said())]
    heard += [("the database", contents_of(stage.database).decode("latin-1"))]
    for name, browser in visitors(stage):
        pages = everything(stage, browser, thoroughly=name == "instructor")
        heard += [(f"{name} {path}", text) for path, text in pages]

    found = {where: [word for word in walk.canaries if word in text] for where, text in heard}

    # What was typed last is the learner's to read, and was kept sealed: there is something to find.
    assert len([word for word in walk.canaries if word in own]) > LEAST_TYPED
    told = {where: words for where, words in found.items() if words}
    assert told == {f"{name} /teach/discussion/": posted for name in ("instructor", "assistant", "administrator")}


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
        article = page.select_one("article").get_text()
        typed = [each for each in walk.canaries if each in article]
        assert typed or activity_id == "m1.needs", (
            f"{activity_id}: nothing typed is in it"
        )  # that one has ratings alone
        assert [each for each in typed if each not in written or each not in plain] == [], activity_id
        assert printed.h1.get_text(strip=True) == title
        assert len(word.inline_shapes) == len(page.select("article figure svg")), activity_id
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
