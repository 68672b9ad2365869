"""A live look at the connection with one platform, step by step, each with what to do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError

from lti_tool import clock
from lti_tool.lti import paging, strict_json
from lti_tool.lti.addresses import look_up
from lti_tool.lti.connections import CONNECT_SECONDS
from lti_tool.lti.description import short
from lti_tool.lti.grades import SCOPE_LINEITEM, SCOPE_LINEITEM_READONLY, SCOPE_SCORE
from lti_tool.lti.http import Answer, Outbound, Unreachable
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.outcomes import OutcomeKind, classify
from lti_tool.lti.platform_keys import KeySetNotValid, read_key_set
from lti_tool.lti.roster import SCOPE_ROSTER, RosterService, RosterUnavailable
from lti_tool.lti.tokens import TokenRefused, TokenSource

LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
LIMIT_BYTES = 4 * 1024 * 1024
NOTABLE_SECONDS = 5


class Verdict(StrEnum):
    """How a step ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that was tried: what it says, and what to do if it is not well. No token, no name of a person."""

    name: str
    verdict: Verdict
    says: str
    todo: str = ""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where to look: a course's services as a launch named them, and the scopes to ask for."""

    scopes: tuple[str, ...]
    lineitems_url: str | None
    memberships_url: str | None
    tool_keys_url: str


_WHAT_TO_DO: Mapping[str, str] = {
    "address is not public": "If the platform is meant to be on a private address, list its host:port in "
    "LTI_TOOL_PRIVATE_HOSTS; otherwise correct the address.",
    "address is not https": "Correct the address to https; plain http is only for hosts in LTI_TOOL_PRIVATE_HOSTS.",
    "certificate or TLS not valid": "The platform's certificate is expired, self-signed or for another host: it must "
    "be renewed there.",
    "no answer in time": "The platform is overloaded, or a firewall drops our calls: try again, then ask its operator.",
    "no connection": "Check the address, and that this server may call it: firewalls on both sides.",
    "answer too large": "This address answers with something else than it should: check it.",
}


def examine(http: Outbound, tokens: TokenSource, platform: PlatformConfig, places: Places) -> Iterator[Step]:
    """Yield every step as it is done; a step that needs one that failed is skipped."""
    yield from _names(platform)
    keys = _get(http, platform.jwks_uri)
    yield _encryption(platform, keys)
    yield _key_set(platform, keys)
    yield _clocks(keys, platform.leeway_seconds)
    granted = []
    for scope in places.scopes:
        step = _token(tokens, platform, scope, places)
        yield step
        if step.verdict is Verdict.OK:
            granted.append(scope)
        elif step.verdict is Verdict.FAILED and scope != SCOPE_SCORE:
            break
    yield _line_items(http, tokens, platform, places, granted)
    yield _roster(http, tokens, platform, places, granted)


def _names(platform: PlatformConfig) -> Iterator[Step]:
    """Look up every host of the platform, as our calls would."""
    urls = (platform.authorization_endpoint, platform.token_endpoint, platform.jwks_uri)
    for host in dict.fromkeys(urlsplit(url).hostname or "" for url in urls):
        try:
            found = set(look_up(host, 443, CONNECT_SECONDS))
        except HTTPError:
            todo = "Check the platform's addresses, and this server's name service."
            yield Step(name="dns", verdict=Verdict.FAILED, says=f"{host} has no address.", todo=todo)
        else:
            says = f"{host} has {len(found)} address{'es' if len(found) > 1 else ''}."
            yield Step(name="dns", verdict=Verdict.OK, says=says)


def _get(http: Outbound, url: str, headers: Mapping[str, str] | None = None) -> Answer | Unreachable:
    try:
        return http.get(url, headers=headers, limit_bytes=LIMIT_BYTES)
    except Unreachable as error:
        return error


def _encryption(platform: PlatformConfig, keys: Answer | Unreachable) -> Step:
    if urlsplit(platform.jwks_uri).scheme != "https":
        says = "Plain http: allowed for this host by LTI_TOOL_PRIVATE_HOSTS."
        todo = "Right for a platform on the same machine or a lab; use https everywhere else."
        return Step(name="tls", verdict=Verdict.WARNING, says=says, todo=todo)
    if isinstance(keys, Unreachable):
        return _unreachable("tls", "The key set's host", keys)
    return Step(name="tls", verdict=Verdict.OK, says="The platform's certificate is valid.")


def _key_set(platform: PlatformConfig, keys: Answer | Unreachable) -> Step:
    if isinstance(keys, Unreachable):
        return _unreachable("keys", "The key set", keys)
    todo = f"Open {platform.jwks_uri} and compare it with the platform's settings; launches need it."
    if keys.status != 200:
        says = f"The key set address answers with status {keys.status}."
        return Step(name="keys", verdict=Verdict.FAILED, says=says, todo=todo)
    try:
        found = read_key_set(keys.body)
    except KeySetNotValid as error:
        return Step(name="keys", verdict=Verdict.FAILED, says=f"{str(error).capitalize()}.", todo=todo)
    return Step(name="keys", verdict=Verdict.OK, says=f"The key set holds {len(found)} usable RS256 key(s).")


