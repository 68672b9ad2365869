"""The score and result services of one line item (AGS 2.0 sections 3.3 and 3.4)."""

from flask import Blueprint, Response, request

from lti_tool.demo_lms import addresses
from lti_tool.demo_lms.access import answer, gone, refusal, service, wrong_media_type
from lti_tool.demo_lms.app_state import current_lms
from lti_tool.demo_lms.columns import ITEM_PATHS
from lti_tool.demo_lms.courses import Column, Course
from lti_tool.demo_lms.paging import paged
from lti_tool.demo_lms.results import result
from lti_tool.demo_lms.scores import post_score

blueprint = Blueprint("grades", __name__)
_SCORE = "application/vnd.ims.lis.v1.score+json"
_RESULT = "application/vnd.ims.lis.v2.result+json"
_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"


@service("score", addresses.SCORE)
def receive_score(course: Course, item: str) -> Response:
    """Take a score."""
    if wrong := wrong_media_type(course, content_type=_SCORE):
        return wrong
    lms = current_lms()
    with lms.lock:
        column = course.columns.get(item)
        if column is None:
            return gone(course, item)
        verdict = post_score(course, column, request.get_data(as_text=True), lms.now())
        body = verdict.body
        if course.rules.family == "canvas" and verdict.status == 200:
            body = {"resultUrl": _result_url(course, column, body["userId"])}
    return answer(body, verdict.status, _SCORE, reason=verdict.reason)


@service("results", addresses.RESULTS)
def list_results(course: Course, item: str) -> Response:
    """List results, or the one of a person (AGS 2.0 section 3.3)."""
    column = course.columns.get(item)
    if column is None:
        return gone(course, item)
    if wrong := wrong_media_type(course, accept=_RESULTS):
        return wrong
    if course.rules.family == "moodle" and "limit" in request.args:
        return Response("<!DOCTYPE html><html lang='en'><title>Error</title></html>", status=404, mimetype="text/html")
    lms, found = current_lms(), []
    with lms.lock:
        for person in course.people.values():
            one = result(course, column, person)
            if one is not None and request.args.get("user_id") in (None, one["userId"]):
                scored = addresses.line_item(lms, course, column)
                found.append({"id": _result_url(course, column, one["userId"]), "scoreOf": scored} | one)
    page, link = paged(found, course, request.base_url)
    return answer(page, 200, _RESULTS, link=link)


@service("results", addresses.RESULTS)
def read_result(course: Course, item: str, sub: str) -> Response:
    """Return one person's result."""
    column = course.columns.get(item)
    person = course.gradable(sub)
    found = result(course, column, person) if column and person else None
    if column is None or found is None:
        return refusal(course, 404)
    scored = addresses.line_item(current_lms(), course, column)
    return answer({"id": _result_url(course, column, sub), "scoreOf": scored} | found, 200, _RESULT)


for _path in ITEM_PATHS:
    blueprint.add_url_rule(f"{_path}/scores", view_func=receive_score, methods=["POST"])
    blueprint.add_url_rule(f"{_path}/results", view_func=list_results, methods=["GET"])
blueprint.add_url_rule(f"{ITEM_PATHS[1]}/results/<sub>", view_func=read_result, methods=["GET"])


def _result_url(course: Course, column: Column, sub: str) -> str:
    lms = current_lms()
    if course.rules.family == "moodle":
        return f"{addresses.line_item(lms, course, column, '/results')}&user_id={sub}"
    return addresses.line_item(lms, course, column, f"/results/{sub}")
