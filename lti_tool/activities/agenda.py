"""The agenda of a first meeting: items, their minutes, and a ready-made draft."""

from types import MappingProxyType
from typing import Any

from lti_tool.activities.base import Activity, Incomplete, Step, Value, Work
from lti_tool.activities.builder import BuilderKind, Sheet
from lti_tool.activities.document import Builder, rows_of, text_in
from lti_tool.activities.paper import Block, Rows, Table
from lti_tool.mentoring import chain, plan
from lti_tool.mentoring.blanks import faults_of, number_of

_KINDS = ("check_in", "update", "question", "feedback", plan.NEXT_STEPS)


class Agenda(BuilderKind):
    """Complete when the items fit the meeting, ask for something, and end with next steps."""

    name = "agenda"
    paper_name = "agenda"
    reads = ("priorities", "network_map", "gap_view", "fit_check", "message")
    lines_key = "items"
    needs_blanks = frozenset({"with", "length", "mode", "title", "kind", "minutes"})
    needs_faults = frozenset({"length.over", "kind.noask", "kind.nonext", "title.few", "draft"})
    needs_templates = MappingProxyType(
        {
            "draft": frozenset[str](),
            **{f"draft.{kind}": frozenset[str]() for kind in _KINDS},
            "draft.question_area": frozenset({"area"}),
            **{name: frozenset({name}) for name in ("used", "spare", "over")},
        }
    )

    def suggest(self, builder: Builder, work: Work) -> dict[str, Any]:
        """Begin with the person to whom the message goes."""
        return {"with": chain.partner_in(work.answers)}

    def faults(self, builder: Builder, value: Value, work: Work) -> dict[str, str]:
        """Return what keeps the agenda from fitting."""
        items, fewest = value.get(self.lines_key, []), builder.lines.min if builder.lines else 0
        found = plan.agenda_faults(builder.line_blanks, _length(value), items, fewest, work.today)
        return found | faults_of(builder.blanks, value, work.today)

    def figures(self, builder: Builder, value: Value, work: Work) -> dict[str, str | int]:
        """Say by how many minutes the items are too long."""
        return {"over": plan.minutes_of(_length(value), value.get(self.lines_key, [])).over}

    def act(self, activity: Activity, do: str, value: Value, work: Work) -> Step:
        """Put the ready-made draft where nothing stands yet; or add or remove an item.

        :raise Incomplete: something stands there, or there is no length to fill.
        """
        if do != "draft":
            return super().act(activity, do, value, work)
        builder = self.document(activity, value, work)
        length = number_of(_length(value))
        if length is None:
            raise Incomplete({"length": builder.error("length", "empty")})
        if plan.written(value.get(self.lines_key, [])):
            raise Incomplete({"title_1": builder.error("title_1", "draft")})
        titles = {kind: builder.say(f"draft.{kind}") for kind in _KINDS}
        if area := self._area(builder, work):
            titles["question"] = builder.say("draft.question_area", area=area)
        draft = plan.agenda_draft(length)
        items = [{"title": titles[kind], "kind": kind, "minutes": str(minutes)} for kind, minutes in draft]
        return Step(value={**value, self.lines_key: items})

    def sheet(self, builder: Builder, value: Value, work: Work) -> Sheet | None:
        """Add up the minutes."""
        minutes = plan.minutes_of(_length(value), value.get(self.lines_key, []))
        if not minutes.used:
            return None
        rest = builder.say("over", over=minutes.over) if minutes.over else builder.say("spare", spare=minutes.spare)
        return Sheet(remarks=(builder.say("used", used=minutes.used), *([rest] if minutes.length else [])))

    def blocks(self, builder: Builder, value: Value) -> list[Block]:
        """Return the meeting, and its items as a table."""
        items = [line for _, line in plan.written(value.get(self.lines_key, []))]
        questions = builder.lines.questions if builder.lines else ()
        rows = tuple(
            tuple(text_in(each, item.get(each.blank.id, ""), builder.locale) for each in questions) for item in items
        )
        head = tuple(each.label for each in questions)
        table = [Table(caption=builder.title, head=head, rows=rows)] if rows else []
        about = rows_of(builder, value)
        return [*([Rows(rows=tuple(about))] if about else []), *table]

    def _area(self, builder: Builder, work: Work) -> str:
        return builder.areas.get(next(iter(chain.priorities_in(work.answers)), ""), "")


def _length(value: Value) -> str:
    """Return the minutes that the chosen length stands for: ``m30`` is 30."""
    return str(value.get("length", "")).removeprefix("m")
