"""What scores do to the demo LMS's gradebook, by the rules of each platform family."""

from decimal import Decimal

import pytest
import requests

from lti_tool.demo_lms.addresses import line_item
from lti_tool.demo_lms.bad_day import SORTS, BadDay
from lti_tool.demo_lms.courses import Column, Course
from lti_tool.demo_lms.results import set_by_person

SUBMISSION = "https://canvas.instructure.com/lti/submission"
RESULTS = {"Accept": "application/vnd.ims.lis.v2.resultcontainer+json"}


def own(course: Course, link: str = "as-they-go") -> Column:
    return course.columns_of(course.links[link])[0]


def at(second: str) -> str:
    return f"2026-11-22T10:00:{second}"


@pytest.mark.parametrize(("key", "status"), [("moodle-m101", 200), ("canvas-m101", 200), ("strict-m101", 204)])
def test_a_score_reaches_the_gradebook(tool, lms, key: str, status: int) -> None:
    course = lms.courses[key]

    answer = tool.send_score(course, own(course))

    grade = course.grade(own(course).id, "mai")
    assert answer.status_code == status
    assert grade.final == Decimal(10)
    assert grade.arrived is not None


def test_moodle_rescales_to_the_columns_maximum_and_clips_what_people_see(tool, moodle: Course) -> None:
    column = own(moodle, "module")

    tool.send_score(moodle, column, scoreGiven=50, scoreMaximum=100)
    rescaled = moodle.grade(column.id, "mai").final
    tool.send_score(moodle, column, scoreGiven=25, scoreMaximum=20, timestamp=at("05Z"))

    grade = moodle.grade(column.id, "mai")
    assert rescaled == Decimal(10)
    assert (grade.raw, grade.final) == (Decimal(25), Decimal(20))


def test_timestamps_of_one_second_are_equal_to_moodle_but_not_to_canvas(tool, moodle: Course, canvas: Course) -> None:
    for course in (moodle, canvas):
        tool.send_score(course, own(course), timestamp=at("12.100Z"))

    later = [tool.send_score(c, own(c), timestamp=at("12.900Z"), scoreGiven=11) for c in (moodle, canvas)]
    again = tool.send_score(canvas, own(canvas), timestamp=at("12.900Z"), scoreGiven=12)
    older = tool.send_score(canvas, own(canvas), timestamp=at("12.800Z"), scoreGiven=13)

    assert [answer.status_code for answer in later] == [409, 200]
    assert later[0].json() == []
    assert later[0].reason.startswith("Refusing score with an earlier timestamp")
    assert (again.status_code, older.status_code) == (200, 400)
    assert moodle.grade(own(moodle).id, "mai").final == Decimal(10)
    assert canvas.grade(own(canvas).id, "mai").final == Decimal(12)


def test_moodle_erases_a_grade_and_its_timestamp_unless_it_is_fully_graded(tool, moodle: Course) -> None:
    column = own(moodle)
    tool.send_score(moodle, column)
    complete_before = moodle.grade(column.id, "mai").complete

    erased = tool.send_score(moodle, column, timestamp=at("30Z"), gradingProgress="Pending")
    complete_after = moodle.grade(column.id, "mai").complete
    older = tool.send_score(moodle, column, timestamp=at("01Z"), scoreGiven=7)

    assert erased.status_code == older.status_code == 200
    assert (complete_before, complete_after) == (True, False)
    assert moodle.grade(column.id, "mai").final == Decimal(7)


@pytest.mark.parametrize(
    "changes",
    [
        {"scoreMaximum": None},
        {"timestamp": None},
        {"timestamp": "yesterday"},
        {"scoreGiven": "NaN"},
        {"scoreGiven": "ten"},
        {"activityProgress": None},
        {"gradingProgress": None},
        {"userId": "99999"},
        {"userId": "3"},
    ],
)
def test_moodle_refuses_with_400_and_an_empty_list(tool, moodle: Course, changes: dict) -> None:
    answer = tool.send_score(moodle, own(moodle), **changes)

    assert (answer.status_code, answer.json()) == (400, [])
    assert not moodle.grades


