"""The needs self-assessment as an activity: what is kept, what skipping does, rounds, and what the page can say."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from needs_examples import ALL_ANSWERED, WITH_SKIPS, Pairs, lines
from shipped import WORKSHOP

from lti_tool.activities import KINDS
from lti_tool.activities.base import BadAnswer, Incomplete, Value, Work
from lti_tool.activities.needs_assessment import NeedsResult
from lti_tool.mentoring.needs import Change

NEEDS = WORKSHOP.activity("m1.needs")
KIND = KINDS["needs_assessment"]
MONDAY = Work(today=date(2026, 11, 23))
TUESDAY = Work(today=date(2026, 11, 24))


def sent(areas: dict[str, Pairs]) -> dict[str, str]:
    """Return ratings as a form sends them."""
    return {
        f"{item}-{side}": str(given)
        for area, pairs in areas.items()
        for item, *pair in lines(area, pairs)
        for side, given in zip(("importance", "support"), pair, strict=True)
    }


def finished(areas: dict[str, Pairs], before: Value | None = None, work: Work = MONDAY) -> Value:
    before = before or {}
    return KIND.finish(NEEDS, KIND.keep(NEEDS, sent(areas), before, work), before, work)


def said(value: Value) -> NeedsResult:
    outcome = KIND.outcome(NEEDS, value, MONDAY)
    assert isinstance(outcome, NeedsResult)
    return outcome


def test_it_has_thirty_two_lines_in_eight_areas_one_area_a_screen():
    content = NEEDS.content

    assert [len(items) for items in content.items.values()] == [4] * 8
    assert KIND.screens(NEEDS, {}, MONDAY) == (*content.items, "other")
    assert [area.id for area in content.areas if area.is_sensitive] == ["balance", "support", "belonging"]
    assert [anchor for _, anchor in content.support.scale] == [
        "none",
        "a little",
        "some",
        "most of what I want",
        "all I want",
    ]


def test_ratings_are_kept_in_the_shape_that_others_read():
    value = KIND.keep(NEEDS, {"dir1-importance": "5", "dir1-support": "skip", "dir2-support": "2"}, {}, MONDAY)

    assert value == {"ratings": {"dir1": [5, "skip"], "dir2": [None, 2]}, "other": ""}


def test_a_screen_changes_its_own_area_and_nothing_else():
    before = KIND.keep(NEEDS, sent(ALL_ANSWERED) | {"other": "sleep"}, {}, MONDAY)

    after = KIND.keep(NEEDS, {"dir1-importance": "1"}, before, MONDAY)

    assert after["ratings"] == before["ratings"] | {"dir1": [1, 2]}
    assert after["other"] == "sleep"


def test_a_page_that_stores_nothing_can_carry_everything():
    fields = KIND.fields(NEEDS, KIND.keep(NEEDS, sent(WITH_SKIPS), {}, MONDAY))

    assert KIND.fields(NEEDS, KIND.keep(NEEDS, fields, {}, MONDAY)) == fields
    assert {name: given for name, given in fields.items() if given} == sent(WITH_SKIPS)


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"dir1-importance": "6"}, "dir1-importance"),
        ({"dir1-support": "0"}, "dir1-support"),
        ({"dir1": "5"}, "dir1"),
        ({"dir9-support": "5"}, "dir9-support"),
        ({"rounds": "[]"}, "rounds"),
        ({"again": "yes"}, "again"),
        ({"other": "x" * 301}, "other"),
        ({"other": 7}, "other"),
    ],
)
def test_what_is_not_offered_is_refused(fields: dict[str, Any], blamed: str):
    with pytest.raises(BadAnswer) as refused:
        KIND.keep(NEEDS, fields, {}, MONDAY)

    assert set(refused.value.errors) == {blamed}


def test_open_lines_are_said_area_by_area():
    value = KIND.keep(
        NEEDS, sent(ALL_ANSWERED) | {"dir3-support": "", "fee1-importance": "", "fee4-support": ""}, {}, MONDAY
    )

    with pytest.raises(Incomplete) as refused:
        KIND.finish(NEEDS, value, {}, MONDAY)

    assert refused.value.errors == {
        "dir3-support": "Career direction: 1 line is still open. Choose a rating, or Skip.",
        "fee1-importance": "Feedback and follow-through: 2 lines are still open. Choose a rating, or Skip.",
    }


def test_the_learner_goes_on_where_a_line_is_open():
    some = KIND.keep(NEEDS, sent({"direction": ALL_ANSWERED["direction"]}), {}, MONDAY)
    every = KIND.keep(NEEDS, sent(ALL_ANSWERED), {}, MONDAY)

    assert KIND.resume(NEEDS, {}, MONDAY) == "direction"
    assert KIND.resume(NEEDS, some, MONDAY) == "skills"
    assert KIND.resume(NEEDS, every, MONDAY) == "other"
    assert KIND.resume(NEEDS, finished(ALL_ANSWERED), MONDAY) == "results"


def test_an_area_can_be_skipped_with_one_button_and_keeps_what_is_rated():
    value = KIND.keep(NEEDS, {"dir1-importance": "5"}, {}, MONDAY)

    step = KIND.act(NEEDS, "skip:direction", value, MONDAY)

    assert (step.screen, step.completes) == ("skills", False)
    assert step.value["ratings"]["dir1"] == [5, "skip"]
    assert step.value["ratings"]["dir4"] == ["skip", "skip"]


def test_everything_can_be_skipped_with_one_button():
    step = KIND.act(NEEDS, "rest", KIND.keep(NEEDS, {}, {}, MONDAY), MONDAY)

    outcome = said(step.value)
    assert (step.completes, step.screen) == (True, "results")
    assert outcome.note == "p_none"
    assert [result.band.heading for result in outcome.areas][1] == (
        "Clinical and professional skills: not scored, because you skipped more than half of it"
    )


@pytest.mark.parametrize("do", ["skip", "skip:other", "skip:nothing", "dance", "check:dir1"])
def test_a_button_the_page_does_not_have_is_refused(do: str):
    with pytest.raises(BadAnswer):
        KIND.act(NEEDS, do, {}, MONDAY)


def test_the_profile_speaks_in_the_words_of_the_instrument():
    outcome = said(finished(ALL_ANSWERED))

    by_area = {result.area.id: result for result in outcome.areas}
    assert outcome.note == "p_many"
    assert [item.id for item in outcome.hot] == ["vis2", "dir1", "vis3"]
    assert by_area["visibility"].band.heading == "Contacts and opportunities: large gap"
    assert by_area["visibility"].band.text.startswith("This matters a lot and there is little support.")
    assert by_area["visibility"].area.first_step.startswith("Ask someone you know for one introduction.")
    assert [result.area.id for result in outcome.ranked][:3] == ["visibility", "direction", "scholarship"]
    assert outcome.before is None


def test_areas_without_a_score_stand_last():
    ranked = [result.area.id for result in said(finished(WITH_SKIPS)).ranked]

    assert ranked[:2] == ["belonging", "visibility"]
    assert ranked[6:] == ["skills", "balance"]


def test_ratings_mended_on_the_same_day_are_the_same_round():
    first = finished(ALL_ANSWERED)

    mended = finished(WITH_SKIPS, first)

    assert len(mended["rounds"]) == 1
    assert str(said(mended).profile.overall_shown) == "37.8"


def test_ratings_changed_on_another_day_are_a_new_round_and_unchanged_ones_are_not():
    first = finished(ALL_ANSWERED)

    assert len(finished(WITH_SKIPS, first, TUESDAY)["rounds"]) == 2
    assert finished(ALL_ANSWERED, first, TUESDAY)["rounds"] == first["rounds"]


def test_taken_again_it_begins_empty_and_is_compared_with_the_round_before():
    first = finished(ALL_ANSWERED)

    step = KIND.act(NEEDS, "again", first, MONDAY)
    again = ALL_ANSWERED | {"visibility": [(4, 2), (4, 2), (4, 2), (4, 2)], "skills": WITH_SKIPS["skills"]}
    second = finished(again, step.value)

    assert (step.screen, step.value["ratings"]) == ("direction", {})
    assert KIND.resume(NEEDS, step.value, MONDAY) == "direction"
    assert said(step.value).profile.on == "2026-11-23"
    assert len(second["rounds"]) == 2
    changes = {result.area.id: result.change for result in said(second).areas}
    assert (changes["visibility"].delta, changes["visibility"].change) == (Decimal("-17.5"), Change.SMALLER)
    assert changes["skills"].change is Change.NONE
    assert "again" not in second


def test_only_the_last_rounds_are_kept():
    value = finished(ALL_ANSWERED)

    for _ in range(30):
        value = finished(ALL_ANSWERED, KIND.act(NEEDS, "again", value, MONDAY).value)

    assert len(value["rounds"]) == 24


def test_a_profile_to_take_along_says_its_day_as_people_do():
    paper = KIND.paper(NEEDS, finished(ALL_ANSWERED), MONDAY)

    assert paper is not None
    assert paper.title.endswith("Nov 23, 2026")
    assert paper.blocks[0].title == paper.title


def test_the_learner_can_read_it_all():
    value = finished(WITH_SKIPS)

    rows = KIND.readable(NEEDS, value | {"other": "Time."}, MONDAY)

    assert len(rows) == 34
    assert rows[1][1] == "Matters: 4 – a lot. Get now: skipped."
    assert rows[-2] == ("Is there a need we missed?", "Time.")
    assert rows[-1][0] == "Profile of Nov 23, 2026"
    assert rows[-1][1].startswith("Career direction: 37.5 (Clear gap); Clinical and professional skills: not scored;")
