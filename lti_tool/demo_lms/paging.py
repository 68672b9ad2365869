"""Pages of a listing, with the Link header of each platform family."""

from typing import TypeVar
from urllib.parse import urlencode

from flask import request

from lti_tool.demo_lms.courses import Course

Item = TypeVar("Item")


def paged(items: list[Item], course: Course, url: str) -> tuple[list[Item], str]:
    """Return the asked page and the value of its Link header (empty: no further page).

    Source: Moodle 4.5.6 pages only when asked, with ``from``, in typographic quotes and ``&amp;`` for line items;
    Canvas pages always, at most 50, and drops ``limit`` from the next address.
    """
    if course.rules.family == "moodle":
        return _moodle(items, url)
    size = _number("per_page") or _number("limit") or course.rules.page_size or len(items)
    size = min(size, course.rules.page_size or size)
    page = _number("page") or 1
    rest = [(name, value) for name, value in request.args.items() if name not in ("limit", "page", "per_page")]
    query = urlencode([*rest, ("page", page + 1), ("per_page", size)])
    link = f'<{url.partition("?")[0]}?{query}>; rel="next"' if page * size < len(items) else ""
    return items[(page - 1) * size : page * size] if size else items, link


def _moodle(items: list[Item], url: str) -> tuple[list[Item], str]:
    limit, start = _number("limit"), _number("from")
    if not limit:
        return items, ""
    link = ""
    if start + limit < len(items):
        if "lineitems" in url:
            link = f"<{url}&amp;limit={limit}&amp;from={start + limit}>; rel=“next”"
        else:
            link = f'<{url}?limit={limit}&from={start + limit}>; rel="next"'
    # The header goes out byte by byte, so the quotes arrive as UTF-8, as they do from Moodle.
    return items[start : start + limit], link.encode().decode("latin-1")


def _number(name: str) -> int:
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else 0
