"""Visits: tabs, roles and courses that never mix; how a visit ends; which writes are ours."""

import pytest
from launching import MEMBERSHIP, contents, csrf, land, later, look, new_course, newcomer, refused, rows, sign_in
from sqlalchemy import select
from stage import Browser
from werkzeug.test import Client

from lti_tool.models import Answer, Course, Member, Person

ANSWER = "/activities/m0.privacy/answer"


def _learner(house, browser=None, **claims):
    """Return a browser with a new learner's visit in a new course."""
    browser = browser or house.browser()
    land(new_course(newcomer(sign_in(browser, **claims))).post(), browser)
    return browser


def _tab(browser):
    """Return another tab of the same browser: same cookies, an address of its own."""
    tab = Browser(browser.stage)
    tab.client = browser.client
    return tab


def _answers(house):
    """Return (person, course) of every answer."""
    found = select(Person.sub, Course.context_id).select_from(Answer).join(Member).join(Person).join(Course)
    with house.database.reading() as session:
        return sorted(tuple(row) for row in session.execute(found))


def test_xs_29_three_tabs_of_one_browser_keep_their_own_person_role_and_course(stage):
    window = stage.browser()
    tabs = [_tab(window) for _ in range(3)]
    tabs[0].launch("mai", course="moodle-m101")
    land(sign_in(tabs[1], "ines", course="moodle-m101").post(), tabs[1])
    tabs[2].launch("mai", course="moodle-fys")

    for _ in range(3):
        assert "Progress" in look(tabs[1], tabs[1].home).h1.get_text()
        for tab in (tabs[0], tabs[2]):
            body = {"version": 0, "value": {"agreed": "yes"}}
            tab.put(f"{tab.visit}{ANSWER}", body, csrf(tab))
            assert "visitor" not in look(tab, tab.home).get_text()
    mai, courses = stage.lms.people["mai"].sub(stage.lms.courses["moodle-m101"].rules), stage.lms.courses

    assert len({tab.visit for tab in tabs}) == 3
    assert _answers(stage) == sorted([(mai, courses["moodle-m101"].id), (mai, courses["moodle-fys"].id)])


def test_xs_29_one_person_who_teaches_here_and_learns_there_keeps_both(house):
    window = house.browser()
    teaching, learning = _tab(window), _tab(window)
    first = new_course(newcomer(sign_in(teaching, "ines")))
    land(first.post(), teaching)
    second = new_course(sign_in(learning, "ines", roles=[MEMBERSHIP + "Learner"]))
    second.claims["sub"] = first.claims["sub"]
    land(second.post(), learning)

    look(teaching, f"{teaching.visit}/teach/")
    refused(learning.get(f"{learning.visit}/teach/"), "no-such-page", 404)
    look(learning, f"{learning.visit}/my-data/")
    refused(teaching.get(f"{teaching.visit}/my-data/"), "no-such-page", 404)


def test_xs_27_a_learner_does_not_find_the_teachers_page(house):
    learner = _learner(house)

    missing = learner.get(f"{learner.visit}/teach/")
    nowhere = learner.get(f"{learner.visit}/nowhere/")

    refused(missing, "no-such-page", 404)
    refused(nowhere, "no-such-page", 404)


def test_xs_27_another_browser_with_the_address_of_a_visit_gets_no_page_of_it(house):
    learner, stranger = _learner(house), house.browser()

    for path in ("/", "/activities/m0.welcome", "/grade", "/my-data/", "/my-data/three-steps.json", "/teach/"):
        refused(stranger.get(learner.visit + path), "visit-over", 401)


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "ä" * 43, "x" * 4000])
def test_xs_27_a_guessed_secret_opens_nothing(house, secret):
    learner, thief = _learner(house), house.browser()
    thief.client.set_cookie(f"__Host-v-{learner.visit[3:]}", secret, domain="localhost")

    refused(thief.get(learner.home), "visit-over", 401)


def test_xs_27_the_secret_of_one_visit_opens_no_other(house):
    learner, thief = _learner(house), _learner(house)
    own = thief.client.get_cookie(f"__Host-v-{thief.visit[3:]}").value
    thief.client.set_cookie(f"__Host-v-{learner.visit[3:]}", own, domain="localhost")

    refused(thief.get(learner.home), "visit-over", 401)
    look(thief, thief.home)


