"""Comparing the gradebook with what we sent: match, missing, older, changed by a person, extra."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select, update

from lti_tool import clock
from lti_tool.demo_lms.results import set_by_person
from lti_tool.jobs import runner
from lti_tool.models import Course, DeliveryState, GradebookColumn, GradeDelivery, Member, Person
from lti_tool.services import reconciling

COURSES = ["moodle-m101", "canvas-m101", "strict-m101"]
LINK = "as-they-go"


def course_of_three(stage, course):
    """Let three learners finish something twice, each score sent."""
    people = ("mai", "amara", "budi")
    for person in people:
        browser = stage.browser()
        browser.launch(person, course=course)
        for activity_id, answer in (("m0.welcome", {}), ("m0.privacy", {"agreed": "yes"})):
            browser.finish(activity_id, **answer)
            stage.deliver()
    return [stage.grade(course, LINK, person) for person in people]


def forget(stage, course, person):
    """Let the gradebook lose a grade, as after a restore."""
    found = stage.lms.courses[course]
    (column,) = found.columns_of(found.links[LINK])
    del found.grades[column.id, person]


def compare(stage):
    """Compare every column of the tool, as a worker does; return what the column that has scores says."""
    with stage.database.transaction() as session:
        reconciling.ask(session)
    comparer = runner.comparer(stage.settings, stage.database, stage._courier.service)
    while comparer.compare_one():
        pass
    with stage.database.reading() as session:
        columns = session.scalars(select(GradebookColumn).filter(GradebookColumn.comparison.is_not(None))).all()
        return max((column.comparison for column in columns), key=lambda each: sum(each.values()), default=None)


def states(stage):
    with stage.database.reading() as session:
        found = select(Person.name, GradeDelivery.state).join(Member, Member.person_id == Person.id)
        rows = session.execute(found.join(GradeDelivery, GradeDelivery.member_id == Member.id))
        return {name.split()[0]: state for name, state in rows}


@pytest.mark.parametrize("course", COURSES)
def test_what_matches_is_left_as_it_is(stage, course):
    course_of_three(stage, course)

    counts = compare(stage)

    assert counts == {"match": 3, "missing": 0, "older": 0, "changed": 0, "extra": 0}
    assert stage.deliver() == 0


@pytest.mark.parametrize("course", COURSES)
def test_what_is_missing_or_older_is_sent_again_and_a_persons_value_is_only_noted(stage, course):
    _, older, changed = course_of_three(stage, course)
    forget(stage, course, "mai")
    older.final, older.timestamp = Decimal(2), older.timestamp - timedelta(seconds=5)
    set_by_person(changed, Decimal(77), stage.lms.now() + timedelta(seconds=5))

    counts = compare(stage)
    sent = stage.deliver()

    assert counts == {"match": 0, "missing": 1, "older": 1, "changed": 1, "extra": 0}
    assert sent == 2
    assert [stage.grade(course, LINK, person).final for person in ("mai", "amara", "budi")] == [4, 4, 77]
    assert states(stage) == {"Mai": "sent", "Amara": "sent", "Budi": "changed"}


def test_a_grade_of_somebody_to_whom_we_sent_none_is_reported(stage):
    course_of_three(stage, "moodle-m101")
    found = stage.lms.courses["moodle-m101"]
    (column,) = found.columns_of(found.links[LINK])
    set_by_person(found.grade(column.id, "kalani"), Decimal(12), stage.lms.now())

    assert compare(stage)["extra"] == 1


def test_a_value_that_is_ours_again_is_sent_once_more(stage):
    grade, *_ = course_of_three(stage, "moodle-m101")
    before, after = grade.final, Decimal(77)
    set_by_person(grade, after, stage.lms.now())
    compare(stage)
    noted = states(stage)["Mai"]

    set_by_person(grade, before, stage.lms.now())
    compare(stage)

    assert (noted, states(stage)["Mai"]) == ("changed", "sent")


def test_a_person_who_cleared_a_grade_later_keeps_it_cleared(stage):
    grade, *_ = course_of_three(stage, "moodle-m101")
    set_by_person(grade, None, stage.lms.now() + timedelta(seconds=30))

    compare(stage)
    stage.deliver()

    assert grade.final is None
    assert states(stage)["Mai"] == "changed"


def test_results_on_many_pages_are_all_read(stage):
    course_of_three(stage, "canvas-m101")
    object.__setattr__(stage.lms.courses["canvas-m101"].rules, "page_size", 1)
    try:
        counts = compare(stage)
    finally:
        object.__setattr__(stage.lms.courses["canvas-m101"].rules, "page_size", 50)

    assert counts["match"] == 3


def test_a_list_that_breaks_off_changes_nothing_and_is_tried_again(stage):
    course_of_three(stage, "moodle-m101")
    forget(stage, "moodle-m101", "mai")
    stage.lms.fail("results", times=2, status=503)
    with stage.database.transaction() as session:
        reconciling.ask(session)
    comparer = runner.comparer(stage.settings, stage.database, stage._courier.service)

    comparer.compare_one()
    with stage.database.reading() as session:
        problem = session.scalars(select(GradebookColumn.compare_problem)).all()
        due = session.scalars(select(GradebookColumn.compare_at)).all()

    assert "trouble" in problem
    assert any(due)
    assert set(states(stage).values()) == {"sent"}


def test_where_we_may_not_read_results_nothing_is_compared_and_the_page_says_so(stage, teacher):
    course_of_three(stage, "moodle-m101")
    with stage.database.transaction() as session:
        for course in session.scalars(select(Course)):
            course.grade_scopes = [scope for scope in course.grade_scopes if not scope.endswith("result.readonly")]

    compare(stage)

    page = teacher.open(f"{teacher.visit}/teach/grades").get_text(" ", strip=True)
    assert "We may not read your gradebook" in page
    assert stage.lms.calls("results") == []


def test_in_the_night_columns_are_compared_that_scores_went_to_of_late_and_once(stage):
    course_of_three(stage, "moodle-m101")
    now = clock.now()
    asked = []
    for hours in (2, 3, 26):
        night = (now + timedelta(days=1)).replace(hour=0, minute=30) + timedelta(hours=hours)
        with time_machine.travel(night, tick=False), stage.database.transaction() as session:
            asked.append(reconciling.ask_nightly(session, 2))
            done = {"compare_at": None, "compared_at": night}
            session.execute(update(GradebookColumn).filter(GradebookColumn.compare_at.is_not(None)).values(**done))
    noon = now.replace(hour=12)
    with time_machine.travel(noon, tick=False), stage.database.transaction() as session:
        asked.append(reconciling.ask_nightly(session, 2))

    assert asked == [1, 0, 1, 0]


def test_a_column_that_has_lost_its_address_waits_for_one_and_keeps_no_worker_busy(stage):
    course_of_three(stage, "moodle-m101")
    with stage.database.transaction() as session:
        reconciling.ask(session)
        asked = reconciling.is_due(session)
        session.execute(update(GradebookColumn).values(url=None))

    with stage.database.reading() as session:
        assert (asked, reconciling.is_due(session)) == (True, False)


def test_a_score_that_changed_while_the_gradebook_was_read_is_not_judged(stage):
    grade, *_ = course_of_three(stage, "moodle-m101")
    with stage.database.transaction() as session:
        reconciling.ask(session)
        column_id = session.scalars(select(GradeDelivery.column_id)).first()
        column = reconciling.claim(session, column_id=column_id)
    with stage.database.transaction() as session:
        session.execute(update(GradeDelivery).values(version=GradeDelivery.version + 1))
    with stage.database.transaction() as session:
        counts = reconciling.record(session, column, {})

    assert sum(counts.values()) == 0
    assert set(states(stage).values()) == {DeliveryState.SENT}
    assert grade.final == 4
