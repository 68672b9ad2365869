"""Documents that are written blank by blank: what is kept, what is suggested, what is taken along."""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from second_workshop import AGENDA as OTHER_AGENDA
from second_workshop import PACK
from shipped import WORKSHOP
from werkzeug.datastructures import MultiDict

from lti_tool import language
from lti_tool.activities import KINDS
from lti_tool.activities.base import Activity, BadAnswer, Incomplete, Work
from lti_tool.activities.builder import Sheet
from lti_tool.activities.evaluation import Closing
from lti_tool.activities.paper import Paper, Signatures, Table
from lti_tool.library.loader import load_workshop
from lti_tool.pseudo import lengthened

TODAY = date(2026, 11, 25)
WORK = Work(today=TODAY)


def ahead(days: int) -> str:
    """Return a day from today on, as forms send it."""
    return (TODAY + timedelta(days=days)).isoformat()


GOALS = WORKSHOP.activity("m4.smart")
MESSAGE = WORKSHOP.activity("m4.message")
AGENDA = WORKSHOP.activity("m4.agenda")
AGREEMENT = WORKSHOP.activity("m4.agreement")
FOLLOW_UP = WORKSHOP.activity("m4.follow")
GOAL = {
    "area": "visibility",
    "what": "Present my quality project at the regional trainee day",
    "measure_type": "product",
    "measure": "accepted poster",
    "first_step": "ask Dr V which session fits",
    "why": "I want to meet people outside my hospital",
    "due": ahead(120),
}
ITEMS = [("Hello", "check_in", "3"), ("My question", "question", "16"), ("Who does what", "next_steps", "5")]
FULL: list[tuple[Activity, dict[str, str]]] = [
    (GOALS, {f"{name}_1": given for name, given in GOAL.items()}),
    (
        MESSAGE,
        {
            "to": "Dr Okafor",
            "link": "introduced",
            "link_detail": "Dr V",
            "about_me": "a resident in my second year",
            "why_you": "your clinic's handover project is what I want to learn",
            "ask_type": "talk",
            "ask_detail": "how you began, and which first step you would take in a hospital like mine",
            "slot_1": ahead(9),
            "slot_2": ahead(10),
            "easy_out": "yes",
            "thanks": "Thank you for reading this.",
        },
    ),
    (
        AGENDA,
        {
            "with": "Dr Okafor",
            "length": "m30",
            "mode": "call",
            **{
                f"{name}_{place}": given
                for place, item in enumerate(ITEMS, 1)
                for name, given in zip(("title", "kind", "minutes"), item, strict=True)
            },
        },
    ),
    (
        AGREEMENT,
        {
            "party_1": "Mai",
            "party_2": "Dr Okafor",
            "purpose": "To present my project",
            "topics_in.visibility": "yes",
            "rhythm": "monthly",
            "duration": "6",
            "who_schedules": "mentee",
            "channel": "e-mail",
            "privacy": "stays",
            "review_on": ahead(60),
            "ending": "Either of us may end this at any time.",
        },
    ),
    (FOLLOW_UP, {"what_1": "Send the message", "by_1": ahead(3), "reminders.w6": "yes", "check_in": "yes"}),
]


def finished(activity: Activity, fields: dict[str, str], work: Work = WORK) -> dict[str, Any]:
    """Return what is kept of a finished document."""
    kind = KINDS[activity.kind]
    return kind.finish(activity, kind.keep(activity, fields, {}, work), {}, work)


def each_full() -> Any:
    """Run a test with each document."""
    return pytest.mark.parametrize(("activity", "fields"), FULL, ids=lambda value: getattr(value, "id", ""))


@each_full()
def test_a_full_document_finishes_and_comes_back_as_it_was_sent(activity: Activity, fields: dict[str, str]):
    value = finished(activity, fields)

    shown = KINDS[activity.kind].fields(activity, value)
    assert {name: given for name, given in shown.items() if given and name != "lines"} == fields


@each_full()
def test_a_document_on_paper_needs_nothing_else(activity: Activity, fields: dict[str, str]):
    value = finished(activity, {"offline": "yes"})

    kind = KINDS[activity.kind]
    assert value["offline"] is True
    assert kind.readable(activity, value, WORK)[0] == ("I made this on paper", "Yes")
    assert (kind.outcome(activity, value, WORK), kind.paper(activity, value, WORK)) == (None, None)


