"""Platforms: a sign-in begins, the browser is bound, the signed launch arrives, a visit opens.

The story of one launch, in the order it happens:

1. ``/lti/login``: the platform names itself. If this browser shows our mark (``__Host-b``), it goes on to the
   platform with a signed ``state``; if not, it gets a mark and comes back once to ``/lti/login/check``.
2. ``/lti/login/check``: the mark came back: on to the platform. It did not: this frame has no cookies. If the platform
   offers to keep a value for us, a page puts a proof there and goes on; else, or if nobody answers, it offers a new
   window. The platform's sign-in is not called before that is settled: its hint works only once.
3. ``/lti/launch``: the platform posts the signed launch. It must belong to this browser's own sign-in, and it is
   used up by one unique insert in the transaction that opens the visit.
4. ``/lti/launch/confirm``: only where the proof is in the platform's storage: a page fetched it and posts it with the
   launch. The visit goes on by a header, and the answer to this post is the only place where its token appears.
"""

import secrets
import time
from contextlib import suppress
from functools import cache, partial
from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from lti_tool.db import DatabaseBusy
from lti_tool.language import mark
from lti_tool.log import log
from lti_tool.lti import launch as protocol
from lti_tool.lti.login import Attempt, LoginRequest, Storage, read_login, start
from lti_tool.lti.messages import AnyLaunch, DeepLinkingLaunch, PlatformConfig, ResourceLaunch, ReviewLaunch
from lti_tool.lti.refusals import BrowserNotBound, LaunchRefused, LoginRefused
from lti_tool.lti.texts import origin
from lti_tool.services import launches, linking, opening, platforms, visits
from lti_tool.services.known import PlatformChanged
from lti_tool.services.launches import Recorded
from lti_tool.services.opening import Opened
from lti_tool.web import visit as browser
from lti_tool.web.access import from_any_frame, refuse_other_sites
from lti_tool.web.requests import lists
from lti_tool.web.tool import tool

FORM_LIMIT = 512 * 1024
"""Canvas may put 40,000-character values and a thousand course ids into a launch."""
ADDRESS_LIMIT = 6000
"""Longer sign-ins do not fit in an address on the way to the check; they go by the button's form."""
PLATFORM_KEPT = 0.5
"""Seconds for which sign-ins do not ask again for a platform: when a class begins, they come in hundreds."""


class CookiesBlocked(LaunchRefused):
    """Even in a window of its own the browser keeps no cookie of ours."""

    status = 403
    code = "cookies-blocked"
    message = mark("Your browser keeps no cookies of this site, so it cannot be told from another one.")
    remedy = mark(
        "Allow cookies for this site in your browser's settings, then open the activity from your course again."
    )


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
    return _by_storage(asked, platform) if asked.storage_target else _new_window(asked, platform)


@bp.post("/launch")
def launch() -> ResponseReturnValue:
    """Take the platform's signed launch and open a visit, once.

    :raise LaunchRefused: in every other case; nothing is stored then.
    """
    form = lists(_posted())
    attempt = tool().signer.open(_only(form, "state"))
    if attempt.storage:
        return _ask_for_proof(form, attempt.platform_id, attempt.storage)
    _refuse_other_browser(attempt, browser.browser())
    message, opened = _accept(form, attempt)
    response = redirect(_landing(message, opened), 303)
    browser.hand_over(response, opened)
    return response


@bp.post("/launch/confirm")
def confirm() -> ResponseReturnValue:
    """Take a launch with the proof that the platform kept; the visit goes on by a header, for there are no cookies.

    :raise LaunchRefused: as for a launch; also if the sign-in was bound by the cookie, which is then the only proof.
    """
    form = lists(_posted())
    refuse_other_sites()
    attempt = tool().signer.open(_only(form, "state"))
    _refuse_other_browser(attempt, _only(form, "proof") if attempt.storage else None)
    message, opened = _accept(form, attempt)
    return browser.go_on_by_header(opened, _landing(message, opened))


def _accept(form: dict[str, list[str]], attempt: Attempt) -> tuple[AnyLaunch, Opened]:
    """Verify a launch of this browser and open its visit, once.

    The platform may be as an earlier launch found it: that opens a visit only if it still is so. Whatever else comes
    of it does not count; the launch is then verified again, with the platform as it is now.
    """
    parts = tool()
    if seen := parts.platforms.get(attempt.platform_id):
        with suppress(LaunchRefused, PlatformChanged):
            return _accept_from(seen, form, attempt)
    with parts.database.looking() as door:
        found = parts.platforms[attempt.platform_id] = platforms.get(door, attempt.platform_id)
    try:
        return _accept_from(found, form, attempt)
    except PlatformChanged:
        raise DatabaseBusy("the platform was changed meanwhile") from None


def _accept_from(platform: PlatformConfig, form: dict[str, list[str]], attempt: Attempt) -> tuple[AnyLaunch, Opened]:
    if said_no := protocol.platform_error(form):
        # Anybody can post such an answer: nothing is stored for it. The sign-in opens nothing without its token.
        raise LoginRefused(said_no.error)
    message = protocol.verify(form, attempt, platform, tool().keys, base_url=tool().settings.base_url)
    if message.target_link_uri != attempt.target_link_uri:
        # Nobody signed the sign-in's: the launch's alone counts (LTI 1.3 core, 5.3.4).
        log.info("target differs", platform=platform.id)
    return message, _open(attempt, message)


