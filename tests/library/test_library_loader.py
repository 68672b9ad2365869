"""Loading: a pack becomes a workshop, or its mistakes are named."""

import dataclasses
import shutil
from pathlib import Path

import pytest
from stage import ENCRYPTION_KEYS, SECRET_KEY, make_settings

from lti_tool.activities import KINDS
from lti_tool.app import create_app
from lti_tool.cli import main
from lti_tool.jobs import runner
from lti_tool.library.loader import load_workshop, workshops_of
from lti_tool.library.problems import PackRefused
from lti_tool.library.schemas.page import OPTIONS
from lti_tool.web.tool import tool

MINIMAL = Path(__file__).parent / "packs" / "minimal"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the minimal pack."""
    return Path(shutil.copytree(MINIMAL, tmp_path / "minimal"))


def test_a_pack_becomes_a_workshop():
    workshop = load_workshop(MINIMAL)

    assert (workshop.id, workshop.version, workshop.title, workshop.locale) == (
        "minimal",
        "1.0.0",
        "A small workshop",
        "en",
    )
    assert [(module.id, module.title, module.weight, module.minutes) for module in workshop.modules] == [
        ("one", "First part", 60, 10),
        ("two", "Second part", 40, 20),
    ]
    assert workshop.minutes == 30
    assert [objective.text for objective in workshop.objectives] == ["Know what you need.", "Find your people."]
    assert [(area.label, area.is_sensitive) for area in workshop.areas] == [("Skills", False), ("Balance", True)]


def test_an_activity_knows_its_place_and_its_content():
    activity = load_workshop(MINIMAL).activity("one.sort")

    assert (activity.kind, activity.module_id, activity.points, activity.minutes) == ("sort", "one", 20, 4)
    assert activity.objectives == ("O1",)
    assert [card.text for card in activity.content.cards] == ["Cares for years.", "Watches one task."]


def test_what_opens_later_counts_and_has_no_content():
    workshop = load_workshop(MINIMAL)

    story = workshop.activity("two.story")

    assert (story.opens_later, story.content) == (True, None)
    assert story in workshop.activities
    assert workshop.module("two").opens_later
    assert not workshop.module("one").opens_later


def test_an_optional_activity_is_neither_required_nor_graded():
    workshop = load_workshop(MINIMAL)
    more = workshop.activity("two.more")

    assert more not in workshop.activities
    assert more.id not in {activity.id for module in workshop.graded_modules for activity in module.activities}


def test_the_score_is_made_of_every_required_activity():
    first, second = load_workshop(MINIMAL).graded_modules

    assert (first.weight, sum(activity.points for activity in first.activities)) == (60, 60)
    assert (second.weight, sum(activity.points for activity in second.activities)) == (40, 40)
    assert [activity.id for activity in first.activities if activity.is_reading] == ["one.read"]


def test_a_text_is_html_with_its_sources():
    reading = load_workshop(MINIMAL).activity("one.read").content

    assert '[<a class="citation" href="#ref-cited2001">Cited 2001</a>]' in reading.html
    assert (
        '<a href="https://example.org/more" target="_blank" rel="noopener noreferrer">more about it</a>' in reading.html
    )
    assert [reference.key for reference in reading.references] == ["cited2001"]


def test_the_introduction_of_a_module_is_its_section_of_that_name():
    workshop = load_workshop(MINIMAL)

    assert workshop.module("one").intro == "<p>A short hello.</p>\n"
    assert workshop.module("two").intro == ""


@pytest.mark.parametrize(
    ("features", "lines"),
    [
        (frozenset(), ["Your answers are <strong>yours</strong>."]),
        (frozenset({"pooled_results"}), ["Your answers are <strong>yours</strong>.", "Teachers see averages."]),
    ],
)
def test_a_line_that_promises_something_stands_only_where_that_exists(features: frozenset[str], lines: list[str]):
    statement = load_workshop(MINIMAL, features=features).activity("one.agree").content

    assert list(statement.lines) == lines


def test_a_translation_speaks_where_it_can_and_the_first_language_elsewhere():
    workshop = load_workshop(MINIMAL, locale="es")

    assert (workshop.locale, workshop.title) == ("es", "Un taller pequeño")
    assert workshop.activity("one.read").title == "Lee esto"
    assert "Puedes pedir ayuda." in workshop.activity("one.read").content.html
    assert [item.text for item in workshop.activity("one.rate").content.items] == [
        "Sé lo que necesito.",
        "I ask for help.",
    ]


def test_a_translation_that_lacks_a_whole_file_falls_back(pack: Path):
    (pack / "es" / "sorts" / "helpers.yaml").unlink()
    (pack / "es" / "modules" / "one.md").unlink()

    workshop = load_workshop(pack, locale="es")

    assert workshop.activity("one.read").title == "Read this"
    assert workshop.activity("one.sort").content.intro == "Put each card on a pile."


def test_a_translation_cannot_move_a_card(pack: Path):
    deck = pack / "es" / "sorts" / "helpers.yaml"
    deck.write_text(deck.read_text().replace("pile: mentor", "pile: coach"))

    assert load_workshop(pack, locale="es").activity("one.sort").content.cards[0].pile == "mentor"


def test_a_language_that_the_pack_has_not_is_the_first_one():
    assert load_workshop(MINIMAL, locale="ar").locale == "en"


def test_a_broken_pack_is_refused_with_every_mistake(pack: Path):
    manifest = pack / "workshop.yaml"
    manifest.write_text(manifest.read_text().replace("min: 5", "min: 3").replace("title: t.title", "title: t.nix"))

    with pytest.raises(PackRefused) as refused:
        load_workshop(pack)

    assert str(refused.value).split("\n") == [
        "minimal/workshop.yaml:3: V013 t.nix: there is no text of this key",
        "minimal/workshop.yaml:12: V017 min is 3, at least 5 is needed",
    ]


def test_a_pack_of_the_wrong_shape_is_refused(pack: Path):
    (pack / "en" / "fit.yaml").write_text("version: 1\n")

    with pytest.raises(PackRefused, match=r"minimal/en/fit\.yaml:1: V001"):
        load_workshop(pack)


def test_a_warning_does_not_stop_a_workshop(pack: Path):
    manifest = pack / "workshop.yaml"
    manifest.write_text(manifest.read_text().replace("minutes: 20", "minutes: 21"))

    assert load_workshop(pack).minutes == 31


def test_a_workshop_cannot_change():
    workshop = load_workshop(MINIMAL)

    with pytest.raises(dataclasses.FrozenInstanceError):
        workshop.title = "Mine"  # type: ignore[misc]  # that is the point
    with pytest.raises(TypeError):
        workshop.texts["t.title"] = "Mine"  # type: ignore[index]  # that is the point
    hash(workshop.activity("one.sort").content)


@pytest.mark.parametrize("find", ["activity", "module", "text"])
def test_what_a_workshop_has_not_is_a_key_error(find: str):
    with pytest.raises(KeyError, match="nix"):
        getattr(load_workshop(MINIMAL), find)("nix")


def test_every_type_that_a_pack_may_use_can_be_opened():
    assert set(OPTIONS) == set(KINDS)


def test_an_installation_offers_its_workshops_in_their_order():
    assert list(workshops_of((str(MINIMAL), "fundamentals"), "en", ())) == ["minimal", "fundamentals"]


def test_pages_workers_and_start_up_read_a_workshop_once(tmp_path):
    settings = make_settings(f"sqlite:///{tmp_path / 'tool.sqlite'}", terms="resident: nurse")
    app = create_app(settings)
    read = workshops_of.cache_info().misses

    with app.app_context():
        tool().workshop(None)
    runner.courier(settings, app.extensions["tool"].database, app.extensions["tool"].http)

    assert workshops_of.cache_info().misses == read


def test_what_stands_beside_a_pack_is_not_part_of_it(pack: Path):
    for name in ("README.md", "LICENSE", "en/texts.yaml~", "en/.texts.yaml.swp"):
        (pack / name).write_text("not YAML: [", encoding="utf-8")

    assert load_workshop(pack).id == "minimal"


def test_two_workshops_of_one_id_are_refused(pack: Path):
    with pytest.raises(PackRefused, match="V002 minimal: two workshops of this installation have this id"):
        workshops_of((str(MINIMAL), str(pack)), "en", ())


def test_a_folder_that_is_not_there_is_named_before_anything_starts(monkeypatch, capsys, tmp_path: Path):
    monkeypatch.setattr("sys.argv", ["lti-tool", "run"])
    monkeypatch.setattr("os.umask", lambda _mode: 0)
    settings = {"BASE_URL": "http://localhost:8000", "SECRET_KEY": SECRET_KEY, "ENCRYPTION_KEYS": ENCRYPTION_KEYS}
    for name, value in {**settings, "WORKSHOPS": f"fundamentals,{tmp_path / 'gone'}"}.items():
        monkeypatch.setenv(f"LTI_TOOL_{name}", value)

    with pytest.raises(SystemExit, match="1"):
        main()

    said = capsys.readouterr().err
    assert "LTI_TOOL_WORKSHOPS" in said
    assert "gone/workshop.yaml:1: V001 the file is missing" in said
