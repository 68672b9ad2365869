"""The demo LMS's roster service."""

from lti_tool.demo_lms import LmsConfig, create_lms
from lti_tool.demo_lms.addresses import members
from lti_tool.demo_lms.courses import Course

LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


def test_moodle_gives_short_roles_and_calls_the_assistant_a_learner(tool, lms, moodle: Course) -> None:
    found = tool.ask(moodle, "GET", members(lms, moodle)).json()

    roles = {person["ext_user_username"]: person["roles"] for person in found["members"]}
    assert found["context"]["title"] == "Mentoring 101"
    assert roles["ines"] == ["Instructor"]
    assert roles["teo"] == roles["mai"] == ["Learner"]
    assert "ada" not in roles


def test_roles_are_asked_for_by_either_name_on_moodle(tool, lms, moodle: Course) -> None:
    short = tool.ask(moodle, "GET", f"{members(lms, moodle)}?role=Learner").json()["members"]
    full = tool.ask(moodle, "GET", members(lms, moodle), params={"role": LEARNER}).json()["members"]

    assert len(short) == len(full) == 7


def test_every_page_together_names_everybody_once(tool, lms, moodle: Course, canvas: Course) -> None:
    for course, everybody in [(moodle, 8), (canvas, 9)]:
        url, seen = f"{members(lms, course)}?limit=4", []
        while url:
            answer = tool.ask(course, "GET", url)
            seen += [person["user_id"] for person in answer.json()["members"]]
            url = answer.links.get("next", {}).get("url")

        assert len(seen) == len(set(seen)) == everybody


def test_a_crowd_can_be_asked_for() -> None:
    lms = create_lms(LmsConfig(extra_learners=60)).extensions["lms"]

    assert len(lms.courses["canvas-m101"].people) == 70


def test_an_unknown_link_is_not_found(tool, lms, moodle: Course) -> None:
    answer = tool.ask(moodle, "GET", f"{members(lms, moodle)}?rlid=9999")

    assert answer.status_code == 404
    assert answer.json()["reason"] == "Not Found: LTI link 9999 doesn't exist"


def test_somebody_who_was_removed_is_no_longer_listed(tool, lms, canvas: Course) -> None:
    sub = canvas.people.pop("mai").sub(canvas.rules)

    found = tool.ask(canvas, "GET", members(lms, canvas)).json()["members"]

    assert sub not in [person["user_id"] for person in found]
