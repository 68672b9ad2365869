"""The answer to a deep linking request: what was chosen, signed for the platform that asked."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from lti_tool import clock
from lti_tool.lti import strict_json, texts
from lti_tool.lti.claims import CLAIM, DEEP_LINKING
from lti_tool.lti.gradebook import LineItem
from lti_tool.lti.keys import ToolKey, load_private_key
from lti_tool.lti.messages import PlatformConfig

BACKDATED = timedelta(seconds=5)
"""Moodle refuses an answer that is dated one second ahead (4.5, observed 2026-11-22)."""
LIFE = timedelta(minutes=5)
REVIEWABLE = ["InProgress", "Submitted", "Completed"]
"""States of a learner's work in which the gradebook may open it (LTI Submission Review 1.0, 5)."""


@dataclass(frozen=True, kw_only=True)
class ContentItem:
    """One link that the platform is to make. All identity is in ``custom`` and in the line item, never in an address.

    Values of ``custom`` are ASCII slugs: Moodle turns them into lines ``name=value`` and expands a leading ``$``.
    """

    title: str
    text: str | None = None
    custom: dict[str, str]
    line_item: LineItem | None = None
    opens_at: datetime | None = None
    due_at: datetime | None = None


def response(
    platform: PlatformConfig,
    key: ToolKey,
    items: Iterable[ContentItem],
    *,
    deployment_id: str,
    launch_url: str,
    data: str | None,
    message: str | None = None,
) -> str:
    """Return the signed answer, to be posted to the platform by the browser as the field ``JWT``.

    No items is how a picker is left without a choice. ``data`` goes back to the letter, and only if it came.

    Source: LTI Deep Linking 2.0, 3.4; Canvas checks iss, aud, exp, iat and nonce (read 2026-11).
    """
    issued_at = int((clock.now() - BACKDATED).timestamp())
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "iat": issued_at,
        "exp": issued_at + int((BACKDATED + LIFE).total_seconds()),
        "nonce": secrets.token_urlsafe(24),
        CLAIM + "deployment_id": deployment_id,
        CLAIM + "message_type": "LtiDeepLinkingResponse",
        CLAIM + "version": "1.3.0",
        DEEP_LINKING + "content_items": [_item(item, launch_url) for item in items],
    }
    if data is not None:
        claims[DEEP_LINKING + "data"] = data
    if message is not None:
        claims[DEEP_LINKING + "msg"] = message
    signing_key = load_private_key(key.private_pem)
    return jwt.PyJWS().encode(strict_json.write(claims), signing_key, algorithm="RS256", headers={"kid": key.kid})


def _item(item: ContentItem, launch_url: str) -> dict[str, Any]:
    """Build a link; what is not set is left out, because a ``null`` is no text to a platform."""
    built: dict[str, Any] = {
        "type": "ltiResourceLink",
        "title": texts.clean(item.title),
        "url": launch_url,
        "custom": item.custom,
    }
    if item.text:
        built["text"] = item.text
    if item.line_item:
        built["lineItem"] = _line_item(item.line_item)
    if item.opens_at:
        built["available"] = {"startDateTime": _moment(item.opens_at)}
    if item.due_at:
        built["submission"] = {"endDateTime": _moment(item.due_at)}
    return built


def _line_item(wanted: LineItem) -> dict[str, Any]:
    return {
        "label": texts.clean(wanted.label),
        "scoreMaximum": wanted.maximum,
        "resourceId": wanted.resource_id,
        "tag": wanted.tag,
        "submissionReview": {"reviewableStatus": REVIEWABLE},
    }


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
