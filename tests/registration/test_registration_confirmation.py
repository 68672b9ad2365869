"""The confirmation page and its one button: what is shown is what is registered, once, and nothing leaks."""

import json
import threading
from datetime import timedelta

import pytest
from administrators import form_of, words
from bs4 import BeautifulSoup
from hostile import sending

from lti_tool import clock
from lti_tool.lti import registration
from lti_tool.lti.description import CLAIMS
from lti_tool.models import Institution, Invitation, Platform, PlatformChange, PlatformState

TOKEN = "eyJ0eXAi.a-registration-token.c2lnbmF0dXJl"


def opened(administrator, hostile, path=None, token=TOKEN):
    """Open a fresh invitation as the platform would."""
    query = {"openid_configuration": f"{hostile.url}/configuration", "registration_token": token}
    return administrator.get(path or administrator.invited(), **query)


def test_the_page_names_every_host_and_marks_the_ones_that_differ(administrator, hostile):
    hostile.says(hostile.configuration(token_endpoint=f"http://localhost:{hostile.port}/token"))

    page = BeautifulSoup(opened(administrator, hostile).text, "lxml")

    rows = {row.td.get_text(strip=True): row for row in page.select("table")[0].select("tbody tr")}
    assert set(rows) == {"Issuer", "Sign-in", "Access tokens", "Public keys", "Registration"}
    assert [name for name, row in rows.items() if row.select("[data-differs]")] == ["Access tokens"]
    assert f"localhost:{hostile.port}" in rows["Access tokens"].get_text()


def test_the_page_says_what_is_asked_for_and_why_and_registers_nothing(administrator, hostile):
    page = opened(administrator, hostile)

    said = words(page)
    assert "No e-mail address" in said
    assert "score : tell the gradebook what a learner has finished" in said
    assert [call[1] for call in hostile.calls] == ["/configuration"]
    assert administrator.all_of(Platform) == []


def test_the_page_may_stand_in_the_platforms_frame_and_is_kept_nowhere(administrator, hostile):
    page = opened(administrator, hostile)

    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_one_press_registers_the_tool_and_leaves_it_pending(administrator, hostile):
    page = administrator.press(opened(administrator, hostile))

    assert page.status_code == 200, page.text
    (sent,) = hostile.registrations
    body = json.loads(sent[3])
    tool = body["https://purl.imsglobal.org/spec/lti-tool-configuration"]
    assert tool["domain"] == "localhost:8000"
    assert tool["claims"] == list(CLAIMS)
    assert "email" not in json.dumps(body)
    (platform,) = administrator.all_of(Platform)
    assert (platform.state, platform.client_id, platform.issuer) == (PlatformState.PENDING, "c-1", hostile.url)


def test_the_done_page_tells_only_the_origin_of_the_description_that_it_may_close(administrator, hostile):
    done = BeautifulSoup(administrator.press(opened(administrator, hostile)).text, "lxml")

    assert done.select_one("[data-close]")["data-close"] == hostile.url
    assert done.select_one("script[src*='close.js']")
    assert "Press Activate" in done.get_text()


def test_the_token_goes_out_as_bearer_and_is_neither_kept_nor_logged(administrator, hostile, capfd):
    administrator.press(opened(administrator, hostile))

    assert [call[2]["Authorization"] for call in hostile.calls] == [f"Bearer {TOKEN}"] * 2
    assert TOKEN not in administrator.everything()
    printed = capfd.readouterr()
    assert "registered" in printed.out + printed.err
    assert TOKEN not in printed.out + printed.err


def test_without_a_token_none_is_sent(administrator, hostile):
    administrator.press(opened(administrator, hostile, token=""))

    assert len(hostile.registrations) == 1
    assert all("Authorization" not in call[2] for call in hostile.calls)


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}]
)
def test_a_press_from_another_site_is_refused(administrator, hostile, headers):
    page = opened(administrator, hostile)

    answer = administrator.press(page, **headers)

    assert (answer.status_code, hostile.registrations) == (403, [])


def test_a_press_of_an_old_browser_is_judged_by_its_origin(administrator, hostile):
    action, fields = form_of(opened(administrator, hostile))
    send = {"base_url": administrator.base_url, "data": fields}

    refused = administrator.client.post(action, headers={"Origin": "https://evil.example"}, **send)
    taken = administrator.client.post(action, headers={"Origin": administrator.base_url}, **send)

    assert (refused.status_code, taken.status_code) == (403, 200)


def tampered(fields):
    return {**fields, "confirmation": fields["confirmation"][:-3] + "abc"}


