"""Grades over real HTTP: finding or making a column, sending a score, reading a result."""

import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from werkzeug.wrappers import Response

from lti_tool.lti import keys, line_items
from lti_tool.lti.grades import (
    SCOPE_LINEITEM,
    SCOPE_LINEITEM_READONLY,
    SCOPE_RESULT,
    SCOPE_SCORE,
    GradeService,
    GradesUnavailable,
    LineItem,
    OutcomeKind,
    Result,
    Score,
)
from lti_tool.lti.tokens import TokenSource

SAMPLES = Path(__file__).parents[1] / "samples" / "moodle-4.5"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
ALL = frozenset({SCOPE_LINEITEM, SCOPE_RESULT, SCOPE_SCORE})
WANTED = LineItem(label="Three Steps", maximum=Decimal(100), resource_id="fundamentals", tag="completion")
CHANGED = datetime(2026, 11, 22, 10, 42, 7, 999_000, tzinfo=UTC)
EXTENSION = "https://canvas.instructure.com/lti/submission"


@pytest.fixture
def service(lms, http, tool_key):
    private_key = keys.load_private_key(tool_key.private_pem)
    lms.on(
        "/token", lambda r: Response(json.dumps({"access_token": f"t-{len(lms.asked('/token'))}", "expires_in": 3600}))
    )
    return GradeService(http, TokenSource(http, lambda: (tool_key.kid, private_key)))


def score(**changes):
    return Score(
        **(
            {"user_id": "5", "given": Decimal("2.5"), "maximum": Decimal(10), "timestamp": CHANGED, "complete": False}
            | changes
        )
    )


def item(lms, number, **changes):
    address = {"id": f"{lms.url}/items/{number}/item?type_id=1", "label": "x", "scoreMaximum": 100}
    return address | {"resourceId": "fundamentals", "tag": "completion"} | changes


def find(service, lms, platform, *, scopes=ALL, taken=frozenset()):
    return service.find_or_create(
        platform, lineitems=f"{lms.url}/items?type_id=1", scopes=scopes, wanted=WANTED, taken=taken
    )


def sent(lms, path="/item/scores"):
    return json.loads(lms.asked(path)[-1].body, parse_float=Decimal)


def test_xg_09_a_score_goes_below_the_path_and_the_query_stays(lms, service, platform):
    lms.on("/item/scores", "")

    outcome = service.send(platform, lineitem=f"{lms.url}/item?type_id=7", score=score())
    service.send(platform, lineitem=f"{lms.url}/item/?type_id=7", score=score())

    assert (outcome.kind, outcome.status) == (OutcomeKind.ACCEPTED, 200)
    first, second = lms.asked("/item/scores")
    assert (first.method, first.query, second.query) == ("POST", "type_id=7", "type_id=7")
    assert first.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert first.headers["Authorization"] == "Bearer t-1"
    assert lms.asked("/token")[0].form["scope"] == SCOPE_SCORE


def test_a_score_is_always_fully_graded_and_exact(lms, service, platform):
    lms.on("/item/scores", "")

    service.send(platform, lineitem=f"{lms.url}/item", score=score())

    assert sent(lms) == {
        "userId": "5",
        "timestamp": "2026-11-22T10:42:07.000Z",
        "activityProgress": "InProgress",
        "gradingProgress": "FullyGraded",
        "scoreGiven": Decimal("2.5"),
        "scoreMaximum": 10,
    }


def test_a_complete_score_says_completed(lms, service, platform):
    lms.on("/item/scores", "")

    service.send(platform, lineitem=f"{lms.url}/item", score=score(complete=True, completed_at=CHANGED))

    assert sent(lms)["activityProgress"] == "Completed"
    assert "submission" not in sent(lms)


@pytest.mark.parametrize(
    ("given", "text"), [("0", b"0"), ("10", b"10"), ("3.3333333", b"3.3333"), ("1E+1", b"10"), ("0.00004", b"0")]
)
def test_numbers_are_written_without_exponent_and_with_four_places(lms, service, platform, given, text):
    lms.on("/item/scores", "")

    service.send(platform, lineitem=f"{lms.url}/item", score=score(given=Decimal(given)))

    assert b'"scoreGiven":' + text + b"," in lms.asked("/item/scores")[0].body


def test_times_of_other_zones_are_written_in_utc(lms, service, platform):
    lms.on("/item/scores", "")
    there = CHANGED.astimezone(timezone(timedelta(hours=5, minutes=30)))

    service.send(platform, lineitem=f"{lms.url}/item", score=score(timestamp=there))

    assert sent(lms)["timestamp"] == "2026-11-22T10:42:07.000Z"


