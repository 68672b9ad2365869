"""Documents that a learner writes blank by blank: what goals, message, agenda, agreement and plan have in common.

A page says which boxes it showed, because a browser sends nothing for those that are not ticked.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    CHOOSE_AN_OFFERED_ANSWER,
    MOST_ERRORS,
    NO_SUCH_BUTTON,
    NO_SUCH_QUESTION,
    OWN_NEED,
    SHOWN_OF_A_FIELD,
    Activity,
    BadAnswer,
    FormData,
    Incomplete,
    Kind,
    Source,
    Step,
    Value,
    Work,
    content_of,
    fill_form,
)
from lti_tool.activities.document import (
    LINES,
    OFFLINE,
    Builder,
    Question,
    lines_of,
    names_of,
    read_builder,
    rows_of,
    speaks_of_own_area,
    value_of,
    wire_of,
    with_own_area,
)
from lti_tool.activities.paper import Block, Event, Heading, Paper, Rows
from lti_tool.language import gettext as _
from lti_tool.mentoring import chain
from lti_tool.mentoring.blanks import YES
from lti_tool.mentoring.plan import Line, numbered, written

BOXES = "boxes"
"""The field that names the boxes that a page showed."""
LAST = "last"
"""Where the highest number is kept that a line has had."""
LONGEST_DRAFT = 4000
"""Characters that a draft may have in one blank; finishing asks for less."""
LONG_TEXT = 100
"""Characters from which on a text gets a field of several rows."""
NAMING = frozenset({"helper", "with", "to", "link_detail", "party_2"})
"""Blanks that say who somebody is: on nobody's page but the learner's, unless the learner shows names."""
FEW_OPTIONS = 4
"""Up to here all options are shown at once."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What the page says about a document: remarks, checks, and the text itself if it is one to send."""

    remarks: tuple[str, ...] = ()
    checks: tuple[tuple[str, str], ...] = ()
    """(state, words): ``good``, ``open`` or ``advice``."""
    text: str = ""


