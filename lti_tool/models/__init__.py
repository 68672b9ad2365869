"""The tables: columns, constraints, a property or two; no queries."""

from lti_tool.models.courses import Assignment, Course, Member, Person, Roster
from lti_tool.models.discussion import DiscussionPost, PostReport
from lti_tool.models.evaluations import Evaluation
from lti_tool.models.grades import DeliveryState, GradebookColumn, GradeDelivery
from lti_tool.models.institutions import Deployment, Institution, KeyState, Platform, PlatformState, SigningKey
from lti_tool.models.invitations import Invitation, PlatformChange
from lti_tool.models.sharing import Share, ShareView
from lti_tool.models.tickets import Ticket
from lti_tool.models.traffic import PlatformPace, Worker
from lti_tool.models.visits import Selection, UsedAttempt, Visit
from lti_tool.models.work import Answer, AnswerRevision

__all__ = [
    "Answer",
    "AnswerRevision",
    "Assignment",
    "Course",
    "DeliveryState",
    "Deployment",
    "DiscussionPost",
    "Evaluation",
    "GradeDelivery",
    "GradebookColumn",
    "Institution",
    "Invitation",
    "KeyState",
    "Member",
    "Person",
    "Platform",
    "PlatformChange",
    "PlatformPace",
    "PlatformState",
    "PostReport",
    "Roster",
    "Selection",
    "Share",
    "ShareView",
    "SigningKey",
    "Ticket",
    "UsedAttempt",
    "Visit",
    "Worker",
]
