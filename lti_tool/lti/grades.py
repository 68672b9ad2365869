"""Assignment and Grade Services 2.0: send a score, read results; and the line items, which it inherits."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from lti_tool.lti import quirks, strict_json
from lti_tool.lti.calls import GradesUnavailable, with_query
from lti_tool.lti.gradebook import LineItem, Result, Score
from lti_tool.lti.http import Unreachable
from lti_tool.lti.line_items import SCOPE_LINEITEM, SCOPE_LINEITEM_READONLY, LineItemService, number
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.outcomes import Outcome, OutcomeKind, classify
from lti_tool.lti.tokens import TokenRefused

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
SCOPE_RESULT = _SCOPE + "result.readonly"
SCOPE_SCORE = _SCOPE + "score"

_SCORE = "application/vnd.ims.lis.v1.score+json"
_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
RESULT_PAGES = 1_000
_CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"


def sends_at_once(family: str) -> int:
    """Return how many scores may be under way to a platform of this family at once, if nobody chose."""
    return quirks.of(family).sends_at_once


class GradeService(LineItemService):
    """The grade services of all platforms; keeps nothing, so one object serves all threads."""

    def send(self, platform: PlatformConfig, *, lineitem: str, score: Score) -> Outcome:
        """Send a score to a column and tell what came of it; never raises for what a platform does.

        Source: LTI AGS 2.0, "Score publish service".
        """
        body = strict_json.write(_score_body(platform, score))
        url = _below(lineitem, "scores")
        try:
            return classify(self.call(platform, SCOPE_SCORE, "POST", url, {"Content-Type": _SCORE}, body))
        except TokenRefused as error:
            return error.outcome
        except Unreachable:
            return Outcome(kind=OutcomeKind.TROUBLE)

    def result(self, platform: PlatformConfig, *, lineitem: str, user_id: str) -> Result | None:
        """Return what the gradebook holds for a learner, ``None`` if nothing. Needs the scope ``result.readonly``.

        :raise GradesUnavailable: no readable answer.
        """
        url = with_query(_below(lineitem, "results"), {"user_id": user_id})
        return next((found for found in self._results(platform, url) if found.user_id == user_id), None)

    def results(self, platform: PlatformConfig, *, lineitem: str) -> dict[str, Result]:
        """Return what the gradebook holds in a column, by the learner's id, after reading the list to its end.

        :raise GradesUnavailable: no readable answer, or the list has no end.
        """
        found = self._results(platform, _below(lineitem, "results"))
        return {result.user_id: result for result in found}

    def _results(self, platform: PlatformConfig, url: str) -> Iterator[Result]:
        """Yield results. No ``limit`` is sent: Moodle 4.5 answers it with a 404 page (observed 2026-11-22).

        Source: LTI AGS 2.0, "Result service".
        """
        for entry in self.entries(platform, SCOPE_RESULT, url, _RESULTS, pages=RESULT_PAGES):
            user_id = entry.get("userId")
            score, maximum = number(entry.get("resultScore")), number(entry.get("resultMaximum"))
            if isinstance(user_id, str):
                # Moodle leaves out a score of 0, and the standard a maximum of 1.
                zero, one = Decimal(0), Decimal(1)
                found = {"score": zero if score is None else score, "maximum": one if maximum is None else maximum}
                yield Result(user_id=user_id, **found)


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
        is_first = score.completed_at is not None and not score.submission_known
        # Canvas says 200 either way; without the second word a teacher's own grade would be overwritten.
        body[_CANVAS_SUBMISSION] = {"new_submission": is_first, "prioritize_non_tool_grade": not score.insists}
        if score.completed_at is not None:
            body["submission"] = {"submittedAt": _moment(score.completed_at)}
    return body


def _moment(moment: datetime) -> str:
    """Write whole seconds with a fraction: Moodle compares seconds, the standard wants sub-second precision."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _below(lineitem: str, name: str) -> str:
    """Put a name at the end of the path and keep the query: Moodle's addresses end in ``?type_id=``."""
    parts = urlsplit(lineitem)
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{name}", parts.query, ""))
