"""Dynamic registration: reading what a platform says of itself, and registering the tool there."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeSerializer

from lti_tool import clock
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.lti import description, strict_json, texts
from lti_tool.lti.description import Addresses
from lti_tool.lti.hosts import are_related
from lti_tool.lti.http import Answer, Outbound, Unreachable

LIMIT_BYTES = 256 * 1024
LIMIT_SECONDS = 10.0
FORM_LIMIT = 32_768
FORM_LIFE = timedelta(minutes=30)
TOKEN_LIMIT = 8192
ADDRESS_LIMIT = 2000
ID_LIMIT = 255

_PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
_TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"


class ConfigurationRefused(ToolError):
    """What the platform says of itself cannot be used, or cannot be had. ``detail`` is in words of ours."""

    status = 400
    code = "configuration-refused"
    message = mark("The learning platform's description of itself could not be read or cannot be used.")
    remedy = mark("Nothing was registered. Tell whoever runs your learning platform what is written below.")
    shows_detail = True


class RegistrationRefused(ToolError):
    """The platform did not register the tool, or its answer is of no use. ``detail`` never quotes the answer."""

    status = 502
    code = "registration-refused"
    message = mark("The learning platform did not complete the registration.")
    remedy = mark(
        "Nothing was stored here. If the platform lists Three Steps already, delete that entry, then add the tool "
        "again with the same link."
    )
    shows_detail = True


class ConfirmationOver(ToolError):
    """The confirmation page was used, is too old, or was made for another registration."""

    status = 409
    code = "confirmation-over"
    message = mark("This confirmation page has been used already, or it is older than 30 minutes.")
    remedy = mark("Nothing was registered by it. Add the tool in your learning platform again with the same link.")


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a platform says of itself, read and checked."""

    configuration_url: str
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    registration_endpoint: str
    token_audience: str | None = None
    family: str = ""
    version: str = ""
    account: str = ""
    scopes: tuple[str, ...] = ()
    placements: tuple[str, ...] = ()

    @property
    def wanted_scopes(self) -> tuple[str, ...]:
        """What we ask this platform for."""
        return description.scopes_for(self.scopes)

    @property
    def origin(self) -> str:
        """Where the configuration came from, and where the closing message goes."""
        return texts.origin(self.configuration_url) or ""


@dataclass(frozen=True, kw_only=True)
class Granted:
    """What a platform answered to a registration. ``scopes`` and ``claims`` are None where it did not say."""

    client_id: str
    deployment_id: str | None
    scopes: tuple[str, ...] | None
    claims: tuple[str, ...] | None
    management_url: str | None = None
    management_token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One address of a platform, for a person to look at. ``differs``: on another host than the configuration."""

    kind: str
    url: str
    host: str
    differs: bool


def fetch(http: Outbound, url: str, token: str | None, *, plain_hosts: frozenset[str] = frozenset()) -> Offer:
    """Read a platform's configuration. ``token`` is sent along: Canvas gives no answer without it.

    ``plain_hosts`` are the ``host:port`` that may be plain http.

    :raise ConfigurationRefused: unreachable, a redirect, too long, too slow, not JSON, incomplete, or of another site.

    Source: LTI Dynamic Registration 1.0, 3.4; OWASP SSRF, case 2.
    """
    checked_url = _address(url, "openid_configuration", plain_hosts)
    headers = {"Accept": "application/json"} | _bearer(token)
    try:
        answer = http.get(checked_url, headers=headers, limit_bytes=LIMIT_BYTES, timeout=LIMIT_SECONDS)
    except Unreachable as error:
        raise ConfigurationRefused(error.detail) from None
    if answer.status != 200:
        raise ConfigurationRefused(f"the configuration address answers with status {answer.status}")
    try:
        return read_configuration(strict_json.read(answer.body), checked_url, plain_hosts)
    except strict_json.NotJson as error:
        raise ConfigurationRefused(f"the configuration is not JSON that can be read ({error})") from None


def read_configuration(found: object, url: str, plain_hosts: frozenset[str] = frozenset()) -> Offer:
    """Return what a configuration says, if it is complete and of the site it came from.

    :raise ConfigurationRefused: naming the member that is missing or wrong.
    """
    if not isinstance(found, dict):
        raise ConfigurationRefused("the configuration is no JSON object")
    _refuse_unsuitable(found)
    platform = found.get(_PLATFORM)
    platform = platform if isinstance(platform, dict) else {}
    audience = found.get("authorization_server")
    family = (_cleaned(platform, "product_family_code") or "").lower()
    offer = Offer(
        configuration_url=url,
        issuer=_issuer(found, plain_hosts),
        authorization_endpoint=_endpoint(found, "authorization_endpoint", plain_hosts),
        token_endpoint=_endpoint(found, "token_endpoint", plain_hosts),
        jwks_uri=_endpoint(found, "jwks_uri", plain_hosts),
        registration_endpoint=_endpoint(found, "registration_endpoint", plain_hosts),
        token_audience=audience if isinstance(audience, str) and 0 < len(audience) <= ADDRESS_LIMIT else None,
        family=family[:50],
        version=(_cleaned(platform, "version") or "")[:100],
        account=_cleaned(platform, f"{description.CANVAS}account_name") or "",
        scopes=_texts(found.get("scopes_supported")),
        placements=_placements(platform.get("messages_supported")),
    )
    for kind in ("issuer", "registration_endpoint"):
        if not are_related(getattr(offer, kind), url):
            raise ConfigurationRefused(f"{kind} is of another site than the configuration address")
    return offer


def endpoints(offer: Offer) -> tuple[Endpoint, ...]:
    """Return every address an offer names, each marked if its host differs from the configuration's."""
    kinds = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
    return tuple(endpoint(kind, getattr(offer, kind), offer.configuration_url) for kind in kinds)


