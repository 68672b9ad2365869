"""One request from start to end: its reference, its line in the log, and how we read what it brings."""

import re
import secrets
import time
from typing import Any, cast

from flask import Flask, Request, Response, g, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.log import log
from lti_tool.lti import strict_json
from lti_tool.lti.strict_json import NotJson

REFERENCE = re.compile(r"[A-Za-z0-9-]{8,64}")
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What no XML can hold: neither a Word document nor a drawing could be made of a text with it."""


class JsonNotValid(ToolError):
    """The body is not the JSON we speak."""

    code = "json-not-valid"
    message = mark("That could not be read, so nothing was changed.")
    remedy = mark("Reload the page and try again.")


class BodyBroken(ToolError):
    """The request ended before it was complete."""

    code = "body-broken"
    message = mark("The request arrived incomplete, so nothing was changed.")
    remedy = mark("Check your connection and try again.")


class JsonNeeded(ToolError):
    """A script sent something else than JSON."""

    status = 415
    code = "json-needed"
    message = mark("This address takes JSON only.")
    remedy = mark("Reload the page and try again.")


class ToolRequest(Request):
    """A request that finds its cookies where the server put them: Flask's own looks through all headers for them."""

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The cookies that came with it."""
        found = parse_cookie(self.environ.get("HTTP_COOKIE"), ImmutableMultiDict)
        return cast(ImmutableMultiDict[str, str], found)


def current_request() -> Request:
    """Return the request itself: who asks it many things is answered faster than by what stands for it everywhere."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined] # werkzeug gives it every such proxy
    return found


def init_app(app: Flask) -> None:
    """Number every request and log how it ended."""
    app.request_class = ToolRequest
    app.before_request(begin)
    app.after_request(end)


def begin() -> None:
    """Give the request a reference: the proxy's, if we trust one, else our own."""
    environ = current_request().environ
    given = environ.get("HTTP_X_REQUEST_ID", "") if "werkzeug.proxy_fix.orig" in environ else ""
    g.request_id = reference = given if REFERENCE.fullmatch(given) else secrets.token_hex(6)
    g.began = time.perf_counter()
    log.about(reference)
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD", "OPTIONS"):
        read_body()


def read_body() -> None:
    """Read the whole body now, within the limit, so that a broken one is the sender's fault and not a view's.

    :raise BodyBroken: the connection or its chunks broke on the way.
    """
    try:
        request.get_data(cache=True)
    except OSError:
        raise BodyBroken from None


def end(response: Response) -> Response:
    """Write the request's line: route, status, milliseconds; no address with ids in it, no query."""
    took = round((time.perf_counter() - g.began) * 1000, 1)
    this = current_request()
    route = this.url_rule.rule if this.url_rule else "-"
    log.info("request", method=this.method, route=route, status=response.status_code, ms=took)
    return response


def json_object() -> dict[str, Any]:
    """Return the body as a JSON object.

    :raise JsonNeeded: it says it is something else.
    :raise JsonNotValid: broken, nested too deep, NaN, duplicate keys, or not an object.
    """
    if request.mimetype != "application/json":
        raise JsonNeeded
    try:
        found = strict_json.read(request.get_data())
    except NotJson as error:
        raise JsonNotValid(str(error)) from None
    if not isinstance(found, dict):
        raise JsonNotValid
    return found


def printable(given: Any) -> Any:
    """Return a text without the signs that nobody types on purpose and no document can hold; anything else as it is."""
    return UNPRINTABLE.sub("", given) if isinstance(given, str) else given


def lists(source: Any) -> dict[str, list[str]]:
    """Return form fields or query parameters with all their values, so that duplicates are seen."""
    return {name: source.getlist(name) for name in source}
