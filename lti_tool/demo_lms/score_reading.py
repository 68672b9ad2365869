"""Reading a score that the tool sent: what it must hold, and how it is refused."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer to a score: status, reason for the status line, JSON body (``None``: empty)."""

    status: int
    reason: str = ""
    body: Any = None


class ScoreRefused(Exception):
    """A score is refused with a verdict."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


def read_score(text: str, bad: Verdict) -> dict[str, Any]:
    """Return the score's members, if the four that every score needs are there.

    :raise ScoreRefused: with ``bad``.
    """
    try:
        score = json.loads(text, parse_float=Decimal, parse_constant=lambda name: refuse(bad))
    except ValueError:
        refuse(bad)
    needed = ("userId", "timestamp", "activityProgress", "gradingProgress")
    if not isinstance(score, dict) or any(not score.get(name) for name in needed):
        refuse(bad)
    return score


def numbers(score: dict[str, Any], bad: Verdict) -> tuple[Decimal | None, Decimal | None]:
    """Return scoreGiven and scoreMaximum; the first needs the second.

    :raise ScoreRefused: with ``bad``.
    """
    given, maximum = score.get("scoreGiven"), score.get("scoreMaximum")
    if given is not None and maximum is None:
        refuse(bad)
    return _decimal(given, bad), _decimal(maximum, bad)


def _decimal(value: object, bad: Verdict) -> Decimal | None:
    if value is None:
        return None
    try:
        number_sent = Decimal(str(value))
    except InvalidOperation:
        refuse(bad)
    return number_sent if number_sent.is_finite() else refuse(bad)


def moment(score: dict[str, Any], bad: Verdict) -> datetime:
    """Return the score's timestamp.

    :raise ScoreRefused: with ``bad``.
    """
    return parsed(str(score["timestamp"])) or refuse(bad)


def parsed(text: str) -> datetime | None:
    """Return an ISO 8601 moment; without a zone it is UTC, as Moodle reads it."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def member(score: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a member that should be an object; empty if it is not."""
    found = score.get(name)
    return found if isinstance(found, dict) else {}


def refuse(verdict: Verdict) -> NoReturn:
    """Refuse the score.

    :raise ScoreRefused: always.
    """
    raise ScoreRefused(verdict)