class BuilderKind(Kind):
    """Complete when the document's rules are kept, or when it was made on paper."""

    makes_paper = True
    paper_name: ClassVar[str] = ""
    """What the paper is called in addresses and files."""
    lines_key: ClassVar[str] = ""
    """Where its lines are kept, if it has lines."""
    needs_blanks: ClassVar[frozenset[str]] = frozenset()
    """Blanks that its rules speak of: a workshop cannot leave them out."""
    needs_faults: ClassVar[frozenset[str]] = frozenset()
    """Faults beyond those of single blanks; each needs a sentence."""
    needs_templates: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType({})
    """Texts of the document, each with the placeholders that are filled."""

    def read(self, source: Source) -> Builder:
        """Return the document that the activity names."""
        return read_builder(source)

    # What each document adds

    def suggest(self, builder: Builder, work: Work) -> dict[str, Any]:
        """Return what earlier steps suggest, by name on the wire."""
        return {}

    @abstractmethod
    def faults(self, builder: Builder, value: Value, work: Work) -> dict[str, str]:
        """Return what keeps the document from being finished, by name on the wire."""

    def figures(self, builder: Builder, value: Value, work: Work) -> dict[str, str | int]:
        """Return the figures that sentences about faults speak of."""
        return {}

    def sheet(self, builder: Builder, value: Value, work: Work) -> Sheet | None:
        """Return what the page says about the document."""
        return None

    def choices(self, builder: Builder, work: Work) -> Mapping[str, tuple[str, ...]]:
        """Return the options of blanks that offer some of theirs only."""
        return {}

    def blocks(self, builder: Builder, value: Value) -> list[Block]:
        """Return the document in plain blocks."""
        rows: list[Block] = [Rows(rows=tuple(rows_of(builder, value)))] if rows_of(builder, value) else []
        for label, inside in lines_of(builder, value, self.lines_key):
            rows += [Heading(text=label), Rows(rows=tuple(inside))]
        return rows

    def body(self, builder: Builder, value: Value) -> str:
        """Return the text itself, where the document is one to send."""
        return ""

    def events(self, activity: Activity, builder: Builder, value: Value) -> list[Event]:
        """Return the days to remember."""
        return []

    # What they have in common

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return the blanks, filled with the answer, or with what earlier steps suggest where nothing was said."""
        builder = self.document(activity, value, work)
        shown = self._shown(builder, value)
        if formdata is not None and str(formdata.get(LINES, "")).isdecimal() and builder.lines:
            shown = min(max(shown, int(formdata[LINES][:2])), builder.lines.max)
        controls: dict[str, Any] = {}
        narrowed = self.choices(builder, work)
        for name, question in builder.asked(shown).items():
            controls |= _controls(name, question, narrowed.get(question.blank.id, ()))
        if builder.lines:
            controls[LINES] = StringField()
        controls[OFFLINE] = BooleanField(builder.offline, false_values=(False, ""))
        filled = {**self._suggested(builder, work), **wire_of(builder, value, self.lines_key), LINES: str(shown)}
        return fill_form(controls, filled, formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return every blank of every line there can be."""
        builder = self.document(activity, value)
        kept = wire_of(builder, value, self.lines_key)
        lines = {LINES: str(self._shown(builder, value))} if builder.lines else {}
        return {name: kept.get(name, "") for name in self._offered(builder)} | lines

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return the draft; a draft may be as wrong as it likes, but not of another form than the page's."""
        builder = self.document(activity, before, work)
        offered = self._offered(builder)
        sent = {name: given for name, given in fields.items() if name != BOXES}
        unticked = [name for name in str(fields.get(BOXES, "")).split() if name in offered and name not in sent]
        _refuse(builder, offered, sent)
        wire = {**wire_of(builder, before, self.lines_key), **dict.fromkeys(unticked, ""), **sent}
        cleared = {name for name in self._suggested(builder, work) if name in wire}
        wire = {name: given for name, given in wire.items() if given or name in cleared}
        return self._numbered(value_of(wire, builder, self.lines_key), before)

    def act(self, activity: Activity, do: str, value: Value, work: Work) -> Step:
        """Add a line, or take one away (``remove:2``)."""
        lines = content_of(activity, Builder).lines
        verb, _colon, place = do.partition(":")
        if lines is None:
            raise BadAnswer({"do": _(NO_SUCH_BUTTON)})
        there = [*value.get(self.lines_key, [])]
        there += [{} for _ in range(lines.min - len(there))]
        if verb == "add" and not place and len(there) < lines.max:
            return Step(value={**value, self.lines_key: [*there, {}]}, at=f"line-{len(there) + 1}")
        if verb == "remove" and place in [str(number) for number in range(1, len(there) + 1)]:
            del there[int(place) - 1]
            return Step(value={**value, self.lines_key: there})
        raise BadAnswer({"do": _(NO_SUCH_BUTTON)})

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the document without its empty lines.

        :raise Incomplete: something of it is missing or cannot stand as it is.
        """
        if value.get(OFFLINE):
            return dict(value)
        builder = self.document(activity, value, work)
        if faults := self.faults(builder, value, work):
            figures = self.figures(builder, value, work)
            order = [*builder.asked(builder.lines.max if builder.lines else 0)]
            names = sorted(faults, key=lambda name: order.index(name) if name in order else len(order))
            raise Incomplete({name: builder.error(name, faults[name], **figures) for name in names})
        tidy = {self.lines_key: [line for _, line in written(value[self.lines_key])]} if self.lines_key else {}
        return {**value, **tidy}

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return what was filled in, in the order of the page."""
        builder = self.document(activity, value, work)
        offline = [(builder.offline, _("Yes"))] if value.get(OFFLINE) else []
        lines = lines_of(builder, value, self.lines_key)
        inside = [(f"{place} – {label}", text) for place, rows in lines for label, text in rows]
        return [*offline, *rows_of(builder, value), *inside]

    def paper(self, activity: Activity, value: Value, work: Work, *, named: bool = True) -> Paper | None:
        """Return the document to take along; None while it is empty, or where it is on paper already."""
        builder = self.document(activity, value, work)
        if not named:
            lines = [_unnamed(line) for line in value.get(self.lines_key, [])]
            value = _unnamed(value) | ({self.lines_key: lines} if lines else {})
        blocks = self.blocks(builder, value)
        if value.get(OFFLINE) or not self.paper_name or not blocks:
            return None
        return Paper(
            name=self.paper_name,
            title=builder.title,
            blocks=tuple(blocks),
            events=tuple(self.events(activity, builder, value)),
            body=self.body(builder, value),
        )

    def outcome(self, activity: Activity, value: Value, work: Work) -> Sheet | None:
        """Return what there is to say about the document; nothing while it is empty, or where it is on paper."""
        if not value or value.get(OFFLINE):
            return None
        return self.sheet(self.document(activity, value, work), value, work)

    def document(self, activity: Activity, value: Value, work: Work | None = None) -> Builder:
        """Return the document's questions; a need that the learner named stands among the areas."""
        builder = content_of(activity, Builder)
        own = chain.own_need_in(work.answers) if work else ""
        if not own and speaks_of_own_area(value, self.lines_key):
            own = _(OWN_NEED)
        return with_own_area(builder, own) if own else builder

    def _numbered(self, value: Value, before: Value) -> Value:
        """Return the value with a number for each of its lines."""
        if not value.get(self.lines_key):
            return value | ({LAST: before[LAST]} if LAST in before else {})
        known, last = before.get(self.lines_key, []), int(before.get(LAST, 0))
        lines, last = numbered(value[self.lines_key], known, last)
        return {**value, self.lines_key: lines, LAST: last}

    def _shown(self, builder: Builder, value: Value) -> int:
        """Return how many lines the page shows."""
        if builder.lines is None:
            return 0
        return min(max(builder.lines.min, len(value.get(self.lines_key, []))), builder.lines.max)

    def _offered(self, builder: Builder) -> dict[str, Question | None]:
        """Return every name on the wire with its question."""
        most = builder.lines.max if builder.lines else 0
        offered: dict[str, Question | None] = {}
        for name, question in builder.asked(most).items():
            offered |= dict.fromkeys(names_of(name, question), question)
        return offered | {OFFLINE: None} | ({LINES: None} if builder.lines else {})

    def _suggested(self, builder: Builder, work: Work) -> dict[str, str]:
        """Return what stands in blanks that nobody has touched: suggestions, else what is usual."""
        suggested = {name: given for name, given in self.suggest(builder, work).items() if given}
        usual = {name: question.default for name, question in builder.asked(0).items() if question.default}
        wire: dict[str, str] = {}
        for name, given in {**usual, **suggested}.items():
            wire |= {f"{name}.{each}": YES for each in given} if isinstance(given, list | tuple) else {name: str(given)}
        offered = self._offered(builder)
        return {name: given for name, given in wire.items() if name in offered}


