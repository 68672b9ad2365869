"""``lti-tool platform doctor`` on a live connection: what it finds, what it says, and what it never prints."""

import json
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import pytest
from click.testing import CliRunner, Result
from stage import Stage, environment_of

from lti_tool import clock
from lti_tool.cli import commands
from lti_tool.lti.doctor import Places, examine
from lti_tool.lti.http import Outbound
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.tokens import TokenSource
from lti_tool.models import Course, DeliveryState, GradeDelivery, Platform

Doctor = Callable[..., Result]


@pytest.fixture
def doctor(stage: Stage) -> Doctor:
    """Return a runner of the doctor with the stage's settings."""
    environment = environment_of(stage.settings)
    return lambda *words, **changed: CliRunner().invoke(
        commands, ["platform", "doctor", *words], env=environment | changed
    )


def found(result: Result) -> dict[str, dict[str, str]]:
    """Return the steps of the only platform in a JSON report, by name."""
    # The tool's own server runs in this process, too, and writes its log before the report.
    (report,) = json.loads(result.stdout[result.stdout.index("[\n  {") :])
    return {step["step"]: step for step in report["steps"]}


def platform_id(stage: Stage, client_id: str = "demo-moodle") -> str:
    with stage.database.reading() as session:
        return str(session.query(Platform.id).filter_by(client_id=client_id).scalar())


@pytest.mark.parametrize("key", ["moodle", "canvas"])
def test_a_good_connection_is_well_at_every_step(stage, doctor, key):
    stage.browser().launch("ines", course=f"{key}-m101")

    result = doctor(platform_id(stage, f"demo-{key}"), "--json")

    steps = found(result)
    assert result.exit_code == 0, result.output
    assert {name: step["verdict"] for name, step in steps.items()} == {
        "state": "ok",
        "dns": "ok",
        "tls": "warning",
        "keys": "ok",
        "clock": "ok",
        "token lineitem": "ok",
        "token result.readonly": "ok",
        "token score": "ok",
        "token contextmembership.readonly": "ok",
        "line items": "ok",
        "roster": "ok",
        "last launch": "ok",
        "traffic": "ok",
        "grades": "ok",
    }
    assert "PRIVATE_HOSTS" in steps["tls"]["says"]


def test_before_the_first_launch_it_says_to_make_one(stage, doctor):
    steps = found(doctor(platform_id(stage), "--json"))

    assert steps["last launch"]["verdict"] == "warning"
    assert "Open the workshop once" in steps["last launch"]["todo"]
    assert (steps["line items"]["verdict"], steps["roster"]["verdict"]) == ("skipped", "skipped")


def test_all_platforms_are_examined_if_none_is_named(stage, doctor):
    result = doctor()

    assert result.exit_code == 0, result.output
    assert result.stdout.count("Platform ") == 3


def test_keys_that_cannot_be_read_fail(stage, doctor):
    stage.lms.fail("keys", times=9, status=500)

    result = doctor(platform_id(stage), "--json")

    assert result.exit_code == 1
    assert found(result)["keys"]["says"] == "The key set address answers with status 500."
    assert "/lti/jwks" in found(result)["keys"]["todo"]


def test_a_key_set_without_a_usable_key_fails(stage, doctor):
    stage.lms.fail("keys", times=9, status=200, body='{"keys": [{"kty": "EC", "kid": "x"}]}')

    result = doctor(platform_id(stage))

    assert result.exit_code == 1
    assert "The key set holds no usable key." in result.stdout


@pytest.mark.parametrize(
    ("ahead", "age", "verdict"),
    [
        (0, 0, "ok"),
        (30, 0, "warning"),
        (-30, 0, "warning"),
        (1800, 0, "failed"),
        (-1800, 0, "failed"),
        (-300, 300, "ok"),
    ],
)
def test_a_clock_that_goes_wrong_is_noticed(hostile, ahead, age, verdict):
    """A cache's answer is as old as it says: that is no difference of clocks."""

    def page(handler):
        handler.send_response_only(200)
        handler.send_header("Date", format_datetime(clock.now() + timedelta(seconds=ahead), usegmt=True))
        handler.send_header("Age", str(age))
        handler.end_headers()

    hostile.pages["/keys"] = page
    http = Outbound(frozenset({f"127.0.0.1:{hostile.port}"}))
    places = Places(scopes=(), lineitems_url=None, memberships_url=None, tool_keys_url="")

    steps = {step.name: step for step in examine(http, TokenSource(http, no_key), platform(hostile.url), places)}

    http.close()
    assert steps["clock"].verdict == verdict
    assert bool(steps["clock"].todo) is (verdict != "ok")


def no_key():
    raise AssertionError("no token is asked for")


