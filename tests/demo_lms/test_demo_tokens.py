"""The demo LMS's token endpoint: who gets a token, and for what."""

import time

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from lti_tool.demo_lms.addresses import LINE_ITEM_READ, SCORE, line_items
from lti_tool.demo_lms.courses import Course

COLUMNS = {"Accept": "application/vnd.ims.lis.v2.lineitemcontainer+json"}


def test_a_signed_assertion_gives_a_token_for_the_scopes_that_exist(tool) -> None:
    answer = tool.ask_token("demo-moodle", f"{SCORE} https://example.org/scope/other")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.json()["scope"] == SCORE
    assert answer.json()["expires_in"] == 3600


@pytest.mark.parametrize("client_id", ["demo-moodle", "demo-canvas"])
def test_a_clock_that_is_three_seconds_ahead_is_forgiven_by_canvas_only(tool, client_id: str) -> None:
    assertion = tool.assertion(client_id, iat=int(time.time()) + 3)

    answer = tool.ask_token(client_id, SCORE, assertion)

    assert answer.status_code == (400 if client_id == "demo-moodle" else 200)


@pytest.mark.parametrize(
    ("changes", "moodle_status"),
    [({"exp": 1000}, 400), ({"aud": "https://elsewhere.example"}, 200), ({"jti": ""}, 200), ({"sub": "other"}, 400)],
)
def test_assertions_are_checked_as_each_family_checks_them(tool, changes: dict, moodle_status: int) -> None:
    by_moodle = tool.ask_token("demo-moodle", SCORE, tool.assertion("demo-moodle", **changes))
    by_canvas = tool.ask_token("demo-canvas", SCORE, tool.assertion("demo-canvas", **changes))

    assert by_moodle.status_code == moodle_status
    assert by_canvas.status_code == 400


def test_no_known_scope_gives_no_token(tool) -> None:
    answer = tool.ask_token("demo-moodle", "https://example.org/scope/other")

    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_scope"}


def test_another_key_with_the_same_kid_is_refused_and_a_rotated_key_works_at_once(tool, tool_key) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert tool.ask_token("demo-canvas", SCORE).status_code == 200

    tool.key, published = stranger, tool.key
    forged = tool.assertion("demo-canvas")
    tool.key = published
    refused = tool.ask_token("demo-canvas", SCORE, forged)
    tool.key, tool.kid = stranger, "k2"
    rotated = tool.ask_token("demo-canvas", SCORE)

    assert refused.status_code == 400
    assert refused.json()["error"] == "invalid_client"
    assert rotated.status_code == 200


def test_tokens_expire_and_hold_for_their_own_registration_and_scope_only(
    tool, lms, moodle: Course, canvas: Course
) -> None:
    reader = tool.ask_token("demo-moodle", LINE_ITEM_READ).json()["access_token"]
    scorer = tool.ask_token("demo-moodle", SCORE).json()["access_token"]
    lms.token_seconds = 0
    expired = tool.ask_token("demo-moodle", LINE_ITEM_READ).json()["access_token"]

    def read(course: Course, token: str) -> int:
        headers = COLUMNS | {"Authorization": f"Bearer {token}"}
        return requests.get(line_items(lms, course), headers=headers, timeout=10).status_code

    assert read(moodle, reader) == 200
    assert read(moodle, scorer) == 401
    assert read(canvas, reader) == 401
    assert read(moodle, expired) == 401
    assert read(moodle, "guess") == 401


def test_moodles_answer_to_an_unknown_key_id_is_not_json(tool) -> None:
    tool.kid = "unpublished"
    assertion = tool.assertion("demo-moodle")
    tool.kid = "k1"

    answer = tool.ask_token("demo-moodle", SCORE, assertion)

    assert answer.status_code == 400
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_tool_whose_keys_cannot_be_read_gets_no_token(tool, lms) -> None:
    lms.tool_url = "http://localhost:1"

    answer = tool.ask_token("demo-canvas", SCORE)

    assert answer.status_code == 400
    assert "keys could not be read" in answer.json()["error_description"]
