"""The map, the gaps and the fit: what is kept, what is refused, what is needed to finish, what is said."""

from datetime import date
from typing import Any

import pytest
from shipped import WORKSHOP
from werkzeug.datastructures import MultiDict

from lti_tool.activities import KINDS
from lti_tool.activities.base import AnswerRefused, BadAnswer, Incomplete, Value, Work
from lti_tool.activities.fit_check import FitOutcome
from lti_tool.activities.gap_view import GapOutcome
from lti_tool.activities.network_outcome import MapOutcome
from lti_tool.activities.paper import Picture, Table
from lti_tool.mentoring.guidance import RULES
from lti_tool.mentoring.network import network_of

MAP, GAPS, FIT = (WORKSHOP.activity(f"m2.{name}") for name in ("map", "gaps", "fit"))
TODAY = date(2026, 11, 25)
WORK = Work(today=TODAY)
MAPS, GAP, FITS = KINDS["network_map"], KINDS["gap_view"], KINDS["fit_check"]
THREE = {
    "people": "p1 p2 p3",
    "p1-label": "Dr Okafor",
    "p1-main": "direction",
    "p1-closeness": "moderate",
    "p2-label": "Ana",
    "p2-main": "support",
    "p2-area-balance": "yes",
    "p2-closeness": "close",
    "p3-label": "Jun",
    "p3-main": "skills",
    "p3-closeness": "distant",
}
SIGNS = {f"c1-f{number}": sign for number, sign in enumerate("21?212", 1)}


def a_map(**more: str) -> Value:
    """Return three people on a map, with more about them: ``p1_frequency="weekly"``."""
    return MAPS.keep(MAP, THREE | {name.replace("_", "-", 1): given for name, given in more.items()}, {}, WORK)


def work(value: Value | None = None, *priorities: str) -> Work:
    """Return what an activity knows of somebody who drew this map and confirmed these priorities."""
    answers: dict[str, Any] = {"priorities": {"chosen": list(priorities)}, "network_map": value or {}}
    return Work(today=TODAY, answers=answers)


def map_says(value: Value, *priorities: str) -> MapOutcome:
    """Return what the map's page says."""
    outcome = MAPS.outcome(MAP, value, work(None, *priorities))
    assert isinstance(outcome, MapOutcome)
    return outcome


def gaps_say(value: Value, at: Work) -> GapOutcome:
    """Return what the page of the gaps says."""
    outcome = GAP.outcome(GAPS, value, at)
    assert isinstance(outcome, GapOutcome)
    return outcome


def fit_says(value: Value, at: Work = WORK) -> FitOutcome:
    """Return what the page of the fit says."""
    outcome = FITS.outcome(FIT, value, at)
    assert isinstance(outcome, FitOutcome)
    return outcome


def compared(**more: str) -> Value:
    """Return one candidate with five known signs."""
    return FITS.keep(FIT, {"candidates": "c1", "c1-label": "Dr Reyes", **SIGNS, **more}, {}, WORK)


# The map


def test_three_people_finish_a_map_and_come_back_as_they_were_sent():
    value = MAPS.finish(MAP, a_map(), {}, WORK)

    fields = MAPS.fields(MAP, value)
    assert {name: fields[name] for name in THREE} == THREE
    assert [person.label for person in network_of(value).current] == ["Dr Okafor", "Ana", "Jun"]
    assert value["seen"]


def test_every_field_of_a_map_sent_anew_makes_the_same_map():
    value = a_map(p1_note="Ask about May", p3_introduced_by="p1", few="yes") | {
        "ties": [["p1", "p3"]],
        "ties_done": True,
    }
    fields = MAPS.fields(MAP, value)

    assert MAPS.fields(MAP, MAPS.keep(MAP, fields, {}, WORK)) == fields
    assert MAPS.fields(MAP, MAPS.keep(MAP, {k: v for k, v in fields.items() if v}, {}, WORK)) == fields


def test_an_empty_map_begins_with_three_lines():
    form = MAPS.form(MAP, {}, WORK, "name")

    assert [field.name for field in form if field.name.endswith("-label")] == ["p1-label", "p2-label", "p3-label"]


