"""A draft of an agreement, to bring to the meeting: what for, how often, what stays between us, how it ends."""

from types import MappingProxyType
from typing import Any

from lti_tool.activities.base import Value, Work
from lti_tool.activities.builder import BuilderKind
from lti_tool.activities.document import Builder
from lti_tool.activities.paper import Block, Heading, Signatures
from lti_tool.mentoring import chain, plan


class Agreement(BuilderKind):
    """Complete when every required blank is filled; some are required only where more is at stake."""

    name = "agreement"
    paper_name = "agreement"
    may_be_shared = True
    shows = ("priorities",)
    reads = ("priorities", "network_map", "gap_view", "fit_check", "goals", "message", "agenda")
    needs_blanks = frozenset(
        {"party_1", "party_2", "purpose", "topics_in", "privacy", "privacy_own", "credit", "conflict", "review_on"}
    )
    needs_faults = frozenset({"privacy_own.needed", "credit.needed", "conflict.needed"})
    needs_templates = MappingProxyType({"signatures": frozenset[str]()})

    def suggest(self, builder: Builder, work: Work) -> dict[str, Any]:
        """Begin with the person of the meeting, the first goal, and the areas of the goals."""
        goals = chain.goals_in(work.answers)
        return {
            "party_2": chain.partner_in(work.answers),
            "purpose": next((goal["what"] for goal in goals if goal.get("what")), ""),
            "topics_in": list(dict.fromkeys(goal["area"] for goal in goals if goal.get("area")))
            or chain.priorities_in(work.answers),
        }

    def faults(self, builder: Builder, value: Value, work: Work) -> dict[str, str]:
        """Return what the agreement still needs."""
        assesses = chain.assesses_in(work.answers, str(value.get("party_2", "")))
        return plan.agreement_faults(builder.blanks, value, assesses=assesses, today=work.today)

    def blocks(self, builder: Builder, value: Value) -> list[Block]:
        """Return the agreement with two lines to sign on paper; no signature is stored."""
        rows = super().blocks(builder, value)
        parties = tuple(str(value.get(name, "")) for name in ("party_1", "party_2"))
        return [*rows, Heading(text=builder.say("signatures")), Signatures(labels=parties)] if rows else []
