"""Launches that every tool must take: 1EdTech's nine for a teacher and nine for a student, each with its page."""

import re

import pytest
from launching import AGS, CLAIM, LIS, MEMBERSHIP, NRPS, land, look, new_course, newcomer, refused, rows, sign_in
from sqlalchemy import select

from lti_tool.models import Course

UNKNOWN = "https://example.test/roles#Wizard"
PERSONAL = ("name", "given_name", "family_name", "email")
EMAIL = "zoe@people.example"
NAMES = {"name": "Zoë Example", "given_name": "Zoë", "family_name": "Example"}
FULL = {"T": MEMBERSHIP + "Instructor", "S": MEMBERSHIP + "Learner"}
SHORT = {"T": "Instructor", "S": "Learner"}
SEVERAL = {
    "T": [LIS + "institution/person#Student", MEMBERSHIP + "Instructor", LIS + "membership/Instructor#Lecturer"],
    "S": [LIS + "institution/person#Instructor", MEMBERSHIP + "Learner", LIS + "membership/Learner#NonCreditLearner"],
}
ADDRESS = "https://lms.example.test/" + "a" * 2023
VALID = {
    "1": (lambda who: [FULL[who]], {**NAMES, "email": EMAIL}),
    "2": (lambda who: SEVERAL[who], {**NAMES, "email": EMAIL}),
    "3": (lambda who: [SHORT[who]], {**NAMES, "email": EMAIL}),
    "4": (lambda who: [UNKNOWN, FULL[who]], {**NAMES, "email": EMAIL}),
    "6": (lambda who: [FULL[who]], {"email": EMAIL}),
    "7": (lambda who: [FULL[who]], NAMES),
    "8": (lambda who: [FULL[who]], {}),
}


@pytest.fixture(scope="module")
def walker(house):
    """A browser that the tool has marked before."""
    return house.browser()


def _launch(walker, roles, personal, course="moodle-m101"):
    good = new_course(newcomer(sign_in(walker, course=course, roles=roles)))
    for claim in PERSONAL:
        good.claims.pop(claim, None)
    good.claims |= personal
    return good


@pytest.mark.parametrize("number", VALID, ids=["CV-T1", "CV-T2", "CV-T3", "CV-T4", "CV-T6", "CV-T7", "CV-T8"])
@pytest.mark.parametrize("course", ["moodle-m101", "canvas-m101", "strict-m101"])
def test_cv_t_an_instructors_valid_launch_opens_the_progress_page(house, walker, course, number):
    roles, personal = VALID[number]
    good = _launch(walker, roles("T"), personal, course)

    page = land(good.post(), walker)

    assert walker.home.endswith("/teach/")
    assert page.h1.get_text().startswith("Progress")


@pytest.mark.parametrize("number", VALID, ids=["CV-S1", "CV-S2", "CV-S3", "CV-S4", "CV-S6", "CV-S7", "CV-S8"])
@pytest.mark.parametrize("course", ["moodle-m101", "canvas-m101", "strict-m101"])
def test_cv_s_a_learners_valid_launch_opens_the_workshop_and_keeps_the_work(house, walker, course, number):
    roles, personal = VALID[number]
    good = _launch(walker, roles("S"), personal, course)

    land(good.post(), walker)

    assert not walker.home.endswith("/teach/")
    before = rows(house)["answer"]
    assert walker.finish("m0.privacy", agreed="yes").status_code == 303
    assert rows(house)["answer"] == before + 1


@pytest.mark.parametrize("roles", [[UNKNOWN], []], ids=["CV-T4 and CV-S4 unknown only", "CV-T5 and CV-S5 none"])
def test_cv_4_and_5_unknown_roles_or_none_may_look_and_store_nothing(house, walker, roles):
    good = _launch(walker, roles, {**NAMES, "email": EMAIL})
    before = rows(house)["answer"]

    page = land(good.post(), walker)

    assert "You are here as a visitor" in page.get_text()
    assert walker.finish("m0.privacy", agreed="yes").status_code in (200, 303)
    assert rows(house)["answer"] == before
    refused(walker.get(f"{walker.visit}/teach/"), "no-such-page", 404)


