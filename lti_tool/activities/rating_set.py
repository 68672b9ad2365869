"""Rating: some sentences, each rated on one scale or skipped."""

from collections.abc import Mapping
from dataclasses import dataclass

from wtforms import RadioField
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

SKIP = "skip"
RATE_OR_SKIP = "Choose a rating, or Skip."


@dataclass(frozen=True, kw_only=True)
class Item:
    """A sentence to rate."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Rating:
    """One question, its scale as (value, anchor) from low to high, and the items it is asked of."""

    question: str
    scale: tuple[tuple[int, str], ...]
    skip_label: str
    items: tuple[Item, ...]


class RatingSet(Kind):
    """Complete when each item is rated or skipped. A skip is kept as a skip, never as a figure."""

    name = "rating_set"

    def read(self, source: Source) -> Rating:
        """Return the instrument that the activity names; it has one scale."""
        document = source.document("instruments", source.options["instrument"])
        (scale,) = document["scales"].values()
        values = range(scale["min"], scale["max"] + 1)
        return Rating(
            question=scale["question"],
            scale=tuple(zip(values, scale["anchors"], strict=True)),
            skip_label=scale["skip_label"],
            items=tuple(Item(id=item["id"], text=item["text"]) for item in document["items"]),
        )

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return one group of radio buttons per item; nothing is chosen beforehand."""
        rating = content_of(activity, Rating)
        choices = [*((str(number), anchor) for number, anchor in rating.scale), (SKIP, rating.skip_label)]
        rules = [answered([name for name, _ in choices], RATE_OR_SKIP)]
        questions = {
            item.id: RadioField(item.text, rules, choices=dict(choices), validate_choice=False) for item in rating.items
        }
        return fill_form(questions, self.fields(activity, value), formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return each item with its rating as text, ``skip``, or ``""``."""
        return {item.id: str(value.get(item.id, "")) for item in content_of(activity, Rating).items}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return the ratings so far; an item sent empty is open again."""
        rating = content_of(activity, Rating)
        allowed = {*(str(number) for number, _ in rating.scale), SKIP, ""}
        refuse_unknown(fields, {item.id: allowed for item in rating.items})
        after = {**self.fields(activity, before), **fields}
        return {name: given if given == SKIP else int(given) for name, given in after.items() if given}

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the value unchanged if no item is open.

        :raise Incomplete: some are.
        """
        unanswered = [item.id for item in content_of(activity, Rating).items if item.id not in value]
        if unanswered:
            raise Incomplete(dict.fromkeys(unanswered, RATE_OR_SKIP))
        return dict(value)

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return each item with its rating in figure and words."""
        rating = content_of(activity, Rating)
        words: dict[object, str] = {number: f"{number} – {anchor}" for number, anchor in rating.scale}
        words[SKIP] = "Skipped"
        return [(item.text, words.get(value.get(item.id), "Not answered")) for item in rating.items]

    def outcome(self, activity: Activity, value: Value, work: Work) -> None:
        """Return nothing: a rating is neither right nor wrong."""