def test_canvas_counts_one_submission_at_completion(lms, service, platform):
    lms.on("/item/scores", "")
    canvas = replace(platform, family="canvas")
    later = CHANGED + timedelta(hours=1)

    bodies = []
    for each in (
        score(),
        score(complete=True, completed_at=CHANGED),
        score(complete=True, completed_at=CHANGED, timestamp=later),
        score(complete=True, completed_at=CHANGED, timestamp=later, submission_known=True),
    ):
        service.send(canvas, lineitem=f"{lms.url}/item", score=each)
        bodies.append(sent(lms))

    assert [body[EXTENSION]["new_submission"] for body in bodies] == [False, True, True, False]
    assert all(body[EXTENSION]["prioritize_non_tool_grade"] for body in bodies)
    assert "submission" not in bodies[0]
    assert [body["submission"] for body in bodies[1:]] == [{"submittedAt": "2026-11-22T10:42:07.000Z"}] * 3
    assert not any("comment" in body for body in bodies)


@pytest.mark.parametrize(
    "changes",
    [
        {"given": Decimal("NaN")},
        {"given": Decimal("Infinity")},
        {"given": Decimal(-1)},
        {"given": Decimal("10.01")},
        {"maximum": Decimal(0)},
        {"maximum": Decimal("NaN")},
        {"timestamp": datetime(2026, 11, 22)},  # noqa: DTZ001 - naive on purpose
        {"completed_at": datetime(2026, 11, 22)},  # noqa: DTZ001 - naive on purpose
        {"user_id": ""},
    ],
)
def test_xg_16_a_wrong_score_is_never_made(changes):
    with pytest.raises(ValueError, match=r"."):
        score(**changes)


@pytest.mark.parametrize("maximum", ["0", "-1", "NaN"])
def test_a_column_without_a_maximum_is_never_made(maximum):
    with pytest.raises(ValueError, match="maximum"):
        LineItem(label="x", maximum=Decimal(maximum), resource_id="x", tag="x")


def test_xg_07_a_refused_token_is_replaced_once(lms, service, platform):
    lms.on("/item/scores", lambda r: Response("", status=401 if r.headers["Authorization"] == "Bearer t-1" else 200))

    outcome = service.send(platform, lineitem=f"{lms.url}/item", score=score())

    assert outcome.kind == OutcomeKind.ACCEPTED
    assert len(lms.asked("/item/scores")) == 2


def test_xg_07_a_fresh_token_that_is_refused_too_is_not_tried_for_ever(lms, service, platform):
    lms.on("/item/scores", "", status=401)

    outcome = service.send(platform, lineitem=f"{lms.url}/item", score=score())

    assert outcome.kind == OutcomeKind.UNAUTHORIZED
    assert len(lms.asked("/item/scores")) == 2
    assert len(lms.asked("/token")) == 2


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "wait"),
    [
        (409, "[]", {}, "conflict", None),
        (400, "Provided timestamp of a before last updated timestamp of b", {}, "conflict", None),
        (403, "Rate Limit Exceeded", {"X-Rate-Limit-Remaining": "0.0", "Retry-After": "9"}, "throttled", 9),
        (403, "", {}, "forbidden", None),
        (404, "", {}, "gone", None),
        (422, "", {}, "refused", None),
        (500, "[]", {}, "trouble", None),
        (302, "", {"Location": "/elsewhere"}, "misdirected", None),
        (200, "<html>", {}, "trouble", None),
    ],
)
def test_xg_08_every_answer_to_a_score_is_an_outcome(lms, service, platform, status, body, headers, kind, wait):
    lms.on("/item/scores", body, status=status, headers=headers)

    outcome = service.send(platform, lineitem=f"{lms.url}/item", score=score())

    assert (outcome.kind, outcome.status, outcome.retry_after) == (kind, status, wait)
    assert lms.asked("/elsewhere") == []


def test_xg_05_a_platform_that_does_not_answer_is_trouble(service, platform):
    outcome = service.send(platform, lineitem="http://127.0.0.1:1/item", score=score())

    assert (outcome.kind, outcome.status) == (OutcomeKind.TROUBLE, None)


def test_xg_14_a_token_that_is_refused_is_an_outcome(lms, service, platform):
    lms.on("/token", '{"error":"invalid_scope"}', status=400)

    assert service.send(platform, lineitem=f"{lms.url}/item", score=score()).kind == OutcomeKind.FORBIDDEN


def test_xg_10_a_column_is_found_by_our_ids(lms, service, platform):
    lms.on("/items", json.dumps([item(lms, 1, tag="other"), item(lms, 2), item(lms, 3)]))

    assert find(service, lms, platform) == f"{lms.url}/items/2/item?type_id=1"
    asked = lms.asked("/items")
    assert [request.method for request in asked] == ["GET"]
    assert asked[0].query == "type_id=1&resource_id=fundamentals&tag=completion"
    assert asked[0].headers["Accept"] == ITEMS


