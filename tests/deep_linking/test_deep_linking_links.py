"""What comes of a link: its column, its points, lines per module, copies of the course, activities added by hand."""

from decimal import Decimal

import pytest
from picking import answer, pick

from lti_tool.demo_lms.choosing import add_link, copy_course

COURSES = ["moodle-m101", "canvas-m101", "strict-m101"]


def add(stage, course="moodle-m101", **choice):
    """Choose content as the instructor and return the link that the platform made of it."""
    browser = stage.browser()
    sent = answer(browser, pick(browser, course=course), **choice)
    assert sent.deliver().status_code == 200
    return list(stage.lms.courses[course].links)[-1]


def work(stage, person="mai", **launch):
    """Do the first module as a learner."""
    browser = stage.browser()
    browser.launch(person, **launch)
    browser.finish_first_module()
    return browser


def add_by_hand(stage, course):
    """Add the tool from the activity chooser, with nothing chosen."""
    with stage.lms.lock:
        return add_link(stage.lms, stage.lms.courses[course], title="By hand", custom={}, graded=False).key


def columns(stage, course="moodle-m101"):
    return stage.lms.courses[course].columns


@pytest.mark.parametrize("course", COURSES)
def test_a_chosen_link_has_one_column_and_fills_it(stage, course):
    before = len(columns(stage, course))
    link = add(stage, course, send="as_they_go")

    work(stage, course=course, link=link)
    stage.deliver()

    assert stage.grade(course, link, "mai").final == 10
    assert len(columns(stage, course)) == before + 1


@pytest.mark.parametrize("course", COURSES)
def test_a_link_without_a_grade_makes_no_column_although_it_could(stage, course):
    before = len(columns(stage, course))
    link = add(stage, course, graded=None)

    learner = work(stage, course=course, link=link)
    stage.deliver()

    assert len(columns(stage, course)) == before
    assert stage.lms.calls("score") == []
    assert "Your course does not collect a grade" in learner.open(f"{learner.visit}/").get_text()
    teacher = stage.browser().launch("ines", course=course, link=link)
    assert "This link was added without a grade" in teacher.get_text()


def test_points_of_a_module_are_those_of_its_column(stage):
    link = add(stage, part=["m0"], points_m0="20", send="as_they_go")

    learner = work(stage, link=link)
    stage.deliver()

    accepted = stage.grade("moodle-m101", link, "mai").accepted
    assert [(score["scoreGiven"], score["scoreMaximum"]) for score in accepted] == [(20, 20)]
    assert "20.00 of 20" in learner.open(f"{learner.visit}/").get_text()
    assert "20.00 of 20" in learner.open(f"{learner.visit}/grade").get_text()


def test_a_link_to_one_module_speaks_of_that_module(stage):
    link = add(stage, part=["m0"], send="when_complete")
    learner = stage.browser()

    before = learner.launch("mai", link=link).get_text(" ", strip=True)
    learner.finish_first_module()
    after = learner.open(learner.home).get_text(" ", strip=True)
    about = learner.open(f"{learner.visit}/grade").get_text(" ", strip=True)

    assert "Your grade is sent when this module is complete." in before
    assert "You finished this module." in after
    assert "Your course collects the grade once this module is complete." in about
    assert [text for text in (before, after, about) if "whole workshop" in text] == []


def test_points_are_read_once(stage):
    link = add(stage, part=["m0"], points_m0="20", send="as_they_go")

    for person in ("mai", "amara", "budi"):
        work(stage, person, link=link)
        stage.deliver()

    assert len(stage.lms.calls("column")) == 1


def test_points_that_cannot_be_read_hold_up_no_grade(stage):
    link = add(stage, part=["m0"], points_m0="20", send="as_they_go")
    stage.lms.fail("column", times=9, status=403)

    work(stage, link=link)
    stage.deliver()

    assert stage.grade("moodle-m101", link, "mai").final == 20


