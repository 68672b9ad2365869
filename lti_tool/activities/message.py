"""A first message to somebody who could help: put together from blanks, looked at, and never sent from here."""

from types import MappingProxyType
from typing import Any

from lti_tool.activities.base import Value, Work
from lti_tool.activities.builder import BuilderKind, Sheet
from lti_tool.activities.document import Builder
from lti_tool.activities.paper import Block, Prose
from lti_tool.mentoring import chain
from lti_tool.mentoring.message import CHECKS, Message, message_faults, message_of, text_of

_OPEN = {"detail"}
_TEMPLATES = {
    "message": {
        *("greeting", "link_sentence", "about_sentence", "why_sentence"),
        *("ask_sentence", "slots_sentence", "easy_out_sentence", "thanks"),
    },
    "greeting": {"to"},
    "about": {"about_me"},
    "why": {"why_you"},
    "slots": {"slot_1", "slot_2"},
    "easy_out": set[str](),
    "ask_from_goal": {"what"},
    **{f"link.{each}": _OPEN for each in ("introduced", "met", "read", "work")},
    **{f"ask.{each}": _OPEN for each in ("talk", "feedback", "introduction", "series")},
    **{f"check.{each}": {"n"} if each == "length" else set() for each in CHECKS},
}


class FirstMessage(BuilderKind):
    """Complete when the message could go: all checks but the one that is advice."""

    name = "message"
    paper_name = "message"
    may_be_shared = True
    reads = ("priorities", "network_map", "gap_view", "fit_check", "goals")
    needs_blanks = frozenset(
        {"to", "link", "link_detail", "about_me", "why_you", "ask_type", "ask_detail", "slot_1", "slot_2"}
        | {"easy_out", "thanks"}
    )
    needs_faults = frozenset(
        {"slot_1.needed", "slot_2.needed", "slot_2.same", "ask_detail.words_few", "ask_detail.words_many"}
    )
    needs_templates = MappingProxyType({name: frozenset(places) for name, places in _TEMPLATES.items()})

    def suggest(self, builder: Builder, work: Work) -> dict[str, Any]:
        """Begin with the person to ask, who introduced them, and the first goal."""
        candidate = chain.candidate_in(work.answers)
        goal = next(iter(chain.goals_in(work.answers)), {})
        introduced = candidate.introduced_by if candidate else ""
        return {
            "to": candidate.label if candidate else "",
            "link": "introduced" if introduced else "",
            "link_detail": introduced,
            "ask_detail": builder.say("ask_from_goal", what=goal["what"]) if goal.get("what") else "",
        }

    def faults(self, builder: Builder, value: Value, work: Work) -> dict[str, str]:
        """Return what keeps the message from going."""
        return message_faults(value, builder.blanks, self._message(builder, value, work).words, work.today)

    def figures(self, builder: Builder, value: Value, work: Work) -> dict[str, str | int]:
        """Count the words."""
        return {"words": self._message(builder, value, work).words}

    def sheet(self, builder: Builder, value: Value, work: Work) -> Sheet | None:
        """Show the text and what was found in it."""
        message = self._message(builder, value, work)
        checks = tuple(
            (
                "good" if check.passed else "advice" if check.is_advice else "open",
                builder.say(f"check.{check.id}", n=message.words),
            )
            for check in message.checks
        )
        return Sheet(checks=checks, text=message.text)

    def body(self, builder: Builder, value: Value) -> str:
        """Return the text to send."""
        return text_of(value, builder.templates, builder.locale)

    def blocks(self, builder: Builder, value: Value) -> list[Block]:
        """Return the text as one paragraph whose lines stay lines."""
        text = self.body(builder, value)
        return [Prose(text=text)] if text else []

    def _message(self, builder: Builder, value: Value, work: Work) -> Message:
        return message_of(value, builder.templates, builder.blanks, work.today, builder.locale)