def test_a_column_that_belongs_to_something_else_is_left_alone(lms, service, platform):
    lms.on("/items", json.dumps([item(lms, 1), item(lms, 2)]))

    found = find(service, lms, platform, taken=frozenset({"https://vanity.example.test/items/1/item"}))

    assert found == f"{lms.url}/items/2/item?type_id=1"


def test_xg_10_a_missing_column_is_made(lms, service, platform):
    def answer(request):
        if request.method == "GET":
            return Response("[]")
        return Response(json.dumps(item(lms, 9)), status=201)

    lms.on("/items", answer)

    assert find(service, lms, platform) == f"{lms.url}/items/9/item?type_id=1"
    made = lms.asked("/items")[1]
    assert (made.method, made.query, made.headers["Content-Type"]) == ("POST", "type_id=1", ITEM)
    assert json.loads(made.body) == {
        "label": "Three Steps",
        "scoreMaximum": 100,
        "resourceId": "fundamentals",
        "tag": "completion",
    }


def test_a_made_column_without_an_address_is_looked_up(lms, service, platform):
    lists = ["[]", json.dumps([item(lms, 9)])]
    lms.on("/items", lambda r: Response(lists.pop(0)) if r.method == "GET" else Response("", status=201))

    assert find(service, lms, platform) == f"{lms.url}/items/9/item?type_id=1"


@pytest.mark.parametrize(
    ("scopes", "kind"),
    [
        (frozenset(), OutcomeKind.FORBIDDEN),
        (frozenset({SCOPE_SCORE}), OutcomeKind.FORBIDDEN),
        (frozenset({SCOPE_LINEITEM_READONLY}), OutcomeKind.GONE),
    ],
)
def test_xg_10_without_the_scope_nothing_is_made(lms, service, platform, scopes, kind):
    lms.on("/items", "[]")

    with pytest.raises(GradesUnavailable) as refusal:
        find(service, lms, platform, scopes=scopes)

    assert refusal.value.outcome.kind == kind
    assert all(request.method == "GET" for request in lms.asked("/items"))


def test_a_column_can_be_found_with_the_reading_scope(lms, service, platform):
    lms.on("/items", json.dumps([item(lms, 2)]))

    assert find(service, lms, platform, scopes=frozenset({SCOPE_LINEITEM_READONLY}))
    assert lms.asked("/token")[0].form["scope"] == SCOPE_LINEITEM_READONLY


@pytest.mark.parametrize(
    "relation", ['rel="next"', "rel=next", 'title="a, b"; REL="last next"', "rel=“next”", "rel=â\x80\x9cnextâ\x80\x9d"]
)
def test_xr_01_the_next_page_is_followed_with_its_case(lms, service, platform, relation):
    link = f"<{lms.url}/first>; rel=first, </items/page?cursor=WyJBYmMiXQ>; {relation}"
    header = link.encode("utf-8").decode("latin-1") if "“" in link else link
    lms.on("/items", json.dumps([item(lms, 1, tag="other")]), headers={"Link": header})
    lms.on("/items/page", json.dumps([item(lms, 2)]))

    assert find(service, lms, platform) == f"{lms.url}/items/2/item?type_id=1"
    assert lms.asked("/items/page")[0].query == "cursor=WyJBYmMiXQ"


@pytest.mark.parametrize(
    "target",
    ["/items?type_id=1&resource_id=fundamentals&tag=completion", "https://evil.test/items", "//evil.test/", "//["],
)
def test_xr_02_a_list_that_cannot_be_read_to_its_end_makes_no_column(lms, service, platform, target):
    lms.on("/items", json.dumps([]), headers={"Link": f'<{target}>; rel="next"'})

    with pytest.raises(GradesUnavailable) as refusal:
        find(service, lms, platform)

    assert refusal.value.outcome.kind == OutcomeKind.TROUBLE
    assert len(lms.asked("/items")) == 1


def test_xr_02_pages_without_end_are_given_up(lms, service, platform):
    lms.on(
        "/items",
        lambda r: Response("[]", headers={"Link": f'</items?n={int(r.args.get("n", 0)) + 1}>; rel="next"'}),
    )

    with pytest.raises(GradesUnavailable):
        find(service, lms, platform)

    assert len(lms.asked("/items")) == 50


@pytest.mark.parametrize("body", ["", "<html>", "{}", "null", "[1"])
def test_a_list_that_is_none_makes_no_column(lms, service, platform, body):
    lms.on("/items", body)

    with pytest.raises(GradesUnavailable):
        find(service, lms, platform)

    assert all(request.method == "GET" for request in lms.asked("/items"))