def test_points_are_asked_for_again_after_trouble(stage):
    link = add(stage, part=["m0"], points_m0="20", send="as_they_go")
    stage.lms.fail("column", times=1, status=503)

    work(stage, link=link)
    while not stage.grade("moodle-m101", link, "mai").accepted:
        stage.deliver()

    accepted = stage.grade("moodle-m101", link, "mai").accepted
    assert [(score["scoreGiven"], score["scoreMaximum"]) for score in accepted] == [(20, 20)]


@pytest.mark.parametrize("course", COURSES)
def test_a_column_per_module_is_made_when_the_first_learner_finishes_something_in_it(stage, course):
    link = add(stage, course, lines="yes", send="as_they_go")
    before = set(columns(stage, course))

    for person in ("mai", "amara"):
        work(stage, person, course=course, link=link)
    stage.deliver()

    (made,) = [column for key, column in columns(stage, course).items() if key not in before]
    assert (made.resource_id, made.tag, made.maximum) == ("fundamentals.m0", "completion", Decimal(10))
    assert made.label != stage.lms.courses[course].links[link].title
    found = stage.lms.courses[course]
    assert [found.grade(made.id, person).final for person in ("mai", "amara")] == [10, 10]
    assert stage.grade(course, link, "mai").final == 10


def test_a_column_per_module_is_not_another_links_own(stage):
    single = add(stage, part=["m0"], points_m0="50", send="as_they_go")
    link = add(stage, lines="yes", send="as_they_go")

    work(stage, link=link)
    stage.deliver()

    (own,) = stage.lms.courses["moodle-m101"].columns_of(stage.lms.courses["moodle-m101"].links[single])
    assert stage.lms.courses["moodle-m101"].grade(own.id, "mai").accepted == []
    assert [column.maximum for column in columns(stage).values() if column.resource_id == "fundamentals.m0"] == [50, 10]


@pytest.mark.parametrize("course", COURSES)
def test_xd_06_a_copied_course_has_the_same_content_fresh_progress_and_no_second_column(stage, course):
    link = add(stage, course, part=["m0"], send="as_they_go")
    by_hand = add_by_hand(stage, course)
    work(stage, course=course, link=link)
    stage.browser().launch("mai", course=course, link=by_hand)
    stage.deliver()
    copied = copy_course(stage.lms, stage.lms.courses[course])
    before = len(copied.columns)

    learner = stage.browser()
    page = learner.launch("mai", course=copied.key, link=link)
    assert "0 of 4" in page.get_text()
    learner.finish_first_module()
    stage.browser().launch("mai", course=copied.key, link=by_hand)
    stage.deliver()

    assert copied.id != stage.lms.courses[course].id
    assert stage.grade(copied.key, link, "mai").final == 100
    assert len(copied.columns) == before
    assert stage.grade(course, link, "mai").final == 100


def test_xd_06_a_column_that_the_tool_made_is_found_again_in_the_copy(stage):
    work(stage, course="canvas-m101", link="by-hand")
    stage.deliver()
    original = stage.lms.courses["canvas-m101"]
    copied = copy_course(stage.lms, original)
    before = set(copied.columns)

    work(stage, "amara", course=copied.key, link="by-hand")
    stage.deliver()

    made = [column for column in copied.columns.values() if column.resource_id == "fundamentals" and not column.own]
    assert set(copied.columns) == before
    assert [copied.grade(column.id, "amara").final for column in made] == [10]
    assert [copied.grade(column.id, "mai").final for column in made] == [None]


def test_a_copy_tells_where_it_comes_from_and_that_is_only_a_hint(stage):
    copied = copy_course(stage.lms, stage.lms.courses["moodle-m101"])

    page = stage.browser().launch("ines", course=copied.key)

    assert "This course was copied from another one." in page.get_text()
    assert "Nobody has opened the workshop yet" in page.get_text()


@pytest.mark.parametrize("course", COURSES)
def test_an_activity_added_by_hand_opens_the_whole_workshop_and_the_teacher_reads_about_its_column(stage, course):
    link = add_by_hand(stage, course)

    learner = stage.browser().launch("mai", course=course, link=link)
    teacher = stage.browser().launch("ines", course=course, link=link)

    assert len(learner.select(".module")) == 6
    assert "We make one when the first grade is sent" in teacher.get_text()