def _posted() -> object:
    if len(request.get_data(cache=True)) > FORM_LIMIT:
        raise RequestEntityTooLarge
    return request.form


def _platform(asked: LoginRequest) -> PlatformConfig:
    """Return the platform that a sign-in names, as it was a moment ago; whether it still is so, the launch finds."""
    parts, name, now = tool(), (asked.issuer, asked.client_id), time.monotonic()
    found, until = parts.signing_in.get(name, (None, now))
    if found is None or until <= now:
        with parts.database.looking() as door:
            found = platforms.for_login(door, *name)
        if asked.client_id:  # whether an issuer alone says enough, the next registration may change
            parts.signing_in[name] = found, now + PLATFORM_KEPT
    return found


def _to_platform(asked: LoginRequest, platform: PlatformConfig, mark: str) -> ResponseReturnValue:
    parts = tool()
    return redirect(start(asked, platform, browser=mark, redirect_uri=_redirect_uri(), signer=parts.signer), 303)


def _redirect_uri() -> str:
    return tool().settings.base_url + _launch_path()


@cache
def _launch_path() -> str:
    return url_for("launch.launch")


def _by_storage(asked: LoginRequest, platform: PlatformConfig) -> ResponseReturnValue:
    """Put a proof into the platform's storage, then go on; if nobody answers, the same page offers a new window.

    Source: 1EdTech LTI postMessage Storage 0.1 and OIDC Login with LTI Client Side postMessages 0.1.
    """
    parts = tool()
    proof = secrets.token_urlsafe(24)
    storage = Storage(frame=asked.storage_target or "", key=secrets.token_urlsafe(6))
    go_on = start(asked, platform, browser=proof, redirect_uri=_redirect_uri(), signer=parts.signer, storage=storage)
    keeps = {"origin": _origin(platform), "storage": storage, "proof": proof, "go_on": go_on}
    return _new_window(asked, platform, template="launch/storage_put.html", **keeps)


def _ask_for_proof(form: dict[str, list[str]], platform_id: int, storage: Storage) -> ResponseReturnValue:
    """Return a page that fetches the proof from the platform and posts it with the launch, which nobody read yet."""
    with tool().database.looking() as door:
        platform = platforms.get(door, platform_id)
    names = ("state", "id_token", "error", "error_description")
    fields = [(name, value) for name in names for value in form.get(name, [])]
    action = url_for("launch.confirm")
    return render_template(
        "launch/storage_get.html", action=action, fields=fields, origin=_origin(platform), storage=storage
    )


def _origin(platform: PlatformConfig) -> str:
    """Return the origin of the platform's sign-in, fit for a header; an address that is not fit names nobody."""
    return origin(platform.authorization_endpoint) or "'none'"


def _new_window(
    asked: LoginRequest, platform: PlatformConfig, *, template: str = "launch/new_window.html", **more: object
) -> ResponseReturnValue:
    """Offer one button that begins the same sign-in again, at the top level."""
    g.form_action = [_origin(platform)]
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
    return render_template(template, action=url_for("launch.login"), fields=given, **more)


def _only(form: dict[str, list[str]], name: str) -> str:
    """Return a field that was sent once; one that is missing or doubled is empty."""
    values = form.get(name, [])
    return values[0] if len(values) == 1 else ""


def _refuse_other_browser(attempt: Attempt, shown: str | None) -> None:
    if not shown or not attempt.is_bound_to(shown):
        raise BrowserNotBound


def _open(attempt: Attempt, message: AnyLaunch) -> Opened:
    """Use up the sign-in, record the launch and open the visit: all of it, or nothing."""
    parts = tool()
    if isinstance(message, ResourceLaunch):
        with parts.database.at_once() as door:
            record = partial(_record, door, message)
            if again := opening.open_again(door, message, record, parts.settings.visit_hours, attempt.id):
                return again
    with parts.database.transaction() as session:
        launches.use_up(session, attempt.id)
        record = partial(_record, session, message)
        opened = opening.open_visit(session, message, record, parts.settings.visit_hours)
        if isinstance(message, DeepLinkingLaunch):
            linking.keep(session, message, opened.id)
        return opened


def _record(session: Any, message: AnyLaunch) -> Recorded:
    if isinstance(message, DeepLinkingLaunch):
        return launches.record_choosing(session, message)
    if isinstance(message, ReviewLaunch):
        return launches.record_review(session, message)
    return launches.record(session, message, tool().workshop(message.custom.get("workshop")))


def _landing(message: AnyLaunch, opened: Opened) -> str:
    """Return the first page for this message and role; a learner who reviews their own work comes to their home."""
    page = "teach.progress" if visits.is_teacher(message.role) else "home.page"
    if isinstance(message, DeepLinkingLaunch):
        page = "select.picker"
    if isinstance(message, ReviewLaunch) and message.learner != message.person.sub:
        page = "review.learner"
    return browser.page_of(opened.id, page)
