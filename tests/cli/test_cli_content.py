"""The commands for authors: what they print, and what they return to a script."""

import json
import shutil
from pathlib import Path

from click.testing import CliRunner

from lti_tool.cli.content import content
from lti_tool.library.loader import SHIPPED


def test_checking_the_shipped_workshop_succeeds():
    result = CliRunner().invoke(content, ["check", str(SHIPPED)])

    assert result.exit_code == 0


def test_a_broken_workshop_is_named_by_file_and_line(tmp_path: Path):
    pack = Path(shutil.copytree(SHIPPED, tmp_path / "fundamentals"))
    manifest = pack / "workshop.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("min: 5", "min: 4"), encoding="utf-8")

    result = CliRunner().invoke(content, ["check", str(pack)])

    assert result.exit_code == 1
    assert "V017 min is 4, at least 5 is needed" in result.output


def test_problems_can_be_read_by_a_program(tmp_path: Path):
    result = CliRunner().invoke(content, ["check", str(with_one_for_later(tmp_path)), "--release", "--json"])

    assert result.exit_code == 1
    assert {"path", "line", "code", "level", "message"} == set(json.loads(result.output)[0])


def test_what_opens_later_is_not_released(tmp_path: Path):
    pack = with_one_for_later(tmp_path)

    result = CliRunner().invoke(content, ["release", str(pack)])

    assert result.exit_code == 1
    assert not (pack / "released.json").exists()


def with_one_for_later(folder: Path) -> Path:
    """Return a copy of the shipped pack in which one activity opens later."""
    pack = Path(shutil.copytree(SHIPPED, folder / "fundamentals"))
    page = pack / "en" / "modules" / "m2-people.md"
    page.write_text(page.read_text(encoding="utf-8").replace("scenario: busy_star", "opens: later"), encoding="utf-8")
    return pack