def test_a_result_is_read_for_one_person(lms, service, platform):
    lms.on(
        "/item/results",
        json.dumps([{"userId": "6", "resultScore": 1}, {"userId": "5", "resultScore": 8.25, "resultMaximum": 10}]),
    )

    found = service.result(platform, lineitem=f"{lms.url}/item?type_id=1", user_id="5")

    assert found == Result(user_id="5", score=Decimal("8.25"), maximum=Decimal(10))
    assert lms.asked("/item/results")[0].query == "type_id=1&user_id=5"
    assert lms.asked("/item/results")[0].headers["Accept"] == RESULTS
    assert lms.asked("/token")[0].form["scope"] == SCOPE_RESULT


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([], None),
        ([{"userId": "6", "resultScore": 3}], None),
        ([{"userId": "5"}], Result(user_id="5", score=Decimal(0), maximum=Decimal(1))),
        ([{"userId": "5", "resultMaximum": 20}], Result(user_id="5", score=Decimal(0), maximum=Decimal(20))),
        (["x", None, {"userId": 5}], None),
    ],
)
def test_a_missing_score_in_a_result_is_nought_and_a_missing_result_is_none(lms, service, platform, listed, expected):
    lms.on("/item/results", json.dumps(listed))

    assert service.result(platform, lineitem=f"{lms.url}/item", user_id="5") == expected


def test_a_result_that_cannot_be_read_says_why(lms, service, platform):
    lms.on("/item/results", "", status=404)

    with pytest.raises(GradesUnavailable) as refusal:
        service.result(platform, lineitem=f"{lms.url}/item", user_id="5")

    assert refusal.value.outcome.kind == OutcomeKind.GONE


@pytest.mark.parametrize(
    ("result", "maximum", "shows"),
    [("2.5", "10", True), ("5", "20", True), ("25.00001", "100", True), ("2.6", "10", False), ("0", "0", False)],
)
def test_xg_03_a_result_shows_a_score_if_the_share_is_the_same(result, maximum, shows):
    found = Result(user_id="5", score=Decimal(result), maximum=Decimal(maximum))

    assert found.shows(score()) is shows


def test_moodle_s_recorded_lists_are_understood(lms, service, platform):
    samples = {s["name"]: s for s in json.loads((SAMPLES / "services.json").read_text(encoding="utf-8"))}
    listed = samples["lineitems list"]["response"].replace(r"https:\/\/moodle.test:8443", lms.url)
    lms.on("/items", listed, headers=samples["lineitems list"]["headers"])
    lms.on("/item/results", samples["results one user"]["response"])
    wanted = LineItem(label="x", maximum=Decimal(20), resource_id="module-1", tag="completion")

    column = service.find_or_create(
        platform, lineitems=f"{lms.url}/items", scopes=ALL, wanted=wanted, taken=frozenset()
    )
    result = service.result(platform, lineitem=f"{lms.url}/item", user_id="5")

    assert column == f"{lms.url}/mod/lti/services.php/2/lineitems/2/lineitem?type_id=1"
    assert (result.score, result.maximum) == (17, 20)


FOREIGN = [
    ("moodle", "https://other.example/items/1"),
    ("canvas", "https://other.example/items/1"),
    ("moodle", "https://sso.example.test/items/1"),
]


@pytest.mark.parametrize(("family", "foreign"), FOREIGN)
@pytest.mark.parametrize("listed", [True, False], ids=["listed", "made"])
def test_a_column_on_a_foreign_host_is_not_taken_and_no_token_goes_there(
    lms, service, platform, family, foreign, listed
):
    answers = {"GET": [item(lms, 1, id=foreign)] if listed else [], "POST": item(lms, 1, id=foreign)}
    lms.on("/items", lambda request: Response(json.dumps(answers[request.method])))

    with pytest.raises(GradesUnavailable) as refusal:
        find(service, lms, replace(platform, family=family))

    assert refusal.value.outcome.kind is OutcomeKind.MISDIRECTED
    assert [each.method for each in lms.asked("/items")] == (["GET"] if listed else ["GET", "POST"])


@pytest.mark.parametrize(
    ("family", "address", "is_taken"),
    [
        ("canvas", "https://college.instructure.com/api/lti/courses/1/line_items/2", True),
        ("canvas", "https://sso.canvaslms.com/api/lti/courses/1/line_items/2", True),
        ("canvas", "http://college.instructure.com/api/lti/courses/1/line_items/2", False),
        ("canvas", "https://instructure.com.other.example/line_items/2", False),
        ("moodle", "https://college.instructure.com/api/lti/courses/1/line_items/2", False),
    ],
)
def test_canvas_alone_may_name_a_column_under_another_of_its_own_hosts(platform, family, address, is_taken):
    listed = "https://canvas.instructure.com/api/lti/courses/1/line_items"

    with nullcontext() if is_taken else pytest.raises(GradesUnavailable):
        assert line_items._address(replace(platform, family=family), listed, {"id": address}) == address