def platform(url: str) -> PlatformConfig:
    return PlatformConfig(
        id=1,
        issuer=url,
        client_id="c",
        authorization_endpoint=f"{url}/auth",
        token_endpoint=f"{url}/token",
        token_audience=None,
        jwks_uri=f"{url}/keys",
        family="",
    )


def test_a_platform_that_refuses_our_signature_fails_with_what_to_check(stage, doctor):
    stage.lms.clients.pop("demo-moodle")

    result = doctor(platform_id(stage), "--json")

    steps = found(result)
    assert result.exit_code == 1
    assert steps["token lineitem"]["verdict"] == "failed"
    assert "/lti/jwks.json" in steps["token lineitem"]["todo"]
    assert "token score" not in steps


def test_a_scope_that_is_not_granted_is_a_warning_and_the_score_a_failure(stage, doctor):
    client = stage.lms.clients["demo-canvas"]
    ags = "https://purl.imsglobal.org/spec/lti-ags/scope/"
    object.__setattr__(client, "scopes", frozenset({f"{ags}lineitem", f"{ags}result.readonly"}))

    result = doctor(platform_id(stage, "demo-canvas"), "--json")

    steps = found(result)
    assert result.exit_code == 1
    assert steps["token contextmembership.readonly"]["verdict"] == "warning"
    assert steps["token score"]["verdict"] == "failed"
    assert steps["token result.readonly"]["verdict"] == "ok"


def test_services_that_cannot_be_read_are_warnings(stage, doctor):
    stage.browser().launch("ines", course="canvas-m101")
    stage.lms.fail("columns", times=3, status=404)
    stage.lms.fail("members", times=3, status=404)

    result = doctor(platform_id(stage, "demo-canvas"), "--json")

    steps = found(result)
    assert result.exit_code == 0
    assert "status 404" in steps["line items"]["says"]
    assert (steps["line items"]["verdict"], steps["roster"]["verdict"]) == ("warning", "warning")


def test_a_log_in_page_in_place_of_the_gradebook_is_noticed(stage, doctor):
    stage.browser().launch("ines", course="canvas-m101")
    stage.lms.fail("columns", times=3, status=200, body="<html>Maintenance</html>")

    steps = found(doctor(platform_id(stage, "demo-canvas"), "--json"))

    assert steps["line items"]["verdict"] in ("warning", "failed")


def test_held_grades_are_counted_by_reason(stage, doctor, learner):
    learner.finish_first_module()
    with stage.database.transaction() as session:
        session.query(GradeDelivery).update({"state": DeliveryState.HELD, "reason": "refused"})

    steps = found(doctor(platform_id(stage), "--json"))

    assert steps["grades"]["verdict"] == "warning"
    assert "1 refused" in steps["grades"]["says"]


def test_an_address_that_is_private_is_refused_with_the_setting_that_would_allow_it(stage, doctor):
    result = doctor(platform_id(stage), "--json", LTI_TOOL_PRIVATE_HOSTS="")

    steps = found(result)
    assert result.exit_code == 1
    assert "LTI_TOOL_PRIVATE_HOSTS" in steps["keys"]["todo"]


def test_a_host_without_an_address_fails(stage, doctor):
    with stage.database.transaction() as session:
        session.query(Platform).update({"jwks_uri": "https://lms.invalid/keys"})

    result = doctor(platform_id(stage))

    assert result.exit_code == 1
    assert "lms.invalid has no address." in result.stdout


def test_a_paused_platform_is_said_to_be_paused(stage, doctor):
    with stage.database.transaction() as session:
        session.query(Platform).update({"state": "paused"})
    number = platform_id(stage)

    steps = found(doctor(number, "--json"))

    assert steps["state"]["todo"] == f"lti-tool platform resume {number}"


def test_no_token_and_no_name_of_a_person_is_ever_printed(stage, doctor, learner):
    stage.browser().launch("ines")
    number = platform_id(stage)

    printed = doctor(number).output + doctor(number, "--json").output

    tokens = list(stage.lms.tokens)
    people = [part for person in stage.lms.people.values() for part in person.name.split() if len(part) > 3]
    assert tokens
    assert [word for word in (*tokens, *people, "eyJ") if word in printed] == []


def test_the_address_of_the_course_that_was_met_last_is_used(stage, doctor):
    stage.browser().launch("ines", course="moodle-m101")
    stage.browser().launch("ines", course="moodle-fys")

    doctor(platform_id(stage))

    with stage.database.reading() as session:
        latest = session.query(Course).order_by(Course.id.desc()).first()
    asked = stage.lms.calls("columns")[-1].path
    assert latest.lineitems_url.startswith(f"{stage.lms.base_url}{asked.partition('?')[0]}")
