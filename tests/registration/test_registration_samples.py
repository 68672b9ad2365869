"""What a real Moodle 4.5 said and took: our reading of it, and our request beside the one it accepted."""

import json
from pathlib import Path

import pytest

from lti_tool.lti.description import CANVAS, Addresses, canvas_configuration, placements_for, registration_request
from lti_tool.lti.http import Answer
from lti_tool.lti.registration import Offer, RegistrationRefused, _granted, read_configuration

SAMPLES = Path(__file__).parents[1] / "samples/moodle-4.5"
URL = "https://moodle.test:8443/mod/lti/openid-configuration.php"
TOOL = Addresses("https://tool.test:9443")
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"


def sample(name):
    return json.loads((SAMPLES / name).read_text())


@pytest.fixture
def offer() -> Offer:
    return read_configuration(sample("openid_configuration.json"), URL)


def answered(status, body) -> Answer:
    return Answer(status=status, headers={}, body=body.encode())


def test_moodles_description_is_read(offer):
    assert offer.issuer == "https://moodle.test:8443"
    assert (offer.family, offer.version, offer.token_audience) == ("moodle", "4.5.6 (Build: 20250811)", None)
    assert offer.registration_endpoint.endswith("/mod/lti/openid-registration.php")
    assert offer.placements == ("ContentArea",)
    assert [scope.rpartition("/")[2] for scope in offer.wanted_scopes] == [
        "lineitem",
        "result.readonly",
        "score",
        "contextmembership.readonly",
    ]


def test_our_request_has_every_member_that_moodle_accepted_and_its_port(offer):
    accepted = sample("registration_response.json")["sent"]

    ours = registration_request(
        TOOL, family=offer.family, scopes=offer.wanted_scopes, placements=placements_for("moodle", offer.placements)
    )

    assert set(accepted) <= set(ours)
    assert set(accepted[TOOL_CONFIGURATION]) <= set(ours[TOOL_CONFIGURATION])
    assert ours[TOOL_CONFIGURATION]["domain"] == "tool.test:9443"
    assert ours["redirect_uris"] == ["https://tool.test:9443/lti/launch"]
    assert [each["type"] for each in ours[TOOL_CONFIGURATION]["messages"]] == [
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
    ]


def test_moodles_answer_is_read(offer):
    body = json.dumps(sample("registration_response.json")["body"])

    granted = _granted(answered(200, body), offer)

    assert (granted.client_id, granted.deployment_id) == ("Mv5njIGt1dmHl3A", "1")
    assert granted.claims == ("iss", "sub", "name", "given_name", "family_name")
    assert granted.scopes is not None
    assert len(granted.scopes) == 4


CASES = sample("registration-cases.json")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_answer_that_moodle_gave_is_taken_or_refused_without_a_quote(offer, case):
    answer = answered(case["status"], case["body"])

    if case["status"] == 200:
        granted = _granted(answer, offer)
        assert granted.deployment_id in case["body"]
        return
    with pytest.raises(RegistrationRefused) as refused:
        _granted(answer, offer)
    assert refused.value.detail_for_page == f"the platform answers with status {case['status']}"


def test_canvas_is_asked_for_names_only_and_for_its_own_places(offer):
    ours = registration_request(
        TOOL, family="canvas", scopes=offer.wanted_scopes, placements=placements_for("canvas", ())
    )

    tool = ours[TOOL_CONFIGURATION]
    (_, choosing) = tool["messages"]
    assert tool[f"{CANVAS}privacy_level"] == "name_only"
    assert {"assignment_selection", "link_selection", "course_assignments_menu"} <= set(choosing["placements"])


def test_the_canvas_file_says_the_same_as_a_registration():
    file = canvas_configuration(TOOL)

    (extension,) = file["extensions"]
    assert (file["oidc_initiation_url"], file["target_link_uri"]) == (TOOL.login, TOOL.launch)
    assert file["public_jwk_url"] == TOOL.keys
    assert (extension["privacy_level"], extension["domain"]) == ("name_only", "tool.test:9443")
    assert {place["message_type"] for place in extension["settings"]["placements"]} == {"LtiDeepLinkingRequest"}
    assert all(place["target_link_uri"] == TOOL.launch for place in extension["settings"]["placements"])
