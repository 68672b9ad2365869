"""Verifying a launch and reading it into a ``ResourceLaunch``."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lti_tool.lti import _pylti, texts
from lti_tool.lti.claims import ResourceLinkMessage
from lti_tool.lti.login import Attempt
from lti_tool.lti.messages import (
    CourseClaim,
    GradeEndpoints,
    LinkClaim,
    Person,
    PlatformConfig,
    ResourceLaunch,
    Role,
)
from lti_tool.lti.platform_keys import KeySets
from lti_tool.lti.refusals import AnonymousLaunch, LoginRefused, TargetElsewhere, TokenNotValid
from lti_tool.lti.roles import read_roles


@dataclass(frozen=True, kw_only=True)
class PlatformSaidNo:
    """The platform's error response to our authorization request, cleaned."""

    error: str
    description: str | None


def platform_error(form: Mapping[str, list[str]]) -> PlatformSaidNo | None:
    """Return the error response in this form, ``None`` if it is none. Open the ``state`` before acting on it.

    Source: OpenID Connect Core, 3.1.2.6; Moodle and Canvas post such a form to the launch address (2026-11).
    """
    values = form.get("error")
    if not values:
        return None
    description = texts.clean(next(iter(form.get("error_description", [])), ""))
    return PlatformSaidNo(error=texts.clean(values[0], 80) or "error", description=description)


def verify(
    form: Mapping[str, list[str]], attempt: Attempt, platform: PlatformConfig, keys: KeySets, *, base_url: str
) -> ResourceLaunch:
    """Verify the posted launch against the login attempt that its ``state`` carried.

    The caller has opened the ``state``, compared the browser, found the platform of the attempt; afterwards it looks
    up the deployment and uses the attempt up, once. ``base_url`` is our own address; the target must be below it.

    :raise LaunchRefused: a subclass with status 400, 401 or 403, whatever the form holds.

    Source: 1EdTech Security Framework 1.0, 5.1.3; LTI 1.3 core, 5.3.
    """
    refused = platform_error(form)
    if refused is not None:
        raise LoginRefused(refused.error)
    if attempt.platform_id != platform.id:
        raise TokenNotValid("the login was begun for another registration")
    expected = _pylti.Expected(nonce=attempt.nonce, deployment_id=attempt.deployment_id, begun_at=attempt.created_at)
    message = _pylti.read_launch(platform, _token(form), expected, keys)
    _check_target(message.target_link_uri, base_url)
    return _resource_launch(message, platform)


def _token(form: Mapping[str, list[str]]) -> str:
    values = form.get("id_token", [])
    if len(values) != 1 or not values[0]:
        raise TokenNotValid("id_token is missing or repeated")
    return values[0]


def _check_target(target: str, base_url: str) -> None:
    own = texts.origin(base_url)
    if own is None or texts.origin(target) != own:
        raise TargetElsewhere("the target link is not on this tool's address")


def _resource_launch(message: ResourceLinkMessage, platform: PlatformConfig) -> ResourceLaunch:
    if message.sub is None and not platform.allow_anonymous:
        raise AnonymousLaunch("sub is missing")
    standing = read_roles(message.roles)
    shown = message.presentation
    return_url = shown.return_url if shown else None
    return ResourceLaunch(
        platform_id=platform.id,
        deployment_id=message.deployment_id,
        person=Person(sub=message.sub or "", name=_name(message), email=message.email),
        # Nothing can be kept for nobody, so an anonymous person only visits.
        role=standing.role if message.sub else Role.VISITOR,
        is_test=standing.is_test,
        is_administrator=standing.is_administrator,
        course=_course(message),
        link=LinkClaim(id=message.resource_link.id, title=message.resource_link.title),
        grades=_grades(message),
        memberships_url=message.roster.context_memberships_url if message.roster else None,
        custom=MappingProxyType(message.custom),
        target_link_uri=message.target_link_uri,
        locale=(shown.locale if shown else None) or message.locale,
        return_url=return_url,
        document_target=shown.document_target if shown else None,
        platform_family=message.platform.product_family_code if message.platform else None,
        frame_origins=_origins(platform.issuer, platform.authorization_endpoint, return_url),
    )


def _name(message: ResourceLinkMessage) -> str | None:
    return message.name or texts.clean(f"{message.given_name or ''} {message.family_name or ''}")


def _course(message: ResourceLinkMessage) -> CourseClaim | None:
    context = message.context
    return CourseClaim(id=context.id, label=context.label, title=context.title) if context else None


def _grades(message: ResourceLinkMessage) -> GradeEndpoints | None:
    claim = message.grades
    if claim is None:
        return None
    return GradeEndpoints(lineitems=claim.lineitems, lineitem=claim.lineitem, scopes=frozenset(claim.scope or ()))


def _origins(*urls: str | None) -> tuple[str, ...]:
    """Keep the order and drop what is no web address: an issuer need not be one."""
    return tuple(dict.fromkeys(found for url in urls if url and (found := texts.origin(url))))
