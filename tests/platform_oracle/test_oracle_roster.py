"""The list of a course's people as Open edX gives it, page by page, and how our tool reads it."""

import pytest

from lti_tool.jobs import runner
from lti_tool.lti import paging
from lti_tool.lti.messages import Role
from lti_tool.lti.outcomes import OutcomeKind
from lti_tool.lti.roster import MEDIA_TYPE, SCOPE_ROSTER, RosterService, RosterUnavailable

CROWD = {f"learner-{number:03}": {"role": "student", "full_name": f"Learner {number}"} for number in range(230)}
PEOPLE = {"ines": {"role": "instructor", "full_name": "Ines Okafor"}, "tam": {"role": "Community TA"}, **CROWD}


def memberships(course):
    """Return the address of the list."""
    return f"{course.shown['services']}/memberships"


def read(course):
    """Read the list with our own client; return its pages."""
    service = RosterService(course.stage.tool.http, course.tokens)
    return list(service.pages(course.platform, memberships(course)))


def test_open_edx_s_links_lead_through_all_pages_to_everybody_once(arrange_once):
    course = arrange_once(lti_1p3_enable_nrps=True, people=dict(list(PEOPLE.items())[:7]))
    page, found = f"{memberships(course)}?limit=3", []

    while page:
        answer = course.get(page, SCOPE_ROSTER, MEDIA_TYPE)
        found.append([member["user_id"] for member in answer.json()["members"]])
        page = paging.next_page(answer.headers.get("Link", ""), page)

    assert [len(members) for members in found] == [3, 3, 1]
    assert sorted(each for members in found for each in members) == sorted(course.shown["ids"].values())


def test_our_client_reads_a_large_course_page_by_page_with_the_roles_of_a_launch(arrange_once):
    course = arrange_once(lti_1p3_enable_nrps=True, people=PEOPLE)

    pages = read(course)

    ids = course.shown["ids"]
    people = {person.sub: person for page in pages for person in page}
    assert [len(page) for page in pages] == [100, 100, 32]
    assert people.keys() == set(ids.values())
    assert people[ids["ines"]].role is Role.INSTRUCTOR
    assert people[ids["tam"]].role is Role.ASSISTANT
    assert people[ids["learner-007"]].role is Role.LEARNER


def test_names_come_only_where_the_course_shares_them(arrange_once):
    silent = arrange_once(lti_1p3_enable_nrps=True)
    open_handed = arrange_once(lti_1p3_enable_nrps=True, shares_names=True)

    names = [{person.name for page in read(course) for person in page} for course in (silent, open_handed)]

    assert names == [{None}, {"Ines Okafor", "Mai Nguyen", "Amara Diallo"}]


def test_the_worker_s_list_is_on_the_teacher_s_page(arrange):
    course = arrange(lti_1p3_enable_nrps=True, shares_names=True)
    teacher = course.launch("ines")
    stage = course.stage

    reader = runner.roster_reader(stage.settings, stage.database, stage.tool.http)
    while reader.read_one():
        pass

    table = teacher.open(teacher.home).get_text()
    assert "Mai Nguyen" in table
    assert "Amara Diallo" in table


def test_where_open_edx_keeps_the_list_to_itself_our_client_says_so(arrange_once):
    course = arrange_once(lti_1p3_enable_nrps=False)

    with pytest.raises(RosterUnavailable) as caught:
        read(course)

    assert caught.value.outcome.kind is OutcomeKind.FORBIDDEN
