"""The claims of an ID token that we read: exact types and lengths, checked before any use.

Unknown claims are ignored. A claim of the wrong type refuses the launch; optional ones may be ``null``. Texts meant
for people are cleaned and trimmed instead, because a long title must not keep anybody out.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from lti_tool.lti import texts
from lti_tool.lti.refusals import MessageNotSupported, MessageNotValid

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
CUSTOM_LIMIT = 100
CUSTOM_VALUE_LIMIT = 8192
DATA_LIMIT = 64 * 1024
"""Characters of the platform's own note in a deep linking request; Canvas and Moodle send none or a few hundred."""


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("holds characters that no identifier has")
    return value


def _clean(value: str | None) -> str | None:
    return None if value is None else texts.clean(value)


def _web_address(value: str | None) -> str | None:
    return None if value is None else texts.web_address(value)


def _locale(value: str | None) -> str | None:
    return None if value is None else texts.locale(value)


def _document_target(value: str | None) -> str | None:
    return value if value in ("iframe", "frame", "window") else None


def _custom(value: Any) -> dict[str, str]:
    """Keep what is text on both sides; a nested, unexpanded or very long value counts as absent."""
    if not isinstance(value, dict):
        return {}
    kept = {
        key: cleaned
        for key, text in value.items()
        if len(key) <= texts.TITLE_LIMIT
        and isinstance(text, str)
        and len(text) <= CUSTOM_VALUE_LIMIT
        and not texts.is_unexpanded(text)
        and (cleaned := texts.clean(text, CUSTOM_VALUE_LIMIT)) is not None
    }
    return dict(list(kept.items())[:CUSTOM_LIMIT])


def _required_address(value: str) -> str:
    if texts.web_address(value) is None:
        raise ValueError("is no web address")
    return value


