"""Reading a course's list over real HTTP: pages of every shape, people of every shape."""

import socket

import pytest

from lti_tool.lti import roster
from lti_tool.lti.messages import Role
from lti_tool.lti.outcomes import OutcomeKind
from lti_tool.lti.roster import SCOPE_ROSTER, RosterUnavailable

FIRST = "/members?limit=100"


def read(service, platform, odd, path="/members"):
    return [person for page in service.pages(platform, odd.url + path) for person in page]


def subs(service, platform, odd):
    return [person.sub for person in read(service, platform, odd)]


def read_until_it_breaks(service, platform, odd):
    """Return whom we met before the list ended early, and how it ended."""
    met = []
    with pytest.raises(RosterUnavailable) as broken:
        for page in service.pages(platform, f"{odd.url}/members"):
            met += [person.sub for person in page]
    return met, broken.value.outcome.kind


def test_cn_02_cn_03_cn_04_cn_05_the_list_is_asked_for_with_its_own_media_type_token_and_scope(
    service, odd_platform, odd
):
    odd.page("/members?course=7&limit=100", "a")

    people = read(service, odd_platform, odd, "/members?course=7")

    (asked,) = odd.seen
    assert [person.sub for person in people] == ["a"]
    assert asked.method == "GET"
    assert asked.headers["Accept"] == "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
    assert asked.headers["Authorization"] == "Bearer t"
    assert odd.scopes == [SCOPE_ROSTER]


@pytest.mark.parametrize(
    "link",
    [
        '<{url}/members?cursor=AbC%2FdEf>; rel="next"',
        "<{url}/members?cursor=AbC%2FdEf>; rel=next",
        '<{url}/members?cursor=AbC%2FdEf>; title="more; of, it"; rel="next"',
        '<{url}/members?cursor=AbC%2FdEf>; rel="last next"',
        "<{url}/members?cursor=AbC%2FdEf>; rel=“next”",
        "</members?cursor=AbC%2FdEf>; rel=“next”",
        '<members?cursor=AbC%2FdEf>; rel="next"',
        '<?cursor=AbC%2FdEf>; rel="next"',
        '<{url}/members?x=1>; rel="differences", <{url}/members?cursor=AbC%2FdEf>; rel="next"',
        ['<{url}/members?x=1>; rel="first"', '<{url}/members?cursor=AbC%2FdEf>; REL="Next"'],
    ],
)
def test_xr_01_the_next_page_is_found_however_it_is_written(service, odd_platform, odd, link):
    written = [each.format(url=odd.url) for each in link] if isinstance(link, list) else link.format(url=odd.url)
    odd.page(FIRST, "a", link=written)
    odd.page("/members?cursor=AbC%2FdEf", "b")

    assert subs(service, odd_platform, odd) == ["a", "b"]


def test_xr_02_a_page_that_names_itself_ends_the_list_early(service, odd_platform, odd):
    odd.page(FIRST, "a", link=f"<{FIRST}>; rel=next")

    assert read_until_it_breaks(service, odd_platform, odd) == (["a"], OutcomeKind.TROUBLE)
    assert odd.asked() == [FIRST]


def test_xr_02_pages_in_a_circle_end_the_list_early(service, odd_platform, odd):
    odd.page(FIRST, "a", link="</members?page=2>; rel=next")
    odd.page("/members?page=2", "b", link=f"<{FIRST}>; rel=next")

    assert read_until_it_breaks(service, odd_platform, odd) == (["a", "b"], OutcomeKind.TROUBLE)
    assert odd.asked() == [FIRST, "/members?page=2"]


def test_xr_02_a_list_without_an_end_is_left(service, odd_platform, odd, monkeypatch):
    monkeypatch.setattr(roster, "LIMIT_PAGES", 3)
    odd.page(FIRST, "a", link="</members?page=2>; rel=next")
    for number in range(2, 9):
        odd.page(f"/members?page={number}", link=f"</members?page={number + 1}>; rel=next")

    assert read_until_it_breaks(service, odd_platform, odd) == (["a"], OutcomeKind.TROUBLE)
    assert len(odd.seen) == 3


def test_xr_02_more_people_than_any_course_has_are_left(service, odd_platform, odd, monkeypatch):
    monkeypatch.setattr(roster, "LIMIT_MEMBERS", 2)
    odd.page(FIRST, "a", "b", link="</members?page=2>; rel=next")
    odd.page("/members?page=2", "c")

    assert read_until_it_breaks(service, odd_platform, odd) == (["a", "b"], OutcomeKind.TROUBLE)


