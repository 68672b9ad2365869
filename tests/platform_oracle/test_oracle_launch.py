"""Open edX opens our tool: its own third-party login, its own key set, its own claims, all over real HTTP."""

import base64
import json

from bs4 import BeautifulSoup
from sqlalchemy import select

from lti_tool.models import Assignment, Member, Person


def refused(answer, status, code):
    """Say whether this is our own page for a launch that is not taken, with this code."""
    return answer.status_code == status and f"code {code}." in BeautifulSoup(answer.text, "lxml").get_text()


def test_a_learner_comes_from_open_edx_to_the_first_page(arrange):
    course = arrange()
    browser = course.browser()

    answer = browser.arrive("mai")

    assert answer.status_code == 200
    assert browser.open(browser.home).select_one("h1")
    assert browser.visit.startswith("/v/")


def test_an_instructor_comes_from_open_edx_to_the_table_of_the_course(arrange):
    course = arrange()
    course.launch("mai")

    teacher = course.launch("ines")

    assert teacher.home.endswith("/teach/")
    assert "Mentoring in Health Professions" in teacher.open(teacher.home).get_text()


def test_what_open_edx_says_of_course_and_person_is_kept_and_the_name_it_keeps_to_itself_is_not_needed(arrange):
    course = arrange()

    course.launch("mai")

    with course.stage.database.reading() as session:
        person = session.scalars(select(Person).filter_by(platform_id=course.platform.id)).one()
        assignment = session.scalars(select(Assignment).filter_by(resource_link_id=course.shown["block"])).one()
        assert (person.sub, person.name) == (course.shown["ids"]["mai"], None)
        assert assignment.course.title == "Mentoring in Health Professions - Open University Hospital"
        assert assignment.course.context_id in course.shown["block"].replace("block-v1", "course-v1")


def test_a_name_that_open_edx_shares_is_shown_to_the_teacher(arrange):
    course = arrange(ask_to_send_full_name=True)
    course.launch("mai")

    teacher = course.launch("ines")

    assert "Mai Nguyen" in teacher.open(teacher.home).get_text()


def test_every_role_of_open_edx_is_one_of_ours(arrange_once):
    roles = {
        "student": "learner",
        "guest": "learner",
        "Community TA": "assistant",
        "staff": "instructor",
        "limited_staff": "instructor",
        "instructor": "instructor",
    }
    people = {f"person-{number}": {"role": role} for number, role in enumerate(roles)}
    # Global staff: Open edX calls them an instructor of every course, whatever they are enrolled as.
    course = arrange_once(people=people | {"global": {"role": "student", "is_staff": True}})

    for person in course.shown["ids"]:
        course.launch(person)

    expected = dict(zip(people, roles.values(), strict=True)) | {"global": "instructor"}
    ids = course.shown["ids"]
    with course.stage.database.reading() as session:
        of_course = select(Person.sub, Member.role).join(Member).filter(Person.platform_id == course.platform.id)
        assert dict(session.execute(of_course).all()) == {ids[person]: role for person, role in expected.items()}


def test_a_token_that_was_changed_on_the_way_is_refused_against_open_edx_s_key_set(arrange):
    course = arrange()
    browser = course.browser()
    address, fields = browser.sign_in("mai")
    header, payload, signature = fields["id_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["sub"] = course.shown["ids"]["amara"]
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")

    answer = browser.wire.post(address, data={**fields, "id_token": f"{header}.{changed}.{signature}"}, timeout=10)

    assert refused(answer, 401, "token-not-valid")


def test_open_edx_signs_with_a_new_key_and_nobody_is_kept_out(arrange_once):
    course = arrange_once()
    course.launch("mai")
    course.change_key()

    answer = course.browser().arrive("amara")

    assert answer.status_code == 200


def test_a_launch_of_one_registration_is_none_of_another_with_the_same_issuer(arrange):
    one, other = arrange(), arrange()
    assert one.platform.issuer == other.platform.issuer
    browser = one.browser()
    address, fields = browser.sign_in("mai")
    _, foreign = other.browser().sign_in("mai")

    answer = browser.wire.post(address, data={**fields, "id_token": foreign["id_token"]}, timeout=10)

    assert refused(answer, 401, "token-not-valid")


def test_a_launch_that_is_posted_again_opens_nothing(arrange):
    browser = arrange().browser()
    address, fields = browser.sign_in("mai")
    assert browser.wire.post(address, data=fields, timeout=10).status_code == 200

    answer = browser.wire.post(address, data=fields, timeout=10)

    assert refused(answer, 400, "launch-used")
