"""One to three goals: specific, measured, within reach, relevant and with a day."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from lti_tool.activities.base import Activity, Value, Work
from lti_tool.activities.builder import BuilderKind, Sheet
from lti_tool.activities.document import Builder
from lti_tool.activities.paper import Event
from lti_tool.mentoring import chain, plan
from lti_tool.mentoring.blanks import day_of


class Goals(BuilderKind):
    """Complete with at least one goal that keeps the rules."""

    name = "goals"
    reads = ("priorities", "network_map", "gap_view", "fit_check")
    paper_name = "goals"
    may_be_shared = True
    shows = ("priorities",)
    lines_key = "goals"
    needs_blanks = frozenset({"area", "what", "measure_type", "measure", "first_step", "due"})
    needs_faults = frozenset({"none", "measure.nodigit"})
    needs_templates = MappingProxyType({"vague": frozenset({"n"})})

    def suggest(self, builder: Builder, work: Work) -> dict[str, Any]:
        """Begin with the area of the chosen gap, and with the person who may help."""
        candidate = chain.candidate_in(work.answers)
        return {"area_1": chain.area_in(work.answers), "helper_1": candidate.label if candidate else ""}

    def choices(self, builder: Builder, work: Work) -> Mapping[str, tuple[str, ...]]:
        """Offer the confirmed priorities, or every area where there are none."""
        return {"area": chain.priorities_in(work.answers)}

    def faults(self, builder: Builder, value: Value, work: Work) -> dict[str, str]:
        """Return what each begun goal still needs."""
        confirmed = chain.priorities_in(work.answers)
        blanks = [
            replace(blank, options=confirmed) if blank.id == "area" and confirmed else blank
            for blank in builder.line_blanks
        ]
        return plan.goal_faults(blanks, value.get(self.lines_key, []), work.today)

    def sheet(self, builder: Builder, value: Value, work: Work) -> Sheet | None:
        """Ask back where a word says little; no refusal."""
        goals = plan.written(value.get(self.lines_key, []))
        vague = builder.words.get("vague", ())
        unclear = [place for place, goal in goals if plan.vague_words(str(goal.get("what", "")), vague)]
        return Sheet(remarks=tuple(builder.say("vague", n=place) for place in unclear)) if unclear else None

    def events(self, activity: Activity, builder: Builder, value: Value) -> list[Event]:
        """Remember the day of each goal."""
        goals = [(place, goal, day_of(goal.get("due"))) for place, goal in plan.written(value.get(self.lines_key, []))]
        return [
            Event(uid=f"{activity.id}-{goal.get(plan.LINE, place)}", on=day, title=str(goal.get("what", "")).strip())
            for place, goal, day in goals
            if day
        ]
