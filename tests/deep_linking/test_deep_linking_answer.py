"""1EdTech's tests of deep linking (CD), our own (XD), and what the answer looks like on the wire."""

import json
from pathlib import Path

import jwt
import pytest
import requests
import time_machine
from picking import CLAIM, DL, MEMBERSHIP, answer, ask, claims_text, pick, press
from sqlalchemy import select

from lti_tool import clock
from lti_tool.models import Selection
from lti_tool.services import visits

SAMPLES = Path(__file__).resolve().parents[1] / "samples/moodle-4.5"
COURSES = ["moodle-m101", "canvas-m101", "strict-m101"]
HOSTILE = '"><script>alert(1)</script> 🎓 Ünï'
NOTES = {
    "absent": None,
    "empty": "",
    "json": json.dumps({"a": ["þ", "🎓", '"'], "fill": "x" * 4000}, ensure_ascii=False),
}


@pytest.fixture
def builder(stage):
    return stage.browser()


@pytest.mark.parametrize("course", COURSES)
def test_cd_01_a_deep_linking_request_shows_the_picker(builder, course):
    page = pick(builder, course=course)

    assert page.h1.get_text() == "Add the workshop to your course"
    assert page.select_one("[name=part][value=workshop]").has_attr("checked")


@pytest.mark.parametrize("course", COURSES)
def test_cd_02_the_answer_is_posted_to_the_return_address_by_a_script_or_a_button(builder, course):
    sent = answer(builder, pick(builder, course=course))

    assert sent.action.startswith(f"{builder.stage.lms.base_url}/content/")
    assert sent.page.select("script[src*='send.js']")
    assert sent.page.select("form[data-send] button[type=submit]")
    assert sent.deliver().status_code == 200


def test_cd_03_the_answer_is_a_deep_linking_response(builder):
    claims = answer(builder, pick(builder)).claims

    assert claims[CLAIM + "message_type"] == "LtiDeepLinkingResponse"
    assert claims[CLAIM + "version"] == "1.3.0"
    assert [item["type"] for item in claims[DL + "content_items"]] == ["ltiResourceLink"]


def test_cd_04_its_times_hold_also_on_a_platform_without_leeway(builder):
    before = clock.now().timestamp()

    claims = answer(builder, pick(builder)).claims

    after = clock.now().timestamp()
    assert before - 10 <= claims["iat"] <= after - 4
    assert before + 200 < claims["exp"] < after + 700


def test_cd_05_it_is_signed_with_a_key_that_we_publish(builder):
    sent = answer(builder, pick(builder))

    keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(builder.get("/lti/jwks.json").json).keys}
    header = jwt.get_unverified_header(sent.text)
    assert header["alg"] == "RS256"
    assert jwt.decode(sent.text, keys[header["kid"]], algorithms=["RS256"], audience=builder.stage.lms.issuer)


def test_cd_06_it_says_for_whom_and_for_what_it_is(builder):
    page = pick(builder, course="canvas-m101", data="note")

    first, second = (answer(builder, page).claims for _ in range(2))

    assert first["iss"] == "demo-canvas"
    assert first["aud"] == builder.stage.lms.issuer
    assert first[CLAIM + "deployment_id"] == "canvas-1"
    assert first[DL + "data"] == "note"
    assert len(first["nonce"]) >= 22
    assert first["nonce"] != second["nonce"]


@pytest.mark.parametrize("course", COURSES)
def test_cd_07_what_it_returned_can_be_launched(builder, course):
    answer(builder, pick(builder, course=course), part=["m0"]).deliver()
    learner = builder.stage.browser()

    learner.launch("mai", course=course, link="added-1")
    learner.finish_first_module()
    builder.stage.deliver()

    assert builder.stage.grade(course, "added-1", "mai").final == 100


@pytest.mark.parametrize("note", NOTES.values(), ids=NOTES)
def test_xd_01_the_platforms_note_goes_back_as_it_came_or_not_at_all(builder, note):
    sent = answer(builder, pick(builder, course="canvas-m101", data=note))

    assert claims_text(sent.text).get(DL + "data") == note
    assert (DL + "data" in claims_text(sent.text)) == (note is not None)
    assert sent.deliver().status_code == 200


@pytest.mark.parametrize("note", ["\0", "\u202e", " trimmed? ", "line\r\nline"])
def test_xd_01_also_a_note_that_no_text_column_would_hold(builder, note):
    sent = answer(builder, pick(builder, course="canvas-m101", data=note))

    assert claims_text(sent.text)[DL + "data"] == note


