"""The line item service: the columns of a course's gradebook (AGS 2.0 section 3.2)."""

from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, Response, request

from lti_tool.demo_lms import addresses
from lti_tool.demo_lms.access import answer, gone, refusal, service, wrong_media_type
from lti_tool.demo_lms.app_state import current_lms
from lti_tool.demo_lms.courses import Column, Course
from lti_tool.demo_lms.paging import paged
from lti_tool.demo_lms.results import number

blueprint = Blueprint("columns", __name__)
_COLUMNS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_COLUMN = "application/vnd.ims.lis.v2.lineitem+json"
CONTAINER_PATHS = ("/mod/lti/services.php/<course_id>/lineitems", "/api/lti/courses/<course_id>/line_items")
ITEM_PATHS = (f"{CONTAINER_PATHS[0]}/<item>/lineitem", f"{CONTAINER_PATHS[1]}/<item>")


@service("columns", addresses.LINE_ITEM, addresses.LINE_ITEM_READ)
def list_columns(course: Course) -> Response:
    """List line items, filtered by link, resource or tag (AGS 2.0 section 3.2.1)."""
    if wrong := wrong_media_type(course, accept=_COLUMNS):
        return wrong
    lms, args = current_lms(), request.args
    with lms.lock:
        columns = list(course.columns.values())
    wanted = {"link_id": "resource_link_id", "resource_id": "resource_id", "tag": "tag"}
    for attribute, name in wanted.items():
        if args.get(name):
            columns = [column for column in columns if getattr(column, attribute) == args[name]]
    page, link = paged(columns, course, addresses.line_items(lms, course))
    return answer([_document(course, column) for column in page], 200, _COLUMNS, link=link)


@service("columns", addresses.LINE_ITEM)
def create_column(course: Course) -> Response:
    """Create a line item (AGS 2.0 section 3.2.2); twice the same makes two, as everywhere."""
    if wrong := wrong_media_type(course, content_type=_COLUMN):
        return wrong
    values = _values(course)
    if isinstance(values, Response):
        return values
    lms = current_lms()
    if values["link_id"] and values["link_id"] not in {link.id for link in course.links.values()}:
        return refusal(course, 403 if course.rules.family == "moodle" else 404)
    with lms.lock:
        column = lms.new_column(course, **values)
    return answer(_document(course, column), 201, _COLUMN)


@service("column", addresses.LINE_ITEM, addresses.LINE_ITEM_READ)
def read_column(course: Course, item: str) -> Response:
    """Return one line item."""
    column = course.columns.get(item)
    if column is None:
        return gone(course, item)
    return wrong_media_type(course, accept=_COLUMN) or answer(_document(course, column), 200, _COLUMN)


@service("column", addresses.LINE_ITEM)
def change_column(course: Course, item: str) -> Response:
    """Replace a line item; another maximum rescales the grades in it."""
    column = course.columns.get(item)
    if column is None:
        return gone(course, item)
    if wrong := wrong_media_type(course, content_type=_COLUMN):
        return wrong
    values = _values(course)
    if isinstance(values, Response):
        return values
    with current_lms().lock:
        _rescale(course, column, values["maximum"])
        for name in ("label", "maximum", "resource_id", "tag", "more"):
            setattr(column, name, values[name])
    return answer(_document(course, column), 200, _COLUMN)


@service("column", addresses.LINE_ITEM)
def delete_column(course: Course, item: str) -> Response:
    """Delete a line item with its grades; Canvas refuses that for an assignment's own."""
    column = course.columns.get(item)
    if column is None:
        return gone(course, item)
    if column.own and course.rules.family == "canvas":
        return refusal(course, 401, "The line item belongs to an assignment")
    with current_lms().lock:
        course.columns.pop(item, None)
        course.grades = {key: grade for key, grade in course.grades.items() if key[0] != item}
    return answer(None, 204, "text/html")


for _path in CONTAINER_PATHS:
    blueprint.add_url_rule(_path, view_func=list_columns, methods=["GET"])
    blueprint.add_url_rule(_path, view_func=create_column, methods=["POST"])
for _path in ITEM_PATHS:
    blueprint.add_url_rule(_path, view_func=read_column, methods=["GET"])
    blueprint.add_url_rule(_path, view_func=change_column, methods=["PUT"])
    blueprint.add_url_rule(_path, view_func=delete_column, methods=["DELETE"])


def _values(course: Course) -> dict[str, Any] | Response:
    sent = request.get_json(force=True, silent=True)
    moodle = course.rules.family == "moodle"
    if not isinstance(sent, dict) or not sent.get("label") or "scoreMaximum" not in sent:
        return refusal(course, 400 if moodle else 422, "No label or Score Maximum")
    if len(str(sent["label"])) > 255:
        return refusal(course, 502 if moodle else 422, "Bad Gateway" if moodle else "label is too long")
    try:
        maximum = Decimal(str(sent["scoreMaximum"]))
    except InvalidOperation:
        return refusal(course, 400)
    if not maximum.is_finite():
        return refusal(course, 400)
    if maximum <= 0 and not moodle:
        return refusal(course, 422, "scoreMaximum must be greater than 0")
    known = ("id", "label", "scoreMaximum", "resourceId", "resourceLinkId", "tag")
    return {
        "label": str(sent["label"]),
        "maximum": maximum,
        "resource_id": sent.get("resourceId"),
        "link_id": sent.get("resourceLinkId"),
        "tag": sent.get("tag"),
        "more": {name: value for name, value in sent.items() if name not in known},
    }


def _rescale(course: Course, column: Column, maximum: Decimal) -> None:
    if course.rules.family != "moodle" or not column.maximum:
        return
    for (column_id, _), grade in course.grades.items():
        if column_id == column.id and grade.final is not None:
            grade.final = grade.final * maximum / column.maximum


def _document(course: Course, column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": addresses.line_item(current_lms(), course, column),
        "label": column.label,
        "scoreMaximum": number(column.maximum),
    }
    empty = "" if course.rules.family == "moodle" else None
    optional = {"resourceId": column.resource_id or empty, "tag": column.tag or empty, "resourceLinkId": column.link_id}
    if course.rules.family == "moodle":
        optional["ltiLinkId"] = column.link_id
    return found | {name: value for name, value in optional.items() if value is not None}