@pytest.mark.parametrize("stamp", ["01Z", "01.123Z", "01.123456+00:00", "01+0000", "01"])
def test_every_usual_way_to_write_a_timestamp_is_read(tool, moodle: Course, stamp: str) -> None:
    answer = tool.send_score(moodle, own(moodle), timestamp=at(stamp))

    assert answer.status_code == 200


def test_a_teachers_grade_stays_on_moodle_and_locked_grades_answer_500(tool, lms, moodle: Course) -> None:
    column = own(moodle)
    grade = moodle.grade(column.id, "mai")
    set_by_person(grade, Decimal(19), lms.now())

    older = tool.send_score(moodle, column)
    newer = tool.send_score(moodle, column, timestamp="2099-01-01T00:00:00Z", scoreGiven=6)
    grade.locked = True
    locked = tool.send_score(moodle, column, timestamp="2099-01-02T00:00:00Z", scoreGiven=7)

    assert [older.status_code, newer.status_code, locked.status_code] == [409, 200, 500]
    assert (grade.raw, grade.final) == (Decimal(6), Decimal(19))


def test_a_comment_is_replaced_on_moodle_and_added_on_canvas(tool, moodle: Course, canvas: Course) -> None:
    for course in (moodle, canvas):
        tool.send_score(course, own(course), comment="first")
        tool.send_score(course, own(course), comment="second", timestamp=at("05Z"))
    tool.send_score(canvas, own(canvas), timestamp=at("09Z"))
    at_moodle = list(moodle.grade(own(moodle).id, "mai").comments)
    tool.send_score(moodle, own(moodle), timestamp=at("09Z"))

    assert at_moodle == ["second"]
    assert moodle.grade(own(moodle).id, "mai").comments == []
    assert canvas.grade(own(canvas).id, "mai").comments == ["first", "second"]


def test_canvas_counts_an_attempt_for_every_score_unless_told_otherwise(tool, canvas: Course) -> None:
    column = own(canvas)
    grade = canvas.grade(column.id, "mai")

    tool.send_score(canvas, column)
    tool.send_score(canvas, column, timestamp=at("01Z"))
    tool.send_score(canvas, column, timestamp=at("02Z"), **{SUBMISSION: {"new_submission": False}})
    after_three = grade.attempts
    for second in ("03Z", "04Z"):
        tool.send_score(canvas, column, timestamp=at(second), submission={"submittedAt": "2026-11-22T09:00:00Z"})

    assert after_three == 2
    assert grade.attempts == 3


def test_canvas_refuses_people_who_are_not_students_and_used_up_attempts(tool, canvas: Course) -> None:
    column = own(canvas)
    column.attempts_allowed = 1

    others = [tool.send_score(canvas, column, userId=canvas.people[who].sub(canvas.rules)) for who in ("ines", "test")]
    first, second = (tool.send_score(canvas, column, timestamp=at(s)) for s in ("01Z", "02Z"))
    kept = tool.send_score(canvas, column, timestamp=at("03Z"), **{SUBMISSION: {"new_submission": False}})

    assert [answer.status_code for answer in others] == [422, 422]
    assert [answer.status_code for answer in (first, second, kept)] == [200, 422, 200]


def test_canvas_overwrites_a_teachers_grade_unless_asked_to_prefer_it(tool, lms, canvas: Course) -> None:
    column = own(canvas)
    grade = canvas.grade(column.id, "mai")
    set_by_person(grade, Decimal(3), lms.now())

    preferring = {SUBMISSION: {"prioritize_non_tool_grade": True}}
    tool.send_score(canvas, column, timestamp="2098-01-01T00:00:00Z", **preferring)
    preferred = grade.final
    tool.send_score(canvas, column, timestamp="2099-01-01T00:00:00Z")

    assert preferred == Decimal(3)
    assert grade.final == Decimal(10)


