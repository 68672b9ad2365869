"""Security headers on every answer: one policy, narrowed or widened by what a guard or a view put on ``g``."""

from flask import Flask, Response, g, request

from lti_tool.web.tool import tool

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; object-src 'none'; form-action {form_action}; frame-ancestors {ancestors}"
)

FRAMED = ("/lti/login", "/lti/launch", "/v/")
"""What a course page opens in a frame. Without a visit such a page holds nothing personal, so any site may frame it."""


def init_app(app: Flask) -> None:
    """Set the headers after every request."""
    app.after_request(secure)


def secure(response: Response) -> Response:
    """Add the headers that hold for all pages, and keep personal ones out of every cache."""
    # Each is added where none is: looking for an older one in a long list is what costs.
    add = response.headers.add
    # Chromium applies form-action to the redirects after a form, too: the sign-in page names the platform's origin.
    form_action = " ".join(["'self'", *g.get("form_action", ())])
    ancestors = g.get("frame_ancestors") or ("*" if request.path.startswith(FRAMED) else "'none'")
    add("Content-Security-Policy", POLICY.format(form_action=form_action, ancestors=ancestors))
    add("Referrer-Policy", "no-referrer")
    add("X-Content-Type-Options", "nosniff")
    if "Cross-Origin-Resource-Policy" not in response.headers:
        add("Cross-Origin-Resource-Policy", "same-origin")
    add("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if tool().settings.base_url.startswith("https:"):
        add("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        add("Cache-Control", "no-store")
    add("X-Request-ID", g.get("request_id", ""))
    return response
