"""The Moodle-like rules against a record of what a real Moodle 4.5.6 answered to the same requests."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from lti_tool.demo_lms import launch_claims
from lti_tool.demo_lms.addresses import GRADE_SCOPES, line_items
from lti_tool.demo_lms.courses import Course
from lti_tool.demo_lms.people import Part, Person
from lti_tool.demo_lms.results import set_by_person

SAMPLES = Path(__file__).parents[1] / "samples" / "moodle-4.5"
RECORD = json.loads((SAMPLES / "services.json").read_text("utf-8"))
SCORE = "application/vnd.ims.lis.v1.score+json"
# Answers about tokens need tokens of their own: test_demo_tokens.py has them.
ABOUT_TOKENS = {"score wrong bearer", "score with expired token", "score with token of other scope"}


@pytest.fixture
def course(moodle: Course) -> Course:
    """The recorded course: people with the ids 5 to 29, item 2 with 20 points."""
    taken = {person.number for person in moodle.people.values()}
    for number in set(range(5, 30)) - taken | {11, 12}:
        key = f"student{number}"
        moodle.people[key] = Person(key=key, number=number, given="Student", family=str(number), part=Part.LEARNER)
    moodle.people.pop("ada")
    moodle.columns["2"].maximum = Decimal(20)
    return moodle


def replay(tool: Any, course: Course, token: str, entry: dict[str, Any]) -> requests.Response:
    method, path = entry["request"].split(" ", 1)
    body = entry["body"] if isinstance(entry["body"], str) else json.dumps(entry["body"])
    content_type = {"ctype application/json": "application/json", "ctype with charset": f"{SCORE}; charset=utf-8"}
    headers = {"Authorization": f"Bearer {token}", "Accept": SCORE}
    if entry["body"] is not None:
        headers["Content-Type"] = content_type.get(entry["name"], SCORE)
    url = path.replace("...", f"{tool.lms.base_url}/mod/lti", 1)
    return requests.request(method, url, data=None if entry["body"] is None else body, headers=headers, timeout=10)


def before(course: Course, name: str) -> None:
    """What a teacher did in the real Moodle before this request."""

    def grade(number: int) -> Any:
        return course.grade("2", next(key for key, person in course.people.items() if person.number == number))

    if name == "score after teacher override (19)":
        set_by_person(grade(26), Decimal(19), datetime(2026, 11, 22, 15, 7, 56, tzinfo=UTC))
    if name == "score after grade lock":
        grade(27).locked = True
    course.columns["2"].locked = name == "score into locked item"


def test_every_recorded_score_is_answered_and_kept_as_moodle_did(tool, course: Course) -> None:
    token = tool.ask_token("demo-moodle", " ".join(GRADE_SCOPES)).json()["access_token"]
    wanted = [e for e in RECORD if "/lineitems/2/lineitem/scores" in e["request"] and e["name"] not in ABOUT_TOKENS]
    wanted += [e for e in RECORD if e["name"] == "score url without type_id" and e not in wanted]
    by_number = {person.number: key for key, person in course.people.items()}

    different = []
    for entry in wanted:
        before(course, entry["name"])
        answer = replay(tool, course, token, entry)
        found: list[object] = [answer.status_code]
        recorded: list[object] = [entry["status"]]
        if entry.get("grade_after"):
            grade = course.grade("2", by_number[int(entry["body"]["userId"])])
            found += [shown(grade.raw), shown(grade.final)]
            recorded += entry["grade_after"][:2]
        if found != recorded:
            different.append((entry["name"], found, recorded))

    assert len(wanted) > 50
    assert different == []


def shown(points: Decimal | None) -> str:
    return "" if points is None else f"{points:.5f}"


def test_line_item_requests_are_answered_as_moodle_did(tool, lms, course: Course) -> None:
    token = tool.ask_token("demo-moodle", " ".join(GRADE_SCOPES)).json()["access_token"]
    accepts = {"lineitems list no Accept": None, "lineitems list Accept */*": "*/*"}
    accepts["lineitems list Accept json"] = "application/json"

    def ask(entry: dict[str, Any]) -> tuple[int, str, list[str]]:
        headers = {"Authorization": f"Bearer {token}"}
        headers["Accept"] = accepts.get(entry["name"], "application/vnd.ims.lis.v2.lineitemcontainer+json") or "*/*"
        url = entry["request"].partition(" ")[2].replace("...", f"{lms.base_url}/mod/lti", 1)
        answer = requests.get(url, headers=headers, timeout=10)
        return answer.status_code, answer.headers["Content-Type"], members(answer.json())

    wanted = [e for e in RECORD if e["request"].startswith("GET") and "/2/lineitems?" in e["request"]]
    found = {entry["name"]: ask(entry) for entry in wanted if is_listing(entry)}

    recorded = {
        e["name"]: (e["status"], e["headers"]["Content-Type"], members(json.loads(e["response"])))
        for e in wanted
        if is_listing(e)
    }
    assert len(recorded) >= 5
    assert found == recorded
    assert line_items(lms, course).endswith("/mod/lti/services.php/2/lineitems?type_id=1")


def is_listing(entry: dict[str, Any]) -> bool:
    # Filters that name the recorded course's own resources find nothing here.
    return "resource_id" not in entry["request"] and entry["name"] != "lineitems by tag"


def members(body: Any) -> list[str]:
    found = body[0] if isinstance(body, list) and body else body
    return sorted(found)


def test_launch_tokens_have_the_members_of_moodles(lms, course: Course) -> None:
    recorded = json.loads((SAMPLES / "launch_LtiResourceLinkRequest_student.json").read_text("utf-8"))["claims"]

    claims = launch_claims(lms, course, course.links["as-they-go"], course.people["mai"], nonce="n")

    assert {name: kind(value) for name, value in claims.items()} == {n: kind(v) for n, v in recorded.items()}


def kind(value: Any) -> Any:
    """The members of an object and the types of the rest."""
    if isinstance(value, dict) and not {"module", "send"} & set(value):
        return {name: kind(inner) for name, inner in value.items()}
    return type(value).__name__
