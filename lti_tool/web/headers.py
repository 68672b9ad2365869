"""Security headers on every answer: one policy, narrowed or widened by what a guard or a view put on ``g``."""

import re
from typing import Any, Self

from flask import Flask, Response, g

from lti_tool.web.requests import current_request
from lti_tool.web.tool import tool

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; object-src 'none'; form-action {form_action}; frame-ancestors {ancestors}"
)

FRAMED = ("/lti/login", "/lti/launch", "/v/")
"""What a course page opens in a frame. Without a visit such a page holds nothing personal, so any site may frame it."""


Header = tuple[str, str]
_FIXED: tuple[Header, ...] = (
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_HTTPS: Header = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
_PLAIN = re.compile(r"[A-Za-z0-9:/?#@!$&'()*+,;=._~%-]+")
"""Signs that stand for themselves in an address. Source: RFC 3986, 2.2 and 2.3; without the brackets of IPv6."""


def is_plain(address: str) -> bool:
    """Say whether an address can go into a header as it is."""
    return bool(_PLAIN.fullmatch(address))


class SecuredResponse(Response):
    """A response some of whose headers go past werkzeug's checks and copies: values of ours alone, plain addresses."""

    unchecked: tuple[Header, ...] = ()

    @classmethod
    def to(cls, address: str, status: int) -> Self:
        """Return a redirect to a plain address, which stands in none but the outgoing headers."""
        response = cls(status=status)
        response.unchecked = (("Location", address),)
        return response

    def get_wsgi_response(self, environ: Any) -> tuple[Any, str, list[Header]]:
        """Return body, status and all headers."""
        body, status, headers = super().get_wsgi_response(environ)
        return body, status, [*headers, *self.unchecked]


def init_app(app: Flask) -> None:
    """Set the headers after every request."""
    app.response_class = SecuredResponse
    app.after_request(secure)


def secure(response: SecuredResponse) -> SecuredResponse:
    """Add the headers that hold for all pages, and keep personal ones out of every cache."""
    # Chromium applies form-action to the redirects after a form, too: the sign-in page names the platform's origin.
    this, said = current_request(), g._get_current_object()
    form_action = " ".join(["'self'", *said.get("form_action", ())])
    ancestors = said.get("frame_ancestors") or ("*" if this.path.startswith(FRAMED) else "'none'")
    response.headers.add("Content-Security-Policy", POLICY.format(form_action=form_action, ancestors=ancestors))
    unchecked = [*_FIXED, ("X-Request-ID", said.get("request_id", ""))]
    if "Cross-Origin-Resource-Policy" not in response.headers:
        unchecked.append(("Cross-Origin-Resource-Policy", "same-origin"))
    if tool().settings.base_url.startswith("https:"):
        unchecked.append(_HTTPS)
    if this.endpoint != "static" and "Cache-Control" not in response.headers:
        unchecked.append(("Cache-Control", "no-store"))
    response.unchecked += tuple(unchecked)
    return response
