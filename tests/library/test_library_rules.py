"""One broken pack per rule: a copy of the minimal pack with one change must say exactly what is wrong, and where."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lti_tool.library.check import check_pack
from lti_tool.library.problems import Level, Problem
from lti_tool.library.releases import release

MINIMAL = Path(__file__).parent / "packs" / "minimal"


@dataclass(frozen=True)
class Break:
    """A change of one place in the minimal pack, and the one problem it makes.

    ``at`` is the text in the broken file that the problem must point at.
    """

    code: str
    file: str
    old: str
    new: str
    at: str
    says: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        return f"{self.code} {self.says}"


BREAKS = [
    # V001: shape
    Break("V001", "en/checks/kc.yaml", "id: kc\n", "id: kc\ncolour: red\n", "colour: red", "colour: no such key"),
    Break("V001", "workshop.yaml", "version: 1.0.0\n", "", "id: minimal", "version: this key is required"),
    Break("V001", "en/texts.yaml", "terms:", "texts:", "texts: {mentor", "'texts' stands here a second time"),
    Break("V001", "en/fit.yaml", "text: Do they make time?", "text: [", "text: [", ""),
    Break(
        "V001",
        "en/fit.yaml",
        "id: time, text: Do they make time?",
        "id: &a time, text: *a",
        "*a",
        "anchors and aliases",
    ),
    Break("V001", "en/statements/rules.yaml", "needs: pooled_results", "needs: magic", "magic", "no release has"),
    Break("V001", "en/modules/one.md", "points: 20, minutes: 2", "points: two, minutes: 2", "two", "points: input"),
    Break("V001", "en/modules/one.md", "type: sort", "type: dance", "dance", "there is no type 'dance'"),
    Break("V001", "en/modules/one.md", "sort: helpers}", "sort: helpers, deck: new}", "deck", "deck: no such key"),
    Break("V001", "en/modules/one.md", "body: start}", "}", "one.read", "body: this key is required"),
    Break("V001", "en/modules/two.md", "prompts: [why]", "prompt: [why]", "prompt:", "prompt: no such key"),
    Break("V001", "en/modules/one.md", "## intro", "Stray.\n\n## intro", "Stray", "before the first heading"),
    # V002: ids
    Break("V002", "workshop.yaml", "id: minimal", "id: other", "id: other", "other: the id must be the name of"),
    Break("V002", "en/modules/two.md", "id: two.write", "id: one.read", "one.read", "another activity has the same id"),
    Break("V002", "en/checks/kc.yaml", "id: kc.q2", "id: kc.q1", "id: kc.q1", "kc.q1: this id stands here a"),
    Break("V002", "en/checks/kc.yaml", "id: kc.q2", "id: 2nd", "2nd", "2nd: an id begins with a letter"),
    Break("V002", "en/fit.yaml", "id: time", "id: " + "t" * 65, "ttt", "an id begins with a letter"),
    Break("V002", "en/instruments/start.yaml", "id: st2", "id: version", "id: version", "the tool needs this name"),
    # V003, V004, V005: sums
    Break("V003", "workshop.yaml", "weight: 60", "weight: 60.0", "60.0", "one: the weight 60.0 is not a whole number"),
    Break("V003", "workshop.yaml", "weight: 40", "weight: -40", "-40", "two: the weight -40 is not a whole number"),
    Break("V004", "en/modules/one.md", "points: 10, minutes: 1", "points: 11, minutes: 1", "activities:", "sum to 61"),
    Break("V005", "workshop.yaml", "minutes: 20", "minutes: 21", "", "sum to 20, the module has 21", Level.WARNING),
    # V006: objectives
    Break(
        "V006",
        "workshop.yaml",
        "[O1]}\n  - {id: two, weight: 40, minutes: 20, objectives: [O2]}",
        "[O1, O2]}\n  - {id: two, weight: 40, minutes: 20, objectives: []}",
        "id: two",
        "two: the module names no objective",
    ),
    Break(
        "V006", "en/modules/one.md", "title: Read this,", "title: Read this, objectives: [O9],", "O9", "no objective O9"
    ),
    # V007: references
    Break("V007", "en/modules/one.md", "[@cited2001]", "[@cited2001; @nobody1900]", "@nobody", "nobody1900: no such"),
    Break("V007", "en/scenarios/meeting.yaml", "[@story2002]", "[@story2002; @nix]", "[@story", "nix: no such"),
    Break("V007", "workshop.yaml", "[based1999]", "[based1999, nix]", "nix", "nix: no such"),
    # V008, V009: instruments
    Break(
        "V008",
        "en/instruments/start.yaml",
        "facet: asking, text",
        "facet: nix, text",
        "nix",
        "st2: there is no facet nix",
    ),
    Break("V008", "en/instruments/start.yaml", "objective: O1, ", "", "st1", "st1: the item names no area, facet"),
    Break("V008", "en/instruments/start.yaml", "objective: O1", "area: nix", "nix", "st1: there is no area nix"),
    Break("V008", "en/instruments/start.yaml", "max: 3", "max: 4", "agreement", "3 anchors for 4 values"),
    Break("V008", "en/evaluation.yaml", "min: 1", "min: 2", "now", "now: min must be below max"),
    Break(
        "V008", "en/instruments/start.yaml", "question: How true is this?, ", "", "scales", "one.rate needs one scale"
    ),
    Break("V009", "en/instruments/needs.yaml", "from: 0", "from: 5", "from: 5", "covered: the first band starts at 0"),
    Break("V009", "en/instruments/needs.yaml", "from: 10", "from: 0", "key: some", "some: bands ascend"),
    Break(
        "V009",
        "en/instruments/needs.yaml",
        ', text: "{label}: small gap."',
        "",
        "key: some",
        "some: the band has no text",
    ),
    # V010: knowledge checks
    Break(
        "V010",
        "en/checks/kc.yaml",
        "note: Later.",
        "note: Later., correct: true",
        "kc.q1",
        "kc.q1: two correct options",
    ),
    Break(
        "V010",
        "en/checks/kc.yaml",
        ", correct: true}\n  - id: kc.q2",
        "}\n  - id: kc.q2",
        "kc.q1",
        "kc.q1: no correct option",
    ),
    Break("V010", "en/checks/kc.yaml", "a person, note: Later.", "a person", "a person", "kc.q1: option a has no note"),
    # V011: scenarios
    Break("V011", "en/scenarios/meeting.yaml", "start: a0", "start: b0", "start", "b0: the start is no node"),
    Break(
        "V011",
        "en/scenarios/meeting.yaml",
        "to: e_wait, note: Hm., signals: {own",
        "to: nix, note: Hm., signals: {own",
        "nix",
        "a0.b: there is no node nix",
    ),
    Break("V011", "en/scenarios/meeting.yaml", "to: e_met", "to: e_wait", "e_met", "e_met: no way leads here"),
    Break(
        "V011", "en/scenarios/meeting.yaml", "Complain., to: e_wait", "Complain., to: a0", "a0:", "can run in a circle"
    ),
    Break("V011", "en/scenarios/meeting.yaml", "own: 1,", "own: 2,", "own: 2", "a0.a: signals go from -1 to +1"),
    Break(
        "V011", "en/scenarios/meeting.yaml", "signals: {trust: 1}", "signals: {trust: -1}", "a1:", "every choice costs"
    ),
    Break(
        "V011",
        "en/scenarios/meeting.yaml",
        "e_wait: {end: true, ",
        "e_wait: {",
        "e_wait: {",
        "a moment needs two choices",
    ),
    Break("V011", "en/scenarios/meeting.yaml", "{own: 1,", "{pace: 1,", "pace", "a0.a: there is no signal pace"),
    Break("V011", "en/scenarios/meeting.yaml", ", costly: costly", "", "words:", "there is no word for costly"),
    Break(
        "V011",
        "en/scenarios/meeting.yaml",
        "text: You wait.",
        'text: "Call {support_contacts}."',
        "",
        "no_contacts must say",
    ),
    # V012: sorts
    Break("V012", "en/sorts/helpers.yaml", "also: [mentor]", "also: [nix]", "nix", "w2: there is no pile nix"),
    Break("V012", "en/sorts/qualities.yaml", "family: work", "family: nix", "nix", "q2: there is no family nix"),
    Break(
        "V012",
        "en/sorts/helpers.yaml",
        "Stays for years.",
        "Stays for years., min: 3, too_few: More.",
        "piles",
        "want more than 2",
    ),
    Break(
        "V012", "en/sorts/helpers.yaml", "max: 3", "min: 2, max: 1, too_few: M.", "max: 1", "coach: max is below min"
    ),
    Break(
        "V012", "en/sorts/helpers.yaml", ", too_many: Three at most.", "", "id: coach", "coach: a limit needs too_few"
    ),
    Break(
        "V012", "en/sorts/helpers.yaml", ", feedback: Long view.", "", "w1", "w1: one.sort needs a pile and feedback"
    ),
    # V013: what is named and not there
    Break("V013", "workshop.yaml", "title: t.title", "title: t.nix", "t.nix", "t.nix: there is no text of this key"),
    Break("V013", "en/modules/one.md", "body: start", "body: nix", "nix", "one.read: there is no section ## nix"),
    Break("V013", "en/modules/one.md", "start@1", "start@2", "start@2", "one.rate: there is no instrument start@2"),
    Break("V013", "en/modules/two.md", "builder: goals", "builder: nix", "nix", "two.goal: there is no builder nix"),
    # V014: placeholders
    Break(
        "V014",
        "en/builders.yaml",
        "Say a little more.",
        '"Say {n, plural, one {#}} more."',
        "too_short",
        "needs the form 'other'",
    ),
    Break("V014", "en/fit.yaml", "Do they make time?", '"Do they make {time?"', "make {", "{time is not closed"),
    # V015: markup
    Break(
        "V015", "en/modules/one.md", "when you have time", "when <b>you</b> have time", "Read [more", "HTML is not used"
    ),
    Break(
        "V015",
        "en/modules/one.md",
        "https://example.org/more",
        "http://example.org/more",
        "Read [more",
        "must begin with https",
    ),
    Break(
        "V015",
        "en/modules/one.md",
        "https://example.org/more",
        "javascript:alert(1)",
        "Read [more",
        "must begin with https",
    ),
    Break("V015", "en/modules/one.md", "![A path through a wood]", "![]", "![]", "a picture needs a text"),
    Break("V015", "en/handouts/h1-rules.md", "You may pass.", "<script>x</script>", "<script>", "HTML is not used"),
    # V016: readability
    Break(
        "V016",
        "en/modules/one.md",
        "You can ask for help.",
        " ".join(["word"] * 26) + ".",
        "word word",
        "26 words",
        Level.WARNING,
    ),
    Break(
        "V016",
        "en/modules/two.md",
        "When did you last ask for help?",
        "Institutional accountability necessitates interdisciplinary collaboration. " * 8,
        "",
        "reads like grade",
        Level.WARNING,
    ),
    Break(
        "V016",
        "en/areas.yaml",
        "first_step: Ask one person.",
        "first_step: " + " ".join(["word"] * 26) + ".",
        "word word",
        "26 words",
        Level.WARNING,
    ),
    # V017: anonymity
    Break("V017", "workshop.yaml", "min: 5", "min: 4", "anonymity", "min is 4, at least 5 is needed"),
    Break(
        "V017", "workshop.yaml", "min_sensitive: 10", "min_sensitive: 4", "anonymity", "min_sensitive is 4, below min"
    ),
    # V018: a way around
    Break(
        "V018",
        "en/instruments/needs.yaml",
        "very], skip: true, ",
        "very], ",
        "importance",
        "importance: a rating can be skipped",
    ),
    Break(
        "V018",
        "en/modules/two.md",
        "prompts: [why]",
        "prompts: [why], offline: false",
        "two.write",
        "needs an offline alternative",
    ),
    Break(
        "V018",
        "en/builders.yaml",
        "  - id: goals\n",
        "  - id: goals\n    offline: false\n",
        "id: goals",
        "goals: required text needs",
    ),
    # V020: run sheets
    Break(
        "V020",
        "en/facilitator/run-30.yaml",
        "minutes: 20",
        "minutes: 19",
        "length",
        "run-30: the steps take 29 minutes of 30",
    ),
    # V021: characters
    Break("V021", "en/fit.yaml", "make time", "make \u202etime", "make", "U+202E turns the direction"),
    Break("V021", "en/fit.yaml", "make time", "make cafe\u0301", "make", "not in the form NFC"),
]


NEEDS = "en/instruments/needs.yaml"
# (code, file, old, new, says): what the page of an activity wants once a release opens it
OPENED_BREAKS = [
    ("V008", NEEDS, "  support: {question: ", "  given: {question: ", "needs the scales importance and support"),
    ("V008", NEEDS, "question: How much does it matter?, ", "", "needs the scales importance and support"),
    ("V008", NEEDS, "5, anchors: [none, little, some, most, all]", "2, anchors: [none, all]", "scored from 1 to 5"),
    ("V008", NEEDS, "factor: 5", "factor: 4", "two.needs is scored by weighted_gap"),
    ("V008", NEEDS, "stem: Someone who can…\n", "", "two.needs needs an intro and a stem"),
    ("V008", NEEDS, "{id: other, ", "{id: more, ", "two.needs needs one open question, other"),
    ("V009", NEEDS, "from: 30", "from: 31", "needs the bands covered from 0, some from 10"),
    ("V009", NEEDS, "label: Clear, ", "", "clear: the band has no label"),
    ("V009", NEEDS, "  - {key: caution, text: This is not a test.}\n", "", "caution: two.needs has no note"),
    ("V013", "en/texts.yaml", "  t.reflection.saved: Saved.\n", "", "two.write: there is no text t.reflection.saved"),
]


TRANSLATION_BREAKS = [
    Break(
        "V013",
        "es/areas.yaml",
        "  - {id: balance, label: Balance}\n",
        "",
        "label: Skills",
        "not translated",
        Level.WARNING,
    ),
    Break(
        "V014",
        "es/texts.yaml",
        "{next_action}",
        "{next_step}",
        "t.done",
        "the placeholders are n, next_step, not n, next",
    ),
    Break(
        "V013", "es/texts.yaml", "texts:\n", "texts:\n  t.own: Propio\n", "t.own", "first language has", Level.WARNING
    ),
]


@pytest.fixture
def bilingual(tmp_path: Path) -> Path:
    """A copy of the minimal pack with its translation, to be broken."""
    return Path(shutil.copytree(MINIMAL, tmp_path / "minimal"))


@pytest.fixture
def pack(bilingual: Path) -> Path:
    """The same in its first language only, so that a change of it does not also outdate the translation."""
    shutil.rmtree(bilingual / "es")
    change(bilingual, "workshop.yaml", "[en, es]", "[en]")
    return bilingual


def change(pack: Path, file: str, old: str, new: str) -> str:
    """Replace the first occurrence of a text in a file and return the file's new text."""
    before = (pack / file).read_text(encoding="utf-8")
    assert old in before, f"{file} has no {old!r}"
    after = before.replace(old, new, 1)
    (pack / file).write_text(after, encoding="utf-8")
    return after