@pytest.mark.parametrize("people", [0, 1, 2])
def test_fewer_than_three_are_enough_with_the_learners_word_and_only_then(people: int):
    ids = [f"p{number}" for number in range(1, people + 1)]
    fields = {name: given for name, given in THREE.items() if name[:2] in ids} | {"people": " ".join(ids)}

    with pytest.raises(Incomplete) as refused:
        MAPS.finish(MAP, MAPS.keep(MAP, fields, {}, WORK), {}, WORK)
    value = MAPS.finish(MAP, MAPS.keep(MAP, fields | {"few": "yes", "few-asked": "asked"}, {}, WORK), {}, WORK)

    assert set(refused.value.errors) == {"few"}
    assert len(network_of(value).current) == people


def test_what_is_missing_of_a_person_is_said_where_it_can_be_mended():
    value = MAPS.keep(MAP, {"people": "p1", "p1-label": "Ana"}, {}, WORK)

    with pytest.raises(Incomplete) as refused:
        MAPS.finish(MAP, value, {}, WORK)

    assert set(refused.value.errors) == {"p1-main", "p1-closeness"}
    assert "p1-main" in MAPS.form(MAP, value, WORK, "help")
    assert "p1-closeness" in MAPS.form(MAP, value, WORK, "close")


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"p1-label": "x" * 41}, "p1-label"),
        ({"p1-note": "x" * 501}, "p1-note"),
        ({"p1-label": ["Ana"]}, "p1-label"),
        ({"p1-main": "friendship"}, "p1-main"),
        ({"p1-area-friendship": "yes"}, "p1-area-friendship"),
        ({"p1-closeness": "near"}, "p1-closeness"),
        ({"p1-frequency": "daily"}, "p1-frequency"),
        ({"p1-introduced_by": "p1"}, "p1-introduced_by"),
        ({"p1-introduced_by": "p9"}, "p1-introduced_by"),
        ({"p9-label": "Ana"}, "p9-label"),
        ({"p1-email": "ana@example.org"}, "p1-email"),
        ({"tie-p2-p1": "yes"}, "tie-p2-p1"),
        ({"tie-p1-p9": "yes"}, "tie-p1-p9"),
        ({"few": "true"}, "few"),
        ({"people": "p1 q2"}, "people"),
        ({"people": " ".join(f"p{number}" for number in range(1, 27))}, "people"),
        ({"people": 7}, "people"),
    ],
)
def test_what_a_map_does_not_offer_is_refused_by_name(fields: dict[str, Any], blamed: str):
    with pytest.raises(BadAnswer) as refused:
        MAPS.keep(MAP, THREE | fields, {}, WORK)

    assert blamed in refused.value.errors


def test_introductions_cannot_go_round_in_a_circle():
    with pytest.raises(BadAnswer) as refused:
        a_map(p1_introduced_by="p2", p2_introduced_by="p3", p3_introduced_by="p1")

    assert set(refused.value.errors) == {"p1-introduced_by", "p2-introduced_by", "p3-introduced_by"}


def test_a_label_is_kept_tidy_and_two_alike_are_only_a_remark():
    value = a_map(p1_label="  ana \t", p2_label="Ana")

    assert value["people"][0]["label"] == "ana"
    assert any("Two people are called" in remark for remark in map_says(value).remarks)


def test_fifteen_people_get_a_soft_note():
    fields = {"people": " ".join(f"p{number}" for number in range(1, 16))}
    fields |= {f"p{number}-label": f"P{number}" for number in range(1, 16)}

    remarks = map_says(MAPS.keep(MAP, fields, {}, WORK)).remarks

    assert any("large circle" in remark for remark in remarks)
    assert not any("large circle" in remark for remark in map_says(a_map()).remarks)


def test_a_box_that_is_not_ticked_counts_where_it_was_shown():
    value = a_map()

    kept = MAPS.keep(MAP, {"people": "p1 p2 p3", "p2-closeness": "distant"}, value, WORK)
    unticked = MAPS.keep(MAP, {"people": "p1 p2 p3", "p2-areas": "asked"}, value, WORK)

    assert kept["people"][1]["areas"] == ["support", "balance"]
    assert unticked["people"][1]["areas"] == ["support"]


