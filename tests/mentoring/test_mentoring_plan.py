"""Goals, message, agenda, agreement and follow-up: the rules with their examples and their edges."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.mentoring import plan
from lti_tool.mentoring.blanks import Blank, fault_of
from lti_tool.mentoring.message import checks_of, message_faults, text_of
from lti_tool.mentoring.phrases import fill
from lti_tool.mentoring.words import count_words

TODAY = date(2026, 11, 25)


def ahead(days: int) -> str:
    """Return a day from today on, as forms send it."""
    return (TODAY + timedelta(days=days)).isoformat()


# Blanks

WHAT = Blank(id="what", type="text", required=True, min=10, max=200)
WHY_YOU = Blank(id="why_you", type="text", required=True, min_words=8, max=300)
DUE = Blank(id="due", type="date", required=True, min=7, max=365)
MONTHS = Blank(id="duration", type="number", required=True, min=1, max=24)
NOTE = Blank(id="note", type="text", max=5)
KIND = Blank(id="kind", type="choice", required=True, options=("a", "b"))
TOPICS = Blank(id="topics", type="list", required=True, min=1, max=2, options=("a", "b", "c"))
FILLED: list[tuple[Blank, Any, str | None]] = [
    (WHAT, None, "empty"),
    (WHAT, " \n ", "empty"),
    (WHAT, "x" * 9, "short"),
    (WHAT, "  " + "x" * 9 + "  ", "short"),
    (WHAT, "x" * 10, None),
    (WHAT, "x" * 200 + "   ", None),
    (WHAT, "x" * 201, "long"),
    (WHAT, "ü" * 10, None),
    (WHAT, "😀" * 9, "short"),
    (NOTE, "", None),
    (NOTE, "12345", None),
    (NOTE, "123456", "long"),
    (WHY_YOU, "your clinic's handover project is what I want to learn", None),
    (WHY_YOU, "you are very well known here", "words"),
    (WHY_YOU, "one two three four five six seven", "words"),
    (WHY_YOU, "one two three four five six seven eight", None),
    (DUE, ahead(6), "soon"),
    (DUE, ahead(7), None),
    (DUE, ahead(120), None),
    (DUE, ahead(365), None),
    (DUE, ahead(366), "far"),
    (DUE, "", "empty"),
    (DUE, "next week", "wrong"),
    (DUE, "2026-02-30", "wrong"),
    (DUE, "20261225", "wrong"),
    (MONTHS, "0", "low"),
    (MONTHS, "1", None),
    (MONTHS, "24", None),
    (MONTHS, "25", "high"),
    (MONTHS, "two", "wrong"),
    (MONTHS, "-1", "wrong"),
    (MONTHS, "٣", "wrong"),
    (KIND, "", "empty"),
    (KIND, "a", None),
    (KIND, "c", "wrong"),
    (TOPICS, [], "empty"),
    (TOPICS, ["a"], None),
    (TOPICS, ["a", "b", "c"], "many"),
    (TOPICS, ["d"], "wrong"),
    (Blank(id="easy", type="flag", required=True), False, None),
]


@pytest.mark.parametrize(("blank", "filled", "fault"), FILLED)
def test_a_blank_says_what_is_wrong_with_it(blank: Blank, filled: Any, fault: str | None):
    assert fault_of(blank, filled, TODAY) == fault
    assert fault is None or fault in blank.faults


@given(st.one_of(st.none(), st.text(), st.booleans()))
def test_whatever_is_filled_in_has_a_fault_we_know_or_none(filled: Any):
    for blank in (WHAT, WHY_YOU, DUE, MONTHS, KIND):
        assert fault_of(blank, str(filled or ""), TODAY) in (None, *blank.faults)


# Goals

GOAL_BLANKS = [
    Blank(id="area", type="choice", required=True, options=("visibility", "skills")),
    WHAT,
    Blank(id="measure_type", type="choice", required=True, options=("count", "product", "observed", "yes_no")),
    Blank(id="measure", type="text", required=True, min=3, max=150),
    Blank(id="first_step", type="text", required=True, min=5, max=150),
    Blank(id="obstacle", type="text", max=150),
    Blank(id="why", type="text", required=True, min=5, max=200),
    DUE,
]
GOAL = {
    "area": "visibility",
    "what": "Present my quality project at the regional trainee day",
    "measure_type": "product",
    "measure": "accepted poster",
    "first_step": "ask Dr V which session fits",
    "why": "I want to meet people outside my hospital",
    "due": ahead(120),
}
GOALS: list[tuple[list[dict[str, str]], dict[str, str]]] = [
    ([GOAL], {}),
    ([], {"what_1": "none"}),
    ([{}, {"what": " "}], {"what_1": "none"}),
    ([GOAL | {"due": ahead(6)}], {"due_1": "soon"}),
    ([GOAL | {"due": ahead(7)}], {}),
    ([GOAL | {"due": ahead(365)}], {}),
    ([GOAL | {"due": ahead(366)}], {"due_1": "far"}),
    ([GOAL | {"measure_type": "count"}], {"measure_1": "nodigit"}),
    ([GOAL | {"measure_type": "count", "measure": "3 posters"}], {}),
    ([GOAL | {"measure_type": "count", "measure": "٣ posters"}], {}),
    ([GOAL | {"measure_type": "count", "measure": ""}], {"measure_1": "empty"}),
    ([GOAL | {"what": "Write it"}], {"what_1": "short"}),
    ([GOAL, {}, GOAL | {"why": "why"}], {"why_3": "short"}),
]


@pytest.mark.parametrize(("goals", "faults"), GOALS)
def test_a_goal_is_specific_measured_within_reach_relevant_and_timed(
    goals: list[dict[str, str]], faults: dict[str, str]
):
    assert plan.goal_faults(GOAL_BLANKS, goals, TODAY) == faults


def test_words_that_say_little_are_named_whatever_their_case():
    vague = ("better", "more", "improve", "try")

    assert plan.vague_words("Try to get MORE feedback", vague) == ("more", "try")
    assert plan.vague_words("Moreover, present the trial", vague) == ()


# The message

MESSAGE_BLANKS = [
    Blank(id="to", type="text", required=True, min=1, max=40),
    Blank(id="link", type="choice", required=True, options=("introduced", "met", "read", "work")),
    Blank(id="link_detail", type="text", required=True, min=3, max=80),
    Blank(id="about_me", type="text", required=True, min=5, max=150),
    WHY_YOU,
    Blank(id="ask_type", type="choice", required=True, options=("talk", "feedback", "introduction", "series")),
    Blank(id="ask_detail", type="text", required=True, min=5, max=200),
    Blank(id="slot_1", type="date", min=1),
    Blank(id="slot_2", type="date", min=1),
]
TEMPLATES = {
    "message": "{greeting}\n{link_sentence} {about_sentence} {why_sentence}\n{ask_sentence} {slots_sentence}\n"
    "{easy_out_sentence}\n{thanks}",
    "greeting": "Dear {to},",
    "about": "I am {about_me}.",
    "why": "I am writing to you because {why_you}.",
    "link.met": "We met at {detail}.",
    "ask.talk": "Would you have 15 to 20 minutes for a talk: {detail}.",
    "ask.feedback": "Would you give me feedback on one thing: {detail}.",
    "slots": "Would {slot_1} or {slot_2} suit you?",
    "easy_out": "If this is not a good time, a name would help me too.",
}
MESSAGE: dict[str, Any] = {
    "to": "Dr Okafor",
    "link": "met",
    "link_detail": "the trainee day.",
    "about_me": "a resident in my second year",
    "why_you": "your clinic's handover project is what I want to learn",
    "ask_type": "talk",
    "ask_detail": "how you began",
    "slot_1": ahead(7),
    "slot_2": ahead(8),
    "easy_out": True,
    "thanks": "Thank you.",
}
LOOKED_AT: list[tuple[dict[str, Any], int, set[str]]] = [
    ({}, 60, set()),
    ({}, 180, set()),
    ({}, 59, {"length"}),
    ({}, 181, {"length"}),
    ({"why_you": "you are very well known here"}, 100, {"why"}),
    ({"about_me": ""}, 100, {"who"}),
    ({"ask_type": ""}, 100, {"one_ask", "limit", "dates"} - {"dates"}),
    ({"ask_detail": ""}, 100, {"one_ask"}),
    ({"slot_2": ""}, 100, {"dates"}),
    ({"slot_2": ahead(7)}, 100, {"dates"}),
    ({"slot_1": ahead(0)}, 100, {"dates"}),
    ({"slot_1": "", "slot_2": "", "ask_type": "feedback"}, 100, set()),
    ({"easy_out": False}, 100, {"easy"}),
]


@pytest.mark.parametrize(("changes", "words", "failed"), LOOKED_AT)
def test_a_message_is_looked_at_for_seven_things(changes: dict[str, Any], words: int, failed: set[str]):
    checks = checks_of(MESSAGE | changes, MESSAGE_BLANKS, words, TODAY)

    assert [check.id for check in checks] == ["who", "why", "one_ask", "limit", "dates", "easy", "length"]
    assert {check.id for check in checks if not check.passed} == failed


@pytest.mark.parametrize(("changes", "words", "failed"), LOOKED_AT)
def test_a_message_may_go_with_everything_but_the_advice(changes: dict[str, Any], words: int, failed: set[str]):
    may_go = not message_faults(MESSAGE | changes, MESSAGE_BLANKS, words, TODAY)

    assert may_go == (failed <= {"easy"})


def test_the_faults_of_a_message_name_its_blanks():
    def faults(words: int = 100, **changes: Any) -> dict[str, str]:
        return message_faults(MESSAGE | changes, MESSAGE_BLANKS, words, TODAY)

    assert faults(why_you="you are very well known here") == {"why_you": "words"}
    assert faults(slot_1="", slot_2="") == {"slot_1": "needed", "slot_2": "needed"}
    assert faults(slot_2=ahead(7)) == {"slot_2": "same"}
    assert faults(slot_1=ahead(0)) == {"slot_1": "soon"}
    assert faults(words=59) == {"ask_detail": "words_few"}
    assert faults(words=181) == {"ask_detail": "words_many"}


def test_a_message_is_put_together_from_its_parts():
    assert text_of(MESSAGE, TEMPLATES, "en").split("\n") == [
        "Dear Dr Okafor,",
        "We met at the trainee day. I am a resident in my second year. I am writing to you because your clinic's "
        "handover project is what I want to learn.",
        "Would you have 15 to 20 minutes for a talk: how you began. "
        "Would Wednesday, December 2, 2026 or Thursday, December 3, 2026 suit you?",
        "If this is not a good time, a name would help me too.",
        "Thank you.",
    ]


def test_what_is_missing_leaves_no_hole_and_nothing_is_made_up():
    assert text_of({"to": "Dr Okafor", "link": "met"}, TEMPLATES, "en") == "Dear Dr Okafor,"
    assert text_of({}, TEMPLATES, "en") == ""


def test_the_words_of_the_example_are_counted_as_the_example_says():
    assert count_words("your clinic's handover project is what I want to learn") == 10
    assert count_words("you are very well known here") == 6


# The agenda

ITEM_BLANKS = [
    Blank(id="title", type="text", required=True, min=3, max=80),
    Blank(
        id="kind",
        type="choice",
        required=True,
        options=("check_in", "update", "question", "feedback", "decision", "next_steps"),
    ),
    Blank(id="minutes", type="number", required=True, min=1, max=60),
]
EXAMPLE = (("check_in", 3), ("update", 5), ("question", 12), ("feedback", 5), ("next_steps", 5))


def items(*entries: tuple[str, int]) -> list[dict[str, str]]:
    """Return items of these kinds and minutes."""
    return [{"title": f"About {kind}", "kind": kind, "minutes": str(minutes)} for kind, minutes in entries]


def changed(**minutes: int) -> list[dict[str, str]]:
    """Return the example with other minutes for some kinds."""
    return items(*((kind, minutes.get(kind, before)) for kind, before in EXAMPLE))


AGENDAS: list[tuple[list[dict[str, str]], dict[str, str], int, int]] = [
    (changed(), {}, 0, 0),
    (changed(feedback=6), {"length": "over"}, 1, 0),
    (changed(question=10), {}, 0, 2),
    (changed(next_steps=2), {"kind_5": "nonext"}, 0, 3),
    (changed(next_steps=3), {}, 0, 2),
    (items(("check_in", 5), ("update", 5), ("next_steps", 5)), {"kind_1": "noask"}, 0, 15),
    (items(("next_steps", 5), ("decision", 5)), {"kind_2": "nonext"}, 0, 20),
    (items(("decision", 5), ("next_steps", 5)), {}, 0, 20),
    (items(("next_steps", 5)), {"kind_1": "noask", "title_2": "few"}, 0, 25),
    ([], {"kind_1": "nonext", "title_1": "few"}, 0, 30),
    ([*items(("question", 61)), {}, *items(("next_steps", 3))], {"length": "over", "minutes_1": "high"}, 34, 0),
]


@pytest.mark.parametrize(("entries", "faults", "over", "spare"), AGENDAS)
def test_an_agenda_of_thirty_minutes_adds_up(
    entries: list[dict[str, str]], faults: dict[str, str], over: int, spare: int
):
    minutes = plan.minutes_of("30", entries)

    assert plan.agenda_faults(ITEM_BLANKS, "30", entries, 2, TODAY) == faults
    assert (minutes.over, minutes.spare) == (over, spare)


@pytest.mark.parametrize(
    ("length", "minutes"),
    [
        (15, [9, 3, 3]),
        (20, [3, 3, 8, 3, 3]),
        (30, [3, 4, 16, 3, 4]),
        (45, [4, 6, 25, 4, 6]),
        (60, [6, 9, 30, 6, 9]),
    ],
)
def test_the_ready_made_agenda_fills_the_meeting_and_keeps_the_rules(length: int, minutes: list[int]):
    draft = plan.agenda_draft(length)

    assert [each for _, each in draft] == minutes
    assert plan.agenda_faults(ITEM_BLANKS, str(length), items(*draft), 2, TODAY) == {}


def test_without_a_length_nothing_is_too_long_and_nothing_is_spare():
    minutes = plan.minutes_of("", changed())

    assert (minutes.used, minutes.over, minutes.spare) == (30, 0, 0)


# The agreement

AGREEMENTS: list[tuple[dict[str, Any], str, dict[str, str]]] = [
    ({"topics_in": ["skills"]}, "no", {}),
    ({"topics_in": ["scholarship"]}, "no", {"credit": "needed"}),
    ({"topics_in": ["scholarship"], "credit": "First author: me."}, "", {}),
    ({"topics_in": ["skills"]}, "yes", {"conflict": "needed"}),
    ({"topics_in": ["skills"]}, "unsure", {"conflict": "needed"}),
    ({"topics_in": ["skills"], "conflict": "You assess me in May."}, "yes", {}),
    ({"topics_in": ["skills"], "privacy": "own"}, "", {"privacy_own": "needed"}),
    ({"topics_in": ["skills"], "privacy": "own", "privacy_own": "We ask first."}, "", {}),
    ({}, "", {"topics_in": "empty"}),
]


@pytest.mark.parametrize(("value", "assesses", "faults"), AGREEMENTS)
def test_an_agreement_asks_for_more_where_more_is_at_stake(
    value: dict[str, Any], assesses: str, faults: dict[str, str]
):
    blanks = [Blank(id="topics_in", type="list", required=True, min=1, options=("skills", "scholarship"))]

    assert plan.agreement_faults(blanks, value, assesses=assesses, today=TODAY) == faults


@pytest.mark.parametrize(("days", "fault"), [(27, "soon"), (28, None), (182, None), (183, "far")])
def test_an_agreement_is_looked_at_again_after_four_to_twenty_six_weeks(days: int, fault: str | None):
    assert fault_of(Blank(id="review_on", type="date", required=True, min=28, max=182), ahead(days), TODAY) == fault


# Follow-up

ACTION_BLANKS = [
    Blank(id="what", type="text", required=True, min=5, max=120),
    Blank(id="with", type="text", max=40),
    Blank(id="by", type="date", required=True, min=0, max=90),
]


@pytest.mark.parametrize(("days", "faults"), [(-1, {"by_1": "soon"}), (0, {}), (90, {}), (91, {"by_1": "far"})])
def test_a_next_step_is_due_between_today_and_in_ninety_days(days: int, faults: dict[str, str]):
    actions = [{"what": "Send the message", "by": ahead(days)}]

    assert plan.follow_up_faults(ACTION_BLANKS, actions, TODAY) == faults


def test_a_plan_without_an_action_has_no_next_step():
    assert plan.follow_up_faults(ACTION_BLANKS, [{}], TODAY) == {"what_1": "none"}
    assert plan.next_action([{}, {"what": "Write"}, {"by": ahead(3)}]) is None


def test_the_earliest_action_is_the_next_one_and_of_two_on_one_day_the_first():
    actions = [
        {"what": "Thank Amara", "by": ahead(9)},
        {"what": "Send the message", "by": ahead(3)},
        {"what": "Book a room", "by": ahead(3)},
    ]

    assert plan.next_action(actions) == plan.NextAction(what="Send the message", by=TODAY + timedelta(days=3))


# Sentences


@pytest.mark.parametrize(
    ("message", "given", "text"),
    [
        ("You wrote {n, plural, one {# goal} other {# goals}}.", {"n": 1}, "You wrote 1 goal."),
        ("You wrote {n, plural, one {# goal} other {# goals}}.", {"n": 0}, "You wrote 0 goals."),
        ("{n, plural, =0 {Nobody yet} one {# person} other {# people}}", {"n": 0}, "Nobody yet"),
        ("{n, plural, other {{who} and # more}}", {"n": 2, "who": "Amara"}, "Amara and 2 more"),
        ("Next: {step}", {"step": "ask {them}"}, "Next: ask {them}"),
        ("Help now: {support_contacts}", {}, "Help now: {support_contacts}"),
        ("No place at all", {"n": 1}, "No place at all"),
        ("{ n }", {"n": 1}, "1"),
    ],
)
def test_a_sentence_is_filled_with_the_form_that_fits(message: str, given: dict[str, Any], text: str):
    assert fill(message, "en", **given) == text


def test_other_languages_have_other_forms():
    goals = "{n, plural, one {# cel} few {# cele} many {# celów} other {# celu}}"

    assert [fill(goals, "pl", n=n) for n in (1, 3, 5)] == ["1 cel", "3 cele", "5 celów"]
