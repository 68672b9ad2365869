"""The sign-in before a launch: what a platform may send, in which way, how much of it, and what is refused."""

import json
import secrets
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from launching import ask_platform, land, refused, rows, sign_in

from lti_tool import log
from lti_tool.demo_lms import begin

WAYS = ["GET", "POST"]
NEEDED = ["iss", "login_hint", "target_link_uri"]
SINGLE = [*NEEDED, "client_id", "lti_deployment_id", "lti_message_hint", "lti_storage_target"]


def _fields(house, course="moodle-m101"):
    found = house.lms.courses[course]
    return begin(house.lms, found, found.links["as-they-go"], found.people["mai"]).fields


def _send(browser, fields, way):
    place = "query_string" if way == "GET" else "data"
    return browser.client.open("/lti/login", method=way, base_url=browser.base_url, **{place: fields})


@pytest.mark.parametrize("course", ["moodle-m101", "canvas-m101", "strict-m101"])
@pytest.mark.parametrize("way", WAYS)
def test_xs_26_a_login_by_get_or_post_goes_to_the_platforms_own_address_with_all_it_needs(house, course, way):
    fields = _fields(house, course)
    registered = {each["client_id"]: each for each in house.lms.registrations()}[fields["client_id"]]

    response = house.browser().login(fields, method=way)

    assert response.status_code in (302, 303)
    assert response.location.startswith(registered["authorization_endpoint"])
    asked = parse_qs(urlsplit(response.location).query, strict_parsing=True)
    assert asked.pop("state")
    assert len(asked.pop("nonce")[0]) >= 43
    assert asked == {
        "scope": ["openid"],
        "response_type": ["id_token"],
        "response_mode": ["form_post"],
        "prompt": ["none"],
        "client_id": [fields["client_id"]],
        "redirect_uri": [house.lms.launch_url],
        "login_hint": [fields["login_hint"]],
        "lti_message_hint": [fields["lti_message_hint"]],
        **({"tenant": ["strict"]} if course == "strict-m101" else {}),
    }


def test_xs_26_two_logins_never_share_a_state_or_a_nonce(house):
    browser = house.browser()

    asked = [parse_qs(urlsplit(browser.login(_fields(house)).location).query) for _ in range(5)]

    assert len({each["state"][0] for each in asked}) == len({each["nonce"][0] for each in asked}) == 5


@pytest.mark.parametrize("way", WAYS)
def test_xs_25_a_login_without_client_id_is_refused_where_three_registrations_share_the_issuer(house, way):
    fields = {name: value for name, value in _fields(house).items() if name != "client_id"}

    page = refused(_send(house.browser(), fields, way), "client-id-needed")

    assert "Ask your administrator to let the platform send its client ID" in page.get_text()


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "somebody-else"},
        {"iss": "https://other.test"},
        {"iss": "http://127.0.0.1"},
        {"client_id": "demo-moodle "},
        {"client_id": "DEMO-MOODLE"},
    ],
    ids=repr,
)
@pytest.mark.parametrize("way", WAYS)
def test_xs_10_a_login_of_nobody_we_know_is_refused(house, way, change):
    refused(_send(house.browser(), {**_fields(house), **change}, way), "platform-unknown", 403)


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("way", WAYS)
def test_a_login_without_what_the_standard_demands_is_refused(house, way, name):
    for value in (None, ""):
        fields = {key: given for key, given in {**_fields(house), name: value}.items() if given is not None}

        refused(_send(house.browser(), fields, way), "login-incomplete")


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("way", WAYS)
def test_a_login_with_a_parameter_twice_is_refused(house, way, name):
    fields = _fields(house)
    value = fields.get(name, "frame")

    refused(_send(house.browser(), {**fields, name: [value, value]}, way), "login-incomplete")


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("value", ["x" * 5000, "a\r\nSet-Cookie: x=1", "a\0b"], ids=["long", "line break", "NUL"])
def test_a_login_with_a_parameter_that_no_platform_sends_is_refused(house, name, value):
    response = _send(house.browser(), {**_fields(house), name: value}, "POST")

    refused(response, "login-incomplete")
    assert "x=1" not in response.headers.get("Set-Cookie", "")


def test_parameters_in_the_address_of_a_posted_login_are_not_mixed_in(house):
    fields = _fields(house)
    browser = house.browser()

    response = browser.client.post(
        "/lti/login", base_url=browser.base_url, query_string=fields, data={"iss": fields["iss"]}
    )

    refused(response, "login-incomplete")


def test_nothing_is_stored_for_a_login(house):
    before = rows(house)

    for _ in range(20):
        house.browser().login(_fields(house))

    assert rows(house) == before


def test_a_browser_that_keeps_no_cookie_is_offered_a_new_window_before_the_platform_is_asked(house):
    client, base_url = house.client(use_cookies=False), house.settings.base_url
    fields = _fields(house)

    first = client.post("/lti/login", base_url=base_url, data=fields)
    offer = client.get(first.location, base_url=base_url)

    assert offer.status_code == 200
    form = BeautifulSoup(offer.text, "lxml").select_one("form")
    assert (form["method"], form["target"], form["action"]) == ("post", "_blank", "/lti/login")
    carried = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    sent = {name: value for name, value in fields.items() if name.startswith("lti_") or name in (*NEEDED, "client_id")}
    assert carried == {**sent, "new_window": "1"}


