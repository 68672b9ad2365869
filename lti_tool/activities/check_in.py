"""Six weeks later: whether the message went, whether there was a talk, and what is next."""

from types import MappingProxyType

from lti_tool.activities.base import Value, Work
from lti_tool.activities.builder import BuilderKind, Sheet
from lti_tool.activities.document import Builder
from lti_tool.mentoring.blanks import faults_of


class CheckIn(BuilderKind):
    """Complete when the two choices are made; what was learned may stay empty."""

    name = "check_in"
    makes_paper = False
    reads = ("reflection",)
    needs_blanks = frozenset({"sent", "talk", "learned", "next"})
    needs_templates = MappingProxyType({"asked": frozenset[str](), "offers": frozenset[str]()})

    def faults(self, builder: Builder, value: Value, work: Work) -> dict[str, str]:
        """Return which choice is open."""
        return faults_of(builder.blanks, value, work.today)

    def sheet(self, builder: Builder, value: Value, work: Work) -> Sheet | None:
        """Say a word to those who asked, and offer to look again at needs and map."""
        asked = [builder.say("asked")] if value.get("sent") == "sent" else []
        return Sheet(remarks=(*asked, builder.say("offers")))