def test_moving_somebody_keeps_what_else_they_help_with():
    value = a_map()

    among = MAPS.keep(MAP, {"p2-main": "balance"}, value, WORK)
    elsewhere = MAPS.keep(MAP, {"p2-main": "skills"}, value, WORK)

    assert among["people"][1]["areas"] == ["balance", "support"]
    assert elsewhere["people"][1]["areas"] == ["skills", "balance"]


def test_people_are_added_and_removed_and_a_number_never_comes_back():
    added = MAPS.act(MAP, "add", a_map(p3_introduced_by="p1") | {"ties": [["p1", "p2"], ["p2", "p3"]]}, WORK)
    removed = MAPS.act(MAP, "remove:p1", added.value, WORK)
    gone = MAPS.act(MAP, "remove:p4", removed.value, WORK)
    again = MAPS.act(MAP, "add", gone.value, WORK)

    assert (added.screen, removed.screen) == ("name", "name")
    assert (added.at, again.at, removed.at) == ("f-p4-label", "f-p5-label", "")
    assert [entry["id"] for entry in again.value["people"]] == ["p2", "p3", "p5"]
    assert removed.value["ties"] == [["p2", "p3"]]
    assert removed.value["people"][1]["introduced_by"] == ""


def test_the_map_has_room_for_25():
    full = MAPS.keep(MAP, {"people": " ".join(f"p{number}" for number in range(1, 26))}, {}, WORK)

    with pytest.raises(BadAnswer):
        MAPS.act(MAP, "add", full, WORK)


@pytest.mark.parametrize("button", ["remove:p9", "remove:", "dance", "add:p1"])
def test_the_map_has_no_other_buttons(button: str):
    with pytest.raises(BadAnswer):
        MAPS.act(MAP, button, a_map(), WORK)


def test_who_knows_whom_is_answered_by_its_button_even_with_nobody_ticked():
    skipped = MAPS.keep(MAP, {"people": "p1 p2 p3", "ties-asked": "asked"}, a_map(), WORK)
    saved = MAPS.act(MAP, "ties", skipped, WORK)
    ticked = MAPS.keep(MAP, {"ties-asked": "asked", "tie-p1-p2": "yes"}, a_map(), WORK)

    assert (skipped["ties_done"], saved.value["ties_done"], saved.screen) == (False, True, "picture")
    assert (ticked["ties"], ticked["ties_done"]) == ([["p1", "p2"]], True)


def test_the_map_opens_where_it_was_left():
    steps = [
        ({}, "name"),
        ({"people": "p1", "p1-label": "Ana"}, "help"),
        ({"people": "p1", "p1-label": "Ana", "p1-main": "skills"}, "close"),
        (THREE, "more"),
        (THREE | {"p1-setting": "team"}, "knows"),
        (THREE | {"p1-setting": "team", "tie-p1-p2": "yes"}, "picture"),
    ]

    for fields, screen in steps:
        assert MAPS.resume(MAP, MAPS.keep(MAP, fields, {}, WORK), WORK) == screen
    assert MAPS.resume(MAP, MAPS.finish(MAP, a_map(), {}, WORK), WORK) == "picture"


@pytest.mark.parametrize("screen", ["name", "help", "close", "more", "knows", "picture"])
def test_every_step_can_be_filled_in_and_asks_for_nothing_by_force(screen: str):
    posted = MAPS.form(MAP, a_map(), WORK, screen, MultiDict(THREE))
    page = "".join(str(field()) for field in posted)

    assert posted.validate()
    assert "required" not in page


def test_the_picture_is_told_in_a_sentence():
    outcome = map_says(a_map(), "visibility", "support")

    assert outcome.description == "3 people; nobody yet for Contacts and opportunities"
    assert [figure.label for figure in outcome.measures] == [
        "People",
        "Who knows whom",
        "Strength of ties",
        "Variety",
        "Areas with somebody",
    ]


