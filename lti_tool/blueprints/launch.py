"""Platforms: a sign-in begins, the browser is bound, the signed launch arrives, a visit opens.

The story of one launch, in the order it happens:

1. ``/lti/login``: the platform names itself. If this browser shows our mark (``__Host-b``), it goes on to the
   platform with a signed ``state``; if not, it gets a mark and comes back once to ``/lti/login/check``.
2. ``/lti/login/check``: the mark came back: on to the platform. It did not: this frame has no cookies, so a page
   offers to go on in a new window. The platform is not called before that is settled: its hint works only once.
3. ``/lti/launch``: the platform posts the signed launch. It must belong to this browser's own sign-in, and it is
   used up by one unique insert in the transaction that opens the visit.
"""

from urllib.parse import urlsplit

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.lti import launch as protocol
from lti_tool.lti.login import Attempt, LoginRequest, read_login, start
from lti_tool.lti.messages import PlatformConfig, ResourceLaunch
from lti_tool.lti.refusals import BrowserNotBound, LaunchRefused, LoginRefused
from lti_tool.services import launches, platforms, visits
from lti_tool.services.visits import Opened
from lti_tool.web import visit as browser
from lti_tool.web.access import from_any_frame
from lti_tool.web.requests import lists
from lti_tool.web.tool import tool

FORM_LIMIT = 512 * 1024
"""Canvas may put 40,000-character values and a thousand course ids into a launch."""
ADDRESS_LIMIT = 6000
"""Longer sign-ins do not fit in an address on the way to the check; they go by the button's form."""


class CookiesBlocked(LaunchRefused):
    """Even in a window of its own the browser keeps no cookie of ours."""

    status = 403
    code = "cookies-blocked"
    message = "Your browser keeps no cookies of this site, so it cannot be told from another one."
    remedy = "Allow cookies for this site in your browser's settings, then open the activity from your course again."


bp = Blueprint("launch", __name__, url_prefix="/lti")
bp.before_request(from_any_frame)


@bp.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Begin a sign-in that the platform asks for; bind it to this browser first."""
    fields = lists(_posted() if request.method == "POST" else request.args)
    new_window = bool(fields.pop("new_window", None))
    asked = read_login(fields)
    platform = _platform(asked)
    if mark := browser.browser():
        return _to_platform(asked, platform, mark)
    address = url_for("launch.check", a=tool().signer.sign_login(asked, new_window=new_window))
    response = redirect(address, 303)
    if len(address) > ADDRESS_LIMIT:
        response = make_response(_new_window(asked, platform))
    browser.mark_browser(response)
    return response


@bp.get("/login/check")
def check() -> ResponseReturnValue:
    """Go on if the browser kept our mark; else offer a new window, where cookies work."""
    asked, new_window = tool().signer.open_login(request.args.get("a", ""))
    platform = _platform(asked)
    if mark := browser.browser():
        return _to_platform(asked, platform, mark)
    if new_window:
        raise CookiesBlocked
    return _new_window(asked, platform)


@bp.post("/launch")
def launch() -> ResponseReturnValue:
    """Take the platform's signed launch and open a visit, once.

    :raise LaunchRefused: in every other case; nothing is stored then.
    """
    form = lists(_posted())
    states = form.get("state", [])
    attempt = tool().signer.open(states[0] if len(states) == 1 else "")
    _refuse_other_browser(attempt)
    with tool().database.reading() as session:
        platform = platforms.get(session, attempt.platform_id)
    if said_no := protocol.platform_error(form):
        with tool().database.transaction() as session:
            launches.use_up(session, attempt.id)
        raise LoginRefused(said_no.error)
    message = protocol.verify(form, attempt, platform, tool().keys, base_url=tool().settings.base_url)
    return _land(message, _open(attempt, message))


def _posted() -> object:
    request.max_content_length = FORM_LIMIT
    return request.form


def _platform(asked: LoginRequest) -> PlatformConfig:
    with tool().database.reading() as session:
        return platforms.for_login(session, asked.issuer, asked.client_id)


def _to_platform(asked: LoginRequest, platform: PlatformConfig, mark: str) -> ResponseReturnValue:
    parts = tool()
    redirect_uri = parts.settings.base_url + url_for("launch.launch")
    return redirect(start(asked, platform, browser=mark, redirect_uri=redirect_uri, signer=parts.signer), 303)


def _new_window(asked: LoginRequest, platform: PlatformConfig) -> ResponseReturnValue:
    """Offer one button that begins the same sign-in again, at the top level."""
    endpoint = urlsplit(platform.authorization_endpoint)
    g.form_action = [f"{endpoint.scheme}://{endpoint.netloc}"]
    fields = {
        "iss": asked.issuer,
        "login_hint": asked.login_hint,
        "target_link_uri": asked.target_link_uri,
        "client_id": asked.client_id,
        "lti_deployment_id": asked.deployment_id,
        "lti_message_hint": asked.message_hint,
        "new_window": "1",
    }
    given = [(name, value) for name, value in fields.items() if value is not None]
    return render_template("launch/new_window.html", action=url_for("launch.login"), fields=given)


def _refuse_other_browser(attempt: Attempt) -> None:
    if not attempt.is_bound_to(browser.browser() or ""):
        raise BrowserNotBound


def _open(attempt: Attempt, message: ResourceLaunch) -> Opened:
    """Use up the sign-in, record the launch and open the visit: all of it, or nothing."""
    parts = tool()
    workshop = parts.workshop(message.custom.get("workshop"))
    with parts.database.transaction() as session:
        launches.use_up(session, attempt.id)
        recorded = launches.record(session, message, workshop)
        return visits.open_visit(session, message, recorded, parts.settings.visit_hours)


def _land(message: ResourceLaunch, opened: Opened) -> ResponseReturnValue:
    """Send the browser to the first page of its role, with the secret of its visit."""
    page = "teach.progress" if visits.is_teacher(message.role) else "learn.home"
    response = redirect(url_for(page, visit_id=opened.id), 303)
    browser.hand_over(response, opened)
    return response
