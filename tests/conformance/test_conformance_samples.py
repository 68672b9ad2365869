"""Launches that a real Moodle 4.5.6 made, sent through the whole sign-in: each comes to the page of its role."""

import json
from pathlib import Path

import pytest
from launching import AGS, CLAIM, land, newcomer, sign_in

SAMPLES = Path(__file__).parents[1] / "samples/moodle-4.5"
STUDENT, TEACHER = (
    json.loads((SAMPLES / f"launch_LtiResourceLinkRequest_{who}.json").read_text("utf-8"))["claims"]
    for who in ("student", "teacher")
)
LINKS = json.loads((SAMPLES / "links.json").read_text("utf-8"))
OF_THIS_SIGN_IN = {"iss", "aud", "nonce", "iat", "exp", CLAIM + "deployment_id", CLAIM + "target_link_uri"}
ROLES = CLAIM + "roles"
LAUNCHES = {
    "a student": (STUDENT, ""),
    "a site administrator": (TEACHER, "teach/"),
    "an assistant": (STUDENT | {ROLES: LINKS["roles_ta1"]}, "teach/"),
    "an administrator in the student's course": (STUDENT | {ROLES: LINKS["roles_admin"]}, "teach/"),
    "a student, no column": (STUDENT | {AGS: LINKS["ungraded_ags"]}, ""),
    "a student, a column made by hand": (STUDENT | {AGS: LINKS["ungraded_ags"] | {"lineitem": ""}}, ""),
    "a teacher, no column": (TEACHER | {AGS: LINKS["ungraded_ags"]}, "teach/"),
}


@pytest.mark.parametrize(("sample", "place"), LAUNCHES.values(), ids=LAUNCHES)
def test_a_launch_of_a_real_moodle_opens_the_home_of_its_role(house, sample, place):
    browser = house.browser()
    good = sign_in(browser)
    good.claims = sample | {name: value for name, value in good.claims.items() if name in OF_THIS_SIGN_IN}
    newcomer(good, "Ada Student1")

    home = land(good.post(), browser)

    assert browser.home == f"{browser.visit}/{place}"
    assert home.h1.get_text().startswith("Progress" if place else house.tool.workshop(None).title)
    assert "$" not in home.get_text()
