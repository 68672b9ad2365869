"""Roles: the table of what each URI means, and which of several counts."""

import pytest

from lti_tool.lti.messages import Role
from lti_tool.lti.roles import TEST_USER, read_roles

V = "http://purl.imsglobal.org/vocab/lis/v2/"
M = V + "membership#"
S = V + "membership/"


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ([M + "Instructor"], "instructor"),
        ([M + "Administrator"], "instructor"),
        (["Instructor"], "instructor"),
        (["Administrator"], "instructor"),
        ([S + "Instructor#PrimaryInstructor"], "instructor"),
        ([S + "Instructor#GuestInstructor"], "instructor"),
        ([S + "Instructor#TeachingAssistant"], "assistant"),
        ([S + "Instructor#TeachingAssistantSection"], "assistant"),
        ([S + "Instructor#Grader"], "assistant"),
        ([M + "TeachingAssistant"], "assistant"),
        ([M + "Instructor", S + "Instructor#TeachingAssistant"], "assistant"),
        ([M + "ContentDeveloper"], "designer"),
        (["ContentDeveloper"], "designer"),
        ([S + "ContentDeveloper#ContentExpert"], "designer"),
        ([M + "Learner"], "learner"),
        (["Learner"], "learner"),
        ([S + "Learner#Instructor"], "learner"),
        ([S + "Learner#GuestLearner"], "learner"),
        ([M + "Learner", V + "institution/person#Instructor"], "learner"),
        ([M + "Mentor"], "observer"),
        ([M + "Learner", M + "Instructor"], "instructor"),
        ([M + "Mentor", M + "Learner"], "learner"),
        ([M + "Manager"], "visitor"),
        ([M + "Member"], "visitor"),
        ([M + "Officer"], "visitor"),
        ([V + "institution/person#Instructor"], "visitor"),
        ([V + "system/person#Administrator"], "visitor"),
        ([V + "anything#Instructor"], "visitor"),
        ([V + "anything#Administrator"], "visitor"),
        ([V + "membership/#Instructor"], "visitor"),
        ([S + "Instructor"], "visitor"),
        ([S + "Instructor#"], "visitor"),
        ([M + "instructor"], "visitor"),
        (["instructor"], "visitor"),
        (["Instructor "], "visitor"),
        (["TeachingAssistant"], "visitor"),
        ([M + "Instructor#x"], "visitor"),
        (["https://evil.test/" + M + "Instructor"], "visitor"),
        (["urn:lti:role:ims/lis/Instructor"], "visitor"),
        ([], "visitor"),
    ],
)
def test_cv_the_role_in_the_course_is_exact_and_falls_to_the_least(roles, role):
    assert read_roles(roles).role == role
    assert read_roles(list(reversed(roles))).role == role


@pytest.mark.parametrize(
    ("roles", "is_administrator"),
    [
        ([V + "institution/person#Administrator"], True),
        ([V + "system/person#Administrator"], True),
        ([V + "person#Administrator"], True),
        ([V + "system/person#SysAdmin", M + "Learner"], True),
        ([M + "Administrator"], False),
        ([V + "institution/person#Faculty"], False),
    ],
)
def test_administrators_are_marked_and_gain_nothing_in_the_course(roles, is_administrator):
    assert read_roles(roles).is_administrator is is_administrator


@pytest.mark.parametrize(
    ("others", "role"), [([], Role.LEARNER), ([M + "Learner"], Role.LEARNER), ([M + "Instructor"], Role.INSTRUCTOR)]
)
def test_a_test_user_is_marked_beside_any_role(others, role):
    found = read_roles([TEST_USER, *others])

    assert (found.role, found.is_test) == (role, True)
