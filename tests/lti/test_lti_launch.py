"""Launches: every single change to a good one, the certification's valid ones, Moodle's own, and any JSON at all."""

import json
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutants import AGS, CLAIM, MEMBERSHIP, MUTANTS, Mutant, good_claims

from lti_tool.lti import launch, login
from lti_tool.lti.launch import PlatformSaidNo
from lti_tool.lti.messages import Role
from lti_tool.lti.platform_keys import KeySets
from lti_tool.lti.refusals import AnonymousLaunch, LaunchRefused, TokenNotValid

BASE_URL = "https://tool.example.test"
TARGET = BASE_URL + "/lti/launch"
SAMPLES = Path(__file__).parents[1] / "samples" / "moodle-4.5"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"


class Launcher:
    """Makes logins and launches at one platform; the keys are fetched over HTTP."""

    def __init__(self, platform, http, lms, signer):
        lms.on("/jwks", json.dumps({"keys": [signer.public_jwk()]}))
        self.platform, self.signer, self.keys = platform, signer, KeySets(http)
        self.attempts = login.AttemptSigner(["a" * 32])

    def attempt(self, deployment_id="1"):
        request = login.LoginRequest(
            issuer=self.platform.issuer, login_hint="7", target_link_uri=TARGET, deployment_id=deployment_id
        )
        url = login.start(request, self.platform, browser="b", redirect_uri=TARGET, signer=self.attempts)
        return self.attempts.open(parse_qs(urlsplit(url).query)["state"][0])

    def claims(self, attempt, **changes):
        return (
            good_claims(
                issuer=self.platform.issuer,
                client_id=self.platform.client_id,
                nonce=attempt.nonce,
                target_link_uri=TARGET,
                now=int(time.time()),
            )
            | changes
        )

    def verify(self, form, attempt):
        return launch.verify(form, attempt, self.platform, self.keys, base_url=BASE_URL)

    def launch(self, claims, attempt):
        return self.verify({"id_token": [self.signer(claims, self.signer.headers())]}, attempt)

    def launch_with(self, **changes):
        attempt = self.attempt()
        return self.launch(self.claims(attempt, **changes), attempt)


@pytest.fixture
def launcher(platform, http, lms, signer):
    return Launcher(platform, http, lms, signer)


def test_an_ordinary_launch_tells_who_and_where(launcher):
    attempt = launcher.attempt()
    claims = launcher.claims(attempt)
    claims[CLAIM + "launch_presentation"] = {"return_url": "https://www.example.test/back", "locale": "es"}
    claims[AGS] = {"scope": ["s1"], "lineitems": "https://lms.example.test/items?x=1", "lineitem": ""}

    found = launcher.launch(claims, attempt)

    assert (found.person.sub, found.person.name, found.role) == ("student-7", "Ada Student", Role.LEARNER)
    assert (found.course.id, found.link.id, found.deployment_id) == ("course-1", "link-1", "1")
    assert (found.grades.lineitem, found.grades.lineitems) == (None, "https://lms.example.test/items?x=1")
    assert (found.locale, found.grades.scopes) == ("es", {"s1"})
    assert found.frame_origins == ("https://lms.example.test", "https://www.example.test")


def test_there_are_enough_single_changes():
    assert len(MUTANTS) >= 100
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_launch_with_a_single_change_is_judged_rightly(launcher, mutant: Mutant):
    attempt = launcher.attempt()
    made = mutant.make(launcher.claims(attempt), launcher.signer.headers(), launcher.signer)
    form = made if isinstance(made, dict) else {"id_token": [made]}

    if mutant.expected == "accepted":
        assert launcher.verify(form, attempt).person.sub == "student-7"
    else:
        with pytest.raises(LaunchRefused) as refusal:
            launcher.verify(form, attempt)
        assert refusal.value.status in (400, 401, 403)
        assert mutant.code in (None, refusal.value.code)
        assert "Ada" not in refusal.value.detail


