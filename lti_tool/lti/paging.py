"""Walking through the pages of a service's list, without ever taking the token elsewhere."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urljoin

from lti_tool.lti import texts
from lti_tool.lti.http import Answer

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^;,=\s]+(?:\s*=\s*(?:\"[^\"]*\"|[^\";,\s]*))?)*)")
_PARAMETER = re.compile(r";\s*([^;,=\s]+)\s*=\s*(?:\"([^\"]*)\"|([^\";,\s]*))")
# Typographic quotes, as text and as the Latin-1 reading of their UTF-8 bytes (Moodle 4.5, observed 2026-11-22).
_CURLY = ("“", "”", "â\x80\x9c", "â\x80\x9d")


class PagesBroken(Exception):
    """The list goes on, but not in a way that can be followed; the text says why, in words of ours."""


def walk(ask: Callable[[str], Answer], url: str, *, limit: int) -> Iterator[Answer]:
    """Yield the pages of a list, from the one at ``url``; ``ask`` gets one page. Ends only where the list ends.

    :raise PagesBroken: a page repeats, there are more than ``limit``, or the next one is on another origin: the token
        is never taken there.

    Source: RFC 8288.
    """
    seen: set[str] = set()
    page: str | None = url
    while page is not None:
        if page in seen or len(seen) >= limit:
            raise PagesBroken("the pages have no end")
        seen.add(page)
        answer = ask(page)
        yield answer
        link = answer.headers.get("Link", "")
        following = next_page(link, page)
        if following is None and not is_complete(link, page):
            raise PagesBroken("the next page is on another host")
        page = following


def next_page(link_header: str, page_url: str) -> str | None:
    """Return the address of the next page, its case kept, or ``None`` at the end.

    An address of another origin counts as the end of what can be read; compare with ``is_complete``.

    Source: RFC 8288; Moodle writes curly quotes and ``&amp;`` there.
    """
    target = _next_target(link_header, page_url)
    return target if target and texts.origin(target) == texts.origin(page_url) else None


def is_complete(link_header: str, page_url: str) -> bool:
    """Tell whether this page is the last one; ``False`` also where a next page exists but must not be read."""
    return _next_target(link_header, page_url) is None


def _next_target(link_header: str, page_url: str) -> str | None:
    is_moodle = any(mark in link_header for mark in _CURLY)
    for mark in _CURLY:
        link_header = link_header.replace(mark, '"')
    for target, parameters in _LINK.findall(link_header):
        values = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(parameters)}
        if "next" in values.get("rel", "").lower().split():
            return _joined(page_url, target.replace("&amp;", "&") if is_moodle else target)
    return None


def _joined(page_url: str, target: str) -> str:
    """Resolve a relative address; one that is none stays as it is and so has no origin."""
    try:
        return urljoin(page_url, target)
    except ValueError:
        return target
