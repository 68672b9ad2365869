"""Must-haves by family: the worked examples of the workshop, and every list there can be."""

from itertools import product

import pytest
from shipped import WORKSHOP

from lti_tool.mentoring.qualities import FAMILIES, NOTES, note_for

CARDS = {card.id: card.family for card in WORKSHOP.activity("m3.cards").content.cards}
WORKED_EXAMPLES = [
    ("q01 q05 q08 q09 q16", (1, 2, 2), "all"),
    ("q01 q06 q11", (1, 0, 2), "no_work"),
    ("q04 q08 q13", (0, 3, 0), "only_work"),
    ("q02 q05 q10", (2, 1, 0), "no_between"),
    ("q01 q09 q16", (0, 1, 2), "no_person"),
]


@pytest.mark.parametrize(("cards", "counts", "note"), WORKED_EXAMPLES)
def test_the_worked_examples(cards, counts, note):
    families = [CARDS[card] for card in cards.split()]

    found = {family: families.count(family) for family in FAMILIES}

    assert tuple(found.values()) == counts
    assert note_for(found) == note


def test_the_cards_are_five_six_and_five():
    families = list(CARDS.values())

    assert [families.count(family) for family in FAMILIES] == [5, 5, 6]


def test_every_list_of_one_to_five_gets_a_note_that_is_true():
    for person, work, between in product(range(6), repeat=3):
        if 1 <= person + work + between <= 5:
            note = note_for({"person": person, "work": work, "between": between})

            assert note in NOTES
            assert (note == "all") == (min(person, work, between) > 0)
            assert note != "no_work" or work == 0
            assert note != "only_work" or (person, between) == (0, 0)
            assert note != "no_between" or between == 0
            assert note != "no_person" or person == 0
