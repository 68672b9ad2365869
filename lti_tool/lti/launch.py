"""Verifying a launch and reading it into a value of ours: a link opened, a picker asked for, work reviewed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lti_tool.lti import _pylti, texts
from lti_tool.lti.claims import DeepLinkingMessage, LaunchMessage, SubmissionReviewMessage
from lti_tool.lti.login import Attempt
from lti_tool.lti.messages import (
    AnyLaunch,
    CourseClaim,
    DeepLinkingLaunch,
    DeepLinkingSettings,
    GradeEndpoints,
    LinkClaim,
    Person,
    PlatformConfig,
    ResourceLaunch,
    ReviewLaunch,
    Role,
)
from lti_tool.lti.platform_keys import KeySets
from lti_tool.lti.refusals import AnonymousLaunch, LoginRefused, MessageNotValid, TargetElsewhere, TokenNotValid
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
) -> AnyLaunch:
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
    # 1EdTech's own suite leaves the target out of deep linking requests; our launch address serves all messages.
    target = message.target_link_uri or attempt.target_link_uri
    _check_target(target, base_url)
    return _launch(message, _common(message, platform, target))


def _token(form: Mapping[str, list[str]]) -> str:
    values = form.get("id_token", [])
    if len(values) != 1 or not values[0]:
        raise TokenNotValid("id_token is missing or repeated")
    return values[0]


def _check_target(target: str, base_url: str) -> None:
    own = texts.origin(base_url)
    if own is None or texts.origin(target) != own:
        raise TargetElsewhere("the target link is not on this tool's address")


def _launch(message: LaunchMessage, common: dict[str, Any]) -> AnyLaunch:
    """Return the value of ours for this type of message."""
    if isinstance(message, DeepLinkingMessage):
        origin = texts.origin(message.settings.deep_link_return_url) or ""
        common["frame_origins"] = tuple(dict.fromkeys([*common["frame_origins"], origin]))
        return DeepLinkingLaunch(**common, settings=_settings(message), states_roles=message.roles is not None)
    link = message.resource_link
    named = LinkClaim(id=link.id, title=link.title) if link else None
    if isinstance(message, SubmissionReviewMessage):
        if message.grades.lineitem is None:
            raise MessageNotValid("the line item is missing or has the wrong type")
        lineitem = message.grades.lineitem
        return ReviewLaunch(**common, link=named, lineitem=lineitem, learner=message.for_user.user_id)
    if named is None:
        raise MessageNotValid("resource_link is missing or has the wrong type")
    return ResourceLaunch(**common, link=named)


def _settings(message: DeepLinkingMessage) -> DeepLinkingSettings:
    asked = message.settings
    return DeepLinkingSettings(
        return_url=asked.deep_link_return_url,
        data=asked.data,
        takes_links="ltiResourceLink" in asked.accept_types,
        takes_several=asked.accept_multiple is True,
        takes_line_items=asked.accept_lineitem is not False,
        title=asked.title,
        text=asked.text,
    )


def _common(message: LaunchMessage, platform: PlatformConfig, target: str) -> dict[str, Any]:
    """Return what all launches have, by the names of ``messages.Launch``."""
    if message.sub is None and not platform.allow_anonymous:
        raise AnonymousLaunch("sub is missing")
    standing = read_roles(message.roles or [])
    shown = message.presentation
    return_url = shown.return_url if shown else None
    return {
        "platform": platform,
        "deployment_id": message.deployment_id,
        # Nothing can be kept for nobody: an anonymous person only visits, and all of them are one without a name.
        "person": _person(message),
        "role": standing.role if message.sub else Role.VISITOR,
        "is_test": standing.is_test,
        "is_administrator": standing.is_administrator,
        "course": _course(message),
        "grades": _grades(message),
        "memberships_url": message.roster.context_memberships_url if message.roster else None,
        "custom": MappingProxyType(message.custom),
        "target_link_uri": target,
        "locale": (shown.locale if shown else None) or message.locale,
        "return_url": return_url,
        "document_target": shown.document_target if shown else None,
        "platform_family": message.platform.product_family_code if message.platform else None,
        "frame_origins": _origins(platform, return_url),
    }


def _person(message: LaunchMessage) -> Person:
    if message.sub:
        return Person(sub=message.sub, name=_name(message), email=message.email)
    return Person(sub="", name=None, email=None)


def _name(message: LaunchMessage) -> str | None:
    return message.name or texts.clean(f"{message.given_name or ''} {message.family_name or ''}")


def _course(message: LaunchMessage) -> CourseClaim | None:
    context = message.context
    return CourseClaim(id=context.id, label=context.label, title=context.title) if context else None


def _grades(message: LaunchMessage) -> GradeEndpoints | None:
    claim = message.grades
    if claim is None:
        return None
    return GradeEndpoints(lineitems=claim.lineitems, lineitem=claim.lineitem, scopes=frozenset(claim.scope or ()))


def _origins(platform: PlatformConfig, return_url: str | None) -> tuple[str, ...]:
    """Return who may frame the tool; what the launch itself was sent from comes last.

    What is no web address is dropped: an issuer need not be one.
    """
    said = (platform.issuer, platform.authorization_endpoint, return_url)
    signed = dict.fromkeys(found for url in said if url and (found := texts.origin(url)))
    return (*(each for each in platform.frame_origins.split() if each not in signed), *signed)
