"""Documents in a pack: a blank, a sentence or a template that is missing is named with its line."""

import shutil
from pathlib import Path

import pytest

from lti_tool.library.check import check_pack
from lti_tool.library.loader import SHIPPED
from lti_tool.library.problems import Level

BREAKS = [
    (
        "        - {id: minutes, label: Minutes,",
        "        - {id: length2, label: Minutes,",
        "agenda needs the field minutes",
    ),
    ("      kind.noask: ", "      kind.no: ", "agenda: there is no sentence for kind.noask"),
    ("  wrong: Choose one of the answers offered.\n", "", "goals: there is no sentence for measure_type.wrong"),
    ("offline: I made this on paper\n", "", "the box for those who write on paper has no words"),
    ("      draft.update: ", "      draft.news: ", "agenda: there is no template draft.update"),
    ('greeting: "Dear {to},"', 'greeting: "Dear {name},"', "message: nothing fills name"),
    ("      add: Add a step\n", "", "add: this key is required"),
]


@pytest.mark.parametrize(("old", "new", "says"), BREAKS, ids=lambda text: str(text)[:30])
def test_one_change_of_a_document_is_named(tmp_path: Path, old: str, new: str, says: str):
    pack = Path(shutil.copytree(SHIPPED, tmp_path / "fundamentals"))
    file = pack / "en" / "builders.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    problems = [problem for problem in check_pack(pack) if problem.level is Level.ERROR]

    assert problems
    assert any(says in problem.message for problem in problems), problems
