"""The answer of a picker (LTI Deep Linking 2.0 section 3.4): checked by the rules of the family, then activities."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import jwt
from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.demo_lms.app_state import current_lms, note
from lti_tool.demo_lms.choosing import add_link
from lti_tool.demo_lms.claims import CLAIM, DEEP_LINKING
from lti_tool.demo_lms.courses import Course, Link
from lti_tool.demo_lms.records import Chooser
from lti_tool.demo_lms.state import Lms
from lti_tool.demo_lms.tokens import TokenRefused, signed_claims

blueprint = Blueprint("content", __name__)


class ContentRefused(Exception):
    """The platform does not take the answer; the text is what its page says."""


@blueprint.post("/content/<key>")
def take(key: str) -> ResponseReturnValue:
    """Take the answer that the browser brings from the tool, and make what it holds: all of it, or nothing.

    Source: Moodle 4.5.6, each rule tried 2026-11-22; Canvas ``deep_linking_controller.rb``, read in 2026.
    """
    lms = current_lms()
    chooser = lms.choosers.get(key) or abort(404)
    client = chooser.course.registration
    try:
        claims = _checked(lms, chooser, request.form.get("JWT", ""))
        with lms.lock:
            items = _items(lms, chooser, claims)
            made = [_make(lms, chooser.course, item) for item in items]
    except (ContentRefused, TokenRefused, jwt.PyJWTError) as refused:
        note("content", client, 400, f"refused: {refused}")
        return render_template("content.html", chooser=chooser, refused=str(refused), made=[]), 400
    note("content", client, 200, f"{len(made)} activities", claims)
    return render_template("content.html", chooser=chooser, refused="", made=made)


def _checked(lms: Lms, chooser: Chooser, answer: str) -> dict[str, Any]:
    moodle = chooser.course.rules.family == "moodle"
    claims = signed_claims(lms, jwt.get_unverified_header(answer).get("kid"), answer)
    now, leeway = lms.now().timestamp(), 0 if moodle else 60
    if claims.get("iss") != chooser.course.registration.client_id:
        raise ContentRefused("Consumer key is incorrect.")
    if claims.get("exp", 0) <= now:
        raise ContentRefused("Expired token")
    if claims.get("iat", now + 100) > now + leeway:
        raise ContentRefused("Cannot handle token with iat prior to now")
    if claims.get(CLAIM + "message_type") != "LtiDeepLinkingResponse" or claims.get(CLAIM + "version") != "1.3.0":
        raise ContentRefused("not a deep linking response")
    if not moodle:
        _check_strictly(lms, chooser, claims)
    return claims


def _check_strictly(lms: Lms, chooser: Chooser, claims: dict[str, Any]) -> None:
    audience = claims.get("aud")
    if lms.issuer not in (audience if isinstance(audience, list) else [audience]):
        raise ContentRefused("the aud is invalid")
    if claims.get(CLAIM + "deployment_id") != chooser.course.registration.deployment_id:
        raise ContentRefused("the deployment_id is invalid")
    if claims.get(DEEP_LINKING + "data") != chooser.data:
        raise ContentRefused("the data did not come back as it went out")
    with lms.lock:
        if not claims.get("nonce") or claims["nonce"] in lms.nonces:
            raise ContentRefused("the nonce is missing or was used before")
        lms.nonces.add(claims["nonce"])


def _items(lms: Lms, chooser: Chooser, claims: dict[str, Any]) -> list[dict[str, Any]]:
    items = claims.get(DEEP_LINKING + "content_items", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ContentRefused("content_items is no list of items")
    if len(items) > 1 and not chooser.several:
        raise ContentRefused("only one item is accepted here")
    for item in items:
        _check_item(lms, chooser.course, item)
    return items


def _check_item(lms: Lms, course: Course, item: dict[str, Any]) -> None:
    moodle = course.rules.family == "moodle"
    # Moodle takes links and HTML as if they were links to the tool.
    if not moodle and item.get("type") != "ltiResourceLink":
        raise ContentRefused("only links to the tool are accepted here")
    if not moodle and any(value is None for value in item.values()):
        raise ContentRefused("an item holds null")
    if len(item.get("title") or "") > 255:
        raise ContentRefused("Maximum of 255 characters")
    if not moodle and urlsplit(item.get("url") or lms.tool_url).netloc != urlsplit(lms.tool_url).netloc:
        raise ContentRefused("the address is not the tool's")
    wanted = item.get("lineItem")
    if wanted is None:
        return
    maximum = wanted.get("scoreMaximum")
    if isinstance(maximum, bool) or not isinstance(maximum, int | float) or maximum <= 0:
        raise ContentRefused("must be an integer between 1 and 100" if moodle else "scoreMaximum must be above 0")
    if moodle and (maximum != int(maximum) or maximum > 100):
        raise ContentRefused("must be an integer between 1 and 100")


def _make(lms: Lms, course: Course, item: dict[str, Any]) -> Link:
    moodle = course.rules.family == "moodle"
    title = str(item.get("title") or "Three Steps")
    if moodle:
        title = re.sub(r"<[^>]*>", "", title)
    # Moodle keeps custom parameters as lines name=value, so a line break ends a value.
    custom = {str(name): str(value).split("\n")[0] for name, value in (item.get("custom") or {}).items()}
    wanted = item.get("lineItem")
    link = add_link(lms, course, title=title, custom=custom, graded=wanted is not None, url=item.get("url") or "")
    if wanted is not None:
        lms.new_column(
            course,
            # Moodle drops the label: a grade is called like its activity.
            label=title if moodle else str(wanted.get("label") or title),
            maximum=Decimal(str(wanted["scoreMaximum"])),
            link_id=link.id,
            resource_id=wanted.get("resourceId"),
            tag=wanted.get("tag"),
            own=True,
        )
    return link