def endpoint(kind: str, url: str, configuration_url: str | None) -> Endpoint:
    """Return one address, compared with where the configuration came from (None: nothing to compare with)."""
    host = urlsplit(url).netloc
    return Endpoint(kind=kind, url=url, host=host, differs=bool(configuration_url and host != _host(configuration_url)))


def register(http: Outbound, offer: Offer, tool: Addresses, token: str | None) -> Granted:
    """Register the tool at the platform. The token is sent once and kept nowhere.

    :raise RegistrationRefused: any answer but a complete success.

    Source: LTI Dynamic Registration 1.0, 3.5 and 3.6; RFC 7591; Moodle answers 200, Canvas 201 (2026-11).
    """
    placements = description.placements_for(offer.family, offer.placements)
    body = description.registration_request(
        tool, family=offer.family, scopes=offer.wanted_scopes, placements=placements
    )
    headers = {"Content-Type": "application/json", "Accept": "application/json"} | _bearer(token)
    try:
        answer = http.post(
            offer.registration_endpoint,
            headers=headers,
            data=strict_json.write(body),
            limit_bytes=LIMIT_BYTES,
            timeout=LIMIT_SECONDS,
        )
    except Unreachable as error:
        raise RegistrationRefused(error.detail) from None
    return _granted(answer, offer)


class ConfirmationSigner:
    """Signs the form of a confirmation page, so that what is registered is what was shown.

    The registration token itself is not in the signed text, only what proves that it is the same one.
    """

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._serializer = URLSafeSerializer(
            list(reversed(secret_keys)),  # itsdangerous signs with the last key
            salt="lti.registration",
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )

    def sign(self, offer: Offer, *, invitation: int, tries: int, token: str | None) -> str:
        """Return the text for the form: good once, for this invitation, offer and token."""
        issued_at = int(clock.now().timestamp())
        text = self._serializer.dumps([asdict(offer), invitation, tries, _digest(token), issued_at])
        return text if isinstance(text, str) else text.decode("ascii")

    def open(self, text: str, *, invitation: int, token: str | None) -> tuple[Offer, int]:
        """Return the offer that was shown, and the try it was shown for.

        :raise ConfirmationOver: not signed by us, older than 30 minutes, for another invitation or token.
        """
        try:
            if len(text) > FORM_LIMIT or not text.isascii():
                raise ConfirmationOver
            values, signed_for, tries, digest, issued_at = self._serializer.loads(text)
        except (BadData, ValueError, TypeError):
            raise ConfirmationOver from None
        age = clock.now().timestamp() - issued_at
        if signed_for != invitation or age > FORM_LIFE.total_seconds():
            raise ConfirmationOver
        if not hmac.compare_digest(digest, _digest(token)):
            raise ConfirmationOver
        lists = {name: tuple(values[name]) for name in ("scopes", "placements")}
        return Offer(**{**values, **lists}), tries


def read_token(value: str | None) -> str | None:
    """Return the registration token of a request, None if there is none.

    :raise ConfigurationRefused: it is no token.
    """
    if not value:
        return None
    if len(value) > TOKEN_LIMIT or not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigurationRefused("the registration token is not well-formed")
    return value


