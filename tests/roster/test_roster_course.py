"""A course's list from the first launch of a teacher to the page: who appears, who stays, what is said about it."""

from datetime import timedelta

import pytest
import time_machine
from roster_course import press_read_again, seats, words
from sqlalchemy import update

from lti_tool import clock
from lti_tool.demo_lms.addresses import ROSTER
from lti_tool.models import Course, Platform, PlatformState
from lti_tool.services.rosters import WAITS

COURSES = ["moodle-m101", "canvas-m101", "strict-m101"]
LEARNERS = {"Amara Okafor", "Mai Nguyễn Thị", "Łukasz Wiśniewski", "فاطمة الزهراء", "Kalani Kealoha", "Budi"}


@pytest.fixture
def lms(stage):
    return stage.lms


def open_as(stage, person, course="moodle-m101"):
    browser = stage.browser()
    browser.launch(person, course=course)
    return browser


def sub(lms, person, course="moodle-m101"):
    found = lms.courses[course]
    return (found.people.get(person) or found.removed[person]).sub(found.rules)


@pytest.mark.parametrize("course", COURSES)
def test_cn_01_after_a_teachers_launch_everybody_in_the_course_is_on_the_page(stage, desk, course):
    teacher = open_as(stage, "ines", course)
    assert seats(teacher.open(teacher.home)) == {}

    assert desk.read() == 1

    page = teacher.open(teacher.home)
    assert seats(page).keys() >= LEARNERS
    assert {seat.done for seat in seats(page).values()} == {"0 of 27"}
    assert "Ines Carvalho" not in seats(page)
    assert "Nobody has opened the workshop yet" in words(page)
    assert "Class list as of" in words(page)
    assert "incomplete" not in words(page)


def test_cn_02_cn_03_cn_04_cn_05_the_platform_is_asked_once_with_a_token_for_the_list_alone(stage, desk, lms):
    open_as(stage, "ines", "strict-m101")

    desk.read()

    (asked,) = lms.calls("members")
    assert (asked.method, asked.status) == ("GET", 200)
    (token,) = lms.tokens.values()
    assert token.scopes == {ROSTER}


def test_no_learner_makes_the_tool_read_the_list(stage, desk, lms):
    open_as(stage, "mai")

    assert desk.read() == 0
    assert lms.calls("members") == []


def test_a_teacher_who_comes_back_soon_reads_the_same_list(stage, desk):
    open_as(stage, "ines")
    desk.read()

    open_as(stage, "teo")
    soon = desk.read()
    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=True):
        open_as(stage, "ines")
        later = desk.read()

    assert (soon, later) == (0, 1)


def test_nothing_that_the_platform_says_of_addresses_is_kept(stage, desk):
    open_as(stage, "ines")
    desk.read()

    kept = [str(value) for person in desk.people().values() for value in vars(person).values()]
    assert not [value for value in kept if "@" in value]


def test_who_launched_as_a_teacher_stays_one_whatever_the_list_says(stage, desk, lms):
    open_as(stage, "teo")

    desk.read()

    assert desk.members()[sub(lms, "teo")].role == "instructor"
    assert "Teo Novák" not in seats((teacher := open_as(stage, "ines")).open(teacher.home))


def test_who_is_only_listed_gets_the_role_of_the_launch_when_they_come(stage, desk, lms):
    open_as(stage, "ines")
    desk.read()
    assert desk.members()[sub(lms, "teo")].role == "learner"

    open_as(stage, "teo")
    desk.due()
    desk.read()

    assert desk.members()[sub(lms, "teo")].role == "instructor"


def test_a_list_never_makes_a_teacher_of_a_learner_who_has_launched(stage, desk, odd_course):
    learner = open_as(stage, "mai")
    odd_course.page("/members?limit=100", {"user_id": sub(stage.lms, "mai"), "roles": ["Instructor"]})

    desk.read()

    assert desk.members()[sub(stage.lms, "mai")].role == "learner"
    assert learner.get(f"{learner.visit}/teach/").status_code == 404


def test_a_name_that_the_list_keeps_back_is_not_lost(stage, desk, odd_course):
    open_as(stage, "mai")
    odd_course.page("/members?limit=100", {"user_id": sub(stage.lms, "mai"), "roles": ["Learner"]})

    desk.read()

    assert desk.people()[sub(stage.lms, "mai")].name == "Mai Nguyễn Thị"


def test_who_leaves_the_course_is_marked_and_their_work_stays(stage, desk, lms):
    open_as(stage, "mai").finish_first_module()
    teacher = open_as(stage, "ines")
    desk.read()
    course = lms.courses["moodle-m101"]

    course.removed["mai"] = course.people.pop("mai")
    desk.due()
    desk.read()

    seat = seats(teacher.open(teacher.home))["Mai Nguyễn Thị"]
    assert (seat.is_listed, seat.done) == (False, "4 of 27")
    assert seats(teacher.open(teacher.home))["Budi"].is_listed

    course.people["mai"] = course.removed.pop("mai")
    desk.due()
    desk.read()
    assert seats(teacher.open(teacher.home))["Mai Nguyễn Thị"].is_listed