def _unnamed(line: Line) -> Value:
    """Return a line, or a document, without the blanks that say who somebody is."""
    return {name: given for name, given in line.items() if name not in NAMING}


def _controls(name: str, question: Question, narrowed: tuple[str, ...]) -> dict[str, Any]:
    """Return the controls of a question; each box of a list is one."""
    blank, label = question.blank, question.label
    if blank.type == "list":
        return {f"{name}.{each}": _box(text) for each, text in question.options.items()}
    if blank.type == "flag":
        return {name: _box(label)}
    if blank.type == "choice":
        shown = RadioField if len(question.options) <= FEW_OPTIONS else SelectField
        offered = {each: text for each, text in question.options.items() if not narrowed or each in narrowed}
        return {name: shown(label, choices=offered, validate_choice=False)}
    is_long = blank.type == "text" and (blank.max or 0) >= LONG_TEXT
    return {name: TextAreaField(label) if is_long else StringField(label)}


def _box(label: str) -> Any:
    return BooleanField(label, false_values=(False, ""))


def _refuse(builder: Builder, offered: Mapping[str, Question | None], sent: Mapping[str, Any]) -> None:
    errors: dict[str, str] = {}
    for name, given in sent.items():
        if name not in offered:
            errors[str(name)[:SHOWN_OF_A_FIELD]] = _(NO_SUCH_QUESTION)
        elif not isinstance(given, str) or not _is_offered(builder, name, given, offered[name]):
            errors[name] = _(CHOOSE_AN_OFFERED_ANSWER)
        elif len(given) > LONGEST_DRAFT:
            errors[name] = builder.error(name, "long")
        if len(errors) == MOST_ERRORS:
            break
    if errors:
        raise BadAnswer(errors)


def _is_offered(builder: Builder, name: str, given: str, question: Question | None) -> bool:
    if name == LINES:
        most = builder.lines.max if builder.lines else 0
        return given in [str(number) for number in range(most + 1)]
    if question is None or question.blank.type in ("flag", "list"):
        return given in ("", YES)
    return question.blank.type != "choice" or given in ("", *question.options)
