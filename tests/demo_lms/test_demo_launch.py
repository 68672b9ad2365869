"""A launch through the demo LMS: login initiation, authorization, id_token."""

import json
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from lti_tool.demo_lms import Lms, LoginCall, begin, launch_claims
from lti_tool.demo_lms.courses import Course

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"


class Form(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.buttons = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.action = values["action"]
        if tag == "input":
            self.fields[values["name"]] = values["value"]
        self.buttons += tag == "button"


def authorize(lms: Lms, call: LoginCall, **changes: str | None) -> requests.Response:
    asked = {
        "client_id": call.fields["client_id"],
        "redirect_uri": lms.launch_url,
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "nonce": "nonce-1",
        "state": "state-1",
        "login_hint": call.fields["login_hint"],
        "lti_message_hint": call.fields["lti_message_hint"],
    }
    asked = {name: value for name, value in (asked | changes).items() if value is not None}
    return requests.get(f"{lms.base_url}/lti/authorize", params=asked, timeout=10)


def call_for(lms: Lms, course: Course, person: str = "mai", link: str = "as-they-go") -> LoginCall:
    return begin(lms, course, course.links[link], course.people[person])


@pytest.mark.parametrize("key", ["moodle-m101", "canvas-m101", "strict-m101"])
def test_a_launch_brings_a_signed_token_for_the_person_and_the_state_back(lms: Lms, key: str) -> None:
    course = lms.courses[key]
    call = call_for(lms, course)

    form = Form(authorize(lms, call).text)

    keys = jwt.PyJWKSet.from_dict(requests.get(f"{lms.base_url}/lti/jwks", timeout=10).json())
    token = form.fields["id_token"]
    key_object = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key_object, ["RS256"], audience=call.fields["client_id"], issuer=lms.issuer)
    assert form.action == lms.launch_url
    assert form.fields["state"] == "state-1"
    assert form.buttons == 1
    assert claims["sub"] == course.people["mai"].sub(course.rules)
    assert claims["nonce"] == "nonce-1"


def test_moodle_starts_with_a_form_and_canvas_with_a_redirect(lms: Lms) -> None:
    moodle = requests.get(f"{lms.base_url}/launch/moodle-m101/module/as/mai", timeout=10)
    canvas = requests.get(f"{lms.base_url}/launch/canvas-m101/module/as/mai", timeout=10, allow_redirects=False)

    form = Form(moodle.text)
    query = parse_qs(urlsplit(canvas.headers["Location"]).query)

    assert form.action == f"{lms.tool_url}/lti/login"
    assert set(json.loads(form.fields["lti_message_hint"])) == {"cmid", "launchid"}
    assert canvas.headers["Location"].startswith(f"{lms.tool_url}/lti/login?")
    assert query["client_id"] == ["demo-canvas"]
    assert query["lti_deployment_id"] == query["deployment_id"] == ["canvas-1"]


def test_the_second_use_of_a_hint_is_refused_in_each_familys_way(lms: Lms, moodle: Course, canvas: Course) -> None:
    first, second = call_for(lms, moodle), call_for(lms, canvas)
    authorize(lms, first)
    authorize(lms, second)

    by_moodle, by_canvas = authorize(lms, first), authorize(lms, second)

    assert by_moodle.status_code == 404
    assert "Invalid request" in by_moodle.text
    fields = Form(by_canvas.text).fields
    assert fields["error"] == "launch_no_longer_valid"
    assert fields["state"] == "state-1"
    assert "id_token" not in fields


def test_a_hint_is_too_old_after_ten_minutes(lms: Lms, canvas: Course) -> None:
    call = call_for(lms, canvas)

    lms.skew = timedelta(minutes=11)

    assert Form(authorize(lms, call).text).fields["error"] == "launch_no_longer_valid"


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://localhost:8000/lti/launch?x=1"},
        {"redirect_uri": "http://localhost:8000/other"},
        {"client_id": "nobody"},
        {"scope": "openid profile"},
        {"nonce": None},
        {"login_hint": None},
        {"lti_message_hint": None},
        {"lti_message_hint": '{"launchid":"guessed"}'},
    ],
)
def test_moodle_shows_its_own_page_for(lms: Lms, moodle: Course, changes: dict[str, str | None]) -> None:
    call = call_for(lms, moodle)

    answer = authorize(lms, call, **changes)

    assert answer.status_code == 404
    assert "id_token" not in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_mode": "query"}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"client_id": "demo-canvas", "response_mode": "form_post"}, "unauthorized_client"),
        ({"login_hint": "3"}, "access_denied"),
    ],
)
def test_a_wrong_request_comes_back_as_an_error(
    lms: Lms, moodle: Course, changes: dict[str, str | None], error: str
) -> None:
    call = call_for(lms, moodle)

    fields = Form(authorize(lms, call, **changes).text).fields

    assert fields["error"] == error
    assert "id_token" not in fields