def _clocks(keys: Answer | Unreachable, leeway_seconds: int) -> Step:
    """Compare our clock with the ``Date`` of the platform's answer, which a cache may have kept for ``Age`` seconds."""
    header = "" if isinstance(keys, Unreachable) else keys.headers.get("Date", "")
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return Step(name="clock", verdict=Verdict.SKIPPED, says="The platform did not say what time it is.")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    age = "" if isinstance(keys, Unreachable) else keys.headers.get("Age", "")
    kept = int(age) if age.isascii() and age.isdigit() and len(age) < 8 else 0
    ahead = (moment - clock.now()).total_seconds() + kept
    says = f"The platform's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} ours."
    if abs(ahead) <= NOTABLE_SECONDS:
        return Step(name="clock", verdict=Verdict.OK, says=says)
    todo = f"Let both servers set their clocks over the network; launches are refused beyond {leeway_seconds} s."
    verdict = Verdict.FAILED if abs(ahead) > leeway_seconds else Verdict.WARNING
    return Step(name="clock", verdict=verdict, says=says, todo=todo)


def _token(tokens: TokenSource, platform: PlatformConfig, scope: str, places: Places) -> Step:
    name = f"token {short(scope)}"
    try:
        tokens.token(platform, [scope])
    except Unreachable as error:
        return _unreachable(name, "The token endpoint", error)
    except TokenRefused as refused:
        return _refused(name, refused, scope, places)
    return Step(name=name, verdict=Verdict.OK, says="The platform gives a token for it.")


def _refused(name: str, refused: TokenRefused, scope: str, places: Places) -> Step:
    kind, status = refused.outcome.kind, refused.outcome.status
    if kind is OutcomeKind.FORBIDDEN:
        verdict = Verdict.FAILED if scope == SCOPE_SCORE else Verdict.WARNING
        todo = "Allow this service for Three Steps in the platform, if you want what it is for."
        return Step(name=name, verdict=verdict, says="The platform does not grant it.", todo=todo)
    if kind is OutcomeKind.THROTTLED:
        todo = "Wait a minute and run this again."
        return Step(name=name, verdict=Verdict.WARNING, says="The platform asks us to slow down.", todo=todo)
    if kind is OutcomeKind.UNAUTHORIZED:
        says = f"The platform does not accept our signed request ({refused.detail or f'status {status}'})."
        todo = (
            "In the platform: is the tool switched on, is its client id the one registered here, is our key set "
            f"address {places.tool_keys_url}, and can the platform itself read it? Compare the clocks above."
        )
        return Step(name=name, verdict=Verdict.FAILED, says=says, todo=todo)
    says = f"The token endpoint does not answer as it should (status {status})."
    todo = "Compare the token address with the platform's settings; try again in a few minutes."
    return Step(name=name, verdict=Verdict.FAILED, says=says, todo=todo)


def _line_items(
    http: Outbound, tokens: TokenSource, platform: PlatformConfig, places: Places, granted: list[str]
) -> Step:
    scope = next((each for each in (SCOPE_LINEITEM, SCOPE_LINEITEM_READONLY) if each in granted), None)
    if places.lineitems_url is None or scope is None:
        says = "No course with a gradebook was opened yet." if scope else "No token for line items, so not tried."
        return Step(name="line items", verdict=Verdict.SKIPPED, says=says)
    token = tokens.token(platform, [scope])
    answer = _get(http, places.lineitems_url, {"Authorization": f"Bearer {token}", "Accept": LINE_ITEMS})
    if isinstance(answer, Unreachable):
        return _unreachable("line items", "The gradebook service", answer)
    outcome = classify(answer)
    if outcome.kind is not OutcomeKind.ACCEPTED:
        says = f"The last course's gradebook cannot be read ({outcome.kind}, status {outcome.status})."
        todo = "If that course was deleted or concluded, open the tool in another one and run this again."
        return Step(name="line items", verdict=Verdict.WARNING, says=says, todo=todo)
    return _counted(answer, places.lineitems_url)


def _counted(answer: Answer, url: str) -> Step:
    try:
        found = strict_json.read(answer.body, parts=1_000_000)
    except strict_json.NotJson:
        found = None
    if not isinstance(found, list):
        todo = "Something between the platform and us answers in its place: a log-in page or a proxy."
        says = "The gradebook's answer is no list."
        return Step(name="line items", verdict=Verdict.FAILED, says=says, todo=todo)
    more = "" if paging.is_complete(answer.headers.get("Link", ""), url) else " on the first page"
    return Step(name="line items", verdict=Verdict.OK, says=f"The last course has {len(found)} column(s){more}.")


def _roster(http: Outbound, tokens: TokenSource, platform: PlatformConfig, places: Places, granted: list[str]) -> Step:
    if places.memberships_url is None or SCOPE_ROSTER not in granted:
        has_scope = SCOPE_ROSTER in granted
        says = "No course with a list of members was opened yet." if has_scope else "No token for it, so not tried."
        return Step(name="roster", verdict=Verdict.SKIPPED, says=says)
    try:
        people = next(RosterService(http, tokens).pages(platform, places.memberships_url), [])
    except RosterUnavailable as error:
        says = f"The last course's list of members cannot be read ({error})."
        todo = "If that course was deleted, open the tool in another one and run this again."
        return Step(name="roster", verdict=Verdict.WARNING, says=says, todo=todo)
    return Step(name="roster", verdict=Verdict.OK, says=f"The last course's first page lists {len(people)} people.")


def _unreachable(name: str, what: str, error: Unreachable) -> Step:
    todo = _WHAT_TO_DO.get(error.detail, "Check the address in the registration.")
    return Step(name=name, verdict=Verdict.FAILED, says=f"{what} cannot be reached: {error.detail}.", todo=todo)
