"""A launch opens one visit, once, for the sign-in that it answers: replays, races, mixtures, old ones, errors."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from launching import (
    aged,
    land,
    later,
    look,
    new_course,
    newcomer,
    refused,
    rows,
    sign_in,
    visit_cookies,
)
from stage import Quiet, Wire
from werkzeug.serving import make_server
from werkzeug.test import Client, TestResponse

from lti_tool import clock
from lti_tool.app import create_app
from lti_tool.demo_lms import begin
from lti_tool.services import platforms
from lti_tool.services.platforms import Registration


def test_xs_02_the_second_post_of_a_launch_is_refused_and_the_first_visit_goes_on(house):
    browser = house.browser()
    good = newcomer(sign_in(browser))
    land(good.post(), browser)
    before = rows(house)

    again = good.post()

    page = refused(again, "launch-used")
    assert "open the activity again" in page.get_text()
    assert rows(house) == before
    look(browser, browser.home)


@pytest.fixture(scope="module")
def web_processes(house):
    """Where two applications listen that share a database alone, as two web processes do."""
    second = create_app(house.settings)
    server = make_server("127.0.0.1", 0, second, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield [house.settings.base_url, f"http://localhost:{server.server_port}"]
    server.shutdown()
    thread.join()
    server.server_close()
    second.extensions["tool"].http.close()
    second.extensions["tool"].database.engine.dispose()


@pytest.mark.parametrize("race", range(25))  # on each of two databases: fifty
def test_xs_03_of_twenty_posts_at_once_on_two_web_processes_exactly_one_opens_a_visit(house, web_processes, race):
    browser = house.browser()
    good = newcomer(sign_in(browser))
    form, mark = good.form, browser.client.get_cookie("__Host-b").value
    before = rows(house)
    gate = threading.Barrier(20)

    def post(number: int) -> TestResponse:
        client = Client(Wire(web_processes[number % 2]))
        client.set_cookie("__Host-b", mark)
        gate.wait()
        return client.post("/lti/launch", base_url=browser.base_url, data=form)

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(post, range(20)))

    assert sorted(answer.status_code for answer in answers) == [303] + [400] * 19
    for answer in answers:
        if answer.status_code == 400:
            refused(answer, "launch-used")
    after = rows(house)
    assert {name: after[name] - before[name] for name in ("visit", "person", "used_attempt")} == {
        "visit": 1,
        "person": 1,
        "used_attempt": 1,
    }


def test_xs_04_a_captured_token_with_the_state_of_the_thiefs_own_sign_in_is_refused(house):
    victim, thief = newcomer(sign_in(house.browser())), sign_in(house.browser(), "amara")
    before = rows(house)

    response = thief.browser.post_launch({"id_token": victim.form["id_token"], "state": thief.state})

    refused(response, "token-not-valid")
    assert rows(house) == before
    assert thief.post().status_code == victim.post().status_code == 303


def test_xs_01_token_and_state_of_another_browser_are_refused_and_stay_good_for_their_own(house):
    victim, thief = newcomer(sign_in(house.browser())), sign_in(house.browser(), "amara")
    before = rows(house)

    response = thief.browser.post_launch(victim.form)

    refused(response, "browser-not-bound")
    assert rows(house) == before
    assert victim.post().status_code == 303


@pytest.mark.parametrize("nonce", ["its own", "the other sign-in's"])
def test_xs_05_a_token_for_one_registration_with_the_state_of_another_is_refused(house, nonce):
    browser = house.browser()
    canvas, moodle = sign_in(browser, course="canvas-m101"), sign_in(browser, course="moodle-m101")
    if nonce != "its own":
        canvas.claims["nonce"] = moodle.claims["nonce"]
    before = rows(house)

    response = browser.post_launch({"id_token": canvas.form["id_token"], "state": moodle.state})

    refused(response, "token-not-valid")
    assert rows(house) == before


def test_xs_05_a_deployment_of_another_registration_is_unknown_to_this_one(house):
    good = newcomer(sign_in(house.browser(), leave_out=("lti_deployment_id",), deployment_id="canvas-1"))
    before = rows(house)

    response = good.post()

    refused(response, "deployment-unknown")
    assert rows(house) == before


def test_a_tab_that_began_earlier_still_opens_after_a_later_one(house):
    browser = house.browser()
    first, second = newcomer(sign_in(browser)), newcomer(sign_in(browser))

    assert second.post().status_code == 303
    assert first.post().status_code == 303


@pytest.mark.parametrize("minutes", [10.1, 60 * 24 * 400])
def test_xs_06_a_sign_in_that_began_more_than_ten_minutes_ago_is_refused(house, minutes):
    good = newcomer(sign_in(house.browser()))
    before = rows(house)

    with later(minutes=minutes):
        response = good.post()

    page = refused(response, "launch-expired")
    assert "open the activity again" in page.get_text()
    assert rows(house) == before


def test_xs_06_a_sign_in_nine_minutes_old_is_accepted_if_its_token_is_fresh(house):
    good = newcomer(sign_in(house.browser()))
    aged(good, clock.now() - timedelta(minutes=9))

    assert good.post().status_code == 303


def test_xs_06_a_state_with_an_old_time_is_refused_although_the_token_is_fresh(house):
    good = aged(newcomer(sign_in(house.browser())), clock.now() - timedelta(minutes=11))

    refused(good.post(), "launch-expired")


def test_xs_12_the_page_about_a_wrong_clock_names_the_difference_for_the_administrator(house):
    good = newcomer(sign_in(house.browser()))
    good.claims["iat"] += 300

    page = refused(good.post(), "clock-difference")

    assert "issued" in page.select_one("details").get_text()


def test_xs_15_an_unknown_deployment_is_named_on_the_page_and_works_once_it_is_approved(house):
    good = newcomer(sign_in(house.browser(), leave_out=("lti_deployment_id",), deployment_id="ward-7"))
    before = rows(house)

    response = good.post()

    page = refused(response, "deployment-unknown", 403)
    assert rows(house) == before
    _register(house, deployment_ids=("ward-7",))
    assert good.post().status_code == 303
    assert "ward-7" in page.select_one("details").get_text()


def test_xs_16_a_registration_that_adds_deployments_by_itself_adds_one_row(house):
    _register(house, auto_deploy=True)
    before = rows(house)["deployment"]

    for _ in range(2):
        good = newcomer(sign_in(house.browser(), leave_out=("lti_deployment_id",), deployment_id="ward-8"))
        assert good.post().status_code == 303

    assert rows(house)["deployment"] == before + 1
    _register(house)


def test_xs_17_the_target_that_the_unsigned_login_names_decides_nothing(house):
    browser = house.browser()
    course = house.lms.courses["moodle-m101"]
    call = _login_fields(house, course)
    address = browser.login({**call, "target_link_uri": "https://evil.test/"}).location

    assert address.startswith(house.lms.base_url)
    assert "evil.test" not in address


def test_xs_17_an_accepted_launch_leads_to_a_page_of_this_tool_only(house):
    good = newcomer(sign_in(house.browser(), target_link_uri=f"{house.settings.base_url}/lti/launch?next=//evil.test/"))

    response = good.post()

    assert response.status_code == 303
    assert response.location.startswith("/v/")


def test_xs_18_an_error_of_the_platform_with_the_right_state_is_said_and_stores_nothing(house):
    good = newcomer(sign_in(house.browser()))
    before = rows(house)

    response = good.browser.post_launch({"error": "login_required", "state": good.state})

    page = refused(response, "login-refused", 403)
    assert "login_required" in page.get_text()
    assert rows(house) == before


@pytest.mark.parametrize("state", ["none", "wrong", "of another browser"])
def test_xs_18_an_error_with_a_wrong_state_is_refused_and_uses_nothing_up(house, state):
    good, other = newcomer(sign_in(house.browser())), sign_in(house.browser())
    form = {"error": "login_required", "state": {"none": "", "wrong": good.state[:-1]}.get(state, other.state)}
    before = rows(house)

    response = good.browser.post_launch(form)

    refused(response, "browser-not-bound" if state == "of another browser" else "state-unknown")
    assert rows(house) == before
    assert good.post().status_code == 303


def test_xs_18_what_an_error_says_is_text_and_never_markup(house):
    good = sign_in(house.browser())
    hostile = "<script>alert(1)</script>"

    response = good.browser.post_launch(
        {"error": hostile, "error_description": hostile, "error_uri": "javascript:alert(1)", "state": good.state}
    )

    refused(response, "login-refused")
    assert hostile not in response.text
    assert "javascript:" not in response.text


def test_fifty_junk_tokens_with_a_good_state_do_not_use_it_up(house):
    good = newcomer(sign_in(house.browser()))
    before = rows(house)

    for number in range(50):
        junk = {0: "junk", 1: "a.b.c", 2: good.form["id_token"][:-4] + "AAAA"}[number % 3]
        refused(good.browser.post_launch({"id_token": junk, "state": good.state}), "token-not-valid")

    assert rows(house) == before
    assert good.post().status_code == 303


def test_every_launch_gets_a_visit_and_a_secret_of_its_own(house):
    browser = house.browser()
    good = [new_course(newcomer(sign_in(browser))) for _ in range(3)]

    responses = [each.post() for each in good]

    cookies = [cookie.split(";")[0] for response in responses for cookie in visit_cookies(response)]
    assert len({cookie.split("=")[0] for cookie in cookies}) == 3
    assert len({cookie.split("=")[1] for cookie in cookies}) == 3
    assert all(len(cookie.split("=")[1]) >= 43 for cookie in cookies)


def test_a_secret_that_the_browser_brings_along_is_never_adopted(house):
    browser = house.browser()
    for number in range(3):
        browser.client.set_cookie(f"__Host-v-{number:032x}", "chosen-by-somebody-else", domain="localhost")

    land(newcomer(sign_in(browser)).post(), browser)

    mine = browser.client.get_cookie(f"__Host-v-{browser.visit.removeprefix('/v/')}")
    assert mine.value != "chosen-by-somebody-else"
    assert look(browser, f"/v/{0:032x}/", 401)


def test_an_anonymous_launch_stores_nothing_unless_the_registration_allows_it(house):
    good = sign_in(house.browser())
    del good.claims["sub"]
    before = rows(house)

    refused(good.post(), "anonymous-launch", 403)

    assert rows(house) == before


def test_a_platform_that_was_paused_during_the_sign_in_opens_nothing(stage):
    good = sign_in(stage.browser())
    with stage.database.transaction() as session:
        for platform in platforms.everyone(session):
            platform.state = "paused"

    refused(good.post(), "platform-unknown", 403)

    assert rows(stage)["visit"] == 0


def _login_fields(house, course):
    return begin(house.lms, course, course.links["as-they-go"], course.people["mai"]).fields


def _register(house, *, deployment_ids=(), auto_deploy=False):
    (found,) = [each for each in house.lms.registrations() if each["client_id"] == "demo-moodle"]
    known = found.pop("deployment_id")
    owner = {"institution": "Test Hospital", "support_contacts": "Room 12", "auto_deploy": auto_deploy}
    with house.database.transaction() as session:
        platforms.add(session, Registration(**found, **owner, deployment_ids=(known, *deployment_ids)))