@pytest.mark.parametrize("multiple", [False, "false", ..., None, 1, "yes"], ids=str)
def test_xd_02_one_item_only_where_several_are_not_accepted_in_so_many_words(builder, multiple):
    page = pick(builder, settings={"accept_multiple": multiple})

    assert {each["type"] for each in page.select("[name=part]")} == {"radio"}
    assert len(answer(builder, page).items) == 1


@pytest.mark.parametrize("multiple", [True, "true"], ids=str)
def test_xd_02_several_items_where_they_are_accepted(builder, multiple):
    page = pick(builder, settings={"accept_multiple": multiple})

    sent = answer(builder, page, part=["workshop", "m0"])

    assert [item["custom"].get("module") for item in sent.items] == [None, "m0"]
    assert sent.deliver().status_code == 200


@pytest.mark.parametrize("types", [["link", "html"], [], ["file"]], ids=str)
def test_xd_02_a_place_that_takes_no_links_gets_a_page_with_the_way_back(builder, types):
    response = ask(builder, settings={"accept_types": types})
    builder.home = response.location.removeprefix(builder.base_url)

    page = builder.open(builder.home, status=403)

    assert page.h1.get_text() == "The workshop cannot be added in this place"
    assert answer(builder, page, "cancel").items == []
    assert press(builder, page, "add").status_code == 403


@pytest.mark.parametrize("refusing", [False, "false"], ids=str)
def test_xd_02_no_line_item_where_none_is_accepted(builder, refusing):
    page = pick(builder, settings={"accept_lineitem": refusing})

    (item,) = answer(builder, page).items

    assert not page.select("[name=graded], [name^=points]")
    assert "lineItem" not in item


@pytest.mark.parametrize("silent", [..., True], ids=str)
def test_xd_02_a_line_item_where_it_is_accepted_or_nothing_is_said(builder, silent):
    (item,) = answer(builder, pick(builder, settings={"accept_lineitem": silent})).items

    assert item["lineItem"]["scoreMaximum"] == 100


ADDRESSES = [
    "javascript:alert(1)",
    "data:text/html,x",
    'https://lms.example/"><script>alert(1)</script>',
    "https://lms.example/' onload='x",
    "ftp://lms.example/",
    "//lms.example/",
    "/content/1",
    "https://user:pass@lms.example/",
    "https://",
    "",
    "https://lms.example/" + "a" * 2100,
    None,
    7,
    ["https://lms.example/"],
    ...,
]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda value: str(value)[:40])
def test_xd_03_a_return_address_that_is_none_is_refused(builder, address):
    response = ask(builder, settings={"deep_link_return_url": address})

    assert response.status_code == 400
    assert "message-not-valid" in response.text


def test_xd_04_hostile_titles_arrive_as_they_were_typed(builder):
    page = pick(builder, course="strict-m101")

    sent = answer(builder, page, part=["workshop", "m0"], title_workshop=HOSTILE, title_m0=HOSTILE + "2")
    sent.deliver()

    links = builder.stage.lms.courses["strict-m101"].links
    assert [links[key].title for key in ("added-1", "added-2")] == [HOSTILE, HOSTILE + "2"]
    learner = builder.stage.browser()
    assert learner.launch("ines", course="strict-m101", link="added-1").h1


def test_xd_05_a_picker_left_open_for_hours_says_so_and_makes_nothing(builder):
    page = pick(builder)

    with time_machine.travel(clock.now().timestamp() + 2 * 3600 + 60, tick=True):
        response = press(builder, page)

    assert response.status_code == 401
    assert "This visit has ended" in response.text
    assert "added-1" not in builder.stage.lms.courses["moodle-m101"].links


@pytest.mark.parametrize("person", ["mai", "teo"])
def test_who_does_not_build_the_course_sees_a_page_with_nothing_but_the_way_back(builder, person):
    response = ask(builder, person, course="canvas-m101")
    builder.home = response.location.removeprefix(builder.base_url)

    page = builder.open(builder.home, status=403)

    assert page.h1.get_text() == "Only those who build the course can add the workshop"
    assert press(builder, page, "add").status_code == 403
    sent = answer(builder, page, "cancel")
    assert sent.items == []
    assert "Nothing was added" in sent.deliver().text


ROLES = {
    "instructor": (["Instructor"], 200),
    "designer": (["ContentDeveloper"], 200),
    "administrator of the course": (["Administrator"], 200),
    "learner": (["Learner"], 403),
    "observer": (["Mentor"], 403),
    "nobody": ([], 403),
}


