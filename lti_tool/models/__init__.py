"""The tables: columns, constraints, a property or two; no queries."""

from lti_tool.models.courses import Assignment, Course, Member, Person
from lti_tool.models.grades import DeliveryState, GradebookColumn, GradeDelivery
from lti_tool.models.institutions import Deployment, Institution, KeyState, Platform, PlatformState, SigningKey
from lti_tool.models.visits import UsedAttempt, Visit
from lti_tool.models.work import Answer, AnswerRevision

__all__ = [
    "Answer",
    "AnswerRevision",
    "Assignment",
    "Course",
    "DeliveryState",
    "Deployment",
    "GradeDelivery",
    "GradebookColumn",
    "Institution",
    "KeyState",
    "Member",
    "Person",
    "Platform",
    "PlatformState",
    "SigningKey",
    "UsedAttempt",
    "Visit",
]