def test_notes_speak_of_areas_and_people_by_name_and_escape_what_was_typed():
    value = a_map(p1_label="<b>{areas}</b>", **{"p3-area-direction": "yes"})

    first, second = map_says(value, "visibility", "direction").first_notes[:2]
    assert first == (
        "Nobody yet for <strong>Contacts and opportunities</strong>. People who often help: a well-connected senior, "
        "a society&#39;s trainee section and a conference organiser. "
        "Ask one person you trust: who should I talk to about this?"
    )
    assert second == (
        "You already know &lt;b&gt;{areas}&lt;/b&gt; and Jun for <strong>Career direction</strong>. "
        "Tell one of them what you need. One sentence may do it."
    )


def test_every_note_has_its_text():
    assert set(MAP.content.notes) == set(RULES)


def test_a_map_can_be_read_as_rows():
    rows = dict(MAPS.readable(MAP, a_map(p1_setting="team", p1_note="Ask in May", p2_introduced_by="p1"), WORK))

    assert rows["Dr Okafor"] == "Career direction; helps me now; in between; same team or programme; Ask in May"
    assert rows["Ana"].endswith("Introduced by: Dr Okafor")


def test_the_map_to_take_along_says_who_is_where_and_keeps_notes_at_home():
    paper = MAPS.paper(MAP, a_map(p1_note="Ask in May"), WORK)

    assert paper is not None
    picture, _, people, *_ = paper.blocks
    assert isinstance(picture, Picture)
    assert isinstance(people, Table)
    assert [row[:3] for row in people.rows] == [
        ("1", "Dr Okafor", "Career direction"),
        ("2", "Ana", "Someone to talk to"),
        ("3", "Jun", "Clinical and professional skills"),
    ]
    assert "Ask in May" not in repr(paper)
    assert MAPS.paper(MAP, {}, WORK) is None


def test_the_map_for_others_has_numbers_for_names():
    paper = MAPS.paper(MAP, a_map(p1_note="Ask in May"), WORK, named=False)

    assert "Person 1" in repr(paper)
    assert not any(word in repr(paper) for word in ("Okafor", "Ana", "Jun", "Ask in May"))


# The gaps


def test_gaps_come_with_people_or_with_whom_to_ask():
    outcome = gaps_say({}, work(a_map(), "visibility", "support"))

    assert [(line.area.id, str(line.view.status)) for line in outcome.gaps] == [
        ("visibility", "open"),
        ("support", "thin"),
    ]
    assert outcome.gaps[0].who_could.startswith("People who often help: a well-connected senior")
    assert outcome.gaps[1].helpers == "Who helps: Ana."


def test_an_empty_form_begins_with_the_first_priority_that_is_not_covered():
    form = GAP.form(GAPS, {}, work(a_map(), "visibility"), "")

    assert (form["area"].data, form["on"].data, form["action"].data) == ("visibility", "2026-12-02", "")


CHOICES: list[tuple[dict[str, str], str]] = [
    ({"action": "ask", "person": "p1", "on": "2026-12-01"}, "Ask Dr Okafor for help with Career direction."),
    (
        {"action": "introduction", "person": "p1", "candidate": "", "on": "2026-12-01"},
        "Ask Dr Okafor to introduce me to somebody who could help, for Career direction.",
    ),
    (
        {"action": "look", "place": "Journal club", "on": "2027-02-23"},
        "Look for someone for Career direction here: Journal club",
    ),
    ({"action": "deepen", "person": "p2", "on": "2026-11-25"}, "Deepen the tie with Ana, for Career direction."),
    ({"action": "leave"}, "Leave Career direction for now."),
]