def test_yes_no_and_skipped_are_said_in_the_language_of_the_page():
    follow_up, rating = KINDS["follow_up"], KINDS["rating_set"]
    start = WORKSHOP.activity("m0.start")
    item = start.content.items[0].id

    language.use("en-XA")
    try:
        plan = [text for _, text in follow_up.readable(FOLLOW_UP, {"offline": True, "check_in": True}, WORK)]
        rated = rating.readable(start, {item: "skip"}, WORK)[0][1]
    finally:
        language.use()

    assert (plan, rated) == ([lengthened("Yes")] * 2, lengthened("Skipped"))


@each_full()
def test_an_empty_document_is_kept_and_not_finished(activity: Activity, fields: dict[str, str]):
    kind = KINDS[activity.kind]

    with pytest.raises(Incomplete) as refused:
        kind.finish(activity, kind.keep(activity, {}, {}, WORK), {}, WORK)

    assert refused.value.errors
    assert not [sentence for sentence in refused.value.errors.values() if "{" in sentence]


@each_full()
def test_whatever_one_page_holds_another_gets_back_so_that_a_preview_loses_nothing(
    activity: Activity, fields: dict[str, str]
):
    kind = KINDS[activity.kind]
    value = kind.keep(activity, fields, {}, WORK)

    again = kind.keep(activity, kind.fields(activity, value), {}, WORK)

    assert kind.fields(activity, again) == kind.fields(activity, value)


@each_full()
def test_the_page_has_a_control_for_every_blank(activity: Activity, fields: dict[str, str]):
    kind = KINDS[activity.kind]
    form = kind.form(activity, kind.keep(activity, fields, {}, WORK), WORK, formdata=MultiDict(fields))

    assert set(fields) <= {field.name for field in form}
    assert {field.name: field.data for field in form if field.name in fields} == {
        name: True if given == "yes" else given for name, given in fields.items()
    }


@each_full()
def test_a_full_document_is_something_to_take_along(activity: Activity, fields: dict[str, str]):
    paper = KINDS[activity.kind].paper(activity, finished(activity, fields), WORK)

    assert isinstance(paper, Paper)
    assert paper.title
    assert paper.blocks
    assert "{" not in repr(paper)


REFUSED: list[tuple[Activity, dict[str, Any], str]] = [
    (GOALS, {"what": "no place"}, "what"),
    (GOALS, {"what_4": "a fourth"}, "what_4"),
    (GOALS, {"what_0": "before the first"}, "what_0"),
    (GOALS, {"area_1": "money"}, "area_1"),
    (GOALS, {"lines": "4"}, "lines"),
    (GOALS, {"lines": "-1"}, "lines"),
    (GOALS, {"offline": "on"}, "offline"),
    (GOALS, {"what_1": "x" * 4001}, "what_1"),
    (GOALS, {"what_1": 3}, "what_1"),
    (MESSAGE, {"link": "friend"}, "link"),
    (MESSAGE, {"lines": "1"}, "lines"),
    (AGENDA, {"length": "m31"}, "length"),
    (AGREEMENT, {"topics_in": "visibility"}, "topics_in"),
    (AGREEMENT, {"topics_in.money": "yes"}, "topics_in.money"),
    (FOLLOW_UP, {"on": "2026-01-01"}, "on"),
]


@pytest.mark.parametrize(("activity", "fields", "blamed"), REFUSED, ids=lambda value: str(getattr(value, "id", value)))
def test_what_is_not_offered_is_refused_by_name(activity: Activity, fields: dict[str, Any], blamed: str):
    with pytest.raises(BadAnswer) as refused:
        KINDS[activity.kind].keep(activity, fields, {}, WORK)

    assert set(refused.value.errors) == {blamed}


def test_a_form_with_an_odd_number_of_lines_is_shown_again():
    form = KINDS["goals"].form(GOALS, {}, WORK, "", MultiDict({"lines": "²", "what_1": "Present"}))

    assert form["what_1"].data == "Present"


