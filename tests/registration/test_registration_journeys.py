"""From an invitation to the first launch, with the demo LMS on Moodle's and on Canvas's rules."""

import json
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from administrators import Administrator, form_of, words
from bs4 import BeautifulSoup
from click.testing import CliRunner, Result
from stage import Stage, environment_of

from lti_tool.cli import commands
from lti_tool.demo_lms import begin
from lti_tool.demo_lms.installing import activate, tool_address
from lti_tool.demo_lms.records import Install
from lti_tool.demo_lms.registering import begin_install
from lti_tool.demo_lms.rules import CANVAS, MOODLE
from lti_tool.models import DeliveryState, Deployment, GradeDelivery, Platform, PlatformState

SCOPES = "https://purl.imsglobal.org/spec/"


@pytest.fixture
def administrator(stage: Stage) -> Administrator:
    return Administrator(stage.app, urlsplit(stage.settings.base_url).port, stage.settings.base_url)


@pytest.fixture
def tool(stage: Stage) -> Callable[..., Result]:
    """Return a runner of ``lti-tool`` with the stage's settings."""
    environment = environment_of(stage.settings)
    return lambda *words: CliRunner().invoke(commands, list(words), env=environment)


def registered(stage: Stage, administrator: Administrator, rules, **how) -> Install:
    """Add the tool in the LMS and press the button of its page."""
    install = begin_install(stage.lms, stage.settings.base_url + administrator.invited(), rules, **how)
    page = administrator.press(administrator.get(tool_address(stage.lms, install)))
    assert page.status_code == 200, page.text
    return install


def platform_of(administrator: Administrator, install: Install) -> Platform:
    (found,) = [each for each in administrator.all_of(Platform) if each.client_id == install.client_id]
    return found


def refused_launch(stage: Stage, course: str) -> str:
    """Try a launch and return the code of the refusal."""
    found = stage.lms.courses[course]
    call = begin(stage.lms, found, found.links["as-they-go"], found.people["mai"])
    answer = stage.browser().login(call.fields, method=call.method)
    assert answer.status_code == 403
    return answer.text.partition("code ")[2].partition(".")[0]


def course_of(install: Install) -> str:
    return f"{install.registration.key}-m101"


@pytest.mark.parametrize("rules", [MOODLE, CANVAS], ids=["moodle", "canvas"])
def test_a_platform_registers_is_approved_and_launches(stage, administrator, tool, rules):
    invited = tool("invite", "--institution", "Test Hospital", "--support-contacts", "room 12")
    address = invited.stdout.splitlines()[0]
    install = begin_install(stage.lms, address, rules)
    administrator.press(administrator.get(tool_address(stage.lms, install)))
    activate(stage.lms, install)
    platform = platform_of(administrator, install)

    assert platform.state == PlatformState.PENDING
    assert refused_launch(stage, course_of(install)) == "platform-not-approved"
    assert tool("platform", "approve", str(platform.id)).exit_code == 0
    page = stage.browser().launch("mai", course=course_of(install))

    assert "Three Steps" in page.title.get_text()


def test_the_whole_job_is_done_over_a_registered_platform(stage, administrator, tool):
    install = registered(stage, administrator, MOODLE)
    activate(stage.lms, install)
    tool("platform", "approve", str(platform_of(administrator, install).id))
    browser = stage.browser()
    browser.launch("mai", course=course_of(install), link="module")

    browser.finish_first_module()
    stage.deliver()

    assert stage.grade(course_of(install), "module", "mai").final is not None


def test_moodle_gets_the_port_and_gives_its_deployment(stage, administrator):
    install = registered(stage, administrator, MOODLE)

    platform = platform_of(administrator, install)
    deployments = [each for each in administrator.all_of(Deployment) if each.platform_id == platform.id]
    sent = install.request["https://purl.imsglobal.org/spec/lti-tool-configuration"]
    assert sent["domain"] == stage.settings.base_url.removeprefix("http://")
    assert [each.deployment_id for each in deployments] == [install.registration.deployment_id]
    assert platform.auto_deploy is False
    assert platform.granted_claims == ["iss", "sub", "name", "given_name", "family_name"]