def _flag(value: Any) -> bool | None:
    """Read a yes or no that some platforms write as text; anything else says nothing."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("is no number")
    if not 0 <= value <= 2**40:
        raise ValueError("is no time")
    return float(value)


Identifier = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_printable)]
Text = Annotated[str | None, AfterValidator(_clean)]
WebAddress = Annotated[str | None, AfterValidator(_web_address)]
RequiredAddress = Annotated[str, AfterValidator(_required_address)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]
Roles = Annotated[list[str], Field(max_length=500)]
Moment = Annotated[float, BeforeValidator(_number)]


class _Claims(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Header(_Claims):
    """The header of the token. Other members (``jku``, ``jwk``, ``x5u`` …) are never looked at."""

    alg: str
    kid: Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Envelope(_Claims):
    """The claims that say who signed for whom, when, and for which login."""

    iss: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    aud: str | Annotated[list[str], Field(min_length=1, max_length=10)]
    azp: str | None = None
    nonce: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    exp: Moment
    iat: Moment
    nbf: Moment | None = None


class Context(_Claims):
    """``P/context``: the course."""

    id: Identifier
    label: Text = None
    title: Text = None


class ResourceLink(_Claims):
    """``P/resource_link``: the link that was opened."""

    id: Identifier
    title: Text = None


class Presentation(_Claims):
    """``P/launch_presentation``: how the page is shown."""

    document_target: Annotated[str | None, AfterValidator(_document_target)] = None
    locale: Annotated[str | None, AfterValidator(_locale)] = None
    return_url: WebAddress = None


class ToolPlatform(_Claims):
    """``P/tool_platform``: which product is speaking."""

    product_family_code: Text = None


class GradeService(_Claims):
    """The AGS endpoint claim. ``scope`` may be missing, ``lineitem`` may be ``""`` (Moodle 4.5, observed 2026-11)."""

    scope: Annotated[list[str], Field(max_length=50)] | None = None
    lineitems: WebAddress = None
    lineitem: WebAddress = None


class RosterService(_Claims):
    """The NRPS claim."""

    context_memberships_url: WebAddress = None


class DeepLinkingSettings(_Claims):
    """The claim ``deep_linking_settings``. Source: LTI Deep Linking 2.0, 3.3; Moodle 4.5, observed 2026-11-22."""

    deep_link_return_url: RequiredAddress
    accept_types: Annotated[list[str], Field(max_length=50)]
    accept_multiple: Flag = None
    accept_lineitem: Flag = None
    title: Text = None
    text: Text = None
    data: Annotated[str, Field(max_length=DATA_LIMIT)] | None = None


class ForUser(_Claims):
    """``P/for_user``: whose work is looked at."""

    user_id: Identifier


# Which claim a field is read from; the others are called as OpenID Connect calls them.
_NAMES = {
    "message_type": CLAIM + "message_type",
    "version": CLAIM + "version",
    "deployment_id": CLAIM + "deployment_id",
    "target_link_uri": CLAIM + "target_link_uri",
    "resource_link": CLAIM + "resource_link",
    "roles": CLAIM + "roles",
    "context": CLAIM + "context",
    "presentation": CLAIM + "launch_presentation",
    "platform": CLAIM + "tool_platform",
    "custom": CLAIM + "custom",
    "grades": AGS,
    "roster": NRPS,
    "settings": DEEP_LINKING + "deep_linking_settings",
    "for_user": CLAIM + "for_user",
}


class Message(_Claims):
    """What every message of LTI 1.3 says first."""

    model_config = ConfigDict(alias_generator=lambda name: _NAMES.get(name, name))

    message_type: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    version: str


class LaunchMessage(Message):
    """What all messages that we take have in common, required or not. Source: LTI 1.3 core, 5.3 and 5.4."""

    sub: Identifier | None = None
    deployment_id: Identifier
    target_link_uri: Annotated[str, StringConstraints(min_length=1, max_length=texts.URL_LIMIT)] | None = None
    resource_link: ResourceLink | None = None
    roles: Roles | None = None
    context: Context | None = None
    presentation: Presentation | None = None
    platform: ToolPlatform | None = None
    custom: Annotated[dict[str, str], BeforeValidator(_custom)] = {}
    grades: GradeService | None = None
    roster: RosterService | None = None
    name: Text = None
    given_name: Text = None
    family_name: Text = None
    email: Text = None
    locale: Annotated[str | None, AfterValidator(_locale)] = None


class ResourceLinkMessage(LaunchMessage):
    """The claims of an ``LtiResourceLinkRequest``. Source: LTI 1.3 core, 5.3 and 5.4."""

    target_link_uri: Annotated[str, StringConstraints(min_length=1, max_length=texts.URL_LIMIT)]
    resource_link: ResourceLink
    roles: Roles


class DeepLinkingMessage(LaunchMessage):
    """The claims of an ``LtiDeepLinkingRequest``; roles and target are optional. Source: LTI Deep Linking 2.0, 3."""

    settings: DeepLinkingSettings


class SubmissionReviewMessage(LaunchMessage):
    """The claims of an ``LtiSubmissionReviewRequest``; the link is optional. Source: LTI Submission Review 1.0, 4."""

    roles: Roles
    for_user: ForUser
    grades: GradeService


MESSAGES: dict[str, type[LaunchMessage]] = {
    "LtiResourceLinkRequest": ResourceLinkMessage,
    "LtiDeepLinkingRequest": DeepLinkingMessage,
    "LtiSubmissionReviewRequest": SubmissionReviewMessage,
}
"""The messages that we serve."""


def read_header(values: Any) -> Header:
    """Read the header of a token.

    :raise ValueError: it is no object, has no ``kid``, wants another algorithm than RS256, or has ``crit`` or ``b64``.
    """
    if not isinstance(values, dict) or "crit" in values or values.get("b64", True) is not True:
        raise ValueError("the header is no object or demands an extension")
    header = Header.model_validate(values)
    if header.alg != "RS256":
        raise ValueError("the algorithm is not RS256")
    return header


def read_message(values: dict[str, Any]) -> LaunchMessage:
    """Read a verified payload as one of the messages that we serve.

    :raise MessageNotSupported: a message of LTI, but of another type.
    :raise MessageNotValid: not LTI 1.3.0, or a claim is missing or of the wrong type; ``detail`` names it.
    """
    try:
        message = Message.model_validate(values)
        if message.version != "1.3.0":
            raise MessageNotValid("version is not 1.3.0")
        if message.message_type not in MESSAGES:
            raise MessageNotSupported(texts.clean(message.message_type, 80) or "")
        return MESSAGES[message.message_type].model_validate(values)
    except ValidationError as error:
        raise MessageNotValid(f"{where(error)} is missing or has the wrong type") from None


def where(error: ValidationError) -> str:
    """Name the claims that a validation stumbled over, without their values."""
    places = [problem["loc"] for problem in error.errors(include_input=False)]
    names = {str(place[0]).removeprefix(CLAIM).removeprefix(DEEP_LINKING) for place in places if place}
    return ", ".join(sorted(names)) or "the payload"
