"""What the tool says of itself to platforms: addresses, messages, scopes, claims. One place for all ways to install."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lti_tool.lti.grades import SCOPE_LINEITEM, SCOPE_LINEITEM_READONLY, SCOPE_RESULT, SCOPE_SCORE
from lti_tool.lti.roster import SCOPE_ROSTER

NAME = "Three Steps"
DESCRIPTION = "A mentoring workshop: know what you need, find your people, make it work."
SCOPES = (SCOPE_LINEITEM, SCOPE_RESULT, SCOPE_SCORE, SCOPE_ROSTER)
"""What the tool can use. Nothing it does works better with more."""
CLAIMS = ("iss", "sub", "name", "given_name", "family_name")
"""A name for the teacher's list; no e-mail address, no picture."""
RESOURCE_LINK = "LtiResourceLinkRequest"
DEEP_LINKING = "LtiDeepLinkingRequest"
CANVAS = "https://canvas.instructure.com/lti/"
CANVAS_PLACEMENTS = (
    "assignment_selection",
    "link_selection",
    "course_assignments_menu",
    "module_index_menu_modal",
    "module_menu_modal",
    "editor_button",
)
"""Where Canvas can open the tool for a teacher to choose content (doc/api/placements, read 2026-11)."""
STANDARD_PLACEMENTS = ("ContentArea", "RichTextEditor")
CUSTOM = {"context_history": "$Context.id.history", "due": "$ResourceLink.submission.endDateTime"}
CANVAS_CUSTOM = {
    "context_history": "$Context.id.history",
    "due": "$Canvas.assignment.dueAt.iso8601",
    "timezone": "$Person.address.timezone",
    "post_message_token": "$com.instructure.PostMessageToken",
}


@dataclass(frozen=True)
class Addresses:
    """Every address of the tool that a platform is told."""

    base_url: str

    @property
    def domain(self) -> str:
        """Host, with its port if it has one: Moodle compares it with the target's (4.5, observed 2026-11-22)."""
        return urlsplit(self.base_url).netloc

    @property
    def login(self) -> str:
        """Where a platform begins a sign-in."""
        return f"{self.base_url}/lti/login"

    @property
    def launch(self) -> str:
        """The only redirect address, and the target of every link."""
        return f"{self.base_url}/lti/launch"

    @property
    def keys(self) -> str:
        """The tool's public keys."""
        return f"{self.base_url}/lti/jwks.json"

    @property
    def logo(self) -> str:
        """The mark; Moodle shows it on the course page and in the gradebook."""
        return f"{self.base_url}/lti/logo.svg"

    @property
    def canvas(self) -> str:
        """The configuration that Canvas reads by itself."""
        return f"{self.base_url}/lti/canvas.json"


def registration_request(
    tool: Addresses, *, family: str, scopes: tuple[str, ...], placements: tuple[str, ...]
) -> dict[str, Any]:
    """Return what is posted to a platform's registration endpoint.

    Source: LTI Dynamic Registration 1.0; Moodle 4.5.6 (every required member tried 2026-11-22); Canvas registration.md.
    """
    is_canvas = family == "canvas"
    configuration: dict[str, Any] = {
        "domain": tool.domain,
        "description": DESCRIPTION,
        "target_link_uri": tool.launch,
        "custom_parameters": CANVAS_CUSTOM if is_canvas else CUSTOM,
        "claims": list(CLAIMS),
        "messages": [
            {"type": RESOURCE_LINK, "target_link_uri": tool.launch, "label": NAME, "icon_uri": tool.logo},
            {
                "type": DEEP_LINKING,
                "target_link_uri": tool.launch,
                "label": NAME,
                "icon_uri": tool.logo,
                "placements": list(placements),
            },
        ],
    }
    if is_canvas:
        configuration |= {f"{CANVAS}privacy_level": "name_only", f"{CANVAS}tool_id": "three-steps"}
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": tool.login,
        "redirect_uris": [tool.launch],
        "client_name": NAME,
        "client_uri": tool.base_url,
        "logo_uri": tool.logo,
        "jwks_uri": tool.keys,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(scopes),
        "https://purl.imsglobal.org/spec/lti-tool-configuration": configuration,
    }


def canvas_configuration(tool: Addresses) -> dict[str, Any]:
    """Return the JSON that Canvas takes for a developer key ("Enter URL").

    Source: Canvas, "Configuring LTI Advantage Tools", anatomy of a JSON configuration (read 2026-11).
    """
    shown = {"text": NAME, "icon_url": tool.logo}
    chooser = {"message_type": DEEP_LINKING, "target_link_uri": tool.launch, "enabled": True, **shown}
    return {
        "title": NAME,
        "description": DESCRIPTION,
        "oidc_initiation_url": tool.login,
        "target_link_uri": tool.launch,
        "scopes": list(SCOPES),
        "public_jwk_url": tool.keys,
        "custom_fields": CANVAS_CUSTOM,
        "extensions": [
            {
                "domain": tool.domain,
                "tool_id": "three-steps",
                "platform": "canvas.instructure.com",
                "privacy_level": "name_only",
                "settings": {
                    **shown,
                    "selection_width": 800,
                    "selection_height": 700,
                    "placements": [{"placement": place, **chooser} for place in CANVAS_PLACEMENTS],
                },
            }
        ],
    }


def scopes_for(offered: tuple[str, ...]) -> tuple[str, ...]:
    """Return which scopes to ask a platform for that offers these; all of ours if it does not say."""
    if not offered:
        return SCOPES
    wanted = [scope for scope in SCOPES if scope in offered]
    if SCOPE_LINEITEM not in offered and SCOPE_LINEITEM_READONLY in offered:
        wanted.insert(0, SCOPE_LINEITEM_READONLY)
    return tuple(wanted)


def placements_for(family: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """Return where the tool's chooser should appear; on Canvas a fixed list, elsewhere what the platform names."""
    if family == "canvas":
        return tuple(place for place in CANVAS_PLACEMENTS if not offered or place in offered) or CANVAS_PLACEMENTS
    return tuple(place for place in STANDARD_PLACEMENTS if place in offered) or STANDARD_PLACEMENTS[:1]


def short(scope: str) -> str:
    """Return the last word of a scope: ``score``, ``contextmembership.readonly``."""
    return scope.rsplit("/", 1)[-1]


def missing_for(granted: tuple[str, ...]) -> tuple[str, ...]:
    """Return what does not work with these scopes: ``grades``, ``columns``, ``checks``, ``roster``."""
    held = set(granted)
    needs = {
        "grades": {SCOPE_SCORE},
        "columns": {SCOPE_LINEITEM, SCOPE_LINEITEM_READONLY},
        "checks": {SCOPE_RESULT},
        "roster": {SCOPE_ROSTER},
    }
    return tuple(name for name, scopes in needs.items() if not scopes & held)
