"""What comes next: one to three steps with a day, reminders, and somebody to thank."""

from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from lti_tool.activities.base import Activity, Value, Work
from lti_tool.activities.builder import BuilderKind, Sheet
from lti_tool.activities.document import Builder
from lti_tool.activities.paper import Event
from lti_tool.mentoring import chain, plan
from lti_tool.mentoring.blanks import day_of, faults_of
from lti_tool.mentoring.phrases import long_day, sentence_part

MADE_ON = "on"
"""The day on which the plan was first finished: reminders count from there."""


class FollowUp(BuilderKind):
    """Complete with at least one step that has a day."""

    name = "follow_up"
    paper_name = "plan"
    reads = ("priorities", "network_map", "gap_view", "fit_check", "goals", "message", "reflection")
    lines_key = "actions"
    needs_blanks = frozenset({"what", "with", "by", "reminders", "check_in", "thanks"})
    needs_faults = frozenset({"what.none"})
    needs_templates = MappingProxyType(
        {
            "next": frozenset({"next_action", "next_date"}),
            "reminder": frozenset[str](),
            "check_in": frozenset[str](),
        }
    )

    def suggest(self, builder: Builder, work: Work) -> dict[str, Any]:
        """Begin with the action chosen for a gap while its day is ahead, else with the first step of the first goal."""
        most = next(blank.max or 0 for blank in builder.line_blanks if blank.id == "what")
        action = chain.gap_action_in(work.answers)
        if action and action.by >= work.today and len(action.what) <= most:
            return {"what_1": action.what, "by_1": action.by.isoformat()}
        goal = next(iter(chain.goals_in(work.answers)), {})
        return {"what_1": goal.get("first_step", ""), "with_1": goal.get("helper", "")}

    def keep(self, activity: Activity, fields: Any, before: Value, work: Work) -> Value:
        """Return the draft; the day of the plan stays."""
        kept = super().keep(activity, fields, before, work)
        return kept | {MADE_ON: before[MADE_ON]} if MADE_ON in before else kept

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the plan with the day on which it was first finished."""
        done = super().finish(activity, value, before, work)
        return {MADE_ON: work.today.isoformat(), **done}

    def faults(self, builder: Builder, value: Value, work: Work) -> dict[str, str]:
        """Return what each begun step still needs."""
        found = plan.follow_up_faults(builder.line_blanks, value.get(self.lines_key, []), work.today)
        return found | faults_of(builder.blanks, value, work.today)

    def sheet(self, builder: Builder, value: Value, work: Work) -> Sheet | None:
        """Name the next step."""
        first = plan.next_action(value.get(self.lines_key, []))
        if first is None:
            return None
        day = long_day(first.by, builder.locale)
        return Sheet(remarks=(builder.say("next", next_action=sentence_part(first.what), next_date=day),))

    def events(self, activity: Activity, builder: Builder, value: Value) -> list[Event]:
        """Remember each step, the reminders that were chosen, and the check-in if it was asked for."""
        steps = [
            (line.get(plan.LINE, place), line, day_of(line.get("by")))
            for place, line in plan.written(value.get(self.lines_key, []))
        ]
        events = [
            Event(uid=f"{activity.id}-step-{number}", on=day, title=str(line.get("what", "")).strip())
            for number, line, day in steps
            if day
        ]
        made = day_of(value.get(MADE_ON))
        if made is None:
            return events
        chosen = [name for name in plan.REMINDERS if name in value.get("reminders", [])]
        events += [
            _event(f"{activity.id}-{name}", plan.reminder_on(name, made), builder, "reminder") for name in chosen
        ]
        asked = [_event(f"{activity.id}-check-in", made + timedelta(days=plan.CHECK_IN_AFTER), builder, "check_in")]
        return events + (asked if value.get("check_in") else [])


def _event(uid: str, on: date, builder: Builder, template: str) -> Event:
    return Event(uid=uid, on=on, title=builder.say(template))
