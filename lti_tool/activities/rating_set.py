"""Rating: some sentences, each rated on one scale or skipped. Some instruments sum them up by facets."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup
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
from lti_tool.language import gettext as _
from lti_tool.language import mark
from lti_tool.mentoring.habits import Habits, profile

SKIP = "skip"
RATE_OR_SKIP = mark("Choose a rating, or Skip.")


@dataclass(frozen=True, kw_only=True)
class Item:
    """A sentence to rate; ``facet`` is empty where nothing is summed up."""

    id: str
    text: str
    facet: str


@dataclass(frozen=True, kw_only=True)
class Facet:
    """Items that are summed up together, and what helps whoever wants to grow there."""

    id: str
    label: str
    tip: Markup


@dataclass(frozen=True, kw_only=True)
class Rating:
    """One question, its scale as (value, anchor) from low to high, and the items it is asked of.

    ``facets`` is empty where nothing is summed up; ``even`` is said when all of them are alike.
    """

    question: str
    scale: tuple[tuple[int, str], ...]
    skip_label: str
    items: tuple[Item, ...]
    facets: tuple[Facet, ...]
    even: Markup


@dataclass(frozen=True, kw_only=True)
class FacetLine:
    """One line of the summary; ``mean`` is None if too few of its items are rated."""

    label: str
    mean: Decimal | None
    is_strongest: bool
    is_to_grow: bool


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The facets, and what is said below them: a tip for the one to grow, or that all are alike; perhaps nothing."""

    lines: tuple[FacetLine, ...]
    highest: int
    said: Markup | None


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
            items=tuple(
                Item(id=item["id"], text=item["text"], facet=item["facet"] or "") for item in document["items"]
            ),
            facets=_facets(document, source),
            even=source.inline(next((note["text"] for note in document["notes"] if note["key"] == "even"), "")),
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
            raise Incomplete(dict.fromkeys(unanswered, _(RATE_OR_SKIP)))
        return dict(value)

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return each item with its rating in figure and words."""
        rating = content_of(activity, Rating)
        words: dict[object, str] = {number: f"{number} – {anchor}" for number, anchor in rating.scale}
        words[SKIP] = _("Skipped")
        return [(item.text, words.get(value.get(item.id), _("Not answered"))) for item in rating.items]

    def outcome(self, activity: Activity, value: Value, work: Work) -> Summary | None:
        """Return the facets once every item is rated or skipped; a rating by itself is neither right nor wrong."""
        rating = content_of(activity, Rating)
        if not rating.facets or any(item.id not in value for item in rating.items):
            return None
        habits = profile({facet.id: _given(rating, facet, value) for facet in rating.facets})
        lines = zip(rating.facets, habits.facets, strict=True)
        return Summary(
            lines=tuple(
                FacetLine(
                    label=facet.label,
                    mean=mean.shown,
                    is_strongest=facet.id == habits.strongest,
                    is_to_grow=facet.id == habits.to_grow,
                )
                for facet, mean in lines
            ),
            highest=rating.scale[-1][0],
            said=rating.even if habits.is_even else _tip(rating, habits),
        )


def _facets(document: Mapping[str, Any], source: Source) -> tuple[Facet, ...]:
    if document["scoring"]["method"] != "mean":
        return ()
    return tuple(
        Facet(id=facet["id"], label=facet["label"], tip=source.inline(facet["tip"])) for facet in document["facets"]
    )


def _given(rating: Rating, facet: Facet, value: Value) -> list[int | None]:
    """Return the ratings of a facet, None for a skip."""
    given = (value[item.id] for item in rating.items if item.facet == facet.id)
    return [None if each == SKIP else each for each in given]


def _tip(rating: Rating, habits: Habits) -> Markup | None:
    return next((facet.tip for facet in rating.facets if facet.id == habits.to_grow), None)