def only(problems: list[Problem]) -> Problem:
    """Return the one problem there is."""
    assert len(problems) == 1, "\n".join(str(problem) for problem in problems)
    return problems[0]


def test_the_minimal_pack_has_no_problem():
    assert check_pack(MINIMAL) == []


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_one_change_makes_one_problem_with_its_line(pack: Path, broken: Break):
    text = change(pack, broken.file, broken.old, broken.new)

    problem = only(check_pack(pack))

    assert (problem.code, problem.level) == (broken.code, broken.level)
    assert broken.says in problem.message
    if problem.path == f"minimal/{broken.file}":
        assert broken.at in text.split("\n")[problem.line - 1]


@pytest.mark.parametrize("broken", TRANSLATION_BREAKS, ids=str)
def test_one_change_of_a_translation_makes_one_problem(bilingual: Path, broken: Break):
    text = change(bilingual, broken.file, broken.old, broken.new)

    problem = only(check_pack(bilingual))

    assert (problem.code, problem.level) == (broken.code, broken.level)
    assert broken.says in problem.message
    assert broken.at in text.split("\n")[problem.line - 1]


def test_every_rule_of_the_specification_has_a_broken_pack():
    elsewhere = {"V019"}  # compared with a release: below

    assert {broken.code for broken in BREAKS} | elsewhere == {f"V{number:03}" for number in range(1, 22)}


