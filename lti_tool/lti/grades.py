"""Assignment and Grade Services 2.0: find or make a gradebook column, send a score, read a result."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from lti_tool.errors import ToolError
from lti_tool.lti import paging, quirks, strict_json, texts
from lti_tool.lti.gradebook import LineItem, Result, Score
from lti_tool.lti.http import Answer, Outbound, Unreachable
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.outcomes import Outcome, OutcomeKind, classify
from lti_tool.lti.tokens import TokenRefused, TokenSource

__all__ = [
    "SCOPE_LINEITEM",
    "SCOPE_LINEITEM_READONLY",
    "SCOPE_RESULT",
    "SCOPE_SCORE",
    "GradeService",
    "GradesUnavailable",
    "LineItem",
    "Outcome",
    "OutcomeKind",
    "Result",
    "Score",
]

_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPE_LINEITEM = _SCOPE + "lineitem"
SCOPE_LINEITEM_READONLY = _SCOPE + "lineitem.readonly"
SCOPE_RESULT = _SCOPE + "result.readonly"
SCOPE_SCORE = _SCOPE + "score"

# Moodle answers 400 to any other media type (4.5, observed 2026-11-22).
_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_SCORE = "application/vnd.ims.lis.v1.score+json"
_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
_CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"

LABEL_LIMIT = 255
LIMIT_PAGES = 50
# A platform that ignores our filters answers with the whole course.
LIMIT_PARTS = 200_000
LIMIT_POINTS = Decimal(1_000_000)


class GradesUnavailable(ToolError):
    """The grade service did not give what was asked; ``outcome`` says how to go on."""

    status = 502
    code = "grades-unavailable"
    message = "The gradebook of your learning platform cannot be used at the moment."
    remedy = "Nothing is lost; the tool tries again by itself."

    def __init__(self, outcome: Outcome, detail: str = "") -> None:
        super().__init__(detail or outcome.kind)
        self.outcome = outcome


class GradeService:
    """The grade services of all platforms; keeps nothing, so one object serves all threads."""

    def __init__(self, http: Outbound, tokens: TokenSource) -> None:
        self._http = http
        self._tokens = tokens

    def find_or_create(
        self,
        platform: PlatformConfig,
        *,
        lineitems: str,
        scopes: frozenset[str],
        wanted: LineItem,
        taken: frozenset[str],
        link_id: str | None = None,
        is_extra: bool = False,
    ) -> str:
        """Return the address of the column with our ``resource_id`` and ``tag``; make one if there is none.

        ``scopes`` are those of the launch's claim. ``taken`` are addresses of columns that belong to something else;
        they are compared by path, because Canvas changes the host. A column that names another link than ``link_id``
        is that link's own; a new one names it, unless ``is_extra``: a column beside the link's. Moodle makes a second
        column for the same ids, so one is made only after a complete list without it.

        :raise GradesUnavailable: the list or the creation failed, or the scopes allow neither.
        """
        listing = SCOPE_LINEITEM if SCOPE_LINEITEM in scopes else SCOPE_LINEITEM_READONLY
        if listing not in scopes:
            raise GradesUnavailable(Outcome(kind=OutcomeKind.FORBIDDEN), "no scope for line items")
        found = self._find(platform, listing, lineitems, wanted, taken, link_id)
        if found is not None:
            return found
        if SCOPE_LINEITEM not in scopes:
            raise GradesUnavailable(Outcome(kind=OutcomeKind.GONE), "no column, and no scope to make one")
        made = self._create(platform, lineitems, wanted, None if is_extra else link_id)
        found = made or self._find(platform, listing, lineitems, wanted, taken, link_id)
        if found is None:
            raise GradesUnavailable(Outcome(kind=OutcomeKind.TROUBLE), "the new column has no address")
        return found

    def send(self, platform: PlatformConfig, *, lineitem: str, score: Score) -> Outcome:
        """Send a score to a column and tell what came of it; never raises for what a platform does.

        Source: LTI AGS 2.0, "Score publish service".
        """
        body = strict_json.write(_score_body(platform, score))
        url = _below(lineitem, "scores")
        try:
            return classify(self._call(platform, SCOPE_SCORE, "POST", url, {"Content-Type": _SCORE}, body))
        except TokenRefused as error:
            return error.outcome
        except Unreachable:
            return Outcome(kind=OutcomeKind.TROUBLE)

    def result(self, platform: PlatformConfig, *, lineitem: str, user_id: str) -> Result | None:
        """Return what the gradebook holds for a learner, ``None`` if nothing. Needs the scope ``result.readonly``.

        No ``limit`` is sent: Moodle 4.5 answers it with a 404 page (observed 2026-11-22).

        :raise GradesUnavailable: no readable answer.

        Source: LTI AGS 2.0, "Result service".
        """
        url = _with_query(_below(lineitem, "results"), {"user_id": user_id})
        for entry in self._entries(platform, SCOPE_RESULT, url, _RESULTS):
            if entry.get("userId") == user_id:
                score = _number(entry.get("resultScore"))
                maximum = _number(entry.get("resultMaximum"))
                return Result(
                    user_id=user_id,
                    score=Decimal(0) if score is None else score,
                    maximum=Decimal(1) if maximum is None else maximum,
                )
        return None

    def points(self, platform: PlatformConfig, *, lineitem: str, scopes: frozenset[str]) -> Decimal | None:
        """Return what a column is worth, None if we may not look or the platform does not tell.

        :raise GradesUnavailable: trouble that may pass; ask again later.

        Source: LTI AGS 2.0, 3.2.5.
        """
        scope = SCOPE_LINEITEM if SCOPE_LINEITEM in scopes else SCOPE_LINEITEM_READONLY
        if scope not in scopes:
            return None
        try:
            found = strict_json.read(self._ask(platform, scope, "GET", lineitem, {"Accept": _ITEM}).body)
        except strict_json.NotJson:
            return None
        except GradesUnavailable as unavailable:
            if unavailable.outcome.kind in (OutcomeKind.TROUBLE, OutcomeKind.THROTTLED):
                raise
            return None
        worth = _number(found.get("scoreMaximum")) if isinstance(found, dict) else None
        return worth if worth is not None and 0 < worth <= LIMIT_POINTS else None

    def _find(
        self,
        platform: PlatformConfig,
        scope: str,
        lineitems: str,
        wanted: LineItem,
        taken: frozenset[str],
        link_id: str | None,
    ) -> str | None:
        url = _with_query(lineitems, {"resource_id": wanted.resource_id, "tag": wanted.tag})
        taken_paths = {urlsplit(other).path for other in taken}
        # All pages are read before one is chosen: a broken list must not lead to a second column.
        for entry in list(self._entries(platform, scope, url, _ITEMS)):
            address = _address(entry)
            is_ours = (entry.get("resourceId"), entry.get("tag")) == (wanted.resource_id, wanted.tag)
            is_ours &= link_id is None or entry.get("resourceLinkId") in (None, "", link_id)
            if is_ours and address and urlsplit(address).path not in taken_paths:
                return address
        return None

    def _create(self, platform: PlatformConfig, lineitems: str, wanted: LineItem, link_id: str | None) -> str | None:
        """Make a column; it names the link it belongs to, where the platform bears that."""
        body = {
            "label": texts.clean(wanted.label, LABEL_LIMIT) or wanted.resource_id,
            "scoreMaximum": wanted.maximum,
            "resourceId": wanted.resource_id,
            "tag": wanted.tag,
        }
        if link_id and quirks.of(platform.family).names_link:
            body["resourceLinkId"] = link_id
        headers = {"Content-Type": _ITEM, "Accept": _ITEM}
        answer = self._ask(platform, SCOPE_LINEITEM, "POST", lineitems, headers, strict_json.write(body))
        try:
            made = strict_json.read(answer.body)
        except strict_json.NotJson:
            return None
        return _address(made) if isinstance(made, dict) else None

    def _entries(self, platform: PlatformConfig, scope: str, url: str, media_type: str) -> Iterator[dict[str, Any]]:
        """Yield the objects of a list, page by page; a broken or endless list raises instead of ending early."""
        seen: set[str] = set()
        page: str | None = url
        while page is not None:
            if page in seen or len(seen) >= LIMIT_PAGES:
                raise GradesUnavailable(Outcome(kind=OutcomeKind.TROUBLE), "the pages have no end")
            seen.add(page)
            answer = self._ask(platform, scope, "GET", page, {"Accept": media_type})
            yield from _objects(answer)
            link = answer.headers.get("Link", "")
            following = paging.next_page(link, page)
            if following is None and not paging.is_complete(link, page):
                raise GradesUnavailable(Outcome(kind=OutcomeKind.TROUBLE), "the next page is on another host")
            page = following

    def _ask(
        self,
        platform: PlatformConfig,
        scope: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> Answer:
        """Call and insist on success."""
        try:
            answer = self._call(platform, scope, method, url, headers, body)
        except TokenRefused as error:
            raise GradesUnavailable(error.outcome, error.detail) from None
        except Unreachable as error:
            raise GradesUnavailable(Outcome(kind=OutcomeKind.TROUBLE), error.detail) from None
        outcome = classify(answer)
        if outcome.kind is not OutcomeKind.ACCEPTED:
            raise GradesUnavailable(outcome)
        return answer

    def _call(
        self,
        platform: PlatformConfig,
        scope: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> Answer:
        """Call with a token; if it is refused, once more with a new one: an old one may have been withdrawn."""
        answer = None
        for _ in range(2):
            token = self._tokens.token(platform, [scope])
            signed = {"Authorization": f"Bearer {token}", **headers}
            if method == "POST":
                answer = self._http.post(url, headers=signed, data=body)
            else:
                answer = self._http.get(url, headers=signed)
            if answer.status != 401:
                return answer
            self._tokens.forget(platform, [scope], token)
        assert answer is not None  # noqa: S101 - the loop ran; this tells mypy so
        return answer


def _score_body(platform: PlatformConfig, score: Score) -> dict[str, Any]:
    """Build the score. No comment: on Canvas each one is added to the earlier ones."""
    body: dict[str, Any] = {
        "userId": score.user_id,
        "timestamp": _moment(score.timestamp),
        "activityProgress": score.activity_progress,
        "gradingProgress": "FullyGraded",
        "scoreGiven": score.given,
        "scoreMaximum": score.maximum,
    }
    if quirks.of(platform.family).counts_submissions:
        is_first = score.complete and not score.submission_known
        # Canvas says 200 either way; without the second word a teacher's own grade would be overwritten.
        body[_CANVAS_SUBMISSION] = {"new_submission": is_first, "prioritize_non_tool_grade": True}
        if score.complete:
            body["submission"] = {"submittedAt": _moment(score.completed_at or score.timestamp)}
    return body


def _moment(moment: datetime) -> str:
    """Write whole seconds with a fraction: Moodle compares seconds, the standard wants sub-second precision."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _below(lineitem: str, name: str) -> str:
    """Put a name at the end of the path and keep the query: Moodle's addresses end in ``?type_id=``."""
    parts = urlsplit(lineitem)
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{name}", parts.query, ""))


def _with_query(url: str, params: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, urlencode(params)]))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _objects(answer: Answer) -> list[dict[str, Any]]:
    try:
        listed = strict_json.read(answer.body, parts=LIMIT_PARTS)
    except strict_json.NotJson:
        listed = None
    if not isinstance(listed, list):
        raise GradesUnavailable(Outcome(kind=OutcomeKind.TROUBLE, status=answer.status), "the answer is no list")
    return [entry for entry in listed if isinstance(entry, dict)]


def _address(entry: Mapping[str, Any]) -> str | None:
    address = entry.get("id")
    return texts.web_address(address) if isinstance(address, str) else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)
