"""Logins: what is read, what is signed, what goes to the platform."""

import json
import time
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.lti import login
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.refusals import LaunchExpired, LaunchRefused, LoginIncomplete, PlatformUnknown, StateUnknown

SAMPLES = Path(__file__).parents[1] / "samples" / "moodle-4.5"
REDIRECT = "https://tool.example.test/lti/launch"
PLATFORM = PlatformConfig(
    id=4,
    issuer="https://lms.example.test",
    client_id="tool-1",
    authorization_endpoint="https://lms.example.test/auth?x=1&y=a%20b",
    token_endpoint="https://lms.example.test/token",
    token_audience=None,
    jwks_uri="https://lms.example.test/jwks",
    family="",
)
GOOD = {
    "iss": ["https://lms.example.test"],
    "login_hint": ["user 7&8"],
    "target_link_uri": [REDIRECT],
    "client_id": ["tool-1"],
    "lti_message_hint": ['{"cmid":2,"launchid":"a/b+c"}'],
    "lti_deployment_id": ["d1"],
}


@pytest.fixture
def signer():
    return login.AttemptSigner(["k" * 32])


def start(signer, platform=PLATFORM, **changes):
    request = login.read_login(GOOD | changes)
    return login.start(request, platform, browser="browser-1", redirect_uri=REDIRECT, signer=signer)


def test_xs_26_the_authorization_request_keeps_the_query_and_the_hints(signer):
    url = start(signer)

    assert url.startswith("https://lms.example.test/auth?x=1&y=a%20b&")
    sent = dict(parse_qsl(urlsplit(url).query, strict_parsing=True))
    state, nonce = sent.pop("state"), sent.pop("nonce")
    assert sent == {
        "x": "1",
        "y": "a b",
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "tool-1",
        "redirect_uri": REDIRECT,
        "login_hint": "user 7&8",
        "lti_message_hint": '{"cmid":2,"launchid":"a/b+c"}',
    }
    assert signer.open(state).nonce == nonce


def test_a_hint_that_was_not_sent_is_not_invented(signer):
    assert "lti_message_hint" not in start(signer, lti_message_hint=[])


def test_moodle_s_login_is_read():
    form = json.loads((SAMPLES / "oidc_login.json").read_text(encoding="utf-8"))["form"]

    found = login.read_login({name: [value] for name, value in form.items()})

    assert (found.issuer, found.client_id, found.deployment_id) == ("https://moodle.test:8443", "Mv5njIGt1dmHl3A", "1")
    assert json.loads(found.message_hint)["cmid"] == 2
    assert found.storage_target is None


def test_the_attempt_remembers_the_login_and_not_the_browser(signer):
    attempt = signer.open(parse_qs(urlsplit(start(signer)).query)["state"][0])

    assert (attempt.platform_id, attempt.deployment_id, attempt.target_link_uri) == (4, "d1", REDIRECT)
    assert attempt.is_bound_to("browser-1")
    assert not attempt.is_bound_to("browser-2")
    assert "browser-1" not in repr(attempt)
    assert len(attempt.nonce) >= 43


def test_every_login_has_its_own_state_and_nonce(signer):
    attempts = [signer.open(parse_qs(urlsplit(start(signer)).query)["state"][0]) for _ in range(20)]

    assert len({attempt.id for attempt in attempts}) == 20
    assert len({attempt.nonce for attempt in attempts}) == 20


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
@pytest.mark.parametrize("values", [[], [""], ["a", "b"], ["a\nb"], ["a\x00"], ["a\x85"], ["x" * 5000], ["\ud800"]])
def test_an_incomplete_login_is_refused(name, values):
    with pytest.raises(LoginIncomplete) as refusal:
        login.read_login(GOOD | {name: values})

    assert name in refusal.value.detail


@pytest.mark.parametrize("name", ["client_id", "lti_message_hint", "lti_deployment_id", "lti_storage_target"])
def test_a_repeated_optional_parameter_is_refused(name):
    with pytest.raises(LoginIncomplete):
        login.read_login(GOOD | {name: ["a", "a"]})


