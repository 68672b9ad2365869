"""Reading: a page of text, complete when the person says so at its end."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from wtforms.form import BaseForm

from lti_tool.activities.base import Activity, FormData, Kind, Reference, Source, Value, Work, refuse_unknown


@dataclass(frozen=True, kw_only=True)
class Text:
    """The page, and the sources it cites."""

    html: Markup
    references: tuple[Reference, ...]


class Reading(Kind):
    """There is nothing to answer: pressing "Mark as read" finishes it."""

    name = "reading"

    def read(self, source: Source) -> Text:
        """Return the section of the module's page that ``body`` names."""
        passage = source.passage(source.options["body"])
        return Text(html=passage.html, references=passage.references)

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return a form without fields."""
        return BaseForm({})

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return no fields."""
        return {}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return the empty value; any field is refused."""
        refuse_unknown(fields, {})
        return {}

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the empty value: the act itself is the answer."""
        return {}

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return no rows: nothing was written."""
        return []

    def outcome(self, activity: Activity, value: Value, work: Work) -> None:
        """Return nothing: nobody is praised for scrolling."""