@pytest.mark.parametrize(("fields", "sentence"), CHOICES, ids=[fields["action"] for fields, _ in CHOICES])
def test_one_action_finishes_and_is_said_in_a_sentence(fields: dict[str, str], sentence: str):
    at = work(a_map())

    value = GAP.finish(GAPS, GAP.keep(GAPS, fields | {"area": "direction"}, {}, at), {}, at)

    assert gaps_say(value, at).action == sentence
    assert GAP.readable(GAPS, value, at)[0][1] == sentence


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({}, {"action", "area"}),
        ({"action": "ask", "area": "skills", "on": "2026-12-01"}, {"person"}),
        ({"action": "look", "area": "skills"}, {"place", "on"}),
        ({"action": "look", "area": "skills", "place": "Club", "on": "2026-11-24"}, {"on"}),
        ({"action": "look", "area": "skills", "place": "Club", "on": "2027-02-24"}, {"on"}),
        ({"action": "leave"}, {"area"}),
    ],
)
def test_an_action_asks_for_what_belongs_to_it(fields: dict[str, str], blamed: set[str]):
    at = work(a_map())

    with pytest.raises(Incomplete) as refused:
        GAP.finish(GAPS, GAP.keep(GAPS, fields, {}, at), {}, at)

    assert set(refused.value.errors) == blamed


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"action": "forget"}, "action"),
        ({"area": "friendship"}, "area"),
        ({"person": "p9"}, "person"),
        ({"candidate": "p1"}, "candidate"),
        ({"on": "tomorrow"}, "on"),
        ({"on": None}, "on"),
        ({"on": []}, "on"),
        ({"place": "x" * 301}, "place"),
        ({"email": "x"}, "email"),
    ],
)
def test_what_the_gaps_do_not_offer_is_refused(fields: dict[str, Any], blamed: str):
    with pytest.raises(BadAnswer) as refused:
        GAP.keep(GAPS, fields, {}, work(a_map()))

    assert set(refused.value.errors) == {blamed}


def test_what_does_not_belong_to_the_action_is_let_go():
    at = work(a_map())
    fields = {"action": "leave", "area": "skills", "person": "p1", "place": "Club", "on": "2026-12-01"}

    value = GAP.finish(GAPS, GAP.keep(GAPS, fields, {}, at), {}, at)

    assert {name for name, given in value.items() if given} == {"action", "area"}


def test_without_anybody_only_what_needs_nobody_is_offered():
    form = GAP.form(GAPS, {}, work(), "")

    assert list(form["action"].choices) == ["look", "leave"]
    assert not gaps_say({}, work()).knows_needs


def test_a_need_the_learner_named_is_an_area_too():
    at = Work(today=TODAY, answers={"priorities": {"chosen": ["other"], "other": "Visa matters"}})

    value = GAP.finish(GAPS, GAP.keep(GAPS, {"action": "leave", "area": "other"}, {}, at), {}, at)

    assert gaps_say(value, at).action == "Leave Visa matters for now."
    assert fit_says({}, at).top_areas == "Visa matters"


def test_a_person_taken_off_the_map_later_leaves_the_action_readable():
    value = {"action": "ask", "area": "skills", "person": "p1", "on": "2026-12-01"}

    assert gaps_say(value, work()).action == (
        "Ask somebody who could help for help with Clinical and professional skills."
    )
    assert GAP.keep(GAPS, {"person": "p1"}, value, work())["person"] == "p1"


# The fit


def test_one_candidate_with_four_known_signs_finishes():
    value = FITS.finish(FIT, compared(), {}, WORK)

    (line,) = fit_says(value).candidates
    assert (line.word, str(line.result.figure), line.result.known) == ("strong fit", "80.0", 5)
    assert line.questions == ("Ask Dr Reyes or a colleague: whom have they helped, and where are these people now?",)


def test_fields_of_a_comparison_come_back_as_they_were_sent():
    fields = FITS.fields(FIT, compared())

    assert FITS.fields(FIT, FITS.keep(FIT, fields, {}, WORK)) == fields


def test_three_known_signs_are_not_enough_and_the_page_says_where():
    value = compared(**{"c1-f1": "?", "c1-f2": ""})

    with pytest.raises(Incomplete) as refused:
        FITS.finish(FIT, value, {}, WORK)

    assert set(refused.value.errors) == {"c1-f1"}
    assert "c1-f1" in FITS.form(FIT, value, WORK, "c1")


