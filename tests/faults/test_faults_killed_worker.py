"""A worker that is killed: the grade arrives, once in effect, and no page says "sent" before it is true."""

import pytest
from sqlalchemy import select
from workers import kill, let_the_lease_run_out, until, worker

from lti_tool.models import DeliveryState, GradeDelivery

CASES = [("moodle-m101", "mai"), ("canvas-m101", "mai")]


@pytest.fixture(params=CASES, ids=lambda case: case[0])
def finished(request, stage):
    """A learner who has finished the first module, and whose grade nobody has sent yet."""
    course, person = request.param
    browser = stage.browser()
    browser.launch(person, course=course)
    browser.finish_first_module()
    return course, browser


def says_sent(browser) -> bool:
    return "Sent to the gradebook" in browser.open(browser.home).get_text()


def effect(stage, course):
    """Return what the gradebook shows: points, and on Canvas-like rules how many submissions there were."""
    grade = stage.grade(course, "as-they-go", "mai")
    return grade.final, grade.attempts


def test_killed_before_it_sent(stage, finished):
    course, browser = finished
    stage.lms.fail("token", delay=3)
    with worker(stage) as process:
        until(lambda: _taken(stage))
        kill(process)
    assert stage.grade(course, "as-they-go", "mai").final is None
    assert not says_sent(browser)

    let_the_lease_run_out(stage)
    with worker(stage):
        until(lambda: says_sent(browser))

    assert effect(stage, course)[0] == 10
    assert len(stage.grade(course, "as-they-go", "mai").accepted) == 1


def test_killed_while_the_platform_was_taking_it(stage, finished):
    course, browser = finished
    stage.lms.fail("score", delay=1.5)
    with worker(stage) as process:
        until(lambda: bool(stage.lms.calls("token")))
        until(lambda: _score_is_under_way(stage))
        kill(process)
    until(lambda: stage.grade(course, "as-they-go", "mai").final == 10)
    assert not says_sent(browser)
    before = effect(stage, course)

    let_the_lease_run_out(stage)
    with worker(stage):
        until(lambda: says_sent(browser))

    assert effect(stage, course) == before


def test_killed_after_the_platform_took_it_and_the_answer_was_lost(stage, finished):
    course, browser = finished
    stage.lms.fail("score", drop="after", times=1)
    with worker(stage) as process:
        until(lambda: stage.grade(course, "as-they-go", "mai").final == 10)
        kill(process)
    before = effect(stage, course)

    let_the_lease_run_out(stage)
    with worker(stage):
        until(lambda: says_sent(browser))

    assert effect(stage, course) == before


def test_killed_after_it_recorded_the_delivery_it_sends_nothing_again(stage, finished):
    _, browser = finished
    with worker(stage) as process:
        until(lambda: says_sent(browser))
        kill(process)
    sent = len(stage.lms.calls("score"))

    let_the_lease_run_out(stage)
    stage.deliver()

    assert len(stage.lms.calls("score")) == sent == 1


def test_a_worker_that_is_asked_to_stop_finishes_what_it_has_in_hand(stage, finished):
    course, browser = finished
    stage.lms.fail("score", delay=1.0)
    with worker(stage) as process:
        until(lambda: bool(stage.lms.calls("token")))
        until(lambda: _score_is_under_way(stage))
        process.terminate()
        assert process.wait(20) == 0

    assert effect(stage, course)[0] == 10
    assert says_sent(browser)


def _taken(stage) -> bool:
    """Say whether a worker holds the delivery."""
    with stage.database.reading() as session:
        return session.scalar(select(GradeDelivery.state)) == DeliveryState.SENDING


def _score_is_under_way(stage) -> bool:
    """Say whether the platform has the score request in its hands: the fault that was set for it is used up."""
    return not any(fault.call == "score" for fault in stage.lms.faults)