def _granted(answer: Answer, offer: Offer) -> Granted:
    if answer.status not in (200, 201):
        raise RegistrationRefused(f"the platform answers with status {answer.status}")
    try:
        found = strict_json.read(answer.body)
    except strict_json.NotJson:
        raise RegistrationRefused("the platform's answer is not JSON") from None
    if not isinstance(found, dict):
        raise RegistrationRefused("the platform's answer is no JSON object")
    client_id = _identifier(found.get("client_id"))
    if client_id is None:
        raise RegistrationRefused("the platform's answer names no client id")
    configuration = found.get(_TOOL)
    configuration = configuration if isinstance(configuration, dict) else {}
    url, token = _management(found, offer)
    return Granted(
        client_id=client_id,
        deployment_id=_identifier(configuration.get("deployment_id")),
        scopes=_granted_scopes(found.get("scope"), offer),
        claims=_granted_claims(configuration.get("claims")),
        management_url=url,
        management_token=token,
    )


def _granted_scopes(value: object, offer: Offer) -> tuple[str, ...] | None:
    """Keep of the answer what we asked for; more than that is of no use to us."""
    if not isinstance(value, str):
        return None
    held = value.split()
    return tuple(scope for scope in offer.wanted_scopes if scope in held)


def _granted_claims(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(claim for claim in description.CLAIMS if claim in value)


def _management(found: Mapping[str, Any], offer: Offer) -> tuple[str | None, str | None]:
    """Keep where the registration can be read and changed (RFC 7592), if it is of the platform's own site."""
    url, token = found.get("registration_client_uri"), found.get("registration_access_token")
    if not isinstance(url, str) or len(url) > ADDRESS_LIMIT or not texts.web_address(url):
        return None, None
    if not are_related(url, offer.configuration_url) or not isinstance(token, str) or not 0 < len(token) <= TOKEN_LIMIT:
        return None, None
    return url, token


def _refuse_unsuitable(found: Mapping[str, Any]) -> None:
    """Refuse a platform that says it cannot do what LTI 1.3 needs; one that says nothing is given the chance."""
    needs = {
        "token_endpoint_auth_methods_supported": "private_key_jwt",
        "id_token_signing_alg_values_supported": "RS256",
        "response_types_supported": "id_token",
    }
    for member, value in needs.items():
        offered = found.get(member)
        if isinstance(offered, list) and value not in offered:
            raise ConfigurationRefused(f"{member} does not contain {value}")


def _issuer(found: Mapping[str, Any], plain_hosts: frozenset[str]) -> str:
    issuer = _endpoint(found, "issuer", plain_hosts)
    if len(issuer) > ID_LIMIT or "?" in issuer:
        raise ConfigurationRefused("issuer is not well-formed")
    return issuer


def _endpoint(found: Mapping[str, Any], member: str, plain_hosts: frozenset[str]) -> str:
    value = found.get(member)
    if not isinstance(value, str) or not value:
        raise ConfigurationRefused(f"{member} is missing")
    return _address(value, member, plain_hosts)


def _address(url: str, member: str, plain_hosts: frozenset[str]) -> str:
    """Take https addresses, and plain http ones of the hosts that the operator listed."""
    if len(url) > ADDRESS_LIMIT or not texts.web_address(url) or "#" in url:
        raise ConfigurationRefused(f"{member} is not a web address")
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.netloc.lower() not in plain_hosts:
        raise ConfigurationRefused(f"{member} is not https")
    return url


def _identifier(value: object) -> str | None:
    """Return an id as text; some platforms send numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= ID_LIMIT:
        return None
    return value if value.isascii() and value.isprintable() else None


def _cleaned(found: Mapping[str, Any], member: str) -> str | None:
    value = found.get(member)
    return texts.clean(value) if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(each for each in value[:200] if isinstance(each, str) and len(each) <= ID_LIMIT and each.isascii())


def _placements(messages: object) -> tuple[str, ...]:
    """Return where the platform can open a chooser."""
    if not isinstance(messages, list):
        return ()
    choosing = [each for each in messages if isinstance(each, dict) and each.get("type") == description.DEEP_LINKING]
    found = tuple(place for message in choosing for place in _texts(message.get("placements")))
    return found[:100]


def _bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _digest(token: str | None) -> str:
    return hashlib.sha256((token or "").encode()).hexdigest()


def _host(url: str) -> str:
    return urlsplit(url).netloc
