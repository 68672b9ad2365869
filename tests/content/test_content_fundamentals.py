"""The workshop that we ship: valid, complete, and word for word as it was written."""

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from shipped import WORKSHOP

from lti_tool.activities import KINDS
from lti_tool.activities.base import Work
from lti_tool.features import FEATURES, KNOWN
from lti_tool.library.check import check_pack
from lti_tool.library.loader import SHIPPED, load_workshop
from lti_tool.library.problems import Level
from lti_tool.mentoring.score import workshop_standing

WORK = Work(today=date(2026, 11, 25))
POINTS = {
    "m0": [("welcome", 2, 3), ("privacy", 2, 1), ("start", 2, 2), ("what", 4, 6)],
    "m1": [("read", 2, 3), ("needs", 8, 11), ("priorities", 4, 3), ("reflect", 3, 5), ("check", 3, 3)],
    "m2": [("read", 2, 3), ("map", 8, 12), ("gaps", 4, 4), ("fit", 5, 6), ("scenario", 4, 5), ("discuss", 2, 2)],
    "m3": [("read", 2, 3), ("cards", 5, 5), ("mentee", 5, 4), ("scen_b", 4, 5), ("scen_c", 4, 5), ("check", 5, 5)],
    "m4": [("smart", 4, 6), ("message", 4, 6), ("agenda", 3, 4), ("agreement", 3, 5), ("follow", 2, 3), ("eval", 4, 4)],
    "m5": [("check_in", 0, 10)],
}