def test_who_was_never_listed_is_not_called_gone(stage, desk, odd_course):
    open_as(stage, "mai")
    odd_course.page("/members?limit=100", "somebody else")

    desk.read()

    assert desk.members()[sub(stage.lms, "mai")].unlisted_since is None


def test_who_launches_is_in_the_course_again(stage, desk, lms):
    open_as(stage, "ines")
    desk.read()
    course = lms.courses["moodle-m101"]
    mai = course.people.pop("mai")
    desk.due()
    desk.read()
    assert desk.members()[mai.sub(course.rules)].unlisted_since

    course.people["mai"] = mai
    open_as(stage, "mai")

    assert desk.members()[mai.sub(course.rules)].unlisted_since is None


@pytest.fixture
def odd_course(stage, desk, odd):
    """The course's list is now at a platform that pages as the test says."""
    teacher = open_as(stage, "ines")
    stage.tool.http._private_hosts |= {f"127.0.0.1:{odd.port}"}
    desk.point_to(f"{odd.url}/members")
    odd.teacher = teacher
    return odd


def people(odd, *, second="200", people=("a", "b")):
    """Let the list have two pages, the second with what it answers."""
    first, last = people
    odd.page("/members?limit=100", first, link="</members?page=2>; rel=next")
    odd.page("/members?page=2", *([last] if second == "200" else []), status=int(second))


@pytest.mark.parametrize("second", ["403", "404", "429", "500", "502"])
def test_xr_03_a_list_that_breaks_off_adds_people_and_removes_nobody(stage, desk, odd_course, second):
    people(odd_course)
    desk.read()
    people(odd_course, second=second, people=("c", "b"))
    desk.due()

    desk.read()

    page = odd_course.teacher.open(odd_course.teacher.home)
    assert {label: seat.is_listed for label, seat in seats(page).items()} == {"a": True, "b": True, "c": True}
    assert ", incomplete." in words(page)
    assert "Class list as of" in words(page)


def test_xr_03_a_list_that_cannot_be_read_at_all_leaves_the_old_one_as_it_was(stage, desk, odd_course):
    people(odd_course)
    desk.read()
    read_at = desk.row().read_at
    odd_course.page("/members?limit=100", status=503)
    desk.due()

    desk.read()

    assert (desk.row().read_at, desk.row().is_complete) == (read_at, True)
    assert "We try again by ourselves; nobody was taken off the list." in words(
        odd_course.teacher.open(odd_course.teacher.home)
    )


def test_xr_03_somebody_who_is_inactive_in_half_a_list_is_not_marked_yet(stage, desk, odd_course):
    people(odd_course)
    desk.read()
    people(odd_course, second="500", people=({"user_id": "a", "roles": ["Learner"], "status": "Inactive"}, "b"))
    desk.due()

    desk.read()

    assert desk.members()["a"].unlisted_since is None


def test_xr_04_whoever_comes_on_a_page_that_lost_its_filter_only_learners_are_shown(stage, desk, odd_course):
    staff = {"user_id": "t", "name": "t", "roles": ["Instructor"]}
    odd_course.page("/members?limit=100", "a", link="</members?page=2>; rel=next")
    odd_course.page("/members?page=2", staff, {"user_id": "m", "name": "m", "roles": ["Mentor"]}, "b")

    desk.read()

    assert seats(odd_course.teacher.open(odd_course.teacher.home)).keys() == {"a", "b"}
    assert [request.args.get("role") for request in odd_course.seen] == [None, None]


def test_xr_05_a_list_of_nobody_is_shown_as_one(stage, desk, odd_course):
    odd_course.page("/members?limit=100")

    desk.read()

    page = odd_course.teacher.open(odd_course.teacher.home)
    assert seats(page) == {}
    assert "Class list as of" in words(page)


def test_xr_05_people_without_a_name_get_a_label_and_people_without_a_role_no_line(stage, desk, odd_course):
    odd_course.page("/members?limit=100", {"user_id": "n", "roles": ["Learner"]}, {"user_id": "r", "name": "No Role"})

    desk.read()

    (label,) = seats(odd_course.teacher.open(odd_course.teacher.home))
    assert label.startswith("Participant ")


@pytest.mark.parametrize("status", ["Inactive", "INACTIVE", "Deleted"])
def test_xr_05_who_is_listed_as_inactive_is_marked_and_a_stranger_is_not_added(stage, desk, odd_course, status):
    open_as(stage, "mai")
    desk.point_to(f"{odd_course.url}/members")
    away = {"roles": ["Learner"], "status": status}
    mai = sub(stage.lms, "mai")
    odd_course.page("/members?limit=100", {"user_id": mai, **away}, {"user_id": "x", "name": "x", **away}, "a")

    desk.read()

    found = seats(odd_course.teacher.open(odd_course.teacher.home))
    assert {label: seat.is_listed for label, seat in found.items()} == {"a": True, "Mai Nguyễn Thị": False}


