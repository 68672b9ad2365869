"""The demo LMS in a real browser: a launch in a frame from another site, its height, accessibility."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urlencode

import jwt
import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from playwright.sync_api import Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from lti_tool.demo_lms import Lms
from lti_tool.demo_lms.results import set_by_person

WELCOME = """<!DOCTYPE html><html lang="en"><title>Tool</title><h1>Hello {sub}</h1>
<script>parent.postMessage({{subject: "lti.frameResize", height: 950}}, "*")</script>"""


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing."""


@pytest.fixture
def framed(lms: Lms) -> Iterator[Lms]:
    """A demo LMS whose tool answers launches with a greeting that wants to be 950 pixels high."""
    app = Flask("greeting_tool")

    @app.route("/lti/login", methods=["GET", "POST"])
    def login() -> ResponseReturnValue:
        asked = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"}
        asked |= {name: request.values[name] for name in ("client_id", "login_hint", "lti_message_hint")}
        asked |= {"redirect_uri": lms.launch_url, "nonce": "n", "state": "s"}
        return redirect(f"{lms.base_url}/lti/authorize?{urlencode(asked)}", 303)

    @app.post("/lti/launch")
    def launch() -> str:
        claims = jwt.decode(request.form["id_token"], options={"verify_signature": False})
        return WELCOME.format(sub=claims["sub"])

    running = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    lms.tool_url = f"http://localhost:{running.server_port}"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield lms
    running.shutdown()
    running.server_close()
    thread.join(10)


@pytest.mark.parametrize("key", ["moodle-m101", "canvas-m101", "strict-m101"])
def test_the_tool_greets_the_person_in_the_frame(framed: Lms, page: Page, key: str) -> None:
    course = framed.courses[key]

    page.goto(f"{framed.base_url}/courses/{key}/as/mai/activities/as-they-go")

    greeting = page.frame_locator("iframe[data-fit]").get_by_role("heading")
    expect(greeting).to_have_text(f"Hello {course.people['mai'].sub(course.rules)}")


def test_canvas_gives_the_frame_the_height_that_its_own_page_asks_for(framed: Lms, page: Page) -> None:
    page.goto(f"{framed.base_url}/courses/canvas-m101/as/mai/activities/module?column=narrow")
    frame = page.locator("iframe[data-fit]")
    expect(frame).to_have_js_property("clientHeight", 950)

    page.evaluate("window.postMessage({subject: 'lti.frameResize', height: 50}, '*')")
    page.wait_for_timeout(300)

    expect(frame).to_have_js_property("clientHeight", 950)
    expect(frame).to_have_css("width", "600px")


def test_moodle_fits_the_frame_to_the_window_and_hears_no_message(framed: Lms, page: Page) -> None:
    page.set_viewport_size({"width": 1200, "height": 700})
    page.goto(f"{framed.base_url}/courses/moodle-m101/as/mai/activities/module")
    expect(page.frame_locator("iframe[data-fit]").get_by_role("heading")).to_be_visible()

    box = page.locator("iframe[data-fit]").bounding_box()

    assert box is not None
    assert box["y"] + box["height"] < 700


def test_a_new_window_is_told_what_it_is_and_keeps_its_opener(framed: Lms, page: Page) -> None:
    page.goto(f"{framed.base_url}/courses/canvas-m101/as/mai/activities/module")

    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open in a new window").click()

    expect(opened.value.get_by_role("heading")).to_contain_text("Hello")
    assert opened.value.evaluate("window.opener !== null")


def test_no_page_has_an_accessibility_violation_that_axe_finds(framed: Lms, page: Page) -> None:
    course = framed.courses["moodle-m101"]
    set_by_person(course.grade("2", "mai"), Decimal(5), framed.now())
    course.removed["budi"] = course.people.pop("budi")
    teacher = "/courses/moodle-m101/as/ines"
    paths = ["/", teacher, f"{teacher}/activities/module", f"{teacher}/grades", f"{teacher}/grades/2/mai", "/log"]

    found = {}
    for path in paths:
        page.goto(framed.base_url + path)
        found[path] = [violation["id"] for violation in Axe().run(page).response["violations"]]

    assert found == {path: [] for path in paths}