@pytest.mark.parametrize(("roles", "status"), ROLES.values(), ids=ROLES)
def test_the_role_in_the_course_decides_who_may_choose(builder, roles, status):
    response = ask(builder, roles=[MEMBERSHIP + role for role in roles])

    assert builder.get(response.location).status_code == status


def test_a_request_without_roles_is_left_to_the_platform(builder):
    assert answer(builder, pick(builder, without=("roles",))).items


def test_a_request_without_roles_does_not_change_the_role_that_somebody_has(builder):
    learner = builder.stage.browser()
    learner.launch("mai")

    pick(builder, "mai", without=("roles",))

    assert learner.finish("m0.welcome").status_code == 303
    teacher = builder.stage.browser()
    assert "Mai" in teacher.launch("ines").get_text()


def test_a_request_without_a_target_a_course_and_a_name_still_shows_the_picker(builder):
    page = pick(builder, without=("target_link_uri", "context", "name", "given_name", "family_name", "email"))

    assert answer(builder, page).deliver().status_code == 200


def test_moodles_own_request_is_read(builder):
    sample = json.loads((SAMPLES / "launch_LtiDeepLinkingRequest_teacher.json").read_text())["claims"]
    settings = sample[DL + "deep_linking_settings"]
    settings["deep_link_return_url"] = f"{builder.stage.lms.base_url}/mod/lti/contentitem_return.php?course=2&sesskey=x"

    page = pick(builder, settings=settings, context=sample[CLAIM + "context"], roles=sample[CLAIM + "roles"])

    assert answer(builder, page).action == settings["deep_link_return_url"]


def test_the_answer_has_the_shape_of_the_one_that_a_real_moodle_took(builder):
    taken = json.loads((SAMPLES / "deep_linking_response.json").read_text())

    sent = answer(builder, pick(builder), part=["m0"]).claims

    assert set(taken) - {"aud"} <= set(sent)
    item, real = sent[DL + "content_items"][0], taken[DL + "content_items"][0]
    assert set(item) - {"text"} <= set(real)
    assert set(item["lineItem"]) - {"submissionReview"} == set(real["lineItem"])


def test_the_way_back_may_lead_to_the_platform_and_nowhere_else(builder):
    page = pick(builder)

    sent = answer(builder, page)

    (rule,) = [each for each in sent.policy.split("; ") if each.startswith("form-action")]
    assert rule.split()[1:] == ["'self'", *[builder.stage.lms.base_url] * (len(rule.split()) - 2)]
    shown = builder.get(builder.home).headers["Content-Security-Policy"]
    assert "form-action 'self';" in shown


def test_a_picker_opens_no_workshop_and_no_list_of_learners(builder):
    pick(builder)

    for below in ("/", "/grade", "/my-data/", "/teach/", "/review/", "/activities/m0.welcome"):
        assert builder.get(builder.visit + below).status_code == 404


def test_a_visit_of_the_workshop_has_no_picker(teacher):
    assert teacher.get(f"{teacher.visit}/select/").status_code == 404


def test_a_choice_that_did_not_come_from_our_page_is_refused(builder):
    page = pick(builder)

    assert press(builder, page, csrf_token="x").status_code == 403


@pytest.mark.parametrize("kind", ["LtiDataPrivacyLaunchRequest", "LtiAssetProcessorSettingsRequest", "LtiEulaRequest"])
def test_another_message_gets_a_polite_page(builder, kind):
    response = ask(builder, message_type=kind)

    assert response.status_code == 400
    assert "Three Steps cannot be opened from this place in your learning platform" in response.text


def test_the_same_answer_is_taken_only_once_by_a_platform_that_checks(builder):
    sent = answer(builder, pick(builder, course="canvas-m101"))

    assert [sent.deliver().status_code for _ in range(2)] == [200, 400]


def test_our_tests_platform_refuses_what_a_real_one_refuses(builder):
    sent = answer(builder, pick(builder))
    lms = builder.stage.lms

    forged = requests.post(sent.action, data={"JWT": lms.sign(sent.claims)}, timeout=10)

    assert forged.status_code == 400
    assert "added-1" not in lms.courses["moodle-m101"].links


def test_a_picker_is_forgotten_with_its_visit(builder):
    pick(builder)

    with (
        time_machine.travel(clock.now().timestamp() + 100 * 24 * 3600),
        builder.stage.database.transaction() as session,
    ):
        visits.forget_old_visits(session)

    with builder.stage.database.reading() as session:
        assert session.scalars(select(Selection)).all() == []