@pytest.mark.parametrize("activity", [MESSAGE, AGREEMENT], ids=["message", "agreement"])
def test_who_somebody_is_stays_off_a_paper_without_names(activity: Activity):
    fields = next(fields for each, fields in FULL if each is activity)
    named = [given for name, given in fields.items() if name in ("to", "link_detail", "party_2")]
    value = finished(activity, fields)

    papers = [KINDS[activity.kind].paper(activity, value, WORK, named=each) for each in (True, False)]

    assert [name for name in named if name in repr(papers[0])] == named != []
    assert [name for name in named if name in repr(papers[1])] == []


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_draft_is_kept_whole_or_refused(data: st.DataObject):
    for activity, full in FULL:
        kind = KINDS[activity.kind]
        names = st.sampled_from([*kind.fields(activity, {}), "nonsense"])
        fields = data.draw(st.dictionaries(names, st.sampled_from(["", "yes", "x", *full.values()]), max_size=5))
        try:
            value = kind.keep(activity, fields, {}, WORK)
        except BadAnswer:
            continue
        kept = kind.fields(activity, value)
        assert {name: kept[name] for name in fields if name != "lines"} == {
            name: given for name, given in fields.items() if name != "lines"
        }
        kind.readable(activity, value, WORK)
        kind.outcome(activity, value, WORK)
        kind.paper(activity, value, WORK)
        kind.form(activity, value, WORK)


# What was said before is suggested, and never more

PEOPLE = [
    {"id": "p1", "label": "Amara", "status": "current"},
    {"id": "p2", "label": "Dr Okafor", "status": "candidate", "introduced_by": "p1", "assesses_me": "unsure"},
    {"id": "p3", "label": "Dr Lind", "status": "candidate", "introduced_by": "self"},
]
GAP = {"action": "ask", "says": "Ask Amara for help with Balance.", "on": ahead(9)}
CHAIN: list[tuple[Activity, dict[str, Any], dict[str, str]]] = [
    (GOALS, {}, {}),
    (GOALS, {"priorities": {"chosen": ["visibility", "skills"]}}, {"area_1": "visibility"}),
    (GOALS, {"priorities": {"chosen": ["other"], "other": "sleep"}}, {"area_1": "other"}),
    (GOALS, {"priorities": {"chosen": ["other"], "other": " "}}, {}),
    (AGREEMENT, {"priorities": {"chosen": ["other"], "other": "sleep"}}, {"topics_in.other": "yes"}),
    (
        GOALS,
        {"priorities": {"chosen": ["visibility"]}, "gap_view": {"area": "skills", "person": "p3"}},
        {"area_1": "skills"},
    ),
    (GOALS, {"network_map": {"people": PEOPLE}}, {"helper_1": "Dr Okafor"}),
    (MESSAGE, {}, {}),
    (
        MESSAGE,
        {"network_map": {"people": PEOPLE}, "fit_check": {"candidates": [{"label": "Dr Okafor", "person": "p2"}]}},
        {"to": "Dr Okafor", "link": "introduced", "link_detail": "Amara"},
    ),
    (MESSAGE, {"network_map": {"people": PEOPLE}, "gap_view": {"person": "p3"}}, {"to": "Dr Lind"}),
    (MESSAGE, {"gap_view": {"candidate": "p9"}}, {}),
    (
        MESSAGE,
        {"network_map": {"people": PEOPLE}, "gap_view": {"action": "introduction", "person": "p1", "candidate": "p3"}},
        {"to": "Dr Lind", "link": "introduced", "link_detail": "Amara"},
    ),
    (
        MESSAGE,
        {"network_map": {"people": PEOPLE}, "gap_view": {"action": "introduction", "person": "p1", "candidate": ""}},
        {"to": "Amara"},
    ),
    (MESSAGE, {"goals": {"goals": [{}, GOAL]}}, {"ask_detail": GOAL["what"]}),
    (AGENDA, {"message": {"to": "Dr Okafor"}, "network_map": {"people": PEOPLE[2:]}}, {"with": "Dr Okafor"}),
    (AGREEMENT, {"agenda": {"with": "Dr Lind"}, "message": {"to": "Dr Okafor"}}, {"party_2": "Dr Lind"}),
    (
        AGREEMENT,
        {"goals": {"goals": [GOAL]}, "priorities": {"chosen": ["skills"]}},
        {"purpose": GOAL["what"], "topics_in.visibility": "yes"},
    ),
    (AGREEMENT, {"priorities": {"chosen": ["skills", "other"]}}, {"topics_in.skills": "yes"}),
    (FOLLOW_UP, {"goals": {"goals": [GOAL]}}, {"what_1": GOAL["first_step"]}),
    (FOLLOW_UP, {"goals": {"offline": True}}, {}),
    (FOLLOW_UP, {"goals": {"goals": [GOAL]}, "gap_view": GAP}, {"what_1": GAP["says"], "by_1": GAP["on"]}),
    (FOLLOW_UP, {"goals": {"goals": [GOAL]}, "gap_view": GAP | {"on": ahead(-1)}}, {"what_1": GOAL["first_step"]}),
    (FOLLOW_UP, {"gap_view": {"action": "leave", "says": "Leave Skills for now.", "on": ""}}, {}),
]


