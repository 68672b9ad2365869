"""Administrators of platforms: register the tool there by itself, or copy its values by hand.

The story of one registration, in the order it happens:

1. An operator made an invitation; the administrator gives its address to the platform, which opens it in a frame with
   the address of its own description and a token.
2. ``confirm``: the description is read and shown, every host of it, together with what the tool asks for.
3. ``register``: one press, good once. The tool is registered at the platform; here the registration waits for the
   operator. The page then tells the platform that it may close the frame.

Without a good invitation nothing is looked at and nobody is called.
"""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.log import log
from lti_tool.lti import registration as protocol
from lti_tool.lti.description import CANVAS_CUSTOM, CLAIMS, CUSTOM, SCOPES, Addresses, canvas_configuration, short
from lti_tool.lti.registration import ConfigurationRefused, ConfirmationSigner, Granted, Offer
from lti_tool.services import registrations
from lti_tool.services.registrations import Invited, Settled
from lti_tool.web.access import anyone, from_any_frame, refuse_other_sites
from lti_tool.web.pages import STATIC
from lti_tool.web.tool import tool

FORM_LIMIT = 128 * 1024

bp = Blueprint("register", __name__)
bp.before_request(anyone)


@bp.get("/lti/register/<invite>")
def confirm(invite: str) -> ResponseReturnValue:
    """Show what the platform says of itself and what the tool asks for; nothing is registered yet."""
    from_any_frame()
    invited = _invited(invite)
    url, given_token = _single("openid_configuration"), _single("registration_token")
    if not url:
        address = tool().settings.base_url + url_for("register.confirm", invite=invite)
        return render_template("register/how.html", address=address, institution=invited.institution)
    token = protocol.read_token(given_token)
    offer = protocol.fetch(tool().http, url, token, plain_hosts=tool().settings.private_hosts)
    confirmation = _signer().sign(offer, invitation=invited.id, tries=invited.tries, token=token)
    return render_template(
        "register/confirm.html",
        action=url_for("register.register", invite=invite),
        fields=[("confirmation", confirmation), ("registration_token", token or "")],
        institution=invited.institution,
        offer=offer,
        endpoints=protocol.endpoints(offer),
        scopes=[short(scope) for scope in offer.wanted_scopes],
        not_offered=[short(scope) for scope in SCOPES if scope not in offer.wanted_scopes],
        tool=_addresses(),
    )


@bp.post("/lti/register/<invite>")
def register(invite: str) -> ResponseReturnValue:
    """Register the tool at the platform that was shown, and keep the answer for the operator."""
    from_any_frame()
    request.max_content_length = FORM_LIMIT
    invited = _invited(invite)
    refuse_other_sites()
    token = protocol.read_token(request.form.get("registration_token"))
    offer, tries = _signer().open(request.form.get("confirmation", ""), invitation=invited.id, token=token)
    with tool().database.transaction() as session:
        registrations.begin(session, invited.id, tries)
    try:
        settled = _settle(invited, offer, protocol.register(tool().http, offer, _addresses(), token))
    except BaseException:
        with tool().database.transaction() as session:
            registrations.give_back(session, invited.id)
        raise
    log.info("registered", platform=settled.platform_id, change=settled.is_change, family=offer.family)
    return render_template(
        "register/done.html",
        offer=offer,
        platform_id=settled.platform_id,
        is_change=settled.is_change,
        missing=settled.missing,
        close_origin=offer.origin,
    )


@bp.get("/lti/canvas.json")
def canvas() -> ResponseReturnValue:
    """Give Canvas the configuration of a developer key."""
    return canvas_configuration(_addresses()), 200, {"Cache-Control": "public, max-age=3600"}


@bp.get("/lti/logo.svg")
def logo() -> ResponseReturnValue:
    """Give platforms the mark, which they show on pages of their own."""
    headers = {"Cache-Control": "public, max-age=86400", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response((STATIC / "img/three-steps.svg").read_bytes(), mimetype="image/svg+xml", headers=headers)


@bp.get("/install")
def install() -> ResponseReturnValue:
    """Show every value to paste, for an administrator who registers the tool by hand."""
    return render_template(
        "register/install.html",
        tool=_addresses(),
        scopes=[(scope, short(scope)) for scope in SCOPES],
        claims=CLAIMS,
        custom=CUSTOM,
        canvas_custom=CANVAS_CUSTOM,
    )


def _invited(invite: str) -> Invited:
    with tool().database.reading() as session:
        return registrations.find(session, invite)


def _settle(invited: Invited, offer: Offer, granted: Granted) -> Settled:
    with tool().database.transaction() as session:
        return registrations.settle(session, tool().sealer, invited.id, offer, granted)


def _single(name: str) -> str | None:
    values = request.args.getlist(name)
    if len(values) > 1:
        raise ConfigurationRefused(f"{name} is given more than once")
    return values[0] if values else None


def _addresses() -> Addresses:
    return Addresses(tool().settings.base_url)


def _signer() -> ConfirmationSigner:
    return ConfirmationSigner(tool().settings.secrets)
