"""Sorting: cards to put into piles, with feedback after "Check"."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wtforms import SelectField
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

FIRST = "first"
"""Where the piles of the first "Check" are kept; no card may have this id."""
PLACE_THIS_CARD = "Choose a pile for this card."
NOWHERE = "Choose a pile"


@dataclass(frozen=True, kw_only=True)
class Pile:
    """Where cards can go: its label and a sentence that explains it."""

    id: str
    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card, the pile we expect it in, the piles that are right as well, and what we say about it."""

    id: str
    text: str
    pile: str
    also: tuple[str, ...]
    feedback: str


@dataclass(frozen=True, kw_only=True)
class Deck:
    """The exercise. ``summary`` speaks of ``{c}`` cards of ``{n}`` in the expected pile."""

    intro: str
    piles: tuple[Pile, ...]
    cards: tuple[Card, ...]
    summary: str


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


class Sort(Kind):
    """Complete when every card is placed and "Check" is pressed. There is no pass mark."""

    name = "sort"

    def read(self, source: Source) -> Deck:
        """Return the deck that the activity names."""
        document = source.document("sorts", source.options["sort"])
        return Deck(
            intro=document["intro"],
            piles=tuple(Pile(id=pile["id"], label=pile["label"], text=pile["text"]) for pile in document["piles"]),
            cards=tuple(_card(card) for card in document["cards"]),
            summary=document["summary"],
        )

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return one menu of piles per card."""
        deck = content_of(activity, Deck)
        choices = [("", NOWHERE), *((pile.id, pile.label) for pile in deck.piles)]
        rules = [answered([pile.id for pile in deck.piles], PLACE_THIS_CARD)]
        questions = {
            card.id: SelectField(card.text, rules, choices=dict(choices), validate_choice=False) for card in deck.cards
        }
        return fill_form(questions, self.fields(activity, value), formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return each card with the pile it lies in, or ``""``."""
        return {card.id: str(value.get(card.id, "")) for card in content_of(activity, Deck).cards}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return where the cards lie now; the first try, once recorded, stays as it was."""
        deck = content_of(activity, Deck)
        allowed = {"", *(pile.id for pile in deck.piles)}
        refuse_unknown(fields, {card.id: allowed for card in deck.cards})
        after = {**self.fields(activity, before), **fields}
        kept: Value = {name: pile for name, pile in after.items() if pile}
        return kept | {FIRST: before[FIRST]} if FIRST in before else kept

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the value with the first try in it: the piles of the first "Check", never of a later one.

        :raise Incomplete: a card lies in no pile.
        """
        cards = content_of(activity, Deck).cards
        unplaced = [card.id for card in cards if card.id not in value]
        if unplaced:
            raise Incomplete(dict.fromkeys(unplaced, PLACE_THIS_CARD))
        placed: Value = {card.id: value[card.id] for card in cards}
        return placed | {FIRST: before.get(FIRST) or dict(placed)}

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return each card with the label of its pile."""
        deck = content_of(activity, Deck)
        labels = {pile.id: pile.label for pile in deck.piles}
        return [(card.text, labels.get(value.get(card.id, ""), "Not placed")) for card in deck.cards]

    def outcome(self, activity: Activity, value: Value, work: Work) -> SortOutcome | None:
        """Return what the page says card by card, in the order of the deck; None before the first "Check"."""
        if FIRST not in value:
            return None
        deck = content_of(activity, Deck)
        piles = {pile.id: pile for pile in deck.piles}
        cards = tuple(
            CardOutcome(card=card, pile=piles[value[card.id]], verdict=_verdict(card, value[card.id]))
            for card in deck.cards
            if value.get(card.id) in piles
        )
        expected = sum(card.verdict is Verdict.EXPECTED for card in cards)
        return SortOutcome(expected=expected, total=len(deck.cards), cards=cards)


def _card(card: Mapping[str, Any]) -> Card:
    return Card(
        id=str(card["id"]),
        text=str(card["text"]),
        pile=str(card["pile"]),
        also=tuple(card["also"]),
        feedback=str(card["feedback"]),
    )


def _verdict(card: Card, pile: str) -> Verdict:
    if pile == card.pile:
        return Verdict.EXPECTED
    return Verdict.ACCEPTED if pile in card.also else Verdict.AGAIN