def shown(activity: Activity, value: dict[str, Any], work: Work) -> dict[str, str]:
    """Return what stands on the page, beside what always stands there at first."""
    usual = {question.blank.id for question in activity.content.questions if question.default}
    form = KINDS[activity.kind].form(activity, value, work)
    filled = {field.name: "yes" if field.data is True else field.data for field in form if field.data}
    return {name: given for name, given in filled.items() if name not in {*usual, "lines"}}


@pytest.mark.parametrize(("activity", "answers", "suggested"), CHAIN, ids=lambda value: getattr(value, "id", ""))
def test_each_step_begins_with_what_the_steps_before_said(
    activity: Activity, answers: dict[str, Any], suggested: dict[str, str]
):
    assert shown(activity, {}, Work(today=TODAY, answers=answers)) == suggested


def test_a_suggestion_never_replaces_what_was_written_and_never_comes_back():
    work = Work(today=TODAY, answers={"goals": {"goals": [GOAL]}})
    kind = KINDS["message"]

    own = kind.keep(MESSAGE, {"ask_detail": "my own words"}, {}, work)
    none = kind.keep(MESSAGE, {"ask_detail": "", "boxes": "easy_out"}, {}, work)

    assert shown(MESSAGE, own, work)["ask_detail"] == "my own words"
    assert "ask_detail" not in shown(MESSAGE, none, work)
    assert none["easy_out"] is False


def test_topics_that_were_unticked_stay_so():
    work = Work(today=TODAY, answers={"priorities": {"chosen": ["skills", "visibility"]}})
    boxes = " ".join(f"topics_in.{area.id}" for area in WORKSHOP.areas)

    kept = KINDS["agreement"].keep(AGREEMENT, {"topics_in.skills": "yes", "boxes": boxes}, {}, work)

    assert kept["topics_in"] == ["skills"]
    assert shown(AGREEMENT, kept, work) == {"topics_in.skills": "yes"}


def test_a_goal_is_about_a_confirmed_priority_where_there_are_some():
    work = Work(today=TODAY, answers={"priorities": {"chosen": ["skills"]}})
    form = KINDS["goals"].form(GOALS, {}, work)

    with pytest.raises(Incomplete) as refused:
        finished(GOALS, {f"{name}_1": given for name, given in GOAL.items()}, work)

    assert list(form["area_1"].choices) == ["skills"]
    assert refused.value.errors == {"area_1": "Choose one of your priorities."}


def test_a_need_in_the_learners_own_words_goes_with_them_to_goal_agenda_and_paper():
    work = Work(today=TODAY, answers={"priorities": {"chosen": ["other", "skills"], "other": "Sleep after nights"}})
    form, kind = KINDS["goals"].form(GOALS, {}, work), KINDS["agenda"]

    goal = finished(GOALS, {f"{name}_1": given for name, given in GOAL.items()} | {"area_1": "other"}, work)
    paper = KINDS["goals"].paper(GOALS, goal, work)
    draft = kind.act(AGENDA, "draft", kind.keep(AGENDA, {"length": "m30", "mode": "walk"}, {}, work), work).value

    assert dict(form["area_1"].choices) == {"skills": WORKSHOP.areas[1].label, "other": "Sleep after nights"}
    assert "Sleep after nights" in repr(paper)
    assert draft["items"][2]["title"] == "My question: Sleep after nights"
    assert "A need of your own" in repr(KINDS["goals"].paper(GOALS, goal, WORK))
    with pytest.raises(BadAnswer):
        KINDS["goals"].keep(GOALS, {"area_1": "other"}, {}, WORK)


