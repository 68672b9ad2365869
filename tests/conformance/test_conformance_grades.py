"""Grade return, situation by situation (XG-01 to XG-16): what reaches the gradebook, and what the pages say."""

import threading
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import delete, select, text, update
from stage import hidden

from lti_tool import clock
from lti_tool.demo_lms.choosing import add_link, copy_course
from lti_tool.demo_lms.results import set_by_person
from lti_tool.jobs import runner
from lti_tool.jobs.grades import Trip
from lti_tool.models import Assignment, Course, DeliveryState, GradebookColumn, GradeDelivery, PlatformPace

MOODLE, CANVAS, STRICT = "moodle-m101", "canvas-m101", "strict-m101"
COURSES = [MOODLE, CANVAS, STRICT]
LINK = "as-they-go"


@contextmanager
def a_learner(house, course=MOODLE, link=LINK, person="mai"):
    """A learner in a course of this test alone; nothing of it waits, and no platform rests, when the test is over."""
    made = copy_course(house.lms, house.lms.courses[course])
    made.people = dict(made.people)
    browser = house.browser()
    browser.course, browser.link, browser.person = made, link, person
    nothing_waits(house)
    try:
        browser.launch(person, course=made.key, link=link)
        yield browser
    finally:
        nothing_waits(house)


def nothing_waits(house):
    """Forget every score, every rest of a platform, all planned trouble, and what the platform was asked so far."""
    with house.lms.lock:
        house.lms.faults.clear()
        house.lms.log.clear()
    with house.database.transaction() as session:
        session.execute(delete(GradeDelivery))
        session.execute(delete(PlatformPace))
        session.execute(update(Course).values(catch_up_at=None))


def again(house, learner, **where):
    """The same learner comes from the course once more."""
    house.browser().launch(learner.person, course=learner.course.key, **where)


def row(house, learner):
    """The learner's delivery to the column of their link, None if there is none."""
    found = select(GradeDelivery).join(GradebookColumn).join(Assignment).join(Course)
    link = learner.course.links[learner.link]
    found = found.filter(Course.context_id == learner.course.id, Assignment.resource_link_id == link.id)
    with house.database.reading() as session:
        return session.scalars(found).first()


def grade(house, learner):
    """What the gradebook holds for the learner."""
    return house.grade(learner.course.key, learner.link, learner.person)


def posts(house, learner):
    """The scores that were posted for the learner, taken or not."""
    place = f"/{learner.course.id}/line"  # a column's number may be another course's
    return [entry for entry in house.lms.calls("score") if place in entry.path]


def try_once(house):
    """Deliver one score; what has to be tried again is left for later."""
    assert courier(house).deliver_one()


def settle(house, learner):
    """Deliver until the learner's score waits no more."""
    end = clock.now() + timedelta(seconds=60)
    while row(house, learner).state in (DeliveryState.WAITING, DeliveryState.SENDING):
        house.deliver()
        assert clock.now() < end, "it still waits"
    return row(house, learner)


def line(learner):
    """What the learner's page says of the grade."""
    (found,) = learner.open(f"{learner.visit}/").tree.find_class("grade-line")
    return " ".join(found.text_content().split())


def moments(house, learner):
    """The times of the scores that the gradebook took, as they were sent."""
    return [datetime.fromisoformat(score["timestamp"]) for score in grade(house, learner).accepted]


@pytest.mark.parametrize("course", COURSES)
def test_xg_01_a_completed_activity_is_one_post_and_then_the_page_says_sent(house, course):
    with a_learner(house, course) as learner:
        learner.finish("m0.welcome")
        before = line(learner)

        house.deliver()

        assert len(posts(house, learner)) == 1
        assert row(house, learner).state == DeliveryState.SENT
        assert "Waiting for your LMS" in before
        assert "Sent to the gradebook" in line(learner)


def test_xg_02_a_double_click_in_two_tabs_and_two_workers_are_one_grade_with_growing_times(house):
    with a_learner(house) as learner:
        tabs = [learner, house.browser()]
        tabs[1].client, tabs[1].home = learner.client, learner.home
        for activity_id, answer in (("m0.welcome", {}), ("m0.privacy", {"agreed": "yes"})):
            page = learner.activity(activity_id)
            fields = {**hidden(page), **answer, "do": "finish"}
            address = f"{learner.visit}/activities/{activity_id}"
            at_once([partial(tab.post, address, fields) for tab in tabs])
            at_once([partial(until_idle, courier(house)) for _ in range(2)])
        settle(house, learner)

        stamps = moments(house, learner)
        assert grade(house, learner).final == 4
        assert stamps == sorted(set(stamps))
        assert all(stamp.microsecond == 0 for stamp in stamps)