CHANGES = {
    "tampered": tampered,
    "nothing signed": lambda fields: {**fields, "confirmation": ""},
    "junk": lambda fields: {**fields, "confirmation": "é" * 10},
    "too long": lambda fields: {**fields, "confirmation": "a" * 40_000},
    "another token": lambda fields: {**fields, "registration_token": "another"},
    "no token": lambda fields: {"confirmation": fields["confirmation"]},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_form_that_was_changed_registers_nothing(administrator, hostile, change):
    action, fields = form_of(opened(administrator, hostile))

    answer = administrator.client.post(
        action,
        base_url=administrator.base_url,
        data=CHANGES[change](fields),
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert (answer.status_code, hostile.registrations) == (409, [])


def test_a_page_of_one_invitation_cannot_be_used_with_another(administrator, hostile):
    _, fields = form_of(opened(administrator, hostile))
    other = administrator.invited()

    answer = administrator.client.post(
        other, base_url=administrator.base_url, data=fields, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert (answer.status_code, hostile.registrations) == (409, [])


def test_a_page_that_is_older_than_half_an_hour_registers_nothing(administrator, hostile, time_machine):
    page = opened(administrator, hostile)

    time_machine.move_to(clock.now() + timedelta(minutes=31))
    answer = administrator.press(page)

    assert (answer.status_code, hostile.registrations) == (409, [])


def test_what_is_registered_is_what_was_shown_even_if_the_description_changes_meanwhile(administrator, hostile):
    page = opened(administrator, hostile)
    hostile.says(hostile.configuration(token_endpoint=f"http://localhost:{hostile.port}/other"))

    administrator.press(page)

    (platform,) = administrator.all_of(Platform)
    assert platform.token_endpoint == f"{hostile.url}/token"
    assert [call[1] for call in hostile.calls] == ["/configuration", "/register"]


def test_xo_02_a_used_invitation_is_gone(administrator, hostile):
    path = administrator.invited()
    page = opened(administrator, hostile, path)
    administrator.press(page)
    hostile.calls.clear()

    again, pressed = opened(administrator, hostile, path), administrator.press(page)

    assert (again.status_code, pressed.status_code, hostile.calls) == (404, 404, [])


def test_xo_02_twelve_presses_at_once_are_one_registration(administrator, hostile):
    page = opened(administrator, hostile)
    statuses: list[int] = []
    lock = threading.Barrier(12)

    def press() -> None:
        lock.wait()
        statuses.append(administrator.press(page).status_code)

    threads = [threading.Thread(target=press) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses)[0] == 200
    assert set(statuses[1:] + statuses[:1]) <= {200, 404, 409}
    assert statuses.count(200) == 1
    assert len(hostile.registrations) == 1


REFUSALS = {
    "a word": sending(400, b"domain_targetlinkuri_mismatch SECRET-WORD"),
    "not allowed": sending(401, b"token_already_used SECRET-WORD"),
    "a page": sending(404, b"<html>SECRET-WORD</html>"),
    "trouble": sending(503, b"SECRET-WORD"),
    "a redirect": sending(302, b"", Location="/elsewhere"),
    "a log-in page": sending(200, b"<html>SECRET-WORD</html>"),
    "a list": sending(200, ["SECRET-WORD"]),
    "no client id": sending(200, {"client_name": "SECRET-WORD"}),
    "a client id that is too long": sending(200, {"client_id": "SECRET-WORD" * 100}),
    "a client id that is a list": sending(200, {"client_id": ["SECRET-WORD"]}),
    "a client id with a line break": sending(200, {"client_id": "SECRET-WORD\nX"}),
    "too much": sending(200, {"client_id": "c", "more": "SECRET-WORD" * 100_000}),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_registration_that_fails_leaves_nothing_but_a_good_link(administrator, hostile, refusal):
    hostile.pages["/register"] = REFUSALS[refusal]
    path = administrator.invited()

    answer = administrator.press(opened(administrator, hostile, path))

    assert answer.status_code == 502
    assert "SECRET-WORD" not in answer.text
    assert administrator.all_of(Platform) == []
    hostile.answers(200, hostile.answer())
    assert administrator.press(opened(administrator, hostile, path)).status_code == 200
    assert len(administrator.all_of(Platform)) == 1


def test_a_platform_that_never_answers_leaves_nothing(administrator, hostile, monkeypatch):
    monkeypatch.setattr(registration, "LIMIT_SECONDS", 0.5)
    wait = threading.Event()
    hostile.pages["/register"] = lambda handler: wait.wait(3)

    answer = administrator.press(opened(administrator, hostile))
    wait.set()

    assert answer.status_code == 502
    assert "no answer in time" in words(answer)
    assert administrator.all_of(Platform) == []


def test_a_page_is_good_for_one_press_also_if_that_press_failed(administrator, hostile):
    hostile.answers(503, {})
    page = opened(administrator, hostile)
    administrator.press(page)

    answer = administrator.press(page)

    assert (answer.status_code, len(hostile.registrations)) == (409, 1)


def test_xo_02_a_platform_that_registers_again_changes_nothing_before_an_operator_agrees(administrator, hostile):
    administrator.press(opened(administrator, hostile))
    with administrator.database.transaction() as session:
        session.query(Platform).update({"state": PlatformState.ACTIVE})
    hostile.says(hostile.configuration(token_endpoint=f"{hostile.url}/new-token"))

    page = administrator.press(opened(administrator, hostile))

    assert "The change waits for approval" in words(page)
    (platform,) = administrator.all_of(Platform)
    assert (platform.state, platform.token_endpoint) == (PlatformState.ACTIVE, f"{hostile.url}/token")
    (change,) = administrator.all_of(PlatformChange)
    assert change.wanted["token_endpoint"] == f"{hostile.url}/new-token"


def test_xo_02_a_pending_platform_that_registers_again_is_one_pending_platform(administrator, hostile):
    administrator.press(opened(administrator, hostile))
    hostile.says(hostile.configuration(token_endpoint=f"{hostile.url}/new-token"))

    administrator.press(opened(administrator, hostile))

    (platform,) = administrator.all_of(Platform)
    assert (platform.state, platform.token_endpoint) == (PlatformState.PENDING, f"{hostile.url}/new-token")


@pytest.mark.parametrize("state", [PlatformState.PENDING, PlatformState.ACTIVE, PlatformState.PAUSED])
def test_another_institution_cannot_touch_a_registration(administrator, hostile, state):
    administrator.press(opened(administrator, hostile))
    with administrator.database.transaction() as session:
        session.query(Platform).update({"state": state})
    before = administrator.everything().count("new-token")
    hostile.says(hostile.configuration(token_endpoint=f"{hostile.url}/new-token"))

    answer = administrator.press(opened(administrator, hostile, administrator.invited("Another College")))

    assert answer.status_code == 409
    assert "belongs to another institution" in words(answer)
    assert administrator.everything().count("new-token") == before
    (platform,) = administrator.all_of(Platform)
    owner = {each.id: each.name for each in administrator.all_of(Institution)}[platform.institution_id]
    assert (owner, platform.state) == ("Test Hospital", state)
    assert [each.used_at is None for each in administrator.all_of(Invitation)] == [False, True]


def test_a_management_address_is_kept_with_its_token_sealed(administrator, hostile):
    more = {"registration_client_uri": f"{hostile.url}/manage/c-1", "registration_access_token": "management-token"}
    hostile.answers(201, hostile.answer(**more))

    administrator.press(opened(administrator, hostile))

    (platform,) = administrator.all_of(Platform)
    sealer = administrator.app.extensions["tool"].sealer
    opened_token = sealer.open(platform.sealed_management_token, "registration", hostile.url, "c-1")
    assert platform.management_url == f"{hostile.url}/manage/c-1"
    assert opened_token == b"management-token"
    assert "management-token" not in administrator.everything()


def test_a_management_address_of_another_site_is_not_kept(administrator, hostile):
    more = {"registration_client_uri": "https://evil.example/manage", "registration_access_token": "management-token"}
    hostile.answers(200, hostile.answer(**more))

    administrator.press(opened(administrator, hostile))

    (platform,) = administrator.all_of(Platform)
    assert (platform.management_url, platform.sealed_management_token) == (None, None)


SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"


@pytest.mark.parametrize(
    ("answered", "kept"), [({"scope": None}, None), ({"scope": ""}, []), ({"scope": f"openid {SCORE}"}, ["score"])]
)
def test_xo_02_what_was_granted_is_kept_not_what_was_asked(administrator, hostile, answered, kept):
    hostile.answers(200, hostile.answer(**answered))

    page = administrator.press(opened(administrator, hostile))

    (platform,) = administrator.all_of(Platform)
    granted = platform.granted_scopes
    assert (None if granted is None else [each.rpartition("/")[2] for each in granted]) == kept
    assert ("granted less than was asked for" in words(page)) is (kept is not None)
    assert ("No score reaches the gradebook" in words(page)) is (kept == [])
