"""Calls to a platform's grade services: with a token, once more with a new one, and lists to their end."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.lti import paging, strict_json
from lti_tool.lti.http import DEFAULT_LIMIT_BYTES, Answer, Outbound, Unreachable
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.outcomes import Outcome, OutcomeKind, classify
from lti_tool.lti.tokens import TokenRefused, TokenSource

LIMIT_PAGES = 50
# A platform that ignores our filters, or does not page, answers with the whole course.
LIMIT_PARTS = 500_000
LIMIT_BYTES = 16 * 1024 * 1024


class GradesUnavailable(ToolError):
    """The grade service did not give what was asked; ``outcome`` says how to go on."""

    status = 502
    code = "grades-unavailable"
    message = mark("The gradebook of your learning platform cannot be used at the moment.")
    remedy = mark("Nothing is lost; the tool tries again by itself.")

    def __init__(self, outcome: Outcome, detail: str = "") -> None:
        super().__init__(detail or outcome.kind)
        self.outcome = outcome


class ServiceClient:
    """What the grade services have in common; keeps nothing, so one object serves all threads."""

    def __init__(self, http: Outbound, tokens: TokenSource) -> None:
        self._http = http
        self._tokens = tokens

    def entries(
        self, platform: PlatformConfig, scope: str, url: str, media_type: str, pages: int = LIMIT_PAGES
    ) -> Iterator[dict[str, Any]]:
        """Yield the objects of a list, page by page; a broken or endless list raises instead of ending early.

        :raise GradesUnavailable: no readable answer.
        """

        def ask(page: str) -> Answer:
            return self.ask(platform, scope, "GET", page, {"Accept": media_type}, limit_bytes=LIMIT_BYTES)

        try:
            for answer in paging.walk(ask, url, limit=pages):
                yield from _objects(answer)
        except paging.PagesBroken as broken:
            raise GradesUnavailable(Outcome(kind=OutcomeKind.TROUBLE), str(broken)) from None

    def ask(
        self,
        platform: PlatformConfig,
        scope: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
    ) -> Answer:
        """Call and insist on success.

        :raise GradesUnavailable: the platform refuses, or gives no answer.
        """
        try:
            answer = self.call(platform, scope, method, url, headers, body, limit_bytes=limit_bytes)
        except TokenRefused as error:
            raise GradesUnavailable(error.outcome, error.detail) from None
        except Unreachable as error:
            raise GradesUnavailable(Outcome(kind=OutcomeKind.TROUBLE), error.detail) from None
        outcome = classify(answer)
        if outcome.kind is not OutcomeKind.ACCEPTED:
            raise GradesUnavailable(outcome)
        return answer

    def call(
        self,
        platform: PlatformConfig,
        scope: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
    ) -> Answer:
        """Call with a token; if it is refused, once more with a new one: an old one may have been withdrawn."""
        way = partial(self._http.post, data=body) if method == "POST" else self._http.get
        send = partial(way, url, limit_bytes=limit_bytes)
        answer = self._with_token(platform, scope, headers, send)
        if answer.status != 401:
            return answer
        return replace(self._with_token(platform, scope, headers, send), is_second=True)

    def _with_token(
        self, platform: PlatformConfig, scope: str, headers: Mapping[str, str], send: Callable[..., Answer]
    ) -> Answer:
        token = self._tokens.token(platform, [scope])
        answer = send(headers={"Authorization": f"Bearer {token}", **headers})
        if answer.status == 401:
            self._tokens.forget(platform, [scope], token)
        return answer


def with_query(url: str, params: Mapping[str, str]) -> str:
    """Add parameters to an address, behind the query that it has."""
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
