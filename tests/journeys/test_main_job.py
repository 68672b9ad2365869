"""The main job: a learner launches, does the first module, and the grade stands in the gradebook."""

from decimal import Decimal

import pytest


@pytest.mark.parametrize("course", ["moodle-m101", "canvas-m101", "strict-m101"])
def test_a_finished_first_module_is_ten_points_of_a_hundred_in_the_gradebook(stage, course):
    learner = stage.browser()
    learner.launch("mai", course=course)

    learner.finish_first_module()
    stage.deliver()

    assert stage.grade(course, "as-they-go", "mai").final == Decimal(10)
    assert "Sent to the gradebook at" in learner.open(learner.home).get_text()


def test_nothing_is_sent_before_the_end_if_the_link_asks_for_that(stage):
    learner = stage.browser()
    learner.launch("mai", link="when-complete")

    learner.finish_first_module()

    assert stage.deliver() == 0
    assert stage.lms.calls("score") == []


def test_opposite_answers_get_the_same_grade(stage):
    for person, pile, rating in (("mai", "mentor", "5"), ("amara", "assessor", "skip")):
        browser = stage.browser()
        browser.launch(person)
        browser.finish_first_module(pile=pile, rating=rating)
    stage.deliver()

    assert stage.grade("moodle-m101", "as-they-go", "mai").final == 10
    assert stage.grade("moodle-m101", "as-they-go", "amara").final == 10