def test_parameters_of_other_products_are_ignored():
    assert login.read_login(GOOD | {"canvas_region": ["eu", "us"]}).client_id == "tool-1"


def test_xs_25_a_login_without_client_id_says_so():
    assert login.read_login(GOOD | {"client_id": []}).client_id is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("_parent", "_parent"),
        ("post_message_forwarding", "post_message_forwarding"),
        ("top", None),
        ("opener", None),
        ("a b", None),
        ("<script>", None),
        ("x" * 65, None),
        ("", None),
    ],
)
def test_the_storage_target_is_a_frame_or_nothing(name, kept):
    assert login.read_login(GOOD | {"lti_storage_target": [name]}).storage_target == kept


@pytest.mark.parametrize("changes", [{"iss": ["https://lms.example.test/"]}, {"client_id": ["tool-2"]}])
def test_xs_10_a_login_is_not_started_at_another_platform(signer, changes):
    with pytest.raises(PlatformUnknown):
        start(signer, **changes)


def test_a_login_without_client_id_starts_at_the_issuer_s_platform(signer):
    assert "client_id=tool-1" in start(signer, client_id=[])


def test_xs_06_a_state_lives_ten_minutes(signer):
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False) as clock:
        state = parse_qs(urlsplit(start(signer)).query)["state"][0]

        clock.shift(600)
        assert signer.open(state)

        clock.shift(1)
        with pytest.raises(LaunchExpired):
            signer.open(state)


def test_xs_01_a_changed_state_is_unknown(signer):
    state = parse_qs(urlsplit(start(signer)).query)["state"][0]
    middle = len(state) // 3
    changed = state[:middle] + ("A" if state[middle] != "A" else "B") + state[middle + 1 :]

    for other in ("", "x", changed, state + "x", state * 200, "ä", "\ud800"):
        with pytest.raises(StateUnknown):
            signer.open(other)


@given(text=st.text())
def test_xs_01_any_text_is_an_unknown_state(text):
    signer = login.AttemptSigner(["k" * 32])

    with pytest.raises(LaunchRefused):
        signer.open(text)
    with pytest.raises(LaunchRefused):
        signer.open_login(text)


def test_a_waiting_login_comes_back_whole_and_is_never_a_state(signer):
    request = login.read_login(GOOD | {"lti_storage_target": ["_parent"]})
    text = signer.sign_login(request, new_window=True)

    assert signer.open_login(text) == (request, True)
    with pytest.raises(StateUnknown, match="signature"):
        signer.open(text)
    with pytest.raises(StateUnknown, match="signature"):
        signer.open_login(parse_qs(urlsplit(start(signer)).query)["state"][0])


def test_a_waiting_login_lives_ten_minutes(signer):
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False) as clock:
        text = signer.sign_login(login.read_login(GOOD), new_window=False)

        clock.shift(601)

        with pytest.raises(LaunchExpired):
            signer.open_login(text)


def test_what_another_release_signed_is_unknown(signer):
    state = signer._state.dumps({"created_at": int(time.time()), "shape": "of another release"})
    text = signer._check.dumps({"login": {}, "iat": int(time.time()), "new_window": False})

    with pytest.raises(StateUnknown):
        signer.open(state)
    with pytest.raises(StateUnknown):
        signer.open_login(text)


def test_secret_keys_rotate(signer):
    state = parse_qs(urlsplit(start(signer)).query)["state"][0]
    rotated = login.AttemptSigner(["n" * 32, "k" * 32])

    assert rotated.open(state).platform_id == 4
    with pytest.raises(StateUnknown):
        signer.open(parse_qs(urlsplit(start(rotated)).query)["state"][0])


@pytest.mark.parametrize("keys", [[], [""], ["k" * 32, ""]])
def test_an_empty_secret_key_signs_nothing(keys):
    with pytest.raises(ValueError, match="secret key"):
        login.AttemptSigner(keys)