def test_xo_03_canvas_names_no_deployment_and_the_first_launch_brings_one(stage, administrator, tool):
    install = registered(stage, administrator, CANVAS)
    activate(stage.lms, install)
    platform = platform_of(administrator, install)
    tool("platform", "approve", str(platform.id))
    assert [each for each in administrator.all_of(Deployment) if each.platform_id == platform.id] == []

    stage.browser().launch("mai", course=course_of(install))

    (deployment,) = [each for each in administrator.all_of(Deployment) if each.platform_id == platform.id]
    assert deployment.deployment_id == install.registration.deployment_id
    assert (platform.auto_deploy, platform.name, platform.family) == (True, "Demo College", "canvas")


def test_canvas_says_nothing_of_itself_without_the_token(stage, administrator):
    install = begin_install(stage.lms, stage.settings.base_url + administrator.invited(), CANVAS)
    address = tool_address(stage.lms, install)

    without = administrator.get(address.partition("&registration_token=")[0])

    assert without.status_code == 400
    assert "status 401" in words(without)


def test_xo_02_fewer_scopes_are_kept_shown_and_explained(stage, administrator, tool):
    stage.lms.scopes_kept = frozenset({f"{SCOPES}lti-ags/scope/lineitem"})
    install = begin_install(stage.lms, stage.settings.base_url + administrator.invited(), CANVAS)
    page = administrator.press(administrator.get(tool_address(stage.lms, install)))
    platform = platform_of(administrator, install)

    shown = json.loads(tool("platform", "show", str(platform.id), "--json").stdout)

    assert platform.granted_scopes == [f"{SCOPES}lti-ags/scope/lineitem"]
    assert "No score reaches the gradebook" in words(page)
    assert shown["missing"] == ["grades", "checks", "roster"]
    assert "will not work: no score reaches the gradebook" in tool("platform", "show", str(platform.id)).stdout


def test_xo_02_a_new_version_of_a_live_platform_holds_only_when_approved(stage, administrator, tool):
    install = registered(stage, administrator, MOODLE)
    platform_id = str(platform_of(administrator, install).id)
    tool("platform", "approve", platform_id)
    stage.lms.scopes_kept = frozenset({f"{SCOPES}lti-ags/scope/score"})

    registered(stage, administrator, MOODLE, update=install.client_id)

    assert len(platform_of(administrator, install).granted_scopes) == 4
    assert "A change waits for approval" in tool("platform", "show", platform_id).stdout
    assert "The change holds now" in tool("platform", "approve", platform_id).stdout
    assert platform_of(administrator, install).granted_scopes == [f"{SCOPES}lti-ags/scope/score"]
    assert tool("platform", "approve", platform_id).exit_code == 1


def test_a_rejected_change_leaves_everything_as_it_was(stage, administrator, tool):
    install = registered(stage, administrator, MOODLE)
    platform_id = str(platform_of(administrator, install).id)
    tool("platform", "approve", platform_id)
    stage.lms.scopes_kept = frozenset()
    registered(stage, administrator, MOODLE, update=install.client_id)

    assert "stays as it was" in tool("platform", "reject", platform_id).stdout

    assert len(platform_of(administrator, install).granted_scopes) == 4
    assert "change waits" not in tool("platform", "show", platform_id).stdout


def test_a_rejected_registration_is_forgotten_and_can_come_again(stage, administrator, tool):
    install = registered(stage, administrator, MOODLE)
    activate(stage.lms, install)

    rejected = tool("platform", "reject", str(platform_of(administrator, install).id))

    assert rejected.exit_code == 0
    assert [each for each in administrator.all_of(Platform) if each.client_id == install.client_id] == []
    assert refused_launch(stage, course_of(install)) == "platform-unknown"
    registered(stage, administrator, MOODLE, update=install.client_id)
    assert platform_of(administrator, install).state == PlatformState.PENDING


def test_a_paused_platform_stops_at_once_and_goes_on_where_it_was(stage, administrator, tool, learner):
    learner.finish_first_module()
    moodle = next(each for each in administrator.all_of(Platform) if each.client_id == "demo-moodle")

    comes = stage.browser()
    signed_in = comes.answer("mai")

    paused = tool("platform", "pause", str(moodle.id))

    assert "until it is resumed: 1" in paused.stdout
    refused = comes.post_launch(signed_in)
    assert (refused.status_code, "platform-unknown" in refused.text) == (403, True)
    assert learner.get(learner.home).status_code in (401, 403)
    assert stage.deliver() == 0
    assert [each.state for each in administrator.all_of(GradeDelivery)] == [DeliveryState.HELD]
    assert tool("platform", "resume", str(moodle.id)).exit_code == 0
    assert stage.deliver() == 1
    assert learner.get(learner.home).status_code == 200