def test_the_map_says_when_two_roles_must_be_kept_apart():
    work = Work(today=TODAY, answers={"network_map": {"people": PEOPLE}})

    for name in ("Dr Okafor", "dr okafor "):
        with pytest.raises(Incomplete) as refused:
            finished(AGREEMENT, {**FULL[3][1], "party_2": name}, work)

        assert refused.value.errors == {
            "conflict": "Your map says that this person may assess you. Say how you keep that apart."
        }


# What the page and the papers say


def test_the_message_is_shown_with_its_checks_and_is_the_paper():
    kind = KINDS["message"]
    value = finished(MESSAGE, FULL[1][1])
    sheet, paper = kind.outcome(MESSAGE, value, WORK), kind.paper(MESSAGE, value, WORK)

    assert isinstance(sheet, Sheet)
    assert {state for state, _ in sheet.checks} == {"good"}
    assert paper is not None
    assert paper.body == sheet.text
    assert sheet.text.startswith("Dear Dr Okafor,\nDr V told me about you. I am a resident in my second year.")


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"ask_type": "feedback", "ask_detail": "my abstract", "easy_out": "", "thanks": ""}, "up to 60."),
        ({"why_you": "a b " * 60, "thanks": "so " * 60}, "Bring it down to 180."),
    ],
)
def test_a_message_too_short_or_too_long_is_told_its_words(changes: dict[str, str], advice: str):
    with pytest.raises(Incomplete) as refused:
        finished(MESSAGE, {**FULL[1][1], **changes})

    (sentence,) = refused.value.errors.values()
    assert sentence.startswith("The whole message has ")
    assert sentence.endswith(advice)


def test_an_agenda_says_what_is_spare_and_by_how_much_it_is_too_long():
    kind = KINDS["agenda"]
    sheet = kind.outcome(AGENDA, finished(AGENDA, FULL[2][1]), WORK)

    with pytest.raises(Incomplete) as refused:
        finished(AGENDA, {**FULL[2][1], "minutes_2": "23"})

    assert isinstance(sheet, Sheet)
    assert sheet.remarks == ("24 minutes planned.", "6 minutes to spare.")
    assert refused.value.errors == {"length": "1 minute too long"}


def test_the_ready_made_agenda_asks_about_the_first_priority():
    work = Work(today=TODAY, answers={"priorities": {"chosen": ["visibility"]}})
    kind = KINDS["agenda"]

    value = kind.act(AGENDA, "draft", kind.keep(AGENDA, {"length": "m30", "mode": "walk"}, {}, work), work).value
    paper = kind.paper(AGENDA, value, work)

    assert [item["minutes"] for item in value["items"]] == ["3", "4", "16", "3", "4"]
    assert value["items"][2]["title"] == "My question: Contacts and opportunities"
    assert paper is not None
    assert any(isinstance(block, Table) and len(block.rows) == 5 for block in paper.blocks)


def test_an_agreement_has_two_lines_to_sign():
    paper = KINDS["agreement"].paper(AGREEMENT, finished(AGREEMENT, FULL[3][1]), WORK)

    assert paper is not None
    assert paper.blocks[-1] == Signatures(labels=("Mai", "Dr Okafor"))


def test_a_plan_reminds_from_the_day_on_which_it_was_made():
    kind = KINDS["follow_up"]
    fields = {**FULL[4][1], "reminders.m6": "yes"}
    made = finished(FOLLOW_UP, fields)
    later = Work(today=TODAY + timedelta(days=1))
    again = kind.finish(FOLLOW_UP, kind.keep(FOLLOW_UP, {"thanks": "Amara"}, made, later), made, later)

    paper = kind.paper(FOLLOW_UP, again, later)

    assert paper is not None
    assert {event.uid: event.on for event in paper.events} == {
        "m4.follow-step-1": TODAY + timedelta(days=3),
        "m4.follow-w6": date(2027, 1, 6),
        "m4.follow-m6": date(2027, 5, 25),
        "m4.follow-check-in": date(2027, 1, 6),
    }


