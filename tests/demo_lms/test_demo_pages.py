"""The demo LMS's pages, and who may do what on them."""

import threading
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from stage import PLATFORM_KEY

from lti_tool.demo_lms import Lms, LmsConfig, LmsServer, create_lms, run_lms

GRADES = "/courses/moodle-m101/as/ines/grades"


@pytest.fixture
def client() -> FlaskClient:
    return create_lms(LmsConfig(signing_key=PLATFORM_KEY)).test_client()


@pytest.fixture
def state(client: FlaskClient) -> Lms:
    return client.application.extensions["lms"]


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "lxml")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/courses/canvas-m101/as/mai",
        "/courses/moodle-m101/as/ines/activities/module",
        GRADES,
        f"{GRADES}/2/mai",
        "/log",
    ],
)
def test_every_page_has_one_heading_a_language_and_no_inline_code(client: FlaskClient, path: str) -> None:
    found = page(client, path)

    assert len(found.find_all("h1")) == 1
    assert found.html["lang"] == "en"
    assert found.title.get_text(strip=True)
    assert not found.find_all("style")
    assert not [script for script in found.find_all("script") if not script.get("src")]
    assert not [tag for tag in found.find_all() if tag.has_attr("style") or tag.has_attr("onclick")]


def test_everybody_is_one_click_away(client: FlaskClient, state: Lms) -> None:
    links = {link["href"] for link in page(client, "/").find_all("a", href=True)}

    wanted = {f"/courses/{c.key}/as/{person}" for c in state.courses.values() for person in c.people}
    assert wanted <= links


def test_the_activity_is_framed_and_its_height_follows_the_familys_rules(client: FlaskClient) -> None:
    wide = page(client, "/courses/moodle-m101/as/mai/activities/module").iframe
    narrow = page(client, "/courses/canvas-m101/as/mai/activities/module?column=narrow").iframe

    assert wide["src"] == "/launch/moodle-m101/module/as/mai"
    assert (wide["data-fit"], narrow["data-fit"]) == ("window", "message")
    assert narrow["data-origin"] == "http://localhost:8000"
    assert "narrow" in narrow["class"]
    assert "narrow" not in wide["class"]


def test_what_the_tool_says_on_return_is_shown_as_text(client: FlaskClient) -> None:
    found = page(client, "/courses/canvas-m101/as/mai?lti_msg=%3Cb%3EDone%3C/b%3E")

    assert "<b>Done</b>" in found.find(role="status").get_text()


def test_a_learner_sees_their_own_row_only(client: FlaskClient) -> None:
    learner, teacher = (page(client, f"/courses/moodle-m101/as/{who}/grades") for who in ("mai", "teo"))

    assert [row.get_text(strip=True) for row in learner.select("tbody th")] == ["Mai Nguyễn Thị"]
    assert len(teacher.select("tbody th")) == 6
    assert not learner.find_all("form")
    assert not teacher.find_all("form")


def test_an_instructor_sets_and_locks_a_grade(client: FlaskClient, state: Lms) -> None:
    answer = client.post(f"{GRADES}/2/mai", data={"points": "12.5", "locked": "yes"})

    grade = state.courses["moodle-m101"].grade("2", "mai")
    cell = page(client, GRADES).select_one("[data-column='2'][data-learner=mai]").get_text(" ", strip=True)
    assert answer.status_code == 303
    assert (grade.final, grade.set_by_person, grade.locked) == (Decimal("12.5"), True, True)
    assert "12.50" in cell
    assert "set by a person" in cell
    assert "✓ complete" in cell


@pytest.mark.parametrize("points", ["many", "-1", "100.01", "NaN", "Infinity"])
def test_points_that_make_no_sense_are_explained(client: FlaskClient, state: Lms, points: str) -> None:
    answer = client.post(f"{GRADES}/2/mai", data={"points": points})

    assert answer.status_code == 422
    assert "Enter a number of points between 0 and 100.00" in answer.text
    assert state.courses["moodle-m101"].grade("2", "mai").final is None


@pytest.mark.parametrize("who", ["mai", "teo", "ada"])
def test_only_an_instructor_changes_grades_and_enrolments(client: FlaskClient, state: Lms, who: str) -> None:
    grade = client.post(f"/courses/moodle-m101/as/{who}/grades/2/mai", data={"points": "100"})
    removal = client.post(f"/courses/moodle-m101/as/{who}/people/amara", data={"enrolled": "no"})

    assert (grade.status_code, removal.status_code) == (403, 403)
    assert not state.courses["moodle-m101"].grades
    assert "amara" in state.courses["moodle-m101"].people


def test_the_framed_tool_cannot_send_the_pages_forms(client: FlaskClient, state: Lms) -> None:
    foreign = {"Origin": "http://localhost:8000"}

    answer = client.post(f"{GRADES}/2/mai", data={"points": "100"}, headers=foreign)

    assert answer.status_code == 403
    assert not state.courses["moodle-m101"].grades


def test_a_learner_is_removed_and_enrolled_again(client: FlaskClient, state: Lms) -> None:
    client.post("/courses/moodle-m101/as/ines/people/mai", data={"enrolled": "no"})
    gone = client.get("/courses/moodle-m101/as/mai").status_code
    offered = page(client, GRADES).get_text(" ", strip=True)
    client.post("/courses/moodle-m101/as/ines/people/mai", data={"enrolled": "yes"})

    assert gone == 404
    assert "No longer in this course" in offered
    assert "mai" in state.courses["moodle-m101"].people


def test_the_log_tells_who_opened_what(client: FlaskClient) -> None:
    client.get("/launch/canvas-m101/module/as/fatima")

    assert "فاطمة الزهراء opens" in page(client, "/log").get_text()


@pytest.mark.parametrize(
    "path", ["/courses/none/as/mai", "/courses/moodle-m101/as/test", "/launch/moodle-m101/none/as/mai"]
)
def test_what_does_not_exist_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_server_that_was_stopped_frees_its_address() -> None:
    first = LmsServer(LmsConfig(port=0))
    first.start()
    first.stop()

    second = LmsServer(LmsConfig(port=int(first.url.rpartition(":")[2])))
    second.stop()

    assert second.url == first.url


def test_the_demo_command_is_told_the_address_before_anything_is_served() -> None:
    told: list[str] = []

    def ready(server: LmsServer) -> None:
        told.append(server.lms.registrations()[0]["issuer"])
        threading.Thread(target=server.stop).start()

    run_lms(LmsConfig(port=0), ready)

    assert told[0].startswith("http://127.0.0.1:")
    assert not told[0].endswith(":0")


@pytest.mark.parametrize("name", ["lms.css", "frame.js", "submit.js"])
def test_what_pages_load_is_there(client: FlaskClient, name: str) -> None:
    with client.get(f"/static/{name}") as answer:
        assert answer.status_code == 200
