"""Headers and cookies of every kind of page."""

import pytest
from launching import land, newcomer, sign_in

from lti_tool.app import create_app
from lti_tool.demo_lms import begin

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; object-src 'none'; form-action {}; frame-ancestors {}"
)
ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
COOKIE = {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"}


def _check(response, ancestors, form_action="'self'", cache="no-store"):
    assert {name: response.headers[name] for name in ALWAYS} == ALWAYS
    assert response.headers.getlist("Content-Security-Policy") == [POLICY.format(form_action, ancestors)]
    assert response.headers["Cache-Control"] == cache
    assert "X-Frame-Options" not in response.headers
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.fixture(scope="module")
def learner(house):
    """A learner who only looks, in a course whose pages may be framed by the platform alone: no grade of theirs waits,
    so their grade line always has something to say."""
    browser = house.browser()
    land(newcomer(sign_in(browser)).post(), browser)
    return browser


@pytest.fixture(scope="module")
def teacher(house):
    """A teacher of that course."""
    browser = house.browser()
    land(newcomer(sign_in(browser, "ines")).post(), browser)
    return browser


def _login(house, client, **more):
    course = house.lms.courses["moodle-m101"]
    fields = begin(house.lms, course, course.links["as-they-go"], course.people["mai"]).fields
    return client.post("/lti/login", base_url=house.settings.base_url, data={**fields, **more})


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/grade",
        "/grade/line",
        "/activities/m0.welcome",
        "/activities/m0.what",
        "/my-data/",
        "/my-data/delete",
        "/my-data/three-steps.json",
        "/my-data/three-steps.html",
    ],
)
def test_a_learners_page_may_be_framed_by_the_platform_alone_and_is_kept_nowhere(house, learner, path):
    response = learner.get(learner.visit + path)

    assert response.status_code == 200
    _check(response, house.lms.base_url)


def test_a_teachers_page_may_be_framed_by_the_platform_alone_and_is_kept_nowhere(house, teacher):
    for path in ("/teach/", "/", "/activities/m0.welcome"):
        _check(teacher.get(teacher.visit + path), house.lms.base_url)


def test_a_missing_activity_may_be_framed_by_the_platform(house, learner):
    response = learner.get(f"{learner.visit}/activities/nothing")

    assert response.status_code == 404
    _check(response, house.lms.base_url)


def test_a_redirect_and_a_refused_write_have_the_same_headers(house):
    learner = house.browser()
    land(newcomer(sign_in(learner)).post(), learner)

    written = learner.finish("m0.welcome")
    forged = learner.client.post(f"{learner.visit}/activities/m0.welcome", base_url=learner.base_url)

    assert (written.status_code, forged.status_code) == (303, 403)
    for response in (written, forged):
        _check(response, house.lms.base_url)


def test_the_signed_return_address_adds_its_origin_to_those_that_may_frame_the_visit(house):
    browser = house.browser()
    presentation = {"return_url": "https://courses.example.test:8443/back?course=1#top"}
    land(newcomer(sign_in(browser, launch_presentation=presentation)).post(), browser)

    _check(browser.get(browser.home), f"{house.lms.base_url} https://courses.example.test:8443")


def test_two_visits_of_one_browser_have_a_policy_each(house):
    browser = house.browser()
    land(newcomer(sign_in(browser)).post(), browser)
    first = browser.home
    presentation = {"return_url": "https://courses.example.test/"}
    land(newcomer(sign_in(browser, launch_presentation=presentation)).post(), browser)

    _check(browser.get(first), house.lms.base_url)
    _check(browser.get(browser.home), f"{house.lms.base_url} https://courses.example.test")


def test_pages_before_a_launch_may_be_framed_by_any_site_and_hold_nothing_personal(house):
    client, base_url = house.client(use_cookies=False), house.settings.base_url
    check = _login(house, client)

    _check(check, "*")
    _check(client.get(check.location, base_url=base_url), "*", f"'self' {house.lms.base_url}")
    for response in (
        client.get("/lti/login", base_url=base_url),
        client.get("/lti/login/check", base_url=base_url),
        client.post("/lti/launch", base_url=base_url),
        client.get(f"/v/{0:032x}/", base_url=base_url),
        client.get(f"/v/{0:032x}/teach/", base_url=base_url),
    ):
        assert response.status_code in (400, 401)
        _check(response, "*")