def test_a_problem_is_printed_as_editors_jump(pack: Path):
    change(pack, "en/checks/kc.yaml", "note: Later.", "note: Later., correct: true")

    assert str(only(check_pack(pack))) == "minimal/en/checks/kc.yaml:3: V010 kc.q1: two correct options"


def test_weights_that_are_no_whole_are_said_once_points_follow_them(pack: Path):
    change(pack, "workshop.yaml", "weight: 40", "weight: 41")
    change(pack, "en/modules/two.md", "points: 5, minutes: 3, check", "points: 6, minutes: 3, check")

    assert str(only(check_pack(pack))) == "minimal/workshop.yaml:9: V003 the weights sum to 101, not to 100"


def test_an_objective_nobody_serves_is_named(pack: Path):
    change(pack, "workshop.yaml", "objectives: [O1, O2]", "objectives: [O1, O2, O3]")
    change(pack, "en/objectives.yaml", "  O2:", "  O3: Stay in touch.\n  O2:")

    assert str(only(check_pack(pack))) == "minimal/workshop.yaml:5: V006 O3: no activity serves this objective"


def test_a_source_that_nothing_cites_is_a_warning(pack: Path):
    change(pack, "en/modules/one.md", " [@cited2001]", "")

    problem = only(check_pack(pack))

    assert (problem.code, problem.level) == ("V007", Level.WARNING)
    assert str(problem) == "minimal/references.yaml:3: V007 cited2001: nothing cites this reference"


