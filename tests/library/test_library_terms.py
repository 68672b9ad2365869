"""Words that a school may swap, and what stays as it is whatever is swapped."""

import pytest

from lti_tool.library.loader import load_workshop
from lti_tool.library.terms import swapper

SCHOOL = {"a mentee": "an engineer", "mentee": "engineer", "mentees": "engineers", "programme": "firm"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A mentee asks. Mentees, a mentee-driven talk", "An engineer asks. Engineers, an engineer-driven talk"),
        ("commentees and mentees’ words", "commentees and engineers’ words"),
        (
            "{mentee}: {n, plural, one {# mentee} other {# mentees}}",
            "{mentee}: {n, plural, one {# engineer} other {# engineers}}",
        ),
        (
            "Of 90 mentees half agreed. [@lee2007]\n\nYour programme",
            "Of 90 mentees half agreed. [@lee2007]\n\nYour firm",
        ),
        ("[a mentee](https://mentee.org/mentee)", "[an engineer](https://mentee.org/mentee)"),
    ],
)
def test_whole_words_are_swapped_and_nothing_else(text, said):
    assert swapper(SCHOOL)(text) == said


def test_a_phrase_that_is_swapped_for_itself_stays():
    assert swapper({"mentees": "engineers", "mentees in one survey": "mentees in one survey"})(
        "Mentees know. Half of mentees in one survey"
    ) == ("Engineers know. Half of mentees in one survey")


def test_terms_that_change_nothing_cost_nothing():
    assert swapper({"mentor": "mentor"}) is None
    assert swapper({}) is None


def test_a_school_reads_its_own_words_and_the_attribution_stays():
    plain = load_workshop()

    swapped = load_workshop(terms={"programme": "firm", "mentee": "engineer", "residents": "engineers"})

    assert "someone 5–10 years ahead, a programme adviser" in ", ".join(plain.areas[0].who_could_help)
    assert "someone 5–10 years ahead, a firm adviser" in ", ".join(swapped.areas[0].who_could_help)
    assert "Mentee-Driven" in swapped.attribution
    assert "93 of 100" in swapped.activity("m0.welcome").content.html
    assert "residents" in swapped.activity("m0.welcome").content.html
    assert swapped.graded_modules == plain.graded_modules