def at_once(works):
    """Do several things in threads of their own, and wait for all."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def until_idle(courier):
    while courier.deliver_one():
        pass


@pytest.mark.parametrize("course", COURSES)
def test_xg_03_a_later_grade_of_a_person_is_left_alone_until_somebody_asks_for_ours(house, course):
    with a_learner(house, course) as learner:
        learner.finish("m0.welcome")
        house.deliver()
        house.lms.skew = timedelta(hours=1)
        set_by_person(grade(house, learner), Decimal(55), house.lms.now())
        house.lms.skew = timedelta()

        learner.finish("m0.privacy", agreed="yes")
        changed = settle(house, learner)
        learner.finish("m0.start", st1="3", st2="3", st3="3")

        assert changed.state == DeliveryState.CHANGED
        assert house.deliver() == 0
        assert grade(house, learner).final == 55
        assert "A teacher changed this grade" in line(learner)


@pytest.mark.parametrize("course", COURSES)
def test_xg_03_an_earlier_timestamp_that_shows_our_own_value_is_sent(house, course):
    with a_learner(house, course) as learner:
        learner.finish("m0.welcome")
        send_and_vanish(house)

        found = settle(house, learner)

        assert found.state == DeliveryState.SENT
        assert len(grade(house, learner).accepted) == 1


def courier(house):
    return runner.courier(house.settings, house.database, house.tool.http)


def send_and_vanish(house):
    """Send what is due as a worker that dies before it records anything; its lease has run out."""
    dying = courier(house)
    (lane,) = dying.take()
    dying._deliver(lane, lane.claimed[0], Trip())
    with house.database.transaction() as session:
        session.execute(update(GradeDelivery).values(lease_until=clock.now() - timedelta(seconds=1)))


@pytest.mark.parametrize("course", COURSES)
def test_xg_04_two_scores_within_one_second_both_count(house, course):
    with a_learner(house, course) as learner:
        for activity_id, answer in (("m0.welcome", {}), ("m0.privacy", {"agreed": "yes"})):
            learner.finish(activity_id, **answer)
            house.deliver()
        settle(house, learner)

        first, second = moments(house, learner)
        assert grade(house, learner).final == 4
        assert second - first >= timedelta(seconds=1)


TROUBLE = [
    {"status": 500},
    {"status": 502, "body": "<html>"},
    {"status": 503},
    {"status": 504},
    {"status": 200, "body": "<!DOCTYPE html><title>Maintenance</title>"},
    {"drop": "before"},
    {"drop": "after"},
]


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("trouble", TROUBLE, ids=lambda each: "-".join(map(str, each.values()))[:12])
def test_xg_05_trouble_before_and_after_the_platform_took_it_ends_right_and_counts_once(house, course, trouble):
    with a_learner(house, course, "module") as learner:
        learner.finish_first_module()
        house.lms.fail("score", times=2, **trouble)

        found = settle(house, learner)

        assert found.state == DeliveryState.SENT
        assert grade(house, learner).final == 20
        assert grade(house, learner).attempts == (1 if course == CANVAS else 0)
        assert len({entry.body["timestamp"] for entry in posts(house, learner) if entry.body}) == 1


@pytest.mark.parametrize(
    "throttle",
    [
        {"status": 403, "body": "403 Forbidden (Rate Limit Exceeded)"},
        {"status": 403, "headers": {"X-Rate-Limit-Remaining": "0.0"}},
        {"status": 429},
        {"status": 429, "headers": {"Retry-After": "1"}},
    ],
    ids=["words", "header", "429", "429-retry-after"],
)
def test_xg_06_a_platform_that_throttles_is_waited_for_and_that_is_no_failure(house, throttle):
    with a_learner(house, CANVAS) as learner:
        learner.finish("m0.welcome")
        house.lms.fail("score", **throttle)
        try_once(house)
        waiting = row(house, learner)

        found = settle(house, learner)

        assert (waiting.state, waiting.reason, waiting.tries) == (DeliveryState.WAITING, "throttled", 0)
        assert found.state == DeliveryState.SENT
        assert len(grade(house, learner).accepted) == 1


@pytest.mark.parametrize("course", COURSES)
def test_xg_07_a_token_that_is_refused_in_mid_batch_is_renewed_once_and_a_second_refusal_waits(house, course):
    with a_learner(house, course) as learner:
        learner.finish("m0.welcome")
        house.deliver()
        tokens = len(house.lms.calls("token"))
        house.lms.fail("score", status=401)
        learner.finish("m0.privacy", agreed="yes")
        house.deliver()
        renewed = len(house.lms.calls("token")) - tokens
        house.lms.fail("score", status=401, times=2)
        learner.finish("m0.start", st1="3", st2="3", st3="3")
        try_once(house)
        waiting = row(house, learner)

        found = settle(house, learner)

        assert renewed == 1
        assert (waiting.state, waiting.reason) == (DeliveryState.WAITING, "unauthorized")
        assert found.state == DeliveryState.SENT
        assert grade(house, learner).final == 6


@pytest.mark.parametrize("course", [each for each in COURSES if each != CANVAS])
@pytest.mark.parametrize("status", [401, 429])
def test_xg_07_a_score_that_was_taken_although_it_was_refused_is_sent(house, course, status):
    with a_learner(house, course) as learner:
        learner.finish("m0.welcome")
        house.lms.fail("score", status=status, takes_effect=True)
        house.lms.fail("results", status=404)

        found = settle(house, learner)

        assert found.state == DeliveryState.SENT


def teachers_words(house, learner):
    """What the teacher's page says of the learner's grade."""
    browser = house.browser()
    browser.launch("ines", course=learner.course.key)
    page = browser.open(f"{browser.visit}/teach/grades")
    (found,) = page.select("tbody tr")
    return found.get_text(" ", strip=True)


@pytest.mark.parametrize("course", COURSES)
def test_xg_08_a_learner_who_is_not_in_the_course_is_held_and_the_teacher_reads_why(house, course):
    with a_learner(house, course) as learner:
        learner.finish("m0.welcome")
        del learner.course.people[learner.person]

        found = settle(house, learner)

        assert found.state == DeliveryState.HELD
        assert "usually they are not enrolled as a learner" in teachers_words(house, learner)
        assert len(posts(house, learner)) == 1


@pytest.mark.parametrize("course", COURSES)
def test_xg_08_a_column_that_is_gone_is_held_and_the_next_launch_that_names_one_sends(house, course):
    with a_learner(house, course) as learner:
        found = learner.course
        columns = {column.id: column for column in found.columns_of(found.links[LINK])}
        learner.finish("m0.welcome")
        for key in columns:
            del found.columns[key]

        held = settle(house, learner)
        words = teachers_words(house, learner)
        found.columns.update(columns)
        again(house, learner)
        sent = settle(house, learner)

        assert (held.state, held.reason) == (DeliveryState.HELD, "column-missing")
        assert "Gradebook column missing" in words
        assert sent.state == DeliveryState.SENT
        assert grade(house, learner).final == 2


@pytest.mark.parametrize("course", COURSES)
def test_xg_08_a_column_that_stands_elsewhere_is_found_again_and_gets_every_score(house, course):
    with a_learner(house, course) as learner:
        found = learner.course
        link = found.links[LINK]
        learner.finish("m0.welcome")
        house.deliver()
        (old,) = found.columns_of(link)
        with house.lms.lock:
            del found.columns[old.id]
            house.lms.new_column(found, label="Again", maximum=Decimal(100), link_id=link.id, own=True)

        learner.finish("m0.privacy", agreed="yes")
        settle(house, learner)

        assert grade(house, learner).final == 4


def test_xg_08_a_permission_that_is_missing_waits_for_the_administrator(house):
    with a_learner(house) as learner:
        learner.finish("m0.welcome")
        house.lms.fail("score", status=403, times=1)

        try_once(house)

        found = row(house, learner)
        assert (found.state, found.reason) == (DeliveryState.WAITING, "forbidden")
        assert "Needs your LMS admin" in teachers_words(house, learner)


def test_xg_08_a_locked_grade_is_held_after_three_tries(house):
    with a_learner(house) as learner:
        grade(house, learner).locked = True
        learner.finish("m0.welcome")

        found = settle(house, learner)

        assert (found.state, found.reason) == (DeliveryState.HELD, "locked")
        assert len(posts(house, learner)) == 3
        assert "locked" in teachers_words(house, learner)


def test_xg_09_a_score_goes_below_the_path_of_a_column_whose_address_has_a_query(house):
    with a_learner(house) as learner:
        learner.finish("m0.welcome")

        house.deliver()

        (post,) = posts(house, learner)
        assert post.path.split("?")[0].endswith("/lineitem/scores")
        assert grade(house, learner).final == 2


@pytest.mark.parametrize("course", COURSES)
def test_xg_10_where_the_launch_names_no_column_one_is_made_once_and_filled(house, course):
    with a_learner(house, course, "ungraded") as learner:
        found = learner.course
        with house.lms.lock:
            link = add_link(house.lms, found, title="By hand", custom={"send": "as_they_go"}, graded=False)
        columns = set(found.columns)
        learner.finish("m0.welcome")
        learner.link = link.key
        for person in (learner.person, "amara"):
            house.browser().launch(person, course=found.key, link=link.key)
        house.deliver()

        (made,) = set(found.columns) - columns
        assert found.grade(made, learner.person).final == 2
        assert found.columns[made].resource_id == "fundamentals"


def test_xg_10_without_the_grade_service_the_page_says_that_no_grade_is_collected(house):
    with a_learner(house, link="ungraded") as learner:
        learner.finish("m0.welcome")

        assert "does not collect a grade" in line(learner)
        assert house.deliver() == 0


@pytest.mark.parametrize("person", ["ines", "teo", "test", "ada"])
def test_xg_11_who_is_no_learner_never_gets_a_score(house, person):
    browser = house.browser()
    browser.launch(person, course=CANVAS)
    browser.home = f"{browser.visit}/"
    page = browser.activity("m0.welcome")
    answer = browser.post(f"{browser.visit}/activities/m0.welcome", {**hidden(page), "do": "finish"})

    assert answer.status_code == 303, answer.text
    assert house.deliver() == 0
    with house.database.reading() as session:
        assert session.scalars(select(GradeDelivery)).all() == []


@pytest.mark.parametrize("course", COURSES)
def test_xg_12_a_worker_that_dies_between_the_post_and_the_record_changes_nothing_in_the_end(house, course):
    with a_learner(house, course, "module") as learner:
        learner.finish("m0.welcome")
        house.deliver()
        learner.finish_first_module()
        send_and_vanish(house)
        taken = grade(house, learner).final, grade(house, learner).attempts

        found = settle(house, learner)

        assert taken == (20, 1 if course == CANVAS else 0)
        assert (grade(house, learner).final, grade(house, learner).attempts) == taken
        assert found.state == DeliveryState.SENT


@pytest.mark.parametrize("course", COURSES)
def test_xg_13_only_a_reset_that_was_asked_for_lowers_a_grade_and_nothing_ever_clears_one(house, course):
    with a_learner(house, course) as learner:
        learner.finish("m0.welcome")
        house.deliver()
        deletes = learner.open(f"{learner.visit}/my-data/delete")
        learner.post(f"{learner.visit}/my-data/delete", hidden(deletes))
        house.deliver()
        after_deleting = grade(house, learner).final

        page = learner.open(f"{learner.visit}/my-data/reset")
        learner.post(f"{learner.visit}/my-data/reset", hidden(page))
        house.deliver()

        assert (after_deleting, grade(house, learner).final) == (2, 0)
        for score in grade(house, learner).accepted:
            assert score["gradingProgress"] == "FullyGraded"
            assert "scoreGiven" in score


def test_xg_13_a_reset_before_anything_was_sent_sends_no_first_zero(house):
    with a_learner(house) as learner:
        learner.finish("m0.welcome")
        page = learner.open(f"{learner.visit}/my-data/reset")
        learner.post(f"{learner.visit}/my-data/reset", hidden(page))

        assert house.deliver() == 0
        assert grade(house, learner).final is None


def test_xg_14_a_token_that_lives_a_second_is_renewed_and_without_a_token_the_score_waits(house):
    with a_learner(house) as learner:
        house.lms.token_seconds = 1
        learner.finish("m0.welcome")
        house.deliver()
        house.lms.fail("token", status=503, times=2)
        learner.finish("m0.privacy", agreed="yes")
        try_once(house)
        waiting = row(house, learner)

        found = settle(house, learner)
        house.lms.token_seconds = 3600

        assert (waiting.state, waiting.reason) == (DeliveryState.WAITING, "trouble")
        assert found.state == DeliveryState.SENT
        assert grade(house, learner).final == 4


def test_xg_15_registrations_that_share_an_issuer_never_share_a_token(house):
    with a_learner(house, CANVAS) as one, a_learner(house, STRICT) as other, a_learner(house) as third:
        learners = (one, other, third)
        for activity_id, answer in (("m0.welcome", {}), ("m0.privacy", {"agreed": "yes"})):
            for learner in learners:
                learner.finish(activity_id, **answer)
            house.deliver()

        assert [grade(house, learner).final for learner in learners] == [4, 4, 4]
        assert {post.status for learner in learners for post in posts(house, learner)} <= {200, 204}


@pytest.mark.parametrize("given", ["NaN", "Infinity", "-1", "100.01", "ten"])
def test_xg_16_a_number_that_is_no_score_is_never_sent_and_holds_up_no_other(house, given):
    with a_learner(house) as broken, a_learner(house) as good:
        house.deliver()
        broken.finish("m0.welcome")
        with house.database.transaction() as session:
            session.execute(text("UPDATE grade_delivery SET given = :given"), {"given": given})
        good.finish("m0.welcome")

        until_idle(courier(house))

        with house.database.reading() as session:
            states = session.execute(text("SELECT state, reason FROM grade_delivery ORDER BY id")).all()
        assert [tuple(each) for each in states] == [("held", "our-fault"), ("sent", None)]
        assert posts(house, broken) == []
        assert grade(house, good).final == 2