def test_an_area_of_the_needs_assessment_with_one_item_is_too_thin(pack: Path):
    change(pack, "en/instruments/needs.yaml", "  - {id: bal2, area: balance, text: help me say no}\n", "")

    assert only(check_pack(pack)).message == "balance: 1 items; an area needs 2 to 8"


@pytest.mark.parametrize("count", [2, 9])
def test_a_check_has_three_to_eight_questions(pack: Path, count: int):
    options = "[{id: a, text: A, note: N, correct: true}, {id: b, text: B, note: N}]"
    questions = "".join(f"  - {{id: q{number}, text: Q, options: {options}}}\n" for number in range(count))
    (pack / "en" / "checks" / "kc.yaml").write_text(f"id: kc\nquestions:\n{questions}", encoding="utf-8")

    assert only(check_pack(pack)).message == f"kc: {count} questions; 3 to 8 are needed"


def test_a_story_may_not_take_more_than_four_choices(pack: Path):
    def node(step: int) -> str:
        choices = ", ".join(f"{{id: {name}, text: Go on., to: n{step + 1}, note: Yes.}}" for name in "ab")
        return f"  n{step}: {{text: On., choices: [{choices}]}}\n"

    story = pack / "en" / "scenarios" / "meeting.yaml"
    words = story.read_text().partition("signals: {own: Ownership")
    nodes = "".join(node(step) for step in range(5)) + "  n5: {end: true, text: The end.}\n"
    story.write_text(f"id: meeting\nstart: n0\nnodes:\n{nodes}{words[1]}{words[2]}")

    assert only(check_pack(pack)).message == "an ending is 5 choices away; 4 are the most"