@pytest.mark.parametrize("target", ["http://localhost:{port}/x", "//127.0.0.1:{port}/x", "http://u@127.0.0.1:{own}/x"])
def test_xr_02_the_token_is_never_taken_to_another_origin(service, odd_platform, odd, target):
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.2)
        port = elsewhere.getsockname()[1]
        odd.page(FIRST, "a", link=f"<{target.format(port=port, own=odd.port)}>; rel=next")

        assert read_until_it_breaks(service, odd_platform, odd) == (["a"], OutcomeKind.TROUBLE)
        with pytest.raises(TimeoutError):
            elsewhere.accept()
    assert odd.asked() == [FIRST]


@pytest.mark.parametrize(
    ("status", "kind"), [(403, OutcomeKind.FORBIDDEN), (404, OutcomeKind.GONE), (503, OutcomeKind.TROUBLE)]
)
def test_xr_03_a_second_page_that_fails_says_so_after_the_first(service, odd_platform, odd, status, kind):
    odd.page(FIRST, "a", link="</members?page=2>; rel=next")
    odd.page("/members?page=2", status=status)

    assert read_until_it_breaks(service, odd_platform, odd) == (["a"], kind)


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", '{"members": null}', '{"members": {}}', '{"members": [1'])
def test_xr_03_an_answer_that_is_no_list_is_trouble(service, odd_platform, odd, body):
    odd.page(FIRST)
    odd.pages[FIRST][0].set_data(body)

    assert read_until_it_breaks(service, odd_platform, odd) == ([], OutcomeKind.TROUBLE)


def test_a_token_that_was_withdrawn_is_replaced_once(service, odd_platform, odd):
    odd.page(FIRST, status=401)

    assert read_until_it_breaks(service, odd_platform, odd) == ([], OutcomeKind.UNAUTHORIZED)
    assert len(odd.seen) == len(odd.scopes) == 2


def test_xr_05_a_list_of_nobody_is_a_whole_list(service, odd_platform, odd):
    odd.page(FIRST)

    assert read(service, odd_platform, odd) == []


LIS = "http://purl.imsglobal.org/vocab/lis/v2/"


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        (["Learner"], Role.LEARNER),
        (["Instructor"], Role.INSTRUCTOR),
        ([LIS + "membership#Learner"], Role.LEARNER),
        ([LIS + "membership#Instructor", LIS + "membership/Instructor#TeachingAssistant"], Role.ASSISTANT),
        ([LIS + "person#Administrator"], Role.VISITOR),
        ([], Role.VISITOR),
        (None, Role.VISITOR),
        ("Learner", Role.VISITOR),
        ([None, 7, {}, "Learner"], Role.LEARNER),
    ],
)
def test_xr_05_roles_are_read_as_those_of_a_launch(service, odd_platform, odd, roles, role):
    odd.page(FIRST, {"user_id": "a", "roles": roles})

    assert [person.role for person in read(service, odd_platform, odd)] == [role]


@pytest.mark.parametrize(
    ("status", "is_active"),
    [
        ("Active", True),
        ("ACTIVE", True),
        (None, True),
        ("", True),
        ("something new", True),
        ("Inactive", False),
        ("INACTIVE", False),
        ("deleted", False),
        (LIS + "status#Inactive", False),
    ],
)
def test_xr_05_a_status_is_read_in_any_casing_and_none_means_active(service, odd_platform, odd, status, is_active):
    odd.page(FIRST, {"user_id": "a", "roles": ["Learner"], "status": status})

    assert [person.is_active for person in read(service, odd_platform, odd)] == [is_active]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"name": " Mai\u202e Nguyễn "}, "Mai Nguyễn"),
        ({"given_name": "Mai", "family_name": "Nguyễn"}, "Mai Nguyễn"),
        ({"name": "", "given_name": "Budi"}, "Budi"),
        ({"name": None, "given_name": 7}, None),
        ({"email": "mai@people.example"}, None),
        ({}, None),
    ],
)
def test_xr_05_a_name_is_the_best_there_is_and_never_an_address(service, odd_platform, odd, entry, name):
    odd.page(FIRST, {"user_id": "a", "roles": ["Learner"], **entry})

    assert [person.name for person in read(service, odd_platform, odd)] == [name]


@pytest.mark.parametrize("user_id", [None, "", 7, "a\u0000", "a" * 256, ["a"]])
def test_xr_05_somebody_without_an_id_that_a_launch_could_carry_is_nobody(service, odd_platform, odd, user_id):
    odd.page(FIRST, {"user_id": user_id, "roles": ["Learner"]}, "b", "c")

    assert subs(service, odd_platform, odd) == ["b", "c"]
