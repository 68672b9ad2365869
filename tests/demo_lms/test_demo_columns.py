"""Line items of the demo LMS: listing, making, changing, removing, by each family's rules."""

from decimal import Decimal
from typing import Any

import pytest

from lti_tool.demo_lms.addresses import line_item, line_items
from lti_tool.demo_lms.courses import Column, Course

LIST = {"Accept": "application/vnd.ims.lis.v2.lineitemcontainer+json"}
ITEM = {"Accept": "application/vnd.ims.lis.v2.lineitem+json"}
MAKE = {"Content-Type": "application/vnd.ims.lis.v2.lineitem+json"}


def make(tool: Any, course: Course, **values: object) -> Any:
    item = {"label": "Three Steps", "scoreMaximum": 100, "resourceId": "fundamentals", "tag": "completion"} | values
    return tool.ask(course, "POST", line_items(tool.lms, course), json=item, headers=MAKE)


def own(course: Course, link: str = "as-they-go") -> Column:
    return course.columns_of(course.links[link])[0]


@pytest.mark.parametrize("key", ["moodle-m101", "canvas-m101", "strict-m101"])
def test_a_made_line_item_is_found_again_by_resource_and_tag(tool, lms, key: str) -> None:
    course = lms.courses[key]
    made = make(tool, course)

    separator = "&" if "?" in line_items(lms, course) else "?"
    url = f"{line_items(lms, course)}{separator}resource_id=fundamentals&tag=completion"
    found = tool.ask(course, "GET", url, headers=LIST).json()
    read = tool.ask(course, "GET", made.json()["id"], headers=ITEM).json()

    assert made.status_code == 201
    assert [item["id"] for item in found] == [made.json()["id"]]
    assert read["label"] == "Three Steps"
    assert ("?type_id=1" in made.json()["id"]) == (key == "moodle-m101")


def test_a_list_can_be_narrowed_to_one_link(tool, lms, moodle: Course) -> None:
    url = f"{line_items(lms, moodle)}&resource_link_id={moodle.links['module'].id}"

    found = tool.ask(moodle, "GET", url, headers=LIST).json()

    assert [item["label"] for item in found] == ["Three Steps: welcome module"]
    assert found[0]["resourceId"] == ""
    assert found[0]["ltiLinkId"] == moodle.links["module"].id


def test_making_the_same_line_item_twice_makes_two(tool, moodle: Course) -> None:
    first, second = make(tool, moodle), make(tool, moodle)

    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html"])
def test_moodle_lists_only_for_the_exact_media_type(tool, lms, moodle: Course, canvas: Course, accept: str) -> None:
    by_moodle = tool.ask(moodle, "GET", line_items(lms, moodle), headers={"Accept": accept})
    by_canvas = tool.ask(canvas, "GET", line_items(lms, canvas), headers={"Accept": accept})

    assert by_moodle.status_code == 400
    assert by_moodle.json()["request"]["accept"] == accept
    assert by_canvas.status_code == 200


def test_moodle_takes_scores_with_a_charset_but_not_as_plain_json(tool, lms, moodle: Course) -> None:
    url = line_item(lms, moodle, own(moodle), "/scores")
    score = '{"userId":"6","timestamp":"2026-11-22T10:00:00Z","activityProgress":"Completed",'
    score += '"gradingProgress":"FullyGraded","scoreGiven":1,"scoreMaximum":1}'

    plain = tool.ask(moodle, "POST", url, data=score, headers={"Content-Type": "application/json"})
    charset = {"Content-Type": "application/vnd.ims.lis.v1.score+json; charset=utf-8"}
    exact = tool.ask(moodle, "POST", url, data=score, headers=charset)

    assert (plain.status_code, exact.status_code) == (400, 200)
    assert plain.reason.startswith("No handler found")


@pytest.mark.parametrize(
    ("values", "by_moodle", "by_canvas"),
    [
        ({"label": ""}, 400, 422),
        ({"scoreMaximum": 0}, 201, 422),
        ({"label": "L" * 300}, 502, 422),
        ({"resourceLinkId": "9999"}, 403, 404),
    ],
)
def test_line_items_that_cannot_be_made(
    tool, moodle: Course, canvas: Course, values: dict[str, object], by_moodle: int, by_canvas: int
) -> None:
    statuses = [make(tool, course, **values).status_code for course in (moodle, canvas)]

    assert statuses == [by_moodle, by_canvas]


def test_another_maximum_rescales_moodles_grades(tool, lms, moodle: Course) -> None:
    column = own(moodle)
    tool.send_score(moodle, column, scoreGiven=50)

    changed = {"label": "Renamed", "scoreMaximum": 20}
    answer = tool.ask(moodle, "PUT", line_item(lms, moodle, column), json=changed, headers=MAKE)

    assert answer.json()["label"] == column.label == "Renamed"
    assert moodle.grade(column.id, "mai").final == Decimal(10)


def test_removing_the_activitys_own_line_item_is_possible_on_moodle_only(
    tool, lms, moodle: Course, canvas: Course
) -> None:
    column = own(moodle)
    tool.send_score(moodle, column)

    by_moodle = tool.ask(moodle, "DELETE", line_item(lms, moodle, column))
    by_canvas = tool.ask(canvas, "DELETE", line_item(lms, canvas, own(canvas)))
    score_after = tool.send_score(moodle, column)
    read_after = tool.ask(moodle, "GET", line_item(lms, moodle, column), headers=ITEM)

    assert (by_moodle.status_code, by_canvas.status_code) == (204, 401)
    assert (score_after.status_code, read_after.status_code) == (404, 404)
    assert not moodle.grades


def test_moodle_pages_in_typographic_quotes_and_canvas_by_the_standard(
    tool, lms, moodle: Course, canvas: Course
) -> None:
    by_moodle = tool.ask(moodle, "GET", f"{line_items(lms, moodle)}&limit=1", headers=LIST)
    whole = tool.ask(moodle, "GET", line_items(lms, moodle), headers=LIST)
    by_canvas = tool.ask(canvas, "GET", f"{line_items(lms, canvas)}?limit=2", headers=LIST)
    following = tool.ask(canvas, "GET", by_canvas.links["next"]["url"], headers=LIST)

    header = by_moodle.headers["Link"].encode("latin-1").decode()
    assert "rel=“next”" in header
    assert "&amp;limit=1&amp;from=1" in header
    assert "Link" not in whole.headers
    assert "limit=" not in by_canvas.links["next"]["url"]
    assert [len(by_canvas.json()), len(following.json())] == [2, 1]