def test_piles_that_cannot_take_all_cards_are_refused(pack: Path):
    change(pack, "en/sorts/helpers.yaml", "Stays for years.", "Stays for years., max: 1, too_many: No.")
    change(pack, "en/sorts/helpers.yaml", "max: 3", "max: 0")

    assert only(check_pack(pack)).message == "the piles cannot take 2 cards"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  - {key: no_work, text: No work.}\n", "", "there is no note no_work"),
        ("no_priority: your wish\n", "", "no_priority must say what stands for a priority that is not named"),
        (", notice: See it.", "", "q2: the card needs a family and a notice"),
        (
            "min: 1, max: 2, too_few: One., too_many: Two.",
            "max: 2, too_many: Two.",
            "must: the first pile needs a card",
        ),
    ],
)
def test_a_deck_of_families_has_all_that_its_page_says(pack: Path, old: str, new: str, says: str):
    change(pack, "en/modules/one.md", "sort: helpers", "sort: qualities")
    change(pack, "en/sorts/qualities.yaml", old, new)

    assert says in only(check_pack(pack)).message


def test_the_families_are_those_that_the_formula_knows(pack: Path):
    change(pack, "en/modules/one.md", "sort: helpers", "sort: qualities")
    change(pack, "en/sorts/qualities.yaml", "  - {id: between, label: Between you}\n", "")

    assert only(check_pack(pack)).message == "the families must be person, work, between"