def test_the_new_window_opens_the_visit(house):
    client, base_url = house.client(use_cookies=False), house.settings.base_url
    offer = client.get(client.post("/lti/login", base_url=base_url, data=_fields(house)).location, base_url=base_url)
    form = BeautifulSoup(offer.text, "lxml").select_one("form")
    window = house.browser()

    response = window.login({field["name"]: field["value"] for field in form.select("input[type=hidden]")})

    land(window.post_launch(ask_platform(response.location)), window)


def test_a_new_window_without_cookies_is_told_so_and_is_not_offered_another_one(house):
    client, base_url = house.client(use_cookies=False), house.settings.base_url
    first = client.post("/lti/login", base_url=base_url, data={**_fields(house), "new_window": "1"})

    refused(client.get(first.location, base_url=base_url), "cookies-blocked", 403)


def test_a_login_too_long_for_an_address_still_ends_in_a_visit(house):
    browser = house.browser()
    fields = _fields(house)
    hint = json.loads(fields["lti_message_hint"]) | {"more": secrets.token_urlsafe(2800)}
    target = f"{house.lms.launch_url}?{secrets.token_urlsafe(1400)}"
    fields |= {"lti_message_hint": json.dumps(hint), "target_link_uri": target}
    offer = _send(browser, fields, "POST")
    while offer.status_code == 303 and "/lti/login/check" in offer.location:
        offer = browser.get(offer.location)
    if offer.status_code == 200:
        form = BeautifulSoup(offer.text, "lxml").select_one("form")
        offer = browser.login({field["name"]: field["value"] for field in form.select("input[type=hidden]")})

    assert offer.status_code == 303, "the button of the new window only shows the same button again"
    land(browser.post_launch(ask_platform(offer.location)), browser)


@pytest.mark.parametrize("waiting", ["", "junk", "a.b", "x" * 20_000, "ä", "\0"])
def test_a_check_of_a_login_that_we_did_not_sign_is_refused(house, waiting):
    browser = house.browser()

    response = browser.client.get("/lti/login/check", base_url=browser.base_url, query_string={"a": waiting})

    refused(response, "state-unknown")


@pytest.mark.parametrize("path", ["/lti/login", "/lti/launch"])
def test_a_form_of_600_kib_is_refused_as_too_large(house, path):
    browser = house.browser()

    response = browser.client.post(path, base_url=browser.base_url, data={"id_token": "x" * 600 * 1024})

    refused(response, "too-large", 413)


@pytest.mark.parametrize("path", ["/lti/login", "/lti/launch"])
def test_a_form_of_two_thousand_fields_is_refused(house, path):
    browser = house.browser()

    response = browser.client.post(path, base_url=browser.base_url, data={f"field{n}": "" for n in range(2000)})

    refused(response, None, 400, 413)


@pytest.mark.parametrize(
    ("path", "allowed"),
    {
        "/lti/launch": {"POST", "OPTIONS"},
        "/lti/login": {"GET", "HEAD", "POST", "OPTIONS"},
        "/lti/login/check": {"GET", "HEAD", "OPTIONS"},
        "/lti/jwks.json": {"GET", "HEAD", "OPTIONS"},
        "/": {"GET", "HEAD", "OPTIONS"},
        "/healthz": {"GET", "HEAD", "OPTIONS"},
        "/readyz": {"GET", "HEAD", "OPTIONS"},
    }.items(),
)
def test_a_wrong_method_is_answered_405_with_what_is_allowed(house, path, allowed):
    browser = house.browser()

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - allowed:
        response = browser.client.open(path, method=method, base_url=browser.base_url)

        assert response.status_code == 405, (method, path)
        assert set(response.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("path", ["/", "/lti/login", "/lti/launch", "/lti/jwks.json", f"/v/{0:032x}/", "/nothing"])
@pytest.mark.parametrize("host", ["evil.test", "localhost.evil.test", "localhost@evil.test", "a b", "", "[::1", "x:y"])
def test_a_host_that_is_not_ours_is_refused_and_never_repeated(house, path, host):
    response = house.client().get(path, headers={"Host": host})

    assert 400 <= response.status_code < 500, response.status_code
    assert "evil.test" not in response.text
    assert "evil.test" not in str(response.headers)
    assert "Content-Security-Policy" in response.headers


def test_a_launch_for_another_target_than_its_sign_in_opens_and_is_logged_without_either(house, capfd):
    log.configure("json")
    good = sign_in(house.browser(), target_link_uri=f"{house.lms.launch_url}?who=CANARY")

    assert good.post().status_code == 303

    told = capfd.readouterr().err
    assert told.count('"event": "target differs"') == 1
    assert "CANARY" not in told