def test_a_step_keeps_its_entry_in_a_calendar_when_another_is_removed():
    kind = KINDS["follow_up"]
    fields = {"what_1": "Send the message", "by_1": ahead(3), "what_2": "Book a room", "by_2": ahead(5)}
    two = finished(FOLLOW_UP, fields)

    one = kind.act(FOLLOW_UP, "remove:1", kind.keep(FOLLOW_UP, fields, two, WORK), WORK).value
    more = {"what_2": "Thank Amara", "by_2": ahead(9), "lines": "2"}
    three = kind.finish(FOLLOW_UP, kind.keep(FOLLOW_UP, more, one, WORK), one, WORK)

    papers = [kind.paper(FOLLOW_UP, value, WORK) for value in (two, one, three)]
    entries = [{event.title: event.uid for event in paper.events if "step" in event.uid} for paper in papers if paper]
    first, second, third = (f"m4.follow-step-{number}" for number in (1, 2, 3))
    assert entries == [
        {"Send the message": first, "Book a room": second},
        {"Book a room": second},
        {"Book a room": second, "Thank Amara": third},
    ]


def test_a_vague_goal_gets_a_question_and_no_refusal():
    value = finished(GOALS, {**FULL[0][1], "what_1": "Get better at talking to patients"})

    sheet = KINDS["goals"].outcome(GOALS, value, WORK)

    assert isinstance(sheet, Sheet)
    assert sheet.remarks == ("Goal 1: could you say what others would see?",)


def test_the_chain_reads_what_the_steps_before_really_keep():
    person = {"closeness": "close", "frequency": "weekly", "areas": ["skills"]}
    answers: dict[str, Any] = {"network_map": {"people": [{**person, **each} for each in PEOPLE]}}
    for activity_id, fields in (
        ("m1.priorities", {"p1": "skills"}),
        ("m2.gaps", {"action": "introduction", "area": "skills", "person": "p1", "candidate": "p2", "on": ahead(9)}),
    ):
        activity = WORKSHOP.activity(activity_id)
        answers[activity.kind] = finished(activity, fields, Work(today=TODAY, answers=answers))

    work = Work(today=TODAY, answers=answers)

    assert shown(GOALS, {}, work) == {"area_1": "skills", "helper_1": "Dr Okafor"}
    assert shown(MESSAGE, {}, work) == {"to": "Dr Okafor", "link": "introduced", "link_detail": "Amara"}
    assert shown(AGENDA, {}, work) == {"with": "Dr Okafor"}
    assert shown(FOLLOW_UP, {}, work)["by_1"] == ahead(9)
    assert shown(FOLLOW_UP, {}, work)["what_1"].startswith("Ask Amara to introduce me to Dr Okafor, for ")
    assert shown(AGREEMENT, {}, work) == {"party_2": "Dr Okafor", "topics_in.skills": "yes"}


def test_the_closing_page_names_the_action_of_a_gap_until_there_is_a_plan_and_counts_people_with_a_name():
    evaluation = WORKSHOP.activity("m4.eval")
    people = [*PEOPLE, {"id": "p4", "label": ""}]
    answers: dict[str, Any] = {"network_map": {"people": people}, "gap_view": GAP}
    planned = answers | {"follow_up": {"actions": [{"what": "Send it.", "by": ahead(30)}]}}

    first, second = (
        KINDS["evaluation"].outcome(evaluation, {"sent": True}, Work(today=TODAY, answers=each))
        for each in (answers, planned)
    )

    assert isinstance(first, Closing)
    assert isinstance(second, Closing)
    assert "put 3 people on your map" in first.done
    assert first.next == "Your next step: Ask Amara for help with Balance, by Friday, December 4, 2026."
    assert second.next == "Your next step: Send it, by Friday, December 25, 2026."


def test_a_later_version_may_drop_questions_and_what_was_written_in_them_is_in_nobodys_way(tmp_path: Path):
    before = load_workshop(PACK).activity("prepare.agenda")
    pack = Path(shutil.copytree(PACK, tmp_path / "first_meeting"))
    file = pack / "en/builders.yaml"
    dropped = re.sub(r"        - id: bring\n(          .*\n)+", "", file.read_text(encoding="utf-8"))
    file.write_text(dropped.replace("max: 5", "max: 2"), encoding="utf-8")
    after = load_workshop(pack).activity("prepare.agenda")
    kind = KINDS["agenda"]
    written = kind.keep(before, OTHER_AGENDA, {}, WORK)

    assert written["items"][1]["bring"] == ["page"]
    assert "bring_2.page" not in kind.fields(after, written)
    assert "title_2" in kind.form(after, written, WORK)
    assert ("Line 2 – What is it about?", "Which course first") in kind.readable(after, written, WORK)
    assert kind.paper(after, written, WORK) is not None
    assert "bring" not in str(kind.keep(after, {"with": "Kofi"}, written, WORK))