def test_a_map_that_opens_has_all_that_the_formulas_know(pack: Path):
    entry = "  - {id: two.map, type: network_map, title: Map, points: 0, minutes: 0}\n"
    change(pack, "en/modules/two.md", "  - {id: two.more", f"{entry}  - {{id: two.more")

    said = {problem.message for problem in check_pack(pack) if problem.code == "V013"}

    assert {"notes: there is no g14_fine", "actions: there is no leave", "questions: there is no few"} <= said
    assert "closeness: the choices must be close, moderate, distant" in said


def test_a_comparison_that_opens_has_all_its_criteria(pack: Path):
    entry = "  - {id: two.fit, type: fit_check, title: Fit, points: 0, minutes: 0}\n"
    change(pack, "en/modules/two.md", "  - {id: two.more", f"{entry}  - {{id: two.more")

    said = {problem.message for problem in check_pack(pack) if problem.code == "V013"}

    assert {"criteria: there is no f7", "notes: there is no f1"} <= said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("label: Asking, tip: Ask.", "label: Asking", "asking: the facet has no tip"),
        ("facet: asking, text: I know", "objective: O1, text: I know", "st1: the item has no facet"),
        ("notes: [{key: even, text: All alike.}]\n", "", "there is no note even"),
    ],
)
def test_an_instrument_that_sums_up_has_all_that_its_page_says(pack: Path, old: str, new: str, says: str):
    change(pack, "en/instruments/start.yaml", "label: Asking", "label: Asking, tip: Ask.")
    change(pack, "en/instruments/start.yaml", "objective: O1", "facet: asking")
    with (pack / "en/instruments/start.yaml").open("a") as file:
        file.write("scoring: {method: mean}\nnotes: [{key: even, text: All alike.}]\n")
    change(pack, "en/instruments/start.yaml", old, new)

    assert only(check_pack(pack)).message == says


@pytest.mark.parametrize(
    ("file", "raw", "line", "says"),
    [
        ("en/handouts/h1-rules.md", b"# Rules\n\nCaf\xe9\n", 3, "the text is not UTF-8"),
        (
            "en/handouts/h1-rules.md",
            b"# Rules\n" + b"Pass. " * 90_000,
            1,
            "the file has 540008 bytes; 524288 are allowed",
        ),
    ],
)
def test_a_file_that_is_no_clean_text_is_refused(pack: Path, file: str, raw: bytes, line: int, says: str):
    (pack / file).write_bytes(raw)

    assert str(only(check_pack(pack))) == f"minimal/{file}:{line}: V021 {says}"


