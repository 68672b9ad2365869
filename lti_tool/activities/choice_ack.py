"""Acknowledgement: lines to read, one box to tick."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from wtforms import BooleanField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    Activity,
    FormData,
    Incomplete,
    Kind,
    Source,
    Value,
    Work,
    answered,
    content_of,
    fill_form,
    refuse_unknown,
)
from lti_tool.language import gettext as _
from lti_tool.language import mark

FIELD = "agreed"
YES = "yes"
TICK_TO_FINISH = mark("Tick the box to go on.")


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """The lines that are true of this release, and the statement beside the box."""

    lines: tuple[Markup, ...]
    statement: str


class ChoiceAck(Kind):
    """Complete when the box is ticked and saved."""

    name = "choice_ack"

    def read(self, source: Source) -> Acknowledgement:
        """Return the file that ``statement`` names, without the lines whose promise this release does not keep."""
        document = source.document("statements", source.options["statement"])
        kept = [line for line in document["lines"] if line["needs"] is None or line["needs"] in source.features]
        return Acknowledgement(
            lines=tuple(source.inline(line["text"]) for line in kept), statement=document["statement"]
        )

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return one box, not ticked beforehand."""
        box = BooleanField(
            content_of(activity, Acknowledgement).statement,
            [answered((YES,), TICK_TO_FINISH)],
            false_values=(False, "false", ""),
            render_kw={"value": YES},
        )
        return fill_form({FIELD: box}, {FIELD: bool(value.get(FIELD))}, formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return the box: ``yes`` or ``""``."""
        return {FIELD: YES if value.get(FIELD) else ""}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return whether the box is ticked. A browser sends nothing for an empty box, so nothing means no."""
        refuse_unknown(fields, {FIELD: (YES, "")})
        return {FIELD: True} if fields.get(FIELD) == YES else {}

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the value unchanged if the box is ticked.

        :raise Incomplete: it is not.
        """
        if not value.get(FIELD):
            raise Incomplete({FIELD: _(TICK_TO_FINISH)})
        return dict(value)

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return the statement and whether it was ticked."""
        return [(content_of(activity, Acknowledgement).statement, _("Yes") if value.get(FIELD) else _("Not yet"))]

    def outcome(self, activity: Activity, value: Value, work: Work) -> None:
        """Return nothing: a tick needs no comment."""