def test_cb_12_an_anonymous_launch_is_a_visit_where_the_registration_permits_it(launcher):
    launcher.platform = replace(launcher.platform, allow_anonymous=True)
    attempt = launcher.attempt()
    claims = launcher.claims(attempt)
    del claims["sub"]

    found = launcher.launch(claims, attempt)

    assert (found.person.sub, found.role) == ("", Role.VISITOR)


def test_cb_12_an_anonymous_launch_is_explained_otherwise(launcher):
    with pytest.raises(AnonymousLaunch):
        launcher.launch_with(sub=None)


@pytest.mark.parametrize(
    ("case", "changes", "role", "name", "email"),
    [
        ("CV-T1", {CLAIM + "roles": [MEMBERSHIP + "Instructor"]}, "instructor", "Ada Student", "ada@example.test"),
        ("CV-S1", {}, "learner", "Ada Student", "ada@example.test"),
        (
            "CV-T2",
            {CLAIM + "roles": [INSTITUTION + "Student", MEMBERSHIP + "Instructor"]},
            "instructor",
            "Ada Student",
            "ada@example.test",
        ),
        (
            "CV-S2",
            {CLAIM + "roles": [INSTITUTION + "Instructor", MEMBERSHIP + "Learner"]},
            "learner",
            "Ada Student",
            "ada@example.test",
        ),
        ("CV-T3", {CLAIM + "roles": ["Instructor"]}, "instructor", "Ada Student", "ada@example.test"),
        ("CV-S3", {CLAIM + "roles": ["Learner"]}, "learner", "Ada Student", "ada@example.test"),
        (
            "CV-T4",
            {CLAIM + "roles": ["urn:x:y", MEMBERSHIP + "Instructor"]},
            "instructor",
            "Ada Student",
            "ada@example.test",
        ),
        ("CV-S4", {CLAIM + "roles": ["urn:x:y"]}, "visitor", "Ada Student", "ada@example.test"),
        ("CV-T5 CV-S5", {CLAIM + "roles": []}, "visitor", "Ada Student", "ada@example.test"),
        ("CV-S6", {"name": None, "given_name": None, "family_name": None}, "learner", None, "ada@example.test"),
        ("CV-S7", {"email": None, "name": None}, "learner", "Ada Student", None),
        ("CV-S8", {"email": None, "name": None, "given_name": None, "family_name": ""}, "learner", None, None),
        ("CV-S9", {CLAIM + "context": None, "name": None}, "learner", "Ada Student", "ada@example.test"),
    ],
)
def test_the_certification_s_valid_launches_are_accepted(launcher, case, changes, role, name, email):
    found = launcher.launch_with(**changes)

    assert (found.role, found.person.name, found.person.email) == (role, name, email)


def test_cv_s9_a_launch_without_a_course_has_none(launcher):
    assert launcher.launch_with(**{CLAIM + "context": None}).course is None


@pytest.mark.parametrize("who", ["student", "teacher"])
def test_a_real_moodle_launch_is_accepted(launcher, who):
    sample = json.loads((SAMPLES / f"launch_LtiResourceLinkRequest_{who}.json").read_text(encoding="utf-8"))
    claims = sample["claims"]
    launcher.platform = replace(launcher.platform, issuer=claims["iss"], client_id=claims["aud"])

    with time_machine.travel(claims["iat"] - 1):
        attempt = launcher.attempt()
        found = launch.verify(
            {"id_token": [launcher.signer(claims | {"nonce": attempt.nonce}, launcher.signer.headers())]},
            attempt,
            launcher.platform,
            launcher.keys,
            base_url="https://tool.test:9443",
        )

    assert found.role == {"student": Role.LEARNER, "teacher": Role.INSTRUCTOR}[who]
    assert found.is_administrator == (who == "teacher")
    assert found.custom["module"] == "m1"
    assert not {"due", "rl_hist", "user_image", "locale"} & set(found.custom)
    assert found.platform_family == "moodle"
    assert found.grades.lineitem.endswith("/lineitem?type_id=1")
    assert found.memberships_url.endswith("/memberships")
    assert found.frame_origins == ("https://moodle.test:8443", "https://lms.example.test")