def test_isolates_are_the_one_way_to_turn_direction(pack: Path):
    change(pack, "en/fit.yaml", "make time", "make \u2067time\u2069")

    assert check_pack(pack) == []


def test_a_file_that_nobody_would_read_is_named(pack: Path):
    (pack / "en" / "checks" / "kc.yml").write_text("id: kc\n")

    assert str(only(check_pack(pack))) == "minimal/en/checks/kc.yml:1: V001 no file of this name is known here"


def test_a_folder_without_a_workshop_says_what_is_missing(tmp_path: Path):
    (tmp_path / "empty").mkdir()

    assert [str(problem) for problem in check_pack(tmp_path / "empty")] == [
        "empty/references.yaml:1: V001 the file is missing",
        "empty/workshop.yaml:1: V001 the file is missing",
    ]


def test_all_files_of_the_wrong_shape_are_said_at_once(pack: Path):
    change(pack, "en/fit.yaml", "criteria:", "crit:")
    change(pack, "en/map.yaml", "version: 1.0.0\n", "")

    assert [(problem.path, problem.code) for problem in check_pack(pack)] == [
        ("minimal/en/fit.yaml", "V001"),
        ("minimal/en/fit.yaml", "V001"),
        ("minimal/en/map.yaml", "V001"),
    ]


def test_what_opens_later_cannot_be_released(pack: Path):
    problems = check_pack(pack, release=True)

    assert [problem.line for problem in problems] == [5, 6, 7, 8, 9, 10]
    assert problems[0].message == "two.needs: an activity that opens later cannot be released"


@pytest.mark.parametrize(("code", "file", "old", "new", "says"), OPENED_BREAKS)
def test_what_a_release_opens_has_what_its_page_wants(pack: Path, code: str, file: str, old: str, new: str, says: str):
    for name in ("instrument: needs@1", "prompts: [why]", "check: kc"):
        change(pack, "en/modules/two.md", f"{name}, opens: later", name)
    assert check_pack(pack) == []

    change(pack, file, old, new)

    problem = only(check_pack(pack))
    assert problem.code == code
    assert says in problem.message


def test_an_area_may_not_have_the_name_of_a_screen(pack: Path):
    change(pack, "en/modules/two.md", "instrument: needs@1, opens: later", "instrument: needs@1")
    for file in ("workshop.yaml", "en/areas.yaml"):
        change(pack, file, "id: balance", "id: other")
    instrument = pack / "en" / "instruments" / "needs.yaml"
    instrument.write_text(instrument.read_text().replace("area: balance", "area: other"))

    assert "V002 other: the needs self-assessment needs this name itself" in str(only(check_pack(pack)))


# A release, and what may change after it


@pytest.fixture
def released(pack: Path) -> Path:
    """The part of the minimal pack that this release can open, published as 1.0.0."""
    (pack / "en" / "modules" / "two.md").unlink()
    change(pack, "en/objectives.yaml", "  O2: Find your people.\n", "")
    change(pack, "workshop.yaml", "weight: 60", "weight: 100")
    change(pack, "workshop.yaml", "  - {id: two, weight: 40, minutes: 20, objectives: [O2]}\n", "")
    change(pack, "workshop.yaml", "[O1, O2]", "[O1]")
    change(pack, "en/modules/one.md", "points: 20, minutes: 2", "points: 60, minutes: 2")
    release(pack)
    return pack


def test_a_fresh_release_agrees_with_itself(released: Path):
    assert (released / "released.json").exists()
    assert check_pack(released, release=True) == []


