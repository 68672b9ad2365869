"""Names and Role Provisioning Services 2.0: who is in a course, page by page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from lti_tool.lti import paging, strict_json, texts
from lti_tool.lti.http import Answer, Outbound, Unreachable
from lti_tool.lti.messages import PlatformConfig, Role
from lti_tool.lti.outcomes import Outcome, OutcomeKind, classify
from lti_tool.lti.roles import Standing, read_roles
from lti_tool.lti.tokens import TokenRefused, TokenSource

SCOPE_ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEDIA_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"

PAGE_SIZE = 100
"""People asked for at once. Canvas gives at most 50 whatever is asked; Moodle pages only if it is asked to."""
LIMIT_PAGES = 1_000
LIMIT_MEMBERS = 50_000
# A platform that ignores the page size answers with the whole course.
LIMIT_BYTES = 16 * 1024 * 1024
LIMIT_PARTS = 1_000_000
ID_LIMIT = 255
# Words for somebody who is not in the course any more; every other word, and none, is somebody who is.
_AWAY = frozenset({"inactive", "deleted"})


class RosterUnavailable(Exception):
    """The list ended early; ``outcome`` says how to go on, the text why, in words of ours."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One person of a course's list. The platform may send an e-mail address: it is not read."""

    sub: str
    name: str | None
    role: Role
    is_test: bool
    is_active: bool


class RosterService:
    """The roster services of all platforms; keeps nothing, so one object serves all threads."""

    def __init__(self, http: Outbound, tokens: TokenSource) -> None:
        self._http = http
        self._tokens = tokens

    def pages(self, platform: PlatformConfig, memberships_url: str) -> Iterator[list[Listed]]:
        """Yield the people of a course, page by page; to come to the end is to have seen the whole list.

        Neither ``role`` nor ``rlid`` is asked for: Moodle loses the first on later pages, Canvas leaves out those who
        are not assigned (lti.md c.1, c.2, read 2026-11); who counts as a learner is decided here.

        :raise RosterUnavailable: the list ends early: refused, out of reach, broken, endless, or too long.

        Source: LTI NRPS 2.0; RFC 8288.
        """
        found = 0
        try:
            for answer in paging.walk(lambda url: self._ask(platform, url), _first(memberships_url), limit=LIMIT_PAGES):
                people = _people(answer)
                found += len(people)
                if found > LIMIT_MEMBERS:
                    raise RosterUnavailable(Outcome(kind=OutcomeKind.TROUBLE), "too many people")
                yield people
        except paging.PagesBroken as broken:
            raise RosterUnavailable(Outcome(kind=OutcomeKind.TROUBLE), str(broken)) from None

    def _ask(self, platform: PlatformConfig, url: str) -> Answer:
        """Get one page and insist on success."""
        try:
            answer = self._call(platform, url)
        except TokenRefused as error:
            raise RosterUnavailable(error.outcome, "no token") from None
        except Unreachable as error:
            raise RosterUnavailable(Outcome(kind=OutcomeKind.TROUBLE), error.detail) from None
        outcome = classify(answer)
        if outcome.kind is not OutcomeKind.ACCEPTED:
            raise RosterUnavailable(outcome, "the answer is no list")
        return answer

    def _call(self, platform: PlatformConfig, url: str) -> Answer:
        """Call with a token; if it is refused, once more with a new one: an old one may have been withdrawn."""
        answer = self._call_once(platform, url)
        return self._call_once(platform, url) if answer.status == 401 else answer

    def _call_once(self, platform: PlatformConfig, url: str) -> Answer:
        token = self._tokens.token(platform, [SCOPE_ROSTER])
        headers = {"Authorization": f"Bearer {token}", "Accept": MEDIA_TYPE}
        answer = self._http.get(url, headers=headers, limit_bytes=LIMIT_BYTES)
        if answer.status == 401:
            self._tokens.forget(platform, [SCOPE_ROSTER], token)
        return answer


def _first(url: str) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, f"limit={PAGE_SIZE}"]))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _people(answer: Answer) -> list[Listed]:
    try:
        listed = strict_json.read(answer.body, parts=LIMIT_PARTS)
    except strict_json.NotJson:
        listed = None
    entries = listed.get("members") if isinstance(listed, dict) else None
    if not isinstance(entries, list):
        raise RosterUnavailable(Outcome(kind=OutcomeKind.TROUBLE, status=answer.status), "the answer is no list")
    return [person for entry in entries if isinstance(entry, dict) and (person := _person(entry)) is not None]


def _person(entry: Mapping[str, Any]) -> Listed | None:
    """Read one person; nobody without an id that a launch could carry. Without roles they are a visitor."""
    sub = entry.get("user_id")
    if not isinstance(sub, str) or not sub or len(sub) > ID_LIMIT or not sub.isprintable():
        return None
    roles = entry.get("roles")
    standing = _standing(tuple(filter(_is_text, roles)) if isinstance(roles, list) else ())
    is_active = _is_active(_text(entry.get("status")))
    return Listed(sub=sub, name=_name(entry), role=standing.role, is_test=standing.is_test, is_active=is_active)


@lru_cache(256)
def _standing(roles: tuple[str, ...]) -> Standing:
    """Decide the role; a course of thousands has a handful of different answers."""
    return read_roles(roles)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _name(entry: Mapping[str, Any]) -> str | None:
    name = texts.clean(_text(entry.get("name")))
    return name or texts.clean(f"{_text(entry.get('given_name'))} {_text(entry.get('family_name'))}")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


@lru_cache(64)
def _is_active(status: str) -> bool:
    """Read the status: any casing, also with a vocabulary in front of it; absent means active (NRPS 2.0)."""
    return status.replace("#", "/").rpartition("/")[2].strip().lower() not in _AWAY