def test_xs_27_a_visit_of_one_course_writes_nothing_into_another(house):
    here, there = _learner(house), _learner(house)
    before = contents(house)

    response = here.put(f"{there.visit}{ANSWER}", {"version": 0, "value": {"agreed": "yes"}}, csrf(here))

    refused(response, "visit-over", 401)
    assert contents(house) == before


def test_xs_27_the_token_of_one_visit_writes_nothing_in_another_of_the_same_browser(house):
    window = house.browser()
    here, there = _learner(house, _tab(window)), _learner(house, _tab(window))
    before = contents(house)

    response = here.put(f"{there.visit}{ANSWER}", {"version": 0, "value": {"agreed": "yes"}}, csrf(here))

    refused(response, "not-from-our-page", 403)
    assert contents(house) == before


def test_xs_27_an_activity_that_the_link_does_not_open_is_not_there(house):
    learner = _learner(house, link="module")

    for activity in ("m4.eval", "nothing", "../grade", "M0.PRIVACY", "m0.privacy%00"):
        assert learner.get(f"{learner.visit}/activities/{activity}").status_code == 404


@pytest.mark.parametrize("lesser", ["Learner", "Mentor", "ContentDeveloper", "Wizard"])
def test_a_relaunch_with_a_lesser_role_ends_the_instructors_visits_at_the_next_request(house, lesser):
    window, elsewhere = house.browser(), house.browser()
    first = new_course(newcomer(sign_in(window, "ines")))
    land(first.post(), window)
    second = sign_in(elsewhere, "ines", roles=[MEMBERSHIP + lesser], context=first.claims[_CONTEXT])
    second.claims["sub"] = first.claims["sub"]
    look(window, window.home)

    land(second.post(), elsewhere)

    refused(window.get(window.home), "visit-over", 401)
    look(elsewhere, elsewhere.home)


def test_a_relaunch_with_a_lesser_role_leaves_other_people_and_other_courses_alone(house):
    first = new_course(newcomer(sign_in(house.browser(), "ines")))
    colleague = newcomer(sign_in(house.browser(), "ines", context=first.claims[_CONTEXT]))
    other_course = new_course(sign_in(house.browser(), "ines"))
    demoted = sign_in(house.browser(), "ines", roles=[MEMBERSHIP + "Learner"], context=first.claims[_CONTEXT])
    other_course.claims["sub"] = demoted.claims["sub"] = first.claims["sub"]
    for each in (first, colleague, other_course, demoted):
        land(each.post(), each.browser)

    refused(first.browser.get(first.browser.home), "visit-over", 401)
    for each in (colleague, other_course, demoted):
        look(each.browser, each.browser.home)


def test_a_relaunch_with_the_same_role_keeps_the_older_tab(house):
    window = house.browser()
    first, second = _tab(window), _tab(window)
    good = new_course(newcomer(sign_in(first)))
    land(good.post(), first)
    again = sign_in(second, context=good.claims[_CONTEXT])
    again.claims["sub"] = good.claims["sub"]
    land(again.post(), second)

    look(first, first.home)
    look(second, second.home)


def test_a_cookie_of_another_site_that_is_no_text_keeps_nobody_out(house):
    learner = _learner(house)
    own = learner.client.get_cookie(f"__Host-v-{learner.visit[3:]}")
    cookies = {"HTTP_COOKIE": f"theirs=\xff\xfe; {own.key}={own.value}"}

    page = Client(house.app, use_cookies=False).get(learner.home, environ_overrides=cookies)

    assert page.status_code == 200


def test_a_browser_keeps_its_ten_latest_visits(house):
    window = house.browser()
    tabs = [_learner(house, _tab(window)) for _ in range(13)]

    answers = [tab.get(tab.home).status_code for tab in tabs]

    assert answers == [401] * 3 + [200] * 10
    held = [cookie for cookie in window.client._cookies.values() if cookie.key.startswith("__Host-v-")]
    assert len(held) == 10


def test_a_visit_ends_two_hours_after_its_last_request(house):
    learner = _learner(house)

    with later(minutes=119):
        look(learner, learner.home)
    with later(minutes=119 + 119):
        look(learner, learner.home)
    with later(minutes=119 + 119 + 121):
        refused(learner.get(learner.home), "visit-over", 401)


def test_a_visit_ends_twelve_hours_after_its_launch_however_busy_it_is(house):
    learner = _learner(house)

    for minutes in range(100, 12 * 60, 100):
        with later(minutes=minutes):
            look(learner, learner.home)
    with later(hours=12, seconds=5):
        refused(learner.get(learner.home), "visit-over", 401)