CHANGES: list[tuple[str, Callable[[Path], object], str]] = [
    (
        "an item's text",
        lambda pack: change(pack, "en/instruments/start.yaml", "I know what I need.", "I know what I want."),
        "en/instruments/start.yaml:6: V019 st1: changed since the release",
    ),
    (
        "a scale",
        lambda pack: change(pack, "en/instruments/start.yaml", "very]", "fully]"),
        "en/instruments/start.yaml:4: V019 scale agreement: changed since the release",
    ),
    (
        "a pile",
        lambda pack: change(pack, "en/sorts/helpers.yaml", "also: [mentor], ", ""),
        "en/sorts/helpers.yaml:8: V019 w2: changed since the release",
    ),
    (
        "a way",
        lambda pack: change(pack, "en/scenarios/meeting.yaml", "text: Complain.", "text: Shout."),
        "en/scenarios/meeting.yaml:9: V019 a1: changed since the release",
    ),
]


@pytest.mark.parametrize(("what", "edit", "says"), CHANGES, ids=[name for name, _, _ in CHANGES])
def test_released_work_keeps_its_meaning(released: Path, what: str, edit: Callable[[Path], object], says: str):
    edit(released)

    assert str(only(check_pack(released))).startswith(f"minimal/{says}")


def test_moving_the_key_of_a_question_needs_a_major_version(released: Path):
    change(
        released,
        "en/checks/kc.yaml",
        '{id: a, text: you do, note: "Yes.", correct: true}',
        "{id: a, text: you do, note: No.}",
    )
    change(released, "en/checks/kc.yaml", "note: They may not.}", "note: They may not., correct: true}")

    assert "V019 kc.q3: changed since the release" in str(only(check_pack(released)))


def test_a_note_may_be_reworded_without_a_new_version(released: Path):
    change(released, "en/checks/kc.yaml", "note: They may not.", "note: They might not.")

    assert check_pack(released) == []


def test_a_removed_activity_needs_a_major_version(released: Path):
    entry = "  - {id: one.agree, type: choice_ack, title: Who sees what, points: 10, minutes: 1, statement: rules}\n"
    change(released, "en/modules/one.md", entry, "")
    change(released, "en/modules/one.md", "points: 10, minutes: 3", "points: 20, minutes: 4")

    assert "V019 one.agree: was released and is gone" in str(only(check_pack(released)))


def test_a_new_required_activity_needs_a_major_version_and_an_optional_one_does_not(released: Path):
    entry = "  - {id: one.again, type: reading, title: Again, points: 0, minutes: 0, body: start}\n---\n\n## intro"
    change(released, "en/modules/one.md", "---\n\n## intro", entry)
    assert "V019 one.again: a new required activity" in str(only(check_pack(released)))

    change(released, "en/modules/one.md", "title: Again,", "title: Again, optional: true,")

    assert check_pack(released) == []


def test_a_major_version_of_pack_and_file_may_change_meanings(released: Path):
    change(released, "en/instruments/start.yaml", "I know what I need.", "I know what I want.")
    change(released, "workshop.yaml", "version: 1.0.0", "version: 2.0.0")
    assert "needs a major version of the file" in str(only(check_pack(released)))

    change(released, "en/instruments/start.yaml", "version: 1.0.0", "version: 2.0.0")
    change(released, "en/modules/one.md", "start@1", "start@2")

    assert check_pack(released) == []


def test_an_id_keeps_its_type_even_in_a_new_major_version(released: Path):
    change(released, "workshop.yaml", "version: 1.0.0", "version: 2.0.0")
    change(released, "en/modules/one.md", "type: sort, title: Sort this", "type: reading, title: Sort this")
    change(released, "en/modules/one.md", "sort: helpers}", "body: start}")

    problem = only([found for found in check_pack(released) if found.level is Level.ERROR])

    assert problem.message == "one.sort: this id was released for sort; take a new one"
    assert problem.code == "V002"


def test_released_json_of_another_hand_is_refused(released: Path):
    (released / "released.json").write_text('{"version": 1}')

    assert str(only(check_pack(released))) == "minimal/released.json:1: V001 not as a release writes it"