def test_xs_21_texts_are_cleaned_and_trimmed(launcher):
    found = launcher.launch_with(
        **{
            CLAIM + "context": {"id": "c", "title": "x" * 10_000, "label": "a\u202eb\x00\u2066c\nd"},
            "name": "  Jose\u0301  ",
        }
    )

    assert len(found.course.title) == 255
    assert found.course.label == "abc d"
    assert found.person.name == "José"


def test_xs_17_a_return_link_that_is_no_web_address_is_absent(launcher):
    hostile = {"return_url": "https://evil.test;script-src *", "document_target": "popup", "locale": "<b>"}

    found = launcher.launch_with(**{CLAIM + "launch_presentation": hostile})

    assert (found.return_url, found.document_target, found.locale) == (None, None, None)
    assert found.frame_origins == ("https://lms.example.test",)


def test_xs_14_a_token_for_one_login_does_not_fit_another(launcher):
    first, second = launcher.attempt(), launcher.attempt()
    token = launcher.signer(launcher.claims(first), launcher.signer.headers())

    with pytest.raises(TokenNotValid):
        launcher.verify({"id_token": [token]}, second)

    assert launcher.verify({"id_token": [token]}, first)


def test_xs_05_a_login_begun_for_another_registration_is_refused(launcher):
    attempt = launcher.attempt()

    with pytest.raises(TokenNotValid):
        launcher.launch(launcher.claims(attempt), replace(attempt, platform_id=2))


def test_xs_12_the_clock_difference_is_named(launcher):
    attempt = launcher.attempt()
    claims = launcher.claims(attempt)

    with pytest.raises(LaunchRefused) as refusal:
        launcher.launch(claims | {"iat": claims["iat"] + 300}, attempt)

    assert refusal.value.code == "clock-difference"
    assert "300 s after our clock" in refusal.value.detail or "299 s after our clock" in refusal.value.detail


def test_xs_13_the_leeway_is_the_registration_s(launcher):
    launcher.platform = replace(launcher.platform, leeway_seconds=600)

    assert launcher.launch_with(exp=int(time.time()) - 300)


def test_xs_18_an_error_response_is_read_and_cleaned():
    form = {"error": ["login_required"], "error_description": ["Please\x00 sign in\u202e"], "state": ["s"]}

    assert launch.platform_error(form) == PlatformSaidNo(error="login_required", description="Please sign in")
    assert launch.platform_error({"id_token": ["x"]}) is None
    assert launch.platform_error({"error": ["x"], "error_description": []}) == PlatformSaidNo(
        error="x", description=None
    )


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
_names = st.sampled_from(
    ["iss", "aud", "azp", "sub", "nonce", "iat", "exp", "nbf", "name", "given_name", "email", "locale", AGS]
    + [
        CLAIM + name
        for name in (
            "message_type",
            "version",
            "deployment_id",
            "target_link_uri",
            "roles",
            "resource_link",
            "context",
            "custom",
            "launch_presentation",
            "tool_platform",
        )
    ]
)


@given(changes=st.dictionaries(_names, _json, min_size=1, max_size=4))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_in_a_claim_is_a_launch_or_a_refusal(launcher, changes):
    attempt = launcher.attempt()

    try:
        status = launcher.launch(launcher.claims(attempt) | changes, attempt) and 200
    except LaunchRefused as refusal:
        status = refusal.status

    assert status in (200, 400, 401, 403)


@given(header=st.binary(max_size=60) | _json.map(lambda v: json.dumps(v).encode()), payload=st.binary(max_size=60))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_signed_are_a_refusal(launcher, header, payload):
    with pytest.raises(LaunchRefused):
        launcher.verify({"id_token": [launcher.signer.raw(header, payload)]}, launcher.attempt())


@given(form=st.dictionaries(st.sampled_from(["id_token", "state", "error"]), st.lists(st.text(), max_size=3)))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_form_is_a_refusal(launcher, form):
    with pytest.raises(LaunchRefused):
        launcher.verify(form, launcher.attempt())