def plain(html: str) -> str:
    """Return HTML as the words a person reads."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html))).strip()


def test_the_pack_has_no_error_and_no_warning_but_the_one_we_know():
    problems = check_pack(SHIPPED)

    assert [problem for problem in problems if problem.level is Level.ERROR] == []
    assert [problem.message for problem in problems] == ['welcome: a sentence of 26 words ("In a study of former …")']


def test_every_activity_is_open_so_that_it_can_be_released():
    assert [activity.id for activity in WORKSHOP.activities if activity.opens_later] == []
    assert [problem for problem in check_pack(SHIPPED, release=True) if problem.level is Level.ERROR] == []


def test_modules_and_activities_have_the_points_and_minutes_of_the_grading_policy():
    found = {
        module.id: [
            (activity.id.removeprefix(f"{module.id}."), activity.points, activity.minutes)
            for activity in module.activities
        ]
        for module in WORKSHOP.modules
    }

    assert found == POINTS
    assert [(module.weight, module.minutes) for module in WORKSHOP.modules] == [
        (10, 12),
        (20, 25),
        (25, 32),
        (25, 27),
        (20, 28),
        (0, 0),
    ]
    assert (WORKSHOP.minutes, len(WORKSHOP.activities)) == (124, 27)


def test_every_activity_is_of_a_kind_that_this_release_has():
    assert all(activity.kind in KINDS for activity in WORKSHOP.activities)


def test_the_first_module_alone_makes_ten_points_of_a_hundred():
    done = {activity.id for activity in WORKSHOP.module("m0").activities}

    standing = workshop_standing(WORKSHOP.graded_modules, done, profile=WORKSHOP.profile)

    assert (str(standing.given), standing.complete) == ("10.00", False)


def test_objectives_and_titles_are_those_of_the_workshop():
    assert WORKSHOP.title == "Fundamentals of Mentoring"
    assert [objective.id for objective in WORKSHOP.objectives] == ["O1", "O2", "O3"]
    assert [module.title for module in WORKSHOP.modules] == [
        "Welcome and starting point",
        "Step 1 · Know what you need",
        "Step 2 · Find your people",
        "Step 3 · Make it work",
        "Plan, act, close",
        "Check-in",
    ]


def test_the_attribution_stands_word_for_word():
    assert WORKSHOP.attribution == (
        'Structure inspired by Welch JL, "Fundamentals of Mentoring: Three Steps to a Mentee-Driven Relationship", '
        "MedEdPORTAL 2016;12:10441. All texts, items and exercises here are new and are not endorsed by the author "
        "or publisher."
    )


def test_the_welcome_cites_its_sources_in_order():
    reading = WORKSHOP.activity("m0.welcome").content

    text = plain(reading.html)
    assert text.startswith("Most people who do well at work can name someone who helped.")
    assert "93 of 100 said a mentor matters. Only about half had one." in text
    assert text.endswith("You need a next step. Let us find it.")
    assert [reference.key for reference in reading.references] == ["ramanan2006", "steiner2004", "zerzan2009"]
    assert len(re.findall(r"<li><strong>", reading.html)) == 3


def test_the_privacy_page_promises_what_this_release_has_and_no_more():
    lines = [plain(line) for line in WORKSHOP.activity("m0.privacy").content.lines]

    assert lines == [
        "Your ratings, notes, map and drafts are yours. Teachers of this course cannot open them.",
        "Your teachers see which activities you finished and on which day.",
        "You may share single pages with your teachers and their assistants. You can take that back at any time.",
        "You may skip any question. Skipping never costs points.",
        'You can download or delete your answers under "My data".',
    ]


def test_the_privacy_page_says_everything_once_everything_is_there():
    content = load_workshop(SHIPPED, features=KNOWN).activity("m0.privacy").content

    assert len(content.lines) == 6
    assert "at least 5 people have answered. For private topics the number is 10." in plain(content.lines[2])
    assert content.statement == "I have read this."


def test_what_the_release_has_is_among_what_lines_may_need():
    assert FEATURES <= KNOWN


def test_the_starting_point_asks_three_questions_on_five_steps():
    rating = WORKSHOP.activity("m0.start").content

    assert rating.question == "How true is this for you today?"
    assert [anchor for _, anchor in rating.scale] == ["not at all", "a little", "partly", "mostly", "fully"]
    assert [item.id for item in rating.items] == ["st1", "st2", "st3"]
    assert rating.skip_label == "Skip"


def test_the_sort_has_eight_cards_in_four_piles_and_one_soft_border():
    deck = WORKSHOP.activity("m0.what").content

    assert [pile.id for pile in deck.piles] == ["mentor", "coach", "sponsor", "assessor"]
    assert {card.id: card.pile for card in deck.cards} == {
        "w1": "mentor",
        "w2": "coach",
        "w3": "sponsor",
        "w4": "assessor",
        "w5": "mentor",
        "w6": "sponsor",
        "w7": "coach",
        "w8": "assessor",
    }
    assert {card.id: card.also for card in deck.cards if card.also} == {"w5": ("coach",)}
    assert deck.summary.format(c=6, n=8) == (
        "6 of 8 in the expected pile. The borders are soft; what matters is to know which kind you are asking for."
    )


def test_support_contacts_are_the_pages_to_fill():
    assert WORKSHOP.text("t.support.now") == "Need to talk to someone now? {support_contacts}"


def test_only_the_discussion_is_seen_by_the_group():
    assert [activity.id for activity in WORKSHOP.activities if activity.audience != "private"] == ["m2.discuss"]


def test_no_text_raises_its_voice():
    for path in Path(SHIPPED).rglob("*"):
        if path.is_file():
            assert "!" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("reference", WORKSHOP.references, ids=lambda reference: reference.key)
def test_every_source_can_be_found(reference):
    assert re.search(r"\d{4};\d+", reference.text)
    assert reference.url is None or reference.url.startswith("https://doi.org/")


def test_opposite_answers_are_worth_the_same():
    low = {
        "m0.start": {"st1": "1", "st2": "1", "st3": "1"},
        "m0.what": dict.fromkeys((f"w{n}" for n in range(1, 9)), "coach"),
        "m2.scenario": {"path": "a c"},
        "m2.discuss": {"offline": "yes"},
        "m3.cards": dict.fromkeys((f"q{n:02}" for n in range(1, 17)), "not") | {"q04": "must"},
        "m3.mentee": dict.fromkeys((f"h{n:02}" for n in range(1, 13)), "1"),
        "m3.scen_b": {"path": "a b"},
        "m3.scen_c": {"path": "c b"},
    }
    high = {
        "m0.start": {"st1": "skip", "st2": "5", "st3": "5"},
        "m0.what": dict.fromkeys((f"w{n}" for n in range(1, 9)), "sponsor"),
        "m2.scenario": {"path": "b a"},
        "m2.discuss": {"text": "word " * 20, "how": "named"},
        "m3.cards": dict.fromkeys((f"q{n:02}" for n in range(6, 17)), "good")
        | dict.fromkeys((f"q{n:02}" for n in range(1, 6)), "must"),
        "m3.mentee": dict.fromkeys((f"h{n:02}" for n in range(1, 13)), "skip"),
        "m3.scen_b": {"path": "b a"},
        "m3.scen_c": {"path": "b a"},
    }
    scores = set()
    for answers in (low, high):
        done = set()
        for activity_id, fields in answers.items():
            activity = WORKSHOP.activity(activity_id)
            kind = KINDS[activity.kind]
            kind.finish(activity, kind.keep(activity, fields, {}, WORK), {}, WORK)
            done.add(activity_id)
        scores.add(workshop_standing(WORKSHOP.graded_modules, done).given)

    assert [str(score) for score in scores] == ["30.00"]


def test_the_needs_are_those_of_the_instrument():
    needs = WORKSHOP.activity("m1.needs").content

    items = [item for lines in needs.items.values() for item in lines]
    assert (len(items), items[0].id, items[-1].id) == (32, "dir1", "fee4")
    assert items[9].text == "teach me the methods and tools I need for it"
    assert needs.intro.endswith("There are no right answers. Only you see them.")
    assert needs.support.skip_label == "Skip — does not apply, or I'd rather not say"
    assert {key: band.label for key, band in needs.bands.items() if key} == {
        "covered": "Well covered",
        "some": "Small gap",
        "clear": "Clear gap",
        "large": "Large gap",
    }
    assert needs.notes["caution"].startswith("This is a thinking tool, not a test.")


def test_the_first_check_has_four_questions_and_three_are_enough():
    check = WORKSHOP.activity("m1.check").content

    assert check.keys == {"kc1.q1": "b", "kc1.q2": "c", "kc1.q3": "a", "kc1.q4": "b"}
    assert check.needed == 3


def test_the_reflection_asks_one_of_three_questions():
    prompts = WORKSHOP.activity("m1.reflect").content

    assert list(prompts.questions) == ["r1", "r2", "r3"]
    assert prompts.questions["r3"] == "Which area is well covered? What did you do to make that happen?"
    assert prompts.min_words == 30
