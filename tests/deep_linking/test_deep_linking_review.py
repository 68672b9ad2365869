"""Submission review: from the gradebook to one learner's progress, never to an answer, never to another course."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import jwt
import pytest
from picking import CLAIM, review

from lti_tool.demo_lms.choosing import begin_review

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SAMPLES = Path(__file__).resolve().parents[1] / "samples/moodle-4.5"


@pytest.fixture
def mai(stage):
    """A learner who has done the first module."""
    browser = stage.browser()
    browser.launch("mai")
    browser.finish_first_module(rating="5")
    return browser


def changed(stage, person="ines", learner="mai", course="moodle-m101", without=(), **claims):
    """Post a review request with claims replaced."""
    browser = stage.browser()
    found = stage.lms.courses[course]
    (column, *_) = found.columns_of(found.links["as-they-go"])
    form = browser.answer_to(begin_review(stage.lms, found, column.id, found.people[learner], found.people[person]))
    good = jwt.decode(form["id_token"], options={"verify_signature": False})
    good |= {CLAIM + name if name != "ags" else AGS: value for name, value in claims.items()}
    for name in without:
        del good[CLAIM + name if name != "ags" else AGS]
    return browser, browser.post_launch({**form, "id_token": stage.lms.sign(good)})


@pytest.mark.parametrize("person", ["ines", "teo"])
def test_a_teacher_sees_what_that_learner_has_finished_and_no_answer(stage, mai, person):
    browser = stage.browser()

    response = review(browser, person, "mai")
    page = browser.open(urlsplit(response.location).path)

    assert page.h1.get_text() == "Progress of Mai Nguyễn Thị"
    assert page.h1.has_attr("data-unspoken"), "no name is sent to the page around the frame"
    states = [each.get_text(strip=True) for each in page.select(".activities .state")]
    assert (states[:4], set(states[4:])) == (["Done"] * 4, {"Not started"})
    assert "Amara" not in page.get_text()
    assert not page.select("form, input")


def test_from_there_a_teacher_gets_to_everybody(stage, mai):
    browser = stage.browser()
    response = review(browser, "ines", "mai")
    page = browser.open(urlsplit(response.location).path)

    everybody = browser.open(page.select_one("p a.button")["href"])

    assert everybody.h1.get_text().startswith("Progress ·")


def test_a_learner_who_opens_their_own_grade_comes_to_their_own_home(stage, mai):
    browser = stage.browser()

    response = review(browser, "mai", "mai")
    browser.home = urlsplit(response.location).path

    assert "4 of" in browser.open(browser.home).get_text()
    assert browser.get(f"{browser.visit}/review/").status_code == 404


def test_a_learner_sees_nobody_elses_work(stage, mai):
    _browser, response = changed(stage, person="amara")

    assert response.status_code == 403
    assert "work-not-yours" in response.text


def test_somebody_who_never_came_has_nothing_to_look_at(stage, mai):
    response = review(stage.browser(), "ines", "budi")

    assert response.status_code == 404
    assert "There is no work to look at here yet" in response.text


def test_a_learner_of_another_course_is_nobody_here(stage):
    other = stage.browser()
    other.launch("mai", course="moodle-fys")
    stage.browser().launch("ines")

    response = review(stage.browser(), "ines", "mai")

    assert response.status_code == 404
    assert "Mai" not in response.text


def test_a_link_that_nobody_opened_is_not_made_by_a_review(stage):
    stage.browser().launch("mai", link="when-complete")

    response = review(stage.browser(), "ines", "mai", link="as-they-go")

    assert response.status_code == 404


def test_without_a_link_the_column_says_which_work_it_is(stage, mai):
    browser, response = changed(stage, without=("resource_link",))

    assert browser.open(urlsplit(response.location).path).h1.get_text() == "Progress of Mai Nguyễn Thị"


def test_a_review_changes_nothing_about_its_link(stage):
    learner = stage.browser()
    learner.launch("mai", link="module")
    before = len(learner.open(learner.home).select(".module"))

    changed(stage, custom={"a": "b", "send": "when_complete"})

    assert len(learner.open(learner.home).select(".module")) == before == 1


@pytest.mark.parametrize(
    ("claims", "without"),
    [
        ({}, ("for_user",)),
        ({"for_user": {}}, ()),
        ({"for_user": {"user_id": 5}}, ()),
        ({"for_user": "5"}, ()),
        ({}, ("roles",)),
        ({}, ("ags",)),
        ({"ags": {"scope": []}}, ()),
        ({"ags": {"scope": [], "lineitem": ""}}, ()),
        ({"ags": {"scope": [], "lineitem": "javascript:1"}}, ()),
    ],
)
def test_a_review_that_lacks_what_it_must_have_is_refused(stage, claims, without):
    _browser, response = changed(stage, without=without, **claims)

    assert response.status_code == 400
    assert "message-not-valid" in response.text


def test_moodles_own_review_request_leads_to_the_learners_page(stage, mai):
    sample = json.loads((SAMPLES / "submission_review_claims.json").read_text())
    ours = {CLAIM + name for name in ("deployment_id", "target_link_uri", "context", "resource_link", "for_user")}
    theirs = {
        name.removeprefix(CLAIM): value for name, value in sample.items() if name.startswith(CLAIM) and name not in ours
    }

    browser, response = changed(stage, **theirs)

    assert browser.open(urlsplit(response.location).path).h1.get_text() == "Progress of Mai Nguyễn Thị"