def test_a_sign_in_asks_for_its_platform_again_once_what_it_kept_is_old(stage, administrator, tool, learner):
    moodle = next(each for each in administrator.all_of(Platform) if each.client_id == "demo-moodle")
    tool("platform", "pause", str(moodle.id))

    assert stage.tool.signing_in
    for name, (found, _) in stage.tool.signing_in.items():
        stage.tool.signing_in[name] = found, time.monotonic()

    assert refused_launch(stage, "moodle-m101") == "platform-unknown"


def test_an_issuer_says_too_little_as_soon_as_it_has_a_second_registration(stage, administrator, tool):
    others = [str(each.id) for each in administrator.all_of(Platform) if each.client_id != "demo-moodle"]
    course = stage.lms.courses["moodle-m101"]
    fields = dict(begin(stage.lms, course, course.links["as-they-go"], course.people["mai"]).fields)
    del fields["client_id"]
    for other in others:
        tool("platform", "pause", other)

    alone = stage.browser().login(fields)
    tool("platform", "resume", others[0])
    one_of_two = stage.browser().login(fields)

    assert "client_id=demo-moodle" in alone.location
    assert (one_of_two.status_code, "client-id-needed" in one_of_two.text) == (400, True)


@pytest.mark.parametrize("command", ["approve", "reject", "pause", "resume", "show", "doctor"])
def test_a_platform_that_does_not_exist_is_said_in_one_line(tool, command):
    answer = tool("platform", command, "999")

    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")
    assert len(answer.output.splitlines()) == 1


def test_the_administrators_pages_of_the_demo_lead_through_it(stage, administrator):
    lms = stage.lms_server.app.test_client()
    address = stage.settings.base_url + administrator.invited()

    adding = lms.post("/tools/", data={"address": address, "rules": "moodle"}, follow_redirects=True)
    frame = BeautifulSoup(adding.text, "lxml").select_one("iframe")
    administrator.press(administrator.get(frame["src"]))
    listed = BeautifulSoup(lms.get("/tools/").text, "lxml")
    lms.post(listed.select_one("tr[data-client] form")["action"])

    assert listed.select_one(".state").get_text() == "Pending"
    assert BeautifulSoup(lms.get("/tools/").text, "lxml").select_one(".state").get_text() == "Active"
    assert frame["data-origin"] == stage.settings.base_url


def test_the_demo_opens_no_stranger_in_its_frame(stage):
    lms = stage.lms_server.app.test_client()

    answer = lms.post("/tools/", data={"address": "https://evil.example/register", "rules": "moodle"})

    assert (answer.status_code, len(stage.lms.installs)) == (422, 0)


def test_a_platforms_token_works_once(stage, administrator):
    install = registered(stage, administrator, MOODLE)
    with_used_token = stage.settings.base_url + administrator.invited()
    install.address = with_used_token

    answer = administrator.press(administrator.get(tool_address(stage.lms, install)))

    assert answer.status_code == 502
    assert "token_already_used" not in answer.text
    assert "status 401" in words(answer)


def test_the_page_for_installing_by_hand_shows_every_address(administrator):
    page = administrator.get("/install")

    for path in ("/lti/login", "/lti/launch", "/lti/jwks.json", "/lti/canvas.json", "/lti/logo.svg"):
        assert f"{administrator.base_url}{path}" in page.text
        assert administrator.get(path).status_code != 404
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_canvas_can_read_its_file(administrator):
    answer = administrator.get("/lti/canvas.json")

    assert answer.mimetype == "application/json"
    assert answer.get_json()["target_link_uri"] == f"{administrator.base_url}/lti/launch"


def test_the_confirmation_form_names_only_what_it_needs(stage, administrator):
    install = begin_install(stage.lms, stage.settings.base_url + administrator.invited(), MOODLE)

    action, fields = form_of(administrator.get(tool_address(stage.lms, install)))

    assert set(fields) == {"confirmation", "registration_token"}
    assert action.startswith("/lti/register/")
