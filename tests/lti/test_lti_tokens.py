"""Access tokens: who we say we are, how long a token is kept, what a refusal means."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import jwt
import pytest
import time_machine
from werkzeug.wrappers import Response

from lti_tool.lti import keys
from lti_tool.lti.http import Unreachable
from lti_tool.lti.outcomes import OutcomeKind
from lti_tool.lti.tokens import TokenRefused, TokenSource

SAMPLES = Path(__file__).parents[1] / "samples" / "moodle-4.5"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"


@pytest.fixture
def tokens(http, tool_key):
    private_key = keys.load_private_key(tool_key.private_pem)
    return TokenSource(http, lambda: (tool_key.kid, private_key))


def granted(token="t-1", **changes):  # noqa: S107 - no real token
    return json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": SCORE} | changes)


def test_the_assertion_says_who_we_are(lms, tokens, platform, tool_key):
    lms.on("/token", granted())

    with time_machine.travel("2026-11-22T12:00:00Z", tick=False):
        assert tokens.token(platform, [SCORE]) == "t-1"

    form = lms.asked("/token")[0].form
    assert form["grant_type"] == "client_credentials"
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert form["scope"] == SCORE
    public_key = keys.load_private_key(tool_key.private_pem).public_key()
    claims = jwt.decode(
        form["client_assertion"], public_key, ["RS256"], options={"verify_aud": False, "verify_exp": False}
    )
    assert jwt.get_unverified_header(form["client_assertion"])["kid"] == tool_key.kid
    noon = 1795348800
    assert claims.pop("jti")
    assert claims == {
        "iss": "tool-1",
        "sub": "tool-1",
        "aud": platform.token_endpoint,
        "iat": noon - 5,
        "exp": noon + 295,
    }


def test_a_registered_audience_takes_the_place_of_the_endpoint(lms, tokens, platform, tool_key):
    lms.on("/token", granted())

    tokens.token(replace(platform, token_audience="https://api.example.test/auth/token"), [SCORE])

    assertion = lms.asked("/token")[0].form["client_assertion"]
    assert jwt.decode(assertion, options={"verify_signature": False})["aud"] == "https://api.example.test/auth/token"


def test_each_assertion_has_its_own_id(lms, tokens, platform):
    lms.on("/token", granted(expires_in=1))

    for _ in range(3):
        tokens.token(platform, [SCORE])

    seen = [jwt.decode(r.form["client_assertion"], options={"verify_signature": False}) for r in lms.asked("/token")]
    assert len({claims["jti"] for claims in seen}) == 3


def test_a_token_is_kept_until_a_minute_before_its_end(lms, tokens, platform):
    lms.on("/token", granted("t-1"), granted("t-2"))

    with time_machine.travel("2026-11-22T12:00:00Z", tick=False) as clock:
        assert tokens.token(platform, [SCORE]) == "t-1"
        clock.shift(3539)
        assert tokens.token(platform, [SCORE]) == "t-1"
        clock.shift(1)
        assert tokens.token(platform, [SCORE]) == "t-2"


def test_xg_14_a_token_of_one_second_is_used_once(lms, tokens, platform):
    lms.on("/token", granted("t-1", expires_in=1), granted("t-2", expires_in=1))

    assert [tokens.token(platform, [SCORE]), tokens.token(platform, [SCORE])] == ["t-1", "t-2"]


def test_xg_15_two_tenants_with_one_issuer_never_share_a_token(lms, tokens, platform):
    def by_client(request):
        claims = jwt.decode(request.form["client_assertion"], options={"verify_signature": False})
        return Response(granted(f"for-{claims['iss']}"))

    lms.on("/token", by_client)
    other = replace(platform, id=2, client_id="tool-2")

    found = [tokens.token(each, [SCORE]) for each in (platform, other, platform, other)]

    assert found == ["for-tool-1", "for-tool-2", "for-tool-1", "for-tool-2"]
    assert len(lms.asked("/token")) == 2


def test_a_token_is_good_for_its_scopes_in_any_order(lms, tokens, platform):
    lms.on("/token", lambda request: Response(granted(request.form["scope"][-6:], scope=request.form["scope"])))

    tokens.token(platform, [SCORE])
    tokens.token(platform, [SCORE, RESULT])
    tokens.token(platform, [RESULT, SCORE])

    assert [request.form["scope"] for request in lms.asked("/token")] == [SCORE, f"{RESULT} {SCORE}"]


def test_a_forgotten_token_is_asked_for_anew_but_a_newer_one_is_kept(lms, tokens, platform):
    lms.on("/token", granted("t-1"), granted("t-2"), granted("t-3"))
    tokens.token(platform, [SCORE])

    tokens.forget(platform, [SCORE], "t-1")
    assert tokens.token(platform, [SCORE]) == "t-2"

    tokens.forget(platform, [SCORE], "t-1")
    assert tokens.token(platform, [SCORE]) == "t-2"

    tokens.forget(platform, [SCORE])
    assert tokens.token(platform, [SCORE]) == "t-3"


def test_many_threads_share_one_request(lms, tokens, platform):
    def slow(request):
        time.sleep(0.2)
        return Response(granted())

    lms.on("/token", slow)

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(lambda _: tokens.token(platform, [SCORE]), range(10))) == {"t-1"}

    assert len(lms.asked("/token")) == 1


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind"),
    [
        (400, '{"error": "invalid_client"}', {}, OutcomeKind.UNAUTHORIZED),
        (401, '{"error": "invalid_client"}', {}, OutcomeKind.UNAUTHORIZED),
        (400, '{"error": "invalid_scope"}', {}, OutcomeKind.FORBIDDEN),
        (400, "not JSON {", {}, OutcomeKind.UNAUTHORIZED),
        (403, "403 Forbidden (Rate Limit Exceeded)", {"X-Rate-Limit-Remaining": "0.0"}, OutcomeKind.THROTTLED),
        (429, "", {"Retry-After": "7"}, OutcomeKind.THROTTLED),
        (403, "", {}, OutcomeKind.FORBIDDEN),
        (404, "", {}, OutcomeKind.TROUBLE),
        (302, "", {"Location": "/login"}, OutcomeKind.TROUBLE),
        (503, "", {}, OutcomeKind.TROUBLE),
        (200, "<html>", {}, OutcomeKind.TROUBLE),
        (200, "[]", {}, OutcomeKind.TROUBLE),
        (200, "{}", {}, OutcomeKind.TROUBLE),
        (200, granted(""), {}, OutcomeKind.TROUBLE),
        (200, granted(7), {}, OutcomeKind.TROUBLE),
        (200, granted("a\r\nX: y"), {}, OutcomeKind.TROUBLE),
        (200, granted(token_type="mac"), {}, OutcomeKind.TROUBLE),
        (200, granted(scope=RESULT), {}, OutcomeKind.FORBIDDEN),
    ],
)
def test_an_answer_without_a_good_token_says_how_to_go_on(lms, tokens, platform, status, body, headers, kind):
    lms.on("/token", body, status=status, headers=headers)

    with pytest.raises(TokenRefused) as refusal:
        tokens.token(platform, [SCORE])

    assert refusal.value.outcome.kind == kind
    assert refusal.value.outcome.status == status
    assert refusal.value.outcome.retry_after == (7 if status == 429 else None)


def test_a_refusal_repeats_no_free_text_of_the_platform(lms, tokens, platform):
    lms.on("/token", '{"error": "Cannot handle token of Ada"}', status=400)

    with pytest.raises(TokenRefused) as refusal:
        tokens.token(platform, [SCORE])

    assert refusal.value.detail == ""


def test_an_unreachable_endpoint_is_told_apart(tokens, platform):
    with pytest.raises(Unreachable):
        tokens.token(replace(platform, token_endpoint="http://127.0.0.1:1/"), [SCORE])


@pytest.mark.parametrize("life", [None, "3600", 3600, 10**12, True, 1.5])
def test_the_life_may_be_missing_or_odd(lms, tokens, platform, life):
    lms.on("/token", granted(expires_in=life))

    assert tokens.token(platform, [SCORE]) == "t-1"
    assert tokens.token(platform, [SCORE]) == "t-1"


def test_moodle_s_recorded_answers_are_understood(lms, tokens, platform):
    samples = json.loads((SAMPLES / "token.json").read_text(encoding="utf-8"))
    assert len(samples) >= 10

    for sample in samples:
        lms.on("/token", sample["body"], status=sample["status"], headers=sample["headers"])
        tokens.forget(platform, [SCORE])
        if sample["status"] == 200 and SCORE in sample["body"]:
            assert len(tokens.token(platform, [SCORE])) == 32
        else:
            with pytest.raises(TokenRefused):
                tokens.token(platform, [SCORE])