def test_moodle_accepts_a_request_without_prompt_and_canvas_does_not(lms: Lms, moodle: Course, canvas: Course) -> None:
    for_moodle, for_canvas = call_for(lms, moodle), call_for(lms, canvas)

    by_moodle, by_canvas = authorize(lms, for_moodle, prompt=None), authorize(lms, for_canvas, prompt=None)

    assert "id_token" in Form(by_moodle.text).fields
    assert Form(by_canvas.text).fields["error"] == "invalid_request"


def claims_of(lms: Lms, course: Course, person: str, link: str = "as-they-go") -> dict[str, object]:
    return launch_claims(lms, course, course.links[link], course.people[person], nonce="n")


def test_moodle_tokens_look_like_moodles(lms: Lms, moodle: Course) -> None:
    claims = launch_claims(lms, moodle, moodle.links["module"], moodle.people["mai"], nonce="n")

    assert claims["exp"] - claims["iat"] == 60
    assert claims[CLAIM + "context"] == {
        "id": "2",
        "label": "M101",
        "title": "Mentoring 101",
        "type": ["CourseSection"],
    }
    assert claims[CLAIM + "resource_link"]["id"].isdigit()
    assert claims[CLAIM + "tool_platform"]["product_family_code"] == "moodle"
    assert claims[CLAIM + "custom"]["module"] == "m0"
    assert claims[CLAIM + "custom"]["due"] == "$ResourceLink.submission.endDateTime"
    assert claims[AGS]["lineitem"].endswith("/lineitem?type_id=1")
    assert "sesskey=" in claims[CLAIM + "launch_presentation"]["return_url"]


def test_assistants_and_test_students_are_told_by_their_roles(lms: Lms, moodle: Course, canvas: Course) -> None:
    at_moodle = claims_of(lms, moodle, "teo")[CLAIM + "roles"]
    assistant, trial = (claims_of(lms, canvas, who)[CLAIM + "roles"] for who in ("teo", "test"))
    teacher_elsewhere = claims_of(lms, canvas, "kalani")[CLAIM + "roles"]
    administrator = claims_of(lms, canvas, "ada")[CLAIM + "roles"]

    assert at_moodle == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]
    assert "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant" in assistant
    assert "http://purl.imsglobal.org/vocab/lti/system/person#TestUser" in trial
    assert "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor" in teacher_elsewhere
    assert "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner" in teacher_elsewhere
    assert not [role for role in administrator if "/membership" in role]
    assert "test" not in moodle.people


def test_the_line_item_claim_follows_the_columns_of_the_link(lms: Lms, moodle: Course, canvas: Course) -> None:
    def line_item(course: Course, link: str) -> object:
        claims = launch_claims(lms, course, course.links[link], course.people["mai"], nonce="n")
        return claims[AGS].get("lineitem", "absent") if AGS in claims else "no claim"

    before = [line_item(moodle, link) for link in ("ungraded", "by-hand")]
    for course in (moodle, canvas):
        link = course.links["by-hand"]
        lms.new_column(course, label="Made by the tool", maximum=100, link_id=link.id)
        graded = course.links["as-they-go"]
        lms.new_column(course, label="Extra", maximum=100, link_id=graded.id)

    assert before == ["no claim", "absent"]
    assert line_item(moodle, "by-hand") == ""
    assert line_item(moodle, "as-they-go") == "absent"
    assert str(line_item(canvas, "by-hand")).startswith("http")
    assert str(line_item(canvas, "as-they-go")).startswith("http")


def test_the_platform_signs_any_claims_with_any_headers(lms: Lms) -> None:
    token = lms.sign({"iss": 7}, {"kid": None, "crit": ["x"]})

    header = jwt.get_unverified_header(lms.sign({"a": 1}))
    assert json.loads(jwt.utils.base64url_decode(token.split(".")[0])) == {"typ": "JWT", "alg": "RS256", "crit": ["x"]}
    assert json.loads(jwt.utils.base64url_decode(token.split(".")[1])) == {"iss": 7}
    assert header["kid"] == lms.kid


def test_registrations_name_what_an_administrator_enters(lms: Lms) -> None:
    by_client = {entry["client_id"]: entry for entry in lms.registrations()}

    assert {entry["issuer"] for entry in by_client.values()} == {lms.base_url}
    assert by_client["demo-moodle"]["deployment_id"] == "1"
    assert by_client["demo-canvas"]["deployment_id"] == "canvas-1"
    assert by_client["demo-strict"]["authorization_endpoint"].endswith("/lti/authorize?tenant=strict")
