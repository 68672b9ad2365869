"""The line item service of AGS 2.0: find a gradebook column, make it, find it again, ask what it is worth."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from lti_tool.lti import quirks, strict_json, texts
from lti_tool.lti.calls import GradesUnavailable, ServiceClient, with_query
from lti_tool.lti.gradebook import LineItem
from lti_tool.lti.hosts import are_related
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.outcomes import Outcome, OutcomeKind

_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPE_LINEITEM = _SCOPE + "lineitem"
SCOPE_LINEITEM_READONLY = _SCOPE + "lineitem.readonly"

# Moodle answers 400 to any other media type (4.5, observed 2026-11-22).
_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
LABEL_LIMIT = 255
LIMIT_POINTS = Decimal(1_000_000)
PASSING = (OutcomeKind.TROUBLE, OutcomeKind.THROTTLED, OutcomeKind.MISDIRECTED)
"""Outcomes that say nothing about the column."""


class LineItemService(ServiceClient):
    """The line items of all platforms."""

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
        listing = _listing(scopes)
        if listing is None:
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

    def find_again(
        self,
        platform: PlatformConfig,
        *,
        lineitem: str,
        lineitems: str | None,
        scopes: frozenset[str],
        wanted: LineItem,
        taken: frozenset[str],
        link_id: str,
        is_extra: bool,
    ) -> str | None:
        """Return where a column is that a score was refused for as not found; None if it is gone, or we may not look.

        It is the same address if the column stands there still. Else it is looked up by its link, because Moodle
        makes a new one when a teacher saves the activity, and by our own ids. Nothing is made.

        :raise GradesUnavailable: trouble that may pass.
        """
        scope = _listing(scopes)
        if scope is None:
            return None
        try:
            if self._is_there(platform, scope, lineitem):
                return lineitem
            if lineitems is None:
                return None
            by_link = None if is_extra else self._of_link(platform, scope, lineitems, link_id, taken)
            return by_link or self._find(platform, scope, lineitems, wanted, taken, link_id)
        except GradesUnavailable as unavailable:
            if unavailable.outcome.kind in PASSING:
                raise
            return None

    def points(self, platform: PlatformConfig, *, lineitem: str, scopes: frozenset[str]) -> Decimal | None:
        """Return what a column is worth, None if we may not look or the platform does not tell.

        :raise GradesUnavailable: trouble that may pass; ask again later.

        Source: LTI AGS 2.0, 3.2.5.
        """
        scope = _listing(scopes)
        if scope is None:
            return None
        try:
            found = strict_json.read(self.ask(platform, scope, "GET", lineitem, {"Accept": _ITEM}).body)
        except strict_json.NotJson:
            return None
        except GradesUnavailable as unavailable:
            if unavailable.outcome.kind in PASSING:
                raise
            return None
        worth = number(found.get("scoreMaximum")) if isinstance(found, dict) else None
        return worth if worth is not None and 0 < worth <= LIMIT_POINTS else None

    def _is_there(self, platform: PlatformConfig, scope: str, lineitem: str) -> bool:
        try:
            self.ask(platform, scope, "GET", lineitem, {"Accept": _ITEM})
        except GradesUnavailable as unavailable:
            if unavailable.outcome.kind is OutcomeKind.GONE:
                return False
            raise
        return True

    def _of_link(
        self, platform: PlatformConfig, scope: str, lineitems: str, link_id: str, taken: frozenset[str]
    ) -> str | None:
        """Return the one column that names the link and that nothing else of ours uses; None if that is not clear."""
        url = with_query(lineitems, {"resource_link_id": link_id})
        found = [
            entry for entry in self.entries(platform, scope, url, _ITEMS) if entry.get("resourceLinkId") == link_id
        ]
        named = [_address(platform, lineitems, entry) for entry in found]
        free = [address for address in named if address and not _is_in(address, taken)]
        return free[0] if len(free) == 1 else None

    def _find(
        self,
        platform: PlatformConfig,
        scope: str,
        lineitems: str,
        wanted: LineItem,
        taken: frozenset[str],
        link_id: str | None,
    ) -> str | None:
        url = with_query(lineitems, {"resource_id": wanted.resource_id, "tag": wanted.tag})
        # All pages are read before one is chosen: a broken list must not lead to a second column.
        for entry in list(self.entries(platform, scope, url, _ITEMS)):
            is_ours = (entry.get("resourceId"), entry.get("tag")) == (wanted.resource_id, wanted.tag)
            is_ours &= link_id is None or entry.get("resourceLinkId") in (None, "", link_id)
            if is_ours and (address := _address(platform, lineitems, entry)) and not _is_in(address, taken):
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
        answer = self.ask(platform, SCOPE_LINEITEM, "POST", lineitems, headers, strict_json.write(body))
        try:
            made = strict_json.read(answer.body)
        except strict_json.NotJson:
            return None
        return _address(platform, lineitems, made) if isinstance(made, dict) else None


def number(value: object) -> Decimal | None:
    """Return a JSON number as it was written; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)


def _listing(scopes: frozenset[str]) -> str | None:
    return next((scope for scope in (SCOPE_LINEITEM, SCOPE_LINEITEM_READONLY) if scope in scopes), None)


def _is_in(address: str, taken: frozenset[str]) -> bool:
    return urlsplit(address).path in {urlsplit(other).path for other in taken}


def _address(platform: PlatformConfig, lineitems: str, entry: Mapping[str, Any]) -> str | None:
    """Return the address of a line item that the platform listed or made; the token goes there.

    :raise GradesUnavailable: it is not where the signed address of the list is.
    """
    address = entry.get("id")
    if not isinstance(address, str) or texts.web_address(address) is None:
        return None
    if texts.origin(address) != texts.origin(lineitems) and not _is_vanity(platform, address, lineitems):
        raise GradesUnavailable(Outcome(kind=OutcomeKind.MISDIRECTED), "the column is on another host")
    return address


def _is_vanity(platform: PlatformConfig, address: str, lineitems: str) -> bool:
    """Tell whether another host is one that the platform is known to use as well."""
    varies = quirks.of(platform.family).varies_hosts
    return varies and urlsplit(address).scheme == "https" and are_related(address, lineitems)