def test_the_strict_platform_wants_growing_timestamps_and_keeps_a_teachers_grade(tool, lms, strict: Course) -> None:
    column = own(strict)

    first, same, newer = (tool.send_score(strict, column, timestamp=at(s)) for s in ("01Z", "01Z", "01.001Z"))
    set_by_person(strict.grade(column.id, "mai"), Decimal(1), lms.now())
    after_teacher = tool.send_score(strict, column, timestamp="2099-01-01T00:00:00Z")

    assert [a.status_code for a in (first, same, newer, after_teacher)] == [204, 409, 204, 403]


def test_a_learner_who_left_is_refused(tool, moodle: Course, canvas: Course) -> None:
    for course in (moodle, canvas):
        sub = course.people.pop("lukasz").sub(course.rules)

        answer = tool.send_score(course, own(course), userId=sub)

        assert answer.status_code == (400 if course is moodle else 422)


def test_moodle_leaves_a_result_of_zero_without_a_score(tool, lms, moodle: Course) -> None:
    column = own(moodle)
    tool.send_score(moodle, column, scoreGiven=0)
    sub = moodle.people["mai"].sub(moodle.rules)
    url = line_item(lms, moodle, column, "/results")

    found = tool.ask(moodle, "GET", f"{url}&user_id={sub}", headers=RESULTS).json()
    nobody = tool.ask(moodle, "GET", f"{url}&user_id=4", headers=RESULTS).json()
    limited = tool.ask(moodle, "GET", f"{url}&limit=2", headers=RESULTS)

    assert [(r["userId"], "resultScore" in r, r["resultMaximum"]) for r in found] == [(sub, False, 100)]
    assert nobody == []
    assert limited.status_code == 404


def test_canvas_tells_where_the_result_is(tool, canvas: Course) -> None:
    url = tool.send_score(canvas, own(canvas), scoreGiven=2.5).json()["resultUrl"]

    result = tool.ask(canvas, "GET", url, headers={"Accept": "application/vnd.ims.lis.v2.result+json"}).json()

    assert (result["resultScore"], result["resultMaximum"]) == (2.5, 100)


def test_faults_answer_drop_before_and_drop_after_taking_effect(tool, lms, moodle: Course) -> None:
    column = own(moodle)

    lms.fail("score", status=503, headers={"Retry-After": "7"})
    unavailable = tool.send_score(moodle, column)
    lms.fail("score", drop="before")
    with pytest.raises(requests.ConnectionError):
        tool.send_score(moodle, column)
    untouched = not moodle.grades
    lms.fail("score", drop="after")
    with pytest.raises(requests.ConnectionError):
        tool.send_score(moodle, column)

    assert (unavailable.status_code, unavailable.headers["Retry-After"]) == (503, "7")
    assert untouched
    assert moodle.grade(column.id, "mai").final == Decimal(10)
    assert [entry.status for entry in lms.calls("score")] == [503, 0, 200]


def test_trouble_may_come_after_a_score_took_effect(tool, lms, moodle: Course) -> None:
    lms.fail("score", status=502, takes_effect=True)

    answer = tool.send_score(moodle, own(moodle))

    assert answer.status_code == 502
    assert moodle.grade(own(moodle).id, "mai").final == Decimal(10)


def test_a_bad_day_is_the_same_for_the_same_seed_and_has_every_sort_of_trouble() -> None:
    days = [BadDay(7, {"score": 0.5}) for _ in range(2)]

    first, second = ([day.take("score") for _ in range(600)] for day in days)

    assert first == second
    assert {(call, name) for call, name, _ in days[0].met} == {("score", name) for name in SORTS}
    assert 200 < sum(fault is None for fault in first) < 400
    assert days[0].take("token") is None


@pytest.mark.parametrize("name", SORTS)
def test_on_a_bad_day_a_call_meets_what_was_drawn(tool, lms, moodle: Course, name: str) -> None:
    lms.bad_day = BadDay(1, {"score": 1.0}, {name: SORTS[name]})

    try:
        answer = tool.send_score(moodle, own(moodle)).status_code
    except requests.ConnectionError:
        answer = None

    assert answer == (None if name == "dropped" else SORTS[name].status or 200)
