"""A second workshop is a folder and a setting: it is picked, worked through and graded beside the first."""

import pytest
from picking import answer, pick
from second_workshop import BOTH, PRESSES, do_all
from stage import Stage, hidden, inspect

from lti_tool.demo_lms.choosing import add_link

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def stage(database_url):
    running = Stage(database_url, workshops=BOTH)
    yield running
    running.stop()


def other_picker(stage, **how):
    """Open the picker as the instructor and ask for the second workshop."""
    browser = stage.browser()
    (link,) = pick(browser, **how).select("nav.which a")
    assert link.get_text(strip=True) == "A first meeting"
    return browser, browser.open(link["href"])


def test_it_is_picked_done_and_graded_and_the_first_one_does_not_notice(stage):
    browser, page = other_picker(stage)
    sent = answer(browser, page, send="as_they_go", lines="yes")
    assert sent.deliver().status_code == 200
    link = list(stage.lms.courses["moodle-m101"].links)[-1]
    learner, beside = stage.browser(), stage.browser()
    home = learner.launch("mai", link=link)
    beside.launch("mai")
    before = beside.finish("m0.welcome").location

    do_all(learner)
    stage.deliver()

    (item,) = sent.items
    assert (item["title"], item["custom"]["workshop"]) == ("A first meeting", "first_meeting")
    assert item["lineItem"]["resourceId"] == "first_meeting"
    assert home.h1.get_text(strip=True) == "A first meeting"
    assert stage.grade("moodle-m101", link, "mai").final == 100
    assert stage.grade("moodle-m101", "as-they-go", "mai").final < 5
    columns = {each.resource_id: each for each in stage.lms.courses["moodle-m101"].columns.values()}
    assert {"first_meeting.prepare", "first_meeting.meet"} <= set(columns)
    assert columns["first_meeting.prepare"].maximum == 60
    finished = learner.open(learner.home)
    assert "You finished the workshop" in finished.get_text()
    assert beside.open(beside.home).h1.get_text(strip=True) == "Fundamentals of Mentoring"
    assert before.endswith("/activities/m0.privacy")
    assert beside.get(f"{beside.visit}/activities/prepare.read").status_code == 404


@SQLITE
def test_one_module_of_it_is_a_link_of_its_own_and_a_mistake_keeps_the_choice(stage):
    browser, page = other_picker(stage, course="canvas-m101")

    (item,) = answer(browser, page, part=["meet"], title_meet="In the room").items
    wrong = browser.post(browser.home, {"workshop": "first_meeting", "part": "m0", "do": "add", **_token(page)})

    assert item["custom"] == {"workshop": "first_meeting", "module": "meet", "send": "as_they_go"}
    assert wrong.status_code == 422
    assert (
        inspect(wrong.text, "picker").select_one("nav.which [aria-current]").get_text(strip=True) == "A first meeting"
    )


@SQLITE
def test_what_works_in_the_first_workshop_works_in_one_with_few_kinds(stage):
    learner, teacher = stage.browser(), stage.browser()
    link = by_hand(stage, {"workshop": "first_meeting"})
    learner.launch("mai", link=link)

    empty = learner.open(f"{learner.visit}/documents/").get_text()
    do_all(learner)
    own = [learner.open(f"{learner.visit}/{each}") for each in ("", "documents/", "my-data/", "grade")]
    agenda = learner.open(f"{learner.visit}/documents/prepare.agenda/").get_text()
    data = learner.get(f"{learner.visit}/my-data/three-steps.json").json
    teacher.launch("ines", link=link)
    theirs = [teacher.open(f"{teacher.visit}/teach/{each}") for each in ("", "grades", "shared/")]

    assert "Plan for the first meeting" not in empty
    assert all(page.h1 for page in [*own, *theirs])
    assert "Which course first" in agenda
    assert {each["activity_id"] for each in data["written"]} == set(PRESSES)
    assert "A first meeting" in theirs[0].get_text()


@SQLITE
def test_deleting_in_one_workshop_leaves_the_other_alone(stage):
    first, second = stage.browser(), stage.browser()
    first.launch("mai")
    first.finish_first_module()
    second.launch("mai", link=by_hand(stage, {"workshop": "first_meeting"}))
    do_all(second)

    for what in ("delete", "reset"):
        page = second.open(f"{second.visit}/my-data/{what}")
        second.post(f"{second.visit}/my-data/{what}", hidden(page))

    mine, kept = (each.get(f"{each.visit}/my-data/three-steps.json").json for each in (second, first))
    assert mine["written"] == []
    assert mine["posts"] == []
    assert [each["activity_id"] for each in kept["written"] if each["stored"]["value"]]
    assert "4 of 27 done" in first.open(first.home).get_text(" ", strip=True)


@SQLITE
def test_a_link_to_a_workshop_that_is_not_here_is_refused_and_grades_nothing_else(stage):
    learner = stage.browser()
    link = by_hand(stage, {"workshop": "keeping_it_going"})

    refused = learner.post_launch(learner.answer("mai", link=link))

    assert refused.status_code == 404
    assert "not installed here" in inspect(refused.text, "refused").get_text()


def by_hand(stage, custom):
    """Add a link with these custom parameters and return its key."""
    with stage.lms.lock:
        return add_link(stage.lms, stage.lms.courses["moodle-m101"], title="Other", custom=custom, graded=False).key


def _token(page):
    return {"csrf_token": page.select_one("[name=csrf_token]")["value"]}
