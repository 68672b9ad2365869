"""The id_tokens of virtual people: everything a large LMS puts in one."""

import json
import time

from launchbench.config import Load, Platform

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
GIVEN = ("Ada", "Bao", "Chidi", "Dana", "Émile", "Fatima", "Goran", "Hina", "Ivo", "Jun")
FAMILY = ("Lovelace", "Nguyễn", "Anagonye", "Scully", "Durkheim", "al-Fihri", "Petrović", "Sato")


def person(number: int) -> dict[str, str]:
    given, family = GIVEN[number % len(GIVEN)], FAMILY[number // len(GIVEN) % len(FAMILY)]
    return {
        "sub": f"5f1c{number:028x}",
        "given_name": given,
        "family_name": f"{family} {number}",
        "name": f"{given} {family} {number}",
        "email": f"learner{number}@school.example",
    }


class IdTokens:
    """Builds id_token payloads; what does not change for a person is encoded once."""

    def __init__(self, platform: Platform, load: Load, target_link_uri: str) -> None:
        self._platform = platform
        self._load = load
        self._target = target_link_uri
        self._fixed: dict[int, bytes] = {}

    def payload(self, number: int, nonce: str) -> bytes:
        fixed = self._fixed.get(number)
        if fixed is None:
            fixed = self._fixed[number] = self._encode(number)
        now = int(time.time())
        tail = json.dumps({"nonce": nonce, "iat": now, "exp": now + 3600})
        return fixed[:-1] + b", " + tail[1:].encode()

    def context(self, number: int) -> str:
        return f"course-{number % self._load.contexts}"

    def link(self, number: int) -> str:
        return f"{self.context(number)}-link-{number % self._load.links}"

    def _encode(self, number: int) -> bytes:
        platform, load = self._platform, self._load
        context, link = self.context(number), self.link(number)
        services = f"{platform.base}/ags/{context}"
        claims = {
            "iss": platform.issuer,
            "aud": platform.client_id,
            "azp": platform.client_id,
            **person(number),
            "picture": f"https://school.example/avatars/{number}.png",
            "locale": "en-US",
            LTI + "message_type": load.message,
            LTI + "version": "1.3.0",
            LTI + "deployment_id": platform.deployment_id,
            LTI + "target_link_uri": self._target,
            LTI + "roles": [
                f"{ROLE}institution/person#Student",
                f"{ROLE}membership#{load.role}",
                f"{ROLE}system/person#User",
            ],
            LTI + "context": {
                "id": context,
                "label": "MENT-101",
                "title": "Fundamentals of Mentoring",
                "type": [f"{ROLE}course#CourseOffering"],
            },
            LTI + "tool_platform": {
                "guid": "launchbench.school.example",
                "name": "Launchbench School",
                "version": "cloud",
                "product_family_code": "launchbench",
                "url": platform.base,
            },
            LTI + "launch_presentation": {
                "document_target": "iframe",
                "return_url": f"{platform.base}/return",
                "locale": "en",
                "height": 600,
                "width": 800,
            },
            LTI + "lis": {
                "person_sourcedid": f"sis-{number}",
                "course_offering_sourcedid": f"sis-{context}",
            },
            LTI + "custom": {"course_id": context, **load.custom},
        }
        if load.message == "LtiDeepLinkingRequest":
            claims[DEEP_LINKING + "deep_linking_settings"] = {
                "deep_link_return_url": f"{platform.base}/deep-links",
                "accept_types": ["ltiResourceLink", "link", "html"],
                "accept_presentation_document_targets": ["iframe", "window"],
                "accept_multiple": True,
                "auto_create": False,
                "data": "opaque",
            }
        else:
            claims[LTI + "resource_link"] = {
                "id": link,
                "title": "Mentoring workshop",
                "description": "Three steps to a mentee-driven relationship",
            }
        if load.ags:
            claims[AGS + "claim/endpoint"] = {
                "scope": [
                    AGS + "scope/lineitem",
                    AGS + "scope/lineitem.readonly",
                    AGS + "scope/result.readonly",
                    AGS + "scope/score",
                ],
                "lineitems": f"{services}/lineitems",
                **({"lineitem": f"{services}/lineitems/{link}"} if load.lineitem_in_claim else {}),
            }
        if load.nrps:
            claims[NRPS + "claim/namesroleservice"] = {
                "context_memberships_url": f"{platform.base}/nrps/{context}/memberships",
                "service_versions": ["2.0"],
            }
        return json.dumps(claims).encode()