def test_the_same_person_on_two_pages_is_one(stage, desk, odd_course):
    people(odd_course, people=("a", "a"))

    desk.read()

    assert seats(odd_course.teacher.open(odd_course.teacher.home)).keys() == {"a"}


def test_a_list_that_is_refused_is_not_asked_for_again_until_somebody_wants_it(stage, desk, odd_course):
    odd_course.page("/members?limit=100", status=403)

    desk.read()

    page = odd_course.teacher.open(odd_course.teacher.home)
    assert "Your platform does not let us read its class list" in words(page)
    assert desk.row().due_at is None
    assert desk.read() == 0


def test_a_course_without_a_list_says_so(stage, desk):
    teacher = open_as(stage, "ines")
    desk.point_to(None)

    page = teacher.open(teacher.home)

    assert "Your platform does not offer us its class list" in words(page)
    assert desk.read() == 0
    assert page.select("form[action$='/teach/roster']") == []


def test_the_button_makes_the_list_due_and_no_request_in_the_page(stage, desk, lms):
    teacher = open_as(stage, "ines")
    desk.read()
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):
        press_read_again(teacher)
        asked = len(lms.calls("members"))
        said = words(teacher.open(teacher.home))
        read = desk.read()

    assert (asked, read) == (1, 1)
    assert "The class list is being read" in said


def test_the_button_asks_the_platform_at_most_once_a_minute(stage, desk):
    teacher = open_as(stage, "ines")
    desk.read()

    press_read_again(teacher)

    assert desk.read() == 0


def test_the_button_does_not_press_a_platform_that_named_a_time_to_wait(stage, desk, lms):
    teacher = open_as(stage, "ines")
    lms.fail("members", status=429, headers={"Retry-After": "1800"})
    desk.read()
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=True):
        press_read_again(teacher)
        assert desk.read() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=True):
        assert desk.read() == 1


def test_a_learner_cannot_press_the_button(stage, learner):
    page = learner.activity("m0.privacy")
    token = page.select_one("input[name=csrf_token]")["value"]

    assert learner.post(f"{learner.visit}/teach/roster", {"csrf_token": token}).status_code == 404


def test_tries_come_ever_later_and_end(stage, desk, lms):
    open_as(stage, "ines")
    lms.fail("members", times=99, status=500)
    waits = []

    desk.read()
    while (due := desk.row().due_at) is not None:
        waits.append((due - desk.row().tried_at).total_seconds())
        desk.due()
        desk.read()

    assert [wait // 10 * 10 for wait in waits] == [wait // 10 * 10 for wait in WAITS]


def test_a_paused_platform_is_not_asked(stage, desk):
    open_as(stage, "ines")
    with stage.database.transaction() as session:
        session.execute(update(Platform).values(state=PlatformState.PAUSED))

    assert desk.read() == 0


def test_a_list_of_many_pages_is_stored_whole(stage, desk, odd_course):
    crowd = [f"learner {number:04}" for number in range(2_350)]
    pages = [crowd[start : start + 100] for start in range(0, len(crowd), 100)]
    for number, page in enumerate(pages):
        address = "/members?limit=100" if number == 0 else f"/members?page={number}"
        link = f"</members?page={number + 1}>; rel=next" if number + 1 < len(pages) else ""
        odd_course.page(address, *page, link=link)

    desk.read()
    desk.due()
    desk.read()

    assert set(crowd) <= desk.members().keys()
    assert desk.row().is_complete


def test_two_workers_never_read_the_same_list(stage, desk, lms):
    open_as(stage, "ines")
    with stage.database.transaction() as session:
        session.execute(update(Course).values(title="x"))
    asked_while_reading = []
    other = type(desk)(stage)

    desk.reader.read_one(lambda: asked_while_reading.append(other.read()) or False)

    assert asked_while_reading == [0]
    assert len(lms.calls("members")) == 1


def test_a_worker_that_is_to_stop_gives_the_list_back(stage, desk):
    open_as(stage, "ines")

    desk.reader.read_one(lambda: True)

    assert desk.row().lease_owner is None
    assert desk.read() == 1


def test_a_worker_that_lost_its_lease_changes_nothing(stage, desk, lms):
    open_as(stage, "ines")
    other = type(desk)(stage)

    def take_over() -> bool:
        desk.due()
        other.read()
        return False

    desk.reader.read_one(take_over)

    row = desk.row()
    assert (row.is_complete, row.lease_owner, row.problem) == (True, None, None)
    assert len(lms.calls("members")) == 2
