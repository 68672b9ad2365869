"""The people somebody can be in the demo LMS, and the roles their launches carry."""

import uuid
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from lti_tool.demo_lms.rules import Rules

_LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
_COURSE = _LIS + "membership#"
_INSTITUTION = _LIS + "institution/person#"
_SYSTEM = _LIS + "system/person#"
_NAMES = uuid.UUID("6f1d4f0e-9d0c-4f6e-8c57-51c1a1d5a9b2")


class Part(StrEnum):
    """What somebody is in every course of the demo."""

    INSTRUCTOR = "instructor"
    ASSISTANT = "assistant"
    LEARNER = "learner"
    TEST = "test student"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account; ``number`` is the account's id where ids are small numbers."""

    key: str
    number: int
    given: str
    family: str
    part: Part
    teaches_elsewhere: bool = False

    @property
    def name(self) -> str:
        """Return the full name; some people have one name only."""
        return f"{self.given} {self.family}".strip()

    @property
    def email(self) -> str:
        """Return an address in a domain that can never exist (RFC 2606)."""
        return f"{self.key}@people.example"

    def sub(self, rules: Rules) -> str:
        """Return the id that a platform of this family calls the person by; the same after every start."""
        return str(self.number) if rules.numeric_ids else opaque(f"person/{self.key}")

    @property
    def teaches(self) -> bool:
        """Return whether the gradebook shows everybody's row to this person."""
        return self.part in (Part.INSTRUCTOR, Part.ASSISTANT, Part.ADMINISTRATOR)


@cache
def opaque(name: str) -> str:
    """Return an id that says nothing, the same after every start of the demo."""
    return str(uuid.uuid5(_NAMES, name))


def cast(extra_learners: int) -> dict[str, Person]:
    """Return everybody by key, with ``extra_learners`` more learners for tests that need a crowd."""
    named = [
        ("ines", "Ines", "Carvalho", Part.INSTRUCTOR),
        ("teo", "Teo", "Novák", Part.ASSISTANT),
        ("amara", "Amara", "Okafor", Part.LEARNER),
        ("mai", "Mai", "Nguyễn Thị", Part.LEARNER),
        ("lukasz", "Łukasz", "Wiśniewski", Part.LEARNER),
        ("fatima", "فاطمة", "الزهراء", Part.LEARNER),
        ("kalani", "Kalani", "Kealoha", Part.LEARNER),
        ("budi", "Budi", "", Part.LEARNER),
        ("test", "Test", "Student", Part.TEST),
        ("ada", "Ada", "Lindqvist", Part.ADMINISTRATOR),
    ]
    named += [(f"extra{n}", "Extra", f"Learner {n}", Part.LEARNER) for n in range(1, extra_learners + 1)]
    everybody = [
        Person(key=key, number=number, given=given, family=family, part=part, teaches_elsewhere=key == "kalani")
        for number, (key, given, family, part) in enumerate(named, start=3)
    ]
    return {person.key: person for person in everybody}


def launch_roles(person: Person, rules: Rules) -> list[str]:
    """Return the roles claim of a launch.

    Source: Moodle 4.5.6 (a non-editing teacher launches as Instructor, a site administrator as Instructor with
    two administrator roles); Canvas (institution roles of everything the person is anywhere come with every
    launch).
    """
    if rules.family == "moodle":
        return _moodle_roles(person)
    if rules.family == "canvas":
        return _canvas_roles(person)
    return {
        Part.INSTRUCTOR: [_COURSE + "Instructor"],
        Part.ASSISTANT: [_LIS + "membership/Instructor#TeachingAssistant"],
        Part.LEARNER: [_COURSE + "Learner"],
        Part.TEST: [_COURSE + "Learner", "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"],
        Part.ADMINISTRATOR: [_INSTITUTION + "Administrator"],
    }[person.part]


def _moodle_roles(person: Person) -> list[str]:
    if person.part is Part.ADMINISTRATOR:
        return [_INSTITUTION + "Administrator", _COURSE + "Instructor", _SYSTEM + "Administrator"]
    return [_COURSE + ("Instructor" if person.teaches else "Learner")]


def _canvas_roles(person: Person) -> list[str]:
    here = {
        Part.INSTRUCTOR: [_COURSE + "Instructor"],
        Part.ASSISTANT: [_COURSE + "Instructor", _LIS + "membership/Instructor#TeachingAssistant"],
        Part.LEARNER: [_COURSE + "Learner"],
        Part.TEST: [_COURSE + "Learner", "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"],
        Part.ADMINISTRATOR: [],
    }[person.part]
    anywhere = []
    if person.part in (Part.INSTRUCTOR, Part.ASSISTANT) or person.teaches_elsewhere:
        anywhere.append(_INSTITUTION + "Instructor")
    if person.part in (Part.ASSISTANT, Part.LEARNER, Part.TEST):
        anywhere.append(_INSTITUTION + "Student")
    if person.part is Part.ADMINISTRATOR:
        anywhere.append(_INSTITUTION + "Administrator")
    return [*anywhere, *here, _SYSTEM + "User"]


def roster_roles(person: Person, rules: Rules) -> list[str]:
    """Return the roles that the roster service gives; empty: the person is not listed.

    Source: Moodle 4.5.6 (short names; the non-editing teacher is a Learner here; administrators are absent).
    """
    if person.part is Part.ADMINISTRATOR:
        return []
    if rules.family == "moodle":
        return ["Instructor" if person.part is Part.INSTRUCTOR else "Learner"]
    return [role for role in launch_roles(person, rules) if role.startswith(_LIS + "membership")]
