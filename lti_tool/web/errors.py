"""From a refusal to a page: what happened, what to do, and a reference that support can find in the log."""

from typing import Any

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, SecurityError

from lti_tool.errors import ToolError
from lti_tool.language import gettext as _
from lti_tool.language import mark
from lti_tool.log import log
from lti_tool.seal import SealBroken


class PageMissing(ToolError):
    """No such page, or not for this person: the two look the same on purpose."""

    status = 404
    code = "no-such-page"
    message = mark("There is no such page here.")
    remedy = mark("Go back to your course and open the activity again.")


class TooLarge(ToolError):
    """More than we take in one request."""

    status = 413
    code = "too-large"
    message = mark("That was more than one page can hold, so nothing was changed.")
    remedy = mark("Shorten the text and save again.")


class Unexpected(ToolError):
    """A fault of ours."""

    status = 500
    code = "our-fault"
    message = mark("Something went wrong on our side.")
    remedy = mark(
        "Your saved work is safe. Try again in a minute; if it happens again, tell support the reference below."
    )


class AnswerSealed(ToolError):
    """No encryption key that we have opens what is stored."""

    status = 500
    code = "answer-sealed"
    message = mark("What you wrote is stored, but it cannot be opened at this moment.")
    remedy = mark("Nothing is lost. Tell support the reference below: an encryption key is missing on the server.")


class Refused(ToolError):
    """Any other answer of the HTTP layer: a wrong method, a broken request."""

    message = mark("This request could not be understood, so nothing was changed.")
    remedy = mark("Go back to your course and open the activity again.")


def init_app(app: Flask) -> None:
    """Let every refusal and every fault end in a page."""
    app.register_error_handler(ToolError, show)
    app.register_error_handler(HTTPException, show_http)
    app.register_error_handler(SecurityError, show_wrong_host)
    app.register_error_handler(SealBroken, show_sealed)
    app.register_error_handler(Exception, show_fault)


def show(error: ToolError, status: int | None = None, headers: Any = None) -> ResponseReturnValue:
    """Render a refusal; as JSON where a script asked."""
    status = status or error.status
    if status == 503:
        headers = {**dict(headers or {}), "Retry-After": "2"}
    log.info("refused", code=error.code, status=status)
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        body = {"code": error.code, "message": _(error.message), "remedy": _(error.remedy), "reference": g.request_id}
        return body, status, headers or {}
    return_url = g.visit.return_url if "visit" in g else None
    template = "launch/refused.html" if request.path.startswith(("/lti/", "/v/")) else "errors/error.html"
    shown = {"error": error, "reference": g.request_id, "return_url": return_url, "detail": error.detail_for_page}
    return render_template(template, **shown), status, headers or {}


def show_http(error: HTTPException) -> ResponseReturnValue:
    """Render an answer of the HTTP layer in our words, with its status and headers (Allow, Retry-After)."""
    ours = {404: PageMissing, 413: TooLarge}.get(error.code or 500, Refused)
    if error.response is not None:
        return error.response
    kept = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
    return show(ours(), error.code or 500, kept)


def show_sealed(error: SealBroken) -> ResponseReturnValue:
    """Say that what is stored cannot be opened: a key is missing, and an operator can put it back."""
    log.fault(error)
    return show(AnswerSealed())


def show_wrong_host(_error: SecurityError) -> ResponseReturnValue:
    """Answer a request for a host that is not ours: without an address to stand on, no page can be made."""
    return f"{_(Refused.message)}\n{_(Refused.remedy)}\n", 400, {"Content-Type": "text/plain; charset=utf-8"}


def show_fault(error: Exception) -> ResponseReturnValue:
    """Say that it was us. The log gets the kind and the place, never the values."""
    log.fault(error)
    try:
        return show(Unexpected())
    except Exception as again:
        log.fault(again)
        return f"{_(Unexpected.message)} {_(Unexpected.remedy)} {g.get('request_id', '')}", 500