def test_no_candidate_and_a_place_are_enough():
    fields = {"candidates": "", "none": "yes", "none-asked": "asked", "place": "Poster session"}

    value = FITS.finish(FIT, FITS.keep(FIT, fields, {}, WORK), {}, WORK)

    assert FITS.readable(FIT, value, WORK) == [("I have no candidate yet", "Poster session")]
    assert FITS.screens(FIT, value, WORK) == ("who",)


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({}, {"none"}),
        ({"place": "Poster session"}, {"none"}),
        ({"none": "yes"}, {"place"}),
        ({"candidates": "c1"}, {"c1-label"}),
    ],
)
def test_nobody_and_no_place_is_not_enough(fields: dict[str, str], blamed: set[str]):
    with pytest.raises(Incomplete) as refused:
        FITS.finish(FIT, FITS.keep(FIT, fields, {}, WORK), {}, WORK)

    assert set(refused.value.errors) == blamed


def test_candidates_are_taken_from_the_map_added_and_removed():
    at = work(a_map(p3_status="candidate"))

    taken = FITS.act(FIT, "take:p3", {}, at)
    added = FITS.act(FIT, "add", taken.value, at)
    removed = FITS.act(FIT, "remove:c1", added.value, at)

    assert [person.label for person in fit_says({}, at).on_the_map] == ["Jun", "Dr Okafor", "Ana"]
    assert [person.label for person in fit_says(taken.value, at).on_the_map] == ["Dr Okafor", "Ana"]
    assert fit_says(taken.value, at).candidates[0].helps_with == "On your map for: Clinical and professional skills."
    assert FITS.screens(FIT, added.value, at) == ("who", "c1", "c2", "compare")
    assert [entry["id"] for entry in removed.value["candidates"]] == ["c2"]


def test_five_are_enough_to_compare():
    value: Value = {}
    for _ in range(5):
        value = FITS.act(FIT, "add", value, WORK).value

    assert fit_says(value).is_full
    with pytest.raises(BadAnswer):
        FITS.act(FIT, "add", value, WORK)


@pytest.mark.parametrize("button", ["take:p9", "remove:c9", "rank"])
def test_the_comparison_has_no_other_buttons(button: str):
    with pytest.raises(BadAnswer):
        FITS.act(FIT, button, compared(), WORK)


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"c1-f1": "3"}, "c1-f1"),
        ({"c1-f7": "maybe"}, "c1-f7"),
        ({"c2-f1": "1"}, "c2-f1"),
        ({"c1-person": "p9"}, "c1-person"),
        ({"c1-label": "x" * 41}, "c1-label"),
        ({"place": "x" * 201}, "place"),
        ({"candidates": "c1 c2 c3 c4 c5 c6"}, "candidates"),
        ({"candidates": "p1"}, "candidates"),
    ],
)
def test_what_the_comparison_does_not_offer_is_refused(fields: dict[str, str], blamed: str):
    with pytest.raises(BadAnswer) as refused:
        FITS.keep(FIT, {"candidates": "c1", "c1-label": "Dr Reyes"} | fields, {}, WORK)

    assert set(refused.value.errors) == {blamed}


def test_somebody_who_judges_me_gets_a_word_of_caution():
    (line,) = fit_says(compared(**{"c1-f7": "yes"})).candidates

    assert (line.result.caution, line.caution, str(line.result.figure)) == (True, "yes", "80.0")


def test_nobody_is_ranked():
    value = FITS.keep(FIT, {"candidates": "c2 c1", "c1-label": "A", "c2-label": "B", "c2-f1": "2"}, {}, WORK)

    assert [line.label for line in fit_says(value).candidates] == ["A", "B"]


@pytest.mark.parametrize(("kind", "activity"), [(MAPS, MAP), (GAP, GAPS), (FITS, FIT)], ids=["map", "gaps", "fit"])
def test_a_refusal_never_repeats_what_was_typed(kind: Any, activity: Any):
    with pytest.raises(AnswerRefused) as refused:
        kind.keep(activity, {"people": "p1", "candidates": "c1", "p1-main": "my secret", "f9": "my secret"}, {}, WORK)

    assert "secret" not in repr(refused.value.errors) + str(refused.value)