def test_the_redirect_to_the_platform_and_into_the_visit_are_kept_nowhere(house):
    browser = house.browser()
    good = newcomer(sign_in(browser))

    _check(browser.login(_fields(house)), "*")
    _check(good.post(), "*")


def test_a_launch_that_is_too_large_or_sent_in_a_wrong_way_has_the_same_headers(house):
    client, base_url = house.client(), house.settings.base_url
    large = client.post("/lti/launch", base_url=base_url, data={"state": "x" * 600_000})
    wrong = client.put("/lti/launch", base_url=base_url)

    assert (large.status_code, wrong.status_code) == (413, 405)
    for response in (large, wrong):
        _check(response, response.headers["Content-Security-Policy"].rsplit(" ", 1)[1])


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/nothing"])
def test_a_page_outside_a_course_may_be_framed_by_nobody(house, path):
    response = house.client().get(path, base_url=house.settings.base_url)

    _check(response, "'none'")


def test_keys_and_files_may_be_kept(house, learner):
    client, base_url = house.client(), house.settings.base_url
    keys = client.get("/lti/jwks.json", base_url=base_url)
    (sheet,) = learner.open(learner.home).select("link[rel=stylesheet]")

    _check(keys, "'none'", cache="public, max-age=3600")
    with client.get(sheet["href"], base_url=base_url) as file:
        assert "max-age=31536000" in file.headers["Cache-Control"]


def test_every_cookie_is_for_this_host_alone_hidden_from_scripts_and_partitioned(house):
    browser = house.browser()
    mark = _login(house, browser.client)
    visit = newcomer(sign_in(browser)).post()

    cookies = [each for response in (mark, visit) for each in response.headers.getlist("Set-Cookie")]
    assert [cookie.split("=")[0][:9] for cookie in cookies] == ["__Host-b", "__Host-v-"]
    for cookie in cookies:
        attributes = {each for each in cookie.split("; ")[1:] if not each.startswith(("Max-Age=", "Expires="))}
        assert attributes == COOKIE
    assert "Max-Age=43200" in cookies[1]


def test_a_cookie_that_is_taken_away_has_the_same_attributes_or_browsers_ignore_it(house):
    browser = house.browser()
    for _ in range(10):
        newcomer(sign_in(browser)).post()

    set_, dropped = newcomer(sign_in(browser)).post().headers.getlist("Set-Cookie")

    for cookie in (set_, dropped):
        assert {
            each for each in cookie.split("; ")[1:] if "=" not in each or each.startswith(("Same", "Path"))
        } == COOKIE
    assert "Max-Age=0" in dropped


def test_no_secret_of_a_visit_stands_in_an_address_or_on_a_page(house, learner):
    secret = learner.client.get_cookie(f"__Host-v-{learner.visit[3:]}").value

    for path in ("/", "/grade", "/my-data/", "/my-data/three-steps.json", "/my-data/three-steps.html"):
        response = learner.get(learner.visit + path)
        assert secret not in response.text
        assert secret not in str(response.headers)


def test_strict_transport_is_demanded_where_the_tool_has_https(house):
    secure = create_app(house.settings.model_copy(update={"base_url": "https://mentoring.example.edu"}))

    response = secure.test_client().get("/healthz", base_url="https://mentoring.example.edu")

    secure.extensions["tool"].http.close()
    secure.extensions["tool"].database.engine.dispose()
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def _fields(house):
    course = house.lms.courses["moodle-m101"]
    return begin(house.lms, course, course.links["as-they-go"], course.people["mai"]).fields


def test_a_redirect_leaves_in_one_piece_with_one_address(house):
    answer = _login(house, house.app.test_client())

    assert (answer.status_code, answer.data) == (303, b"")
    assert len(answer.headers.getlist("Location")) == 1


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/v/1/?a=b%20c#d", "/v/1/?a=b%20c#d"),
        ("/v/ä b", "/v/%C3%A4%20b"),
    ],
)
def test_an_address_that_is_not_plain_is_quoted_on_its_way_out(house, address, said):
    with house.app.test_request_context() as here:
        _, status, headers = house.app.redirect(address, 303).get_wsgi_response(here.request.environ)

    assert status == "303 SEE OTHER"
    assert [value for name, value in headers if name == "Location"] == [said]
