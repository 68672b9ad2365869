"""Mentor qualities: what somebody's must-haves say about the mentor they look for.

Three families after Steiner 2004 and Sambunjak 2010: the person, the work, and what happens between the two.
"""

from collections.abc import Mapping
from typing import Final

FAMILIES: Final = ("person", "work", "between")
NOTES: Final = ("all", "no_work", "only_work", "no_between", "no_person")
"""What can be said of a list, in the order of the checks; the first that fits is said."""


def note_for(counts: Mapping[str, int]) -> str:
    """Return which of ``NOTES`` fits the number of must-haves in each family.

    One of them always fits a list that is not empty.
    """
    person, work, between = (counts.get(family, 0) for family in FAMILIES)
    if person and work and between:
        return "all"
    if not work:
        return "no_work"
    if not person and not between:
        return "only_work"
    return "no_between" if not between else "no_person"
