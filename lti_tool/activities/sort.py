"""Sorting: cards to put into piles, with feedback after "Check".

Some decks expect each card in a pile and say card by card how it lies. In others no card is right or wrong: their cards
have families, and the page says what the families of the first pile make together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from markupsafe import Markup
from wtforms import SelectField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    Activity,
    AnswerRefused,
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
from lti_tool.mentoring.needs import OTHER, priorities_of
from lti_tool.mentoring.qualities import note_for

FIRST = "first"
"""Where the piles of the first "Check" are kept; no card may have this id."""
PLACE_THIS_CARD = mark("Choose a pile for this card.")
PRIORITY = "{priority_1}"
"""Stands in a text where the learner's first priority goes."""


@dataclass(frozen=True, kw_only=True)
class Pile:
    """Where cards can go: its label, a sentence that explains it, and how many cards it takes."""

    id: str
    label: str
    text: str
    min: int
    max: int | None
    too_few: str
    too_many: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card, the pile we expect it in, the piles that are right as well, and what we say about it.

    A card that is neither right nor wrong has a family instead, and ``notice``: how to see it in a person.
    """

    id: str
    text: str
    pile: str
    also: tuple[str, ...]
    feedback: str
    family: str
    notice: str


@dataclass(frozen=True, kw_only=True)
class Deck:
    """The exercise. ``summary`` speaks of ``{c}`` cards of ``{n}`` in the expected pile.

    With families (by id, with their labels), ``notes`` are what can be said of them, and ``no_priority`` stands for a
    priority that is not named.
    """

    intro: Markup
    piles: tuple[Pile, ...]
    cards: tuple[Card, ...]
    summary: str
    families: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, Markup], ...]
    no_priority: str
    areas: tuple[tuple[str, str], ...]


class Verdict(StrEnum):
    """What we say of a card where it lies."""

    EXPECTED = "expected"
    ACCEPTED = "accepted"
    AGAIN = "again"


@dataclass(frozen=True, kw_only=True)
class CardOutcome:
    """A card, the pile it lies in, and our verdict."""

    card: Card
    pile: Pile
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class SortOutcome:
    """How the cards lie now: how many of all in the expected pile, and each placed card."""

    expected: int
    total: int
    cards: tuple[CardOutcome, ...]


@dataclass(frozen=True, kw_only=True)
class FamilyOutcome:
    """The question with the learner's own priority in it; after "Check" what the first pile makes together.

    ``counts`` are the families' labels and how many cards of each are there, ``chosen`` the cards themselves.
    """

    question: Markup
    note: Markup | None = None
    counts: tuple[tuple[str, int], ...] = ()
    chosen: tuple[Card, ...] = ()


class Sort(Kind):
    """Complete when every card is placed and "Check" is pressed. There is no pass mark."""

    name = "sort"
    reads = ("priorities",)

    def read(self, source: Source) -> Deck:
        """Return the deck that the activity names."""
        document = source.document("sorts", source.options["sort"])
        return Deck(
            intro=source.inline(document["intro"]),
            piles=tuple(_pile(pile) for pile in document["piles"]),
            cards=tuple(_card(card) for card in document["cards"]),
            summary=document["summary"] or "",
            families=tuple((family["id"], family["label"]) for family in document["families"]),
            notes=tuple((note["key"], source.inline(note["text"])) for note in document["notes"]),
            no_priority=document["no_priority"] or "",
            areas=tuple((area.id, area.label) for area in source.areas),
        )

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return one menu of piles per card."""
        deck = content_of(activity, Deck)
        choices = [("", _("Choose a pile")), *((pile.id, pile.label) for pile in deck.piles)]
        rules = [answered([pile.id for pile in deck.piles], PLACE_THIS_CARD)]
        questions = {
            card.id: SelectField(card.text, rules, choices=dict(choices), validate_choice=False) for card in deck.cards
        }
        return fill_form(questions, self.fields(activity, value), formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return each card with the pile it lies in, or ``""``."""
        return {card.id: str(value.get(card.id, "")) for card in content_of(activity, Deck).cards}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return where the cards lie now; the first try, once recorded, stays as it was.

        :raise BadAnswer: there is no such card or pile.
        :raise AnswerRefused: a pile is full.
        """
        deck = content_of(activity, Deck)
        allowed = {"", *(pile.id for pile in deck.piles)}
        refuse_unknown(fields, {card.id: allowed for card in deck.cards})
        after = {**self.fields(activity, before), **fields}
        for pile in deck.piles:
            _refuse_surplus(pile, [name for name, given in after.items() if given == pile.id], before)
        kept: Value = {name: pile for name, pile in after.items() if pile}
        return kept | {FIRST: before[FIRST]} if FIRST in before else kept

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the value with the first try in it: the piles of the first "Check", never of a later one.

        :raise Incomplete: a card lies in no pile, or too few in one.
        """
        deck = content_of(activity, Deck)
        unplaced = [card.id for card in deck.cards if card.id not in value]
        if unplaced:
            raise Incomplete(dict.fromkeys(unplaced, _(PLACE_THIS_CARD)))
        placed: Value = {card.id: value[card.id] for card in deck.cards}
        lacking = {pile.id: pile.too_few for pile in deck.piles if [*placed.values()].count(pile.id) < pile.min}
        if lacking:
            raise Incomplete(lacking)
        return placed | {FIRST: before.get(FIRST) or dict(placed)}

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return each card with the label of its pile."""
        deck = content_of(activity, Deck)
        labels = {pile.id: pile.label for pile in deck.piles}
        return [(card.text, labels.get(value.get(card.id, ""), _("Not placed"))) for card in deck.cards]

    def outcome(self, activity: Activity, value: Value, work: Work) -> SortOutcome | FamilyOutcome | None:
        """Return what the page says of the cards; nothing of them before the first "Check"."""
        deck = content_of(activity, Deck)
        if deck.families:
            return _of_families(deck, value, work)
        return _card_by_card(deck, value) if FIRST in value else None


def _card_by_card(deck: Deck, value: Value) -> SortOutcome:
    piles = {pile.id: pile for pile in deck.piles}
    cards = tuple(
        CardOutcome(card=card, pile=piles[value[card.id]], verdict=_verdict(card, value[card.id]))
        for card in deck.cards
        if value.get(card.id) in piles
    )
    expected = sum(card.verdict is Verdict.EXPECTED for card in cards)
    return SortOutcome(expected=expected, total=len(deck.cards), cards=cards)


def _of_families(deck: Deck, value: Value, work: Work) -> FamilyOutcome:
    priority = _first_priority(deck, work)
    question = deck.intro.replace(PRIORITY, priority)
    chosen = tuple(card for card in deck.cards if value.get(card.id) == deck.piles[0].id)
    if FIRST not in value or not chosen:
        return FamilyOutcome(question=question)
    families = [card.family for card in chosen]
    counts = {family: families.count(family) for family, _ in deck.families}
    return FamilyOutcome(
        question=question,
        note=dict(deck.notes)[note_for(counts)].replace(PRIORITY, priority),
        counts=tuple((label, counts[family]) for family, label in deck.families),
        chosen=chosen,
    )


def _first_priority(deck: Deck, work: Work) -> str:
    """Return the learner's first priority in words, or what stands for it."""
    answer = work.of("priorities")
    first = next(iter(priorities_of(answer)), "")
    label = str(answer.get("other", "")) if first == OTHER else dict(deck.areas).get(first, "")
    return label or deck.no_priority


def _refuse_surplus(pile: Pile, inside: list[str], before: Value) -> None:
    """Refuse those cards that came last to a pile that is full.

    :raise AnswerRefused: there are such cards.
    """
    if pile.max is None or len(inside) <= pile.max:
        return
    fresh = [name for name in inside if before.get(name) != pile.id]
    surplus = (fresh or inside)[-(len(inside) - pile.max) :]
    raise AnswerRefused(dict.fromkeys(surplus, pile.too_many))


def _pile(pile: Mapping[str, Any]) -> Pile:
    return Pile(
        id=pile["id"],
        label=pile["label"],
        text=pile["text"],
        min=pile["min"],
        max=pile["max"],
        too_few=pile["too_few"] or "",
        too_many=pile["too_many"] or "",
    )


def _card(card: Mapping[str, Any]) -> Card:
    return Card(
        id=card["id"],
        text=card["text"],
        pile=card["pile"] or "",
        also=tuple(card["also"]),
        feedback=card["feedback"] or "",
        family=card["family"] or "",
        notice=card["notice"] or "",
    )


def _verdict(card: Card, pile: str) -> Verdict:
    if pile == card.pile:
        return Verdict.EXPECTED
    return Verdict.ACCEPTED if pile in card.also else Verdict.AGAIN