@pytest.mark.parametrize(
    ("personal", "shown"),
    [
        ({**NAMES, "email": EMAIL}, "Zoë Example"),
        ({"given_name": "Zoë"}, "Zoë"),
        ({}, "Participant "),
        ({"email": EMAIL}, "Participant "),
    ],
    ids=["names", "given name only", "nothing", "email only"],
)
def test_cv_6_to_8_the_teacher_sees_the_name_or_a_neutral_label(house, walker, personal, shown):
    good = _launch(walker, [FULL["S"]], personal)
    land(good.post(), walker)
    teacher = newcomer(sign_in(walker, "ines", context=good.claims[CLAIM + "context"]))

    page = land(teacher.post(), walker)

    (row,) = page.select("table.grid tbody tr")
    assert row.th.get_text().strip().startswith(shown)
    assert EMAIL not in page.get_text()


@pytest.mark.parametrize("who", FULL, ids=["CV-T9", "CV-S9"])
def test_cv_9_a_launch_without_a_course_keeps_its_work_under_the_link(house, walker, who):
    def launch(role, link):
        good = newcomer(sign_in(walker, roles=[role], resource_link={"id": link, "title": "Three Steps"}))
        for claim in (CLAIM + "context", NRPS, *PERSONAL[:3]):
            good.claims.pop(claim, None)
        good.claims["email"] = EMAIL
        return good

    link = f"lonely-link-{who}"
    land(launch(FULL["S"], link).post(), walker)
    assert walker.finish("m0.privacy", agreed="yes").status_code == 303

    page = land(launch(FULL[who], link).post(), walker)

    if who == "T":
        assert len(page.select("table.grid tbody tr")) == 1
        other = land(launch(FULL[who], link + "-other").post(), walker)
        assert other.select("table.grid") == []
    with house.database.reading() as session:
        courses = session.scalars(select(Course).filter_by(context_id=link)).all()
    assert [each.kind for each in courses] == ["link"]


def test_cv_the_same_launches_with_new_links_add_one_assignment_each(house, walker):
    first = _launch(walker, [FULL["S"]], {})
    before = rows(house)
    land(first.post(), walker)

    for number in range(3):
        again = _launch(walker, [FULL["S"]], {})
        again.claims[CLAIM + "context"] = first.claims[CLAIM + "context"]
        again.claims[CLAIM + "resource_link"] = {"id": f"new-link-{number}-{house.database.engine.name}"}
        land(again.post(), walker)

    assert rows(house)["course"] == before["course"] + 1
    assert rows(house)["assignment"] == before["assignment"] + 4


@pytest.mark.parametrize(
    "longest",
    [
        {CLAIM + "context": {"id": "c" * 255, "label": "l" * 5000, "title": "t" * 5000}},
        {CLAIM + "resource_link": {"id": "r" * 255, "title": "ü" * 5000}},
        {CLAIM + "launch_presentation": {"return_url": ADDRESS}},
        {CLAIM + "launch_presentation": {"locale": "abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh"}},
        {CLAIM + "tool_platform": {"product_family_code": "p" * 5000}},
        {AGS: {"scope": ["s" * 500] * 50}},
        {AGS: {"scope": [], "lineitems": ADDRESS}},
        {AGS: {"scope": [], "lineitem": ADDRESS}},
        {NRPS: {"context_memberships_url": ADDRESS}},
        {"sub": "s" * 255},
        {"name": "n" * 5000},
        {CLAIM + "custom": {"module": "m" * 2048, "send": "s" * 2048, "workshop": "w" * 2048}},
    ],
    ids=lambda longest: " ".join(re.findall(r"(\w+)'", repr(longest))[:3])[:40],
)
def test_a_claim_at_its_greatest_length_is_taken_on_both_databases(house, walker, longest):
    good = new_course(newcomer(sign_in(walker, course="strict-m101")))
    good.claims |= longest

    land(good.post(), walker)


def test_a_launch_without_any_optional_claim_opens_its_page(house, walker):
    good = newcomer(sign_in(walker, course="strict-m101"))
    needed = {"iss", "aud", "sub", "nonce", "iat", "exp"}
    lti = {"message_type", "version", "deployment_id", "target_link_uri", "resource_link", "roles"}
    good.claims = {k: v for k, v in good.claims.items() if k in needed or k.removeprefix(CLAIM) in lti}
    good.claims[CLAIM + "resource_link"] = {"id": "bare"}

    land(good.post(), walker)

    assert walker.finish("m0.privacy", agreed="yes").status_code == 303
    look(walker, f"{walker.visit}/my-data/")
