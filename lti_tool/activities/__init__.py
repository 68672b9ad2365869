"""The kinds of activity that this release can open."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lti_tool.activities.agenda import Agenda
from lti_tool.activities.agreement import Agreement
from lti_tool.activities.base import Kind
from lti_tool.activities.check_in import CheckIn
from lti_tool.activities.choice_ack import ChoiceAck
from lti_tool.activities.discussion import Discussion
from lti_tool.activities.evaluation import Evaluation
from lti_tool.activities.fit_check import FitCheck
from lti_tool.activities.follow_up import FollowUp
from lti_tool.activities.gap_view import GapView
from lti_tool.activities.goals import Goals
from lti_tool.activities.knowledge_check import KnowledgeCheck
from lti_tool.activities.message import FirstMessage
from lti_tool.activities.needs_assessment import NeedsAssessment
from lti_tool.activities.network_map import NetworkMap
from lti_tool.activities.priorities import Priorities
from lti_tool.activities.rating_set import RatingSet
from lti_tool.activities.reading import Reading
from lti_tool.activities.reflection import Reflection
from lti_tool.activities.scenario import Scenario
from lti_tool.activities.sort import Sort

_ALL: tuple[Kind, ...] = (
    Reading(),
    ChoiceAck(),
    RatingSet(),
    Sort(),
    Scenario(),
    Discussion(),
    NetworkMap(),
    GapView(),
    FitCheck(),
    Goals(),
    FirstMessage(),
    Agenda(),
    Agreement(),
    FollowUp(),
    Evaluation(),
    CheckIn(),
    NeedsAssessment(),
    Priorities(),
    Reflection(),
    KnowledgeCheck(),
)
KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _ALL})
"""Every kind by the name that content packs use."""
