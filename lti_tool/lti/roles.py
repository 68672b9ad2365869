"""From the role URIs of a launch to one role of ours: exact, and the least where a URI says nothing.

Only membership roles of the course give powers in it. A person who teaches somewhere else carries
``institution/person#Instructor`` as a learner here (Canvas, read 2026-11).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.lti.messages import Role

VOCABULARY = "http://purl.imsglobal.org/vocab/lis/v2/"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

_MEMBERSHIP = VOCABULARY + "membership#"
_SUB_ROLE = VOCABULARY + "membership/"

# What stands before or instead of the '#', and the bare names that LTI 1.3 still permits for membership roles.
_PRINCIPAL = {
    "Administrator": Role.INSTRUCTOR,
    "Instructor": Role.INSTRUCTOR,
    "ContentDeveloper": Role.DESIGNER,
    "Learner": Role.LEARNER,
    "Mentor": Role.OBSERVER,
}
_ADMINISTRATORS = frozenset(
    {
        VOCABULARY + "institution/person#Administrator",
        VOCABULARY + "system/person#Administrator",
        VOCABULARY + "system/person#AccountAdmin",
        VOCABULARY + "system/person#SysAdmin",
        # Moodle's memberships service misspells the institution role so (read in code, 2026-11).
        VOCABULARY + "person#Administrator",
    }
)
# Assistant first: Canvas sends a teaching assistant's launch with the instructor's role beside it.
_STRONGEST_FIRST = (Role.ASSISTANT, Role.INSTRUCTOR, Role.DESIGNER, Role.LEARNER, Role.OBSERVER)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the roles of one launch amount to."""

    role: Role
    is_test: bool
    is_administrator: bool


def read_roles(roles: Sequence[str]) -> Standing:
    """Decide the role in the course; unknown URIs are ignored, none that counts makes a visitor.

    An administrator by institution or system role only is a visitor, marked ``is_administrator``.
    A test user without a course role is a learner, because that is what Canvas's student view is for.

    Source: LTI 1.3 core, "Role vocabularies"; Canvas role map and Moodle launches, read 2026-11.
    """
    is_test = TEST_USER in roles
    found = {role for role in map(_course_role, roles) if role is not None}
    fallback = Role.LEARNER if is_test else Role.VISITOR
    return Standing(
        role=next((role for role in _STRONGEST_FIRST if role in found), fallback),
        is_test=is_test,
        is_administrator=not _ADMINISTRATORS.isdisjoint(roles),
    )


def _course_role(uri: str) -> Role | None:
    if uri in _PRINCIPAL:
        return _PRINCIPAL[uri]
    if uri.startswith(_MEMBERSHIP):
        name = uri.removeprefix(_MEMBERSHIP)
        return Role.ASSISTANT if name == "TeachingAssistant" else _PRINCIPAL.get(name)
    if uri.startswith(_SUB_ROLE):
        principal, _, name = uri.removeprefix(_SUB_ROLE).partition("#")
        return _sub_role(principal, name)
    return None


def _sub_role(principal: str, name: str) -> Role | None:
    if not name:
        return None
    if principal == "Instructor" and (name.startswith("TeachingAssistant") or name == "Grader"):
        return Role.ASSISTANT
    return _PRINCIPAL.get(principal)
