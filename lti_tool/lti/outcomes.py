"""What a platform's answer to a service call means, and so what is to be done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum

from lti_tool import clock
from lti_tool.lti.http import Answer

LONGEST_WAIT = 3600

# Canvas: "Provided timestamp of … before last updated timestamp of …" (scores_controller.rb, read 2026-11-22);
# Moodle says "earlier timestamp" in the reason phrase of a 409 (4.5, observed 2026-11-22).
# Open edX: "Score already exists for the provided timestamp", "Score timestamp can only be updated to a later …"
# (lti-consumer-xblock 11.4.4, observed 2026-11-22 by tests/platform_oracle).
_OLDER = re.compile(
    r"before last updated timestamp|(earlier|older) timestamp|timestamp\b.{0,80}\b(earlier|older) than"
    r"|already exists for the provided timestamp|timestamp can only be updated to a later",
    re.I,
)
_THROTTLED = re.compile(r"rate limit", re.I)
# Canvas: a closed grading period, and "The maximum number of allowed attempts has been reached" (read 2026-11-22).
_WHY = {
    "locked": re.compile(r"grading period|\blocked\b", re.I),
    "attempts": re.compile(r"\battempts\b", re.I),
    "person": re.compile(r"not a student|user (could )?not (be )?found|no such (learner|user)", re.I),
}


class OutcomeKind(StrEnum):
    """The classes of answers that are treated alike."""

    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    """The gradebook has a later record: read the result before anything else."""
    THROTTLED = "throttled"
    """Wait, with the whole platform."""
    UNAUTHORIZED = "unauthorized"
    """A fresh token was refused too."""
    FORBIDDEN = "forbidden"
    """The permission is missing, or the tool was removed."""
    GONE = "gone"
    """The column was removed, or the course is concluded."""
    REFUSED = "refused"
    """This very request is not wanted: not in the course, no attempts left, locked."""
    OUR_FAULT = "our-fault"
    """The form of the request is not wanted: a bug of ours."""
    MISDIRECTED = "misdirected"
    """Another address is given instead of an answer; the token never goes there. Somebody must mend the set-up."""
    TROUBLE = "trouble"
    """It is not known whether the platform acted: read the result, then try again."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one request. ``retry_after`` is in seconds, at most an hour, if the platform named it."""

    kind: OutcomeKind
    status: int | None = None
    retry_after: int | None = None
    why: str = ""
    """``locked``, ``attempts`` or ``person`` where the platform's own words are known to us; else empty."""
    is_second: bool = False
    """The request was sent twice, with another token: the first one may have taken effect, whatever its answer said."""


def classify(answer: Answer) -> Outcome:
    """Tell what an answer means. Success is read from the status alone, save for a page that stands in its place.

    Source: LTI AGS 2.0; Canvas request_throttle.rb and scores_controller.rb, Moodle 4.5 scores.php (2026-11-22).
    """
    kind, after = _kind(answer), _retry_after(answer.headers)
    return Outcome(kind=kind, status=answer.status, retry_after=after, why=_why(answer), is_second=answer.is_second)


def _kind(answer: Answer) -> OutcomeKind:
    if answer.status in (200, 201, 202, 204):
        # A log-in or maintenance page also says 200. Moodle labels JSON as text/html, so the label proves nothing.
        return OutcomeKind.TROUBLE if _is_page(answer.body) else OutcomeKind.ACCEPTED
    if answer.status == 409 or (answer.status == 400 and _OLDER.search(_start(answer.body))):
        return OutcomeKind.CONFLICT
    if answer.status == 403 and _is_throttle(answer):
        return OutcomeKind.THROTTLED
    if 300 <= answer.status < 400:
        return OutcomeKind.MISDIRECTED
    if answer.status in (408, 425) or not 400 <= answer.status < 500:
        return OutcomeKind.TROUBLE
    return _BY_STATUS.get(answer.status, OutcomeKind.REFUSED)


_BY_STATUS = {
    401: OutcomeKind.UNAUTHORIZED,
    403: OutcomeKind.FORBIDDEN,
    404: OutcomeKind.GONE,
    410: OutcomeKind.GONE,
    413: OutcomeKind.OUR_FAULT,
    414: OutcomeKind.OUR_FAULT,
    415: OutcomeKind.OUR_FAULT,
    429: OutcomeKind.THROTTLED,
}


def _why(answer: Answer) -> str:
    if answer.status == 500 and answer.body.strip() == b"[]":
        # Moodle 4.5 answers so, without a word, where the grade or its column is locked (observed 2026-11-22).
        return "locked"
    if answer.status not in (400, 404, 412, 422):
        return ""
    words = _start(answer.body)
    return next((why for why, pattern in _WHY.items() if pattern.search(words)), "")


def _is_page(body: bytes) -> bool:
    return body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _is_throttle(answer: Answer) -> bool:
    """Canvas throttles with 403 and says so in a header or in words."""
    try:
        if float(answer.headers.get("X-Rate-Limit-Remaining", "1")) <= 0:
            return True
    except ValueError:
        pass  # not a number: the words decide
    return bool(_THROTTLED.search(_start(answer.body)))


def _start(body: bytes) -> str:
    return body[:4096].decode("utf-8", "replace")


def _retry_after(headers: Mapping[str, str]) -> int | None:
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(int(text), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0, int((aware - clock.now()).total_seconds())), LONGEST_WAIT)
