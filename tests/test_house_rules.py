"""The rules of the house that a machine can check."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from stage import make_settings

from lti_tool.app import create_app

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted((ROOT / "lti_tool").rglob("*.py"))


@pytest.fixture(scope="module")
def app():
    return create_app(make_settings("sqlite://"))


def test_every_blueprint_says_who_may_come_in(app):
    unguarded = {name for name in app.blueprints if not app.before_request_funcs.get(name)}

    assert unguarded == set()


def test_only_files_are_served_without_a_blueprint(app):
    bare = {rule.endpoint for rule in app.url_map.iter_rules() if "." not in rule.endpoint}

    assert bare == {"static"}


def test_a_web_process_does_not_load_what_only_documents_need():
    heavy = "{'docx', 'lxml', 'icalendar', 'typst'} & set(sys.modules)"
    loads = subprocess.run(
        [sys.executable, "-c", f"import sys, lti_tool.app; print({heavy})"], capture_output=True, text=True, check=True
    )

    assert loads.stdout == "set()\n"


def test_only_the_database_module_commits():
    committing = [path for path in CODE if re.search(r"\.commit\(|\.begin\(\)", path.read_text())]

    assert [path.name for path in committing if path.name != "schema.py"] == ["db.py"]


def test_no_query_is_built_from_strings():
    texts = [path for path in CODE if "text(f" in path.read_text() or "exec_driver_sql(f" in path.read_text()]

    assert texts == []


def test_markup_is_never_made_from_a_formatted_string():
    made = [path for path in CODE if re.search(r"Markup\(\s*f[\"']|\|\s*safe\b", path.read_text())]
    templates = [path for path in (ROOT / "lti_tool").rglob("*.html") if re.search(r"\|\s*safe\b", path.read_text())]

    assert (made, templates) == ([], [])


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_and_every_public_function_says_what_it_does(path):
    tree = ast.parse(path.read_text())

    assert ast.get_docstring(tree), "the module's own sentence"
    assert [node.name for node in _public(tree.body) if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_excuse_names_its_rule_and_its_reason(path):
    excuses = re.findall(r"#\s*(?:noqa|type: ignore)[^\n]*", path.read_text())
    reasoned = re.compile(r"#\s*(noqa: [A-Z0-9, ]+ -|type: ignore\[[\w-]+\]) *#? *\S+")
    bare = [line for line in excuses if not reasoned.match(line)]

    assert bare == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_outgrows_its_room(path):
    assert len(path.read_text().splitlines()) <= 400


def _public(body: list[ast.stmt]) -> list[ast.FunctionDef | ast.ClassDef]:
    """Return what others may call: public functions and classes, and public methods of public classes."""
    named = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"]
    inner = [each for node in named if isinstance(node, ast.ClassDef) for each in _public(node.body)]
    return named + inner


CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
BREAKS = {
    "Layers: the higher may import the lower, never the other way": ("clock.py", "import lti_tool.db"),
    "No circles anywhere": ("services/platforms.py", "import lti_tool.services.visits"),
    "One file knows PyLTI1p3": ("lti/grades.py", "import pylti1p3"),
    "Tokens, keys and outgoing HTTP are lti's business": ("services/visits.py", "import jwt"),
    "Only lti opens its private modules": ("jobs/grades.py", "import lti_tool.lti.quirks"),
    "Flask stays in the web layers": ("services/visits.py", "import flask"),
    "Only services, models and db know SQLAlchemy": ("blueprints/teach.py", "import sqlalchemy"),
    "Content, activities, formulas and protocol know no database": ("library/model.py", "import lti_tool.db"),
    "Formulas know no forms": ("mentoring/score.py", "import wtforms"),
    "Blueprints do not know each other": ("blueprints/teach.py", "import lti_tool.blueprints.learn"),
    "Kinds of activity do not know each other": ("activities/sort.py", "import lti_tool.activities.reading"),
    "The demo LMS is a stranger": ("demo_lms/app.py", "import lti_tool.clock"),
}


def test_every_contract_has_its_counter_example():
    assert set(BREAKS) == {contract["name"] for contract in CONTRACTS}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_import_contract_is_noticed(name, tmp_path):
    for folder in ("lti_tool", "pyproject.toml"):
        subprocess.run(["cp", "-r", ROOT / folder, tmp_path], check=True)
    path, line = BREAKS[name]
    module = tmp_path / "lti_tool" / path
    module.write_text(f"{module.read_text()}\n\n{line}\n")

    linter = "import sys; sys.path.insert(0, '.'); import importlinter.cli as cli; cli.lint_imports_command()"
    words = [sys.executable, "-c", linter, "--no-cache"]
    run = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.returncode == 1
    assert f"{name} BROKEN" in run.stdout