def test_a_write_after_the_end_of_the_visit_stores_nothing(house):
    learner = _learner(house)
    token, before = csrf(learner), rows(house)["answer"]

    with later(hours=3):
        response = learner.put(f"{learner.visit}{ANSWER}", {"version": 0, "value": {"agreed": "yes"}}, token)

    refused(response, "visit-over", 401)
    assert rows(house)["answer"] == before


FOREIGN = {
    "from another site": {"Sec-Fetch-Site": "cross-site"},
    "from a neighbour": {"Sec-Fetch-Site": "same-site"},
    "typed": {"Sec-Fetch-Site": "none"},
    "from an unknown relation": {"Sec-Fetch-Site": "Same-Origin"},
    "another origin, old browser": {"Origin": "https://evil.test"},
    "our name elsewhere, old browser": {"Origin": "http://localhost.evil.test"},
    "our host with another port, old browser": {"Origin": "http://localhost:1"},
    "another site that claims our origin": {"Sec-Fetch-Site": "cross-site", "Origin": "ours"},
}
WRITES = {
    "finish": ("POST", "/activities/m0.privacy", {"data": {"version": "0", "agreed": "yes", "do": "finish"}}),
    "autosave": ("PUT", ANSWER, {"json": {"version": 0, "value": {"agreed": "yes"}}}),
    "delete": ("POST", "/my-data/delete", {"data": {}}),
}


def _write(browser, write, headers):
    method, path, body = WRITES[write]
    return browser.client.open(browser.visit + path, method=method, base_url=browser.base_url, headers=headers, **body)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_xs_28_a_write_that_comes_from_elsewhere_is_refused_and_changes_nothing(house, write, headers):
    learner = _learner(house)
    learner.put(f"{learner.visit}/activities/m0.start/answer", {"version": 0, "value": {"st1": "3"}}, csrf(learner))
    token = csrf(learner)
    before = contents(house)
    sent = {name: house.settings.base_url if value == "ours" else value for name, value in headers.items()}

    response = _write(learner, write, {**sent, "X-CSRF-Token": token})

    refused(response, "not-from-our-page", 403)
    assert contents(house) == before


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("token", [None, "", "0" * 64, "ä"], ids=["none", "empty", "made up", "not ASCII"])
def test_xs_28_a_write_without_the_visits_token_is_refused_and_changes_nothing(house, write, token):
    learner = _learner(house)
    before = contents(house)
    headers = {"Sec-Fetch-Site": "same-origin"} | ({} if token is None else {"X-CSRF-Token": token})

    response = _write(learner, write, headers)

    refused(response, "not-from-our-page", 403)
    assert contents(house) == before


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "ours"}], ids=["new", "old browser"])
@pytest.mark.parametrize("write", WRITES)
def test_a_write_from_our_own_page_is_taken(house, write, headers):
    learner = _learner(house)
    sent = {name: house.settings.base_url if value == "ours" else value for name, value in headers.items()}

    response = _write(learner, write, {**sent, "X-CSRF-Token": csrf(learner)})

    assert response.status_code in (200, 303), response.text


def test_xs_28_a_script_must_send_json_as_json(house):
    learner = _learner(house)
    before = contents(house)
    headers = {"Sec-Fetch-Site": "same-origin", "X-CSRF-Token": csrf(learner), "Content-Type": "text/plain"}

    response = learner.client.put(
        learner.visit + ANSWER, base_url=learner.base_url, data=b'{"version":0,"value":{}}', headers=headers
    )

    refused(response, "json-needed", 415)
    assert contents(house) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_any_page_changes_nothing(house, method):
    learner = _learner(house)
    learner.finish("m0.privacy", agreed="yes")
    teacher = house.browser()
    land(new_course(newcomer(sign_in(teacher, "ines"))).post(), teacher)
    before = contents(house)

    for browser in (learner, teacher):
        for path in (
            "/",
            "/teach/",
            "/grade",
            "/grade/line",
            "/my-data/",
            "/my-data/delete",
            "/my-data/three-steps.json",
        ):
            query = {"do": "finish", "version": "0", "agreed": "yes", "csrf_token": "x"}
            address = browser.visit + path
            browser.client.open(address, method=method, base_url=browser.base_url, query_string=query)

    assert contents(house) == before


_CONTEXT = "https://purl.imsglobal.org/spec/lti/claim/context"
