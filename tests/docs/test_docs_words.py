"""What our documents name exists, and no file names what belongs to one machine."""

import re

import click
import pytest
from documents import DOCUMENTS, ROOT, code_in, name, repository_files

from lti_tool.cli import commands

TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
PLACES = [ROOT, *(ROOT / folder for folder in ("lti_tool", "lti_tool/templates", "lti_tool/static", "tests"))]
MADE_BY_SET_UP = (".venv/", ".tools/", ".demo/", "vendor/")
PATH = re.compile(r"^[\w.-]+(/[\w.-]+)*(/|\.(py|md|toml|yaml|html|css|js|env|conf|txt|png))(:\w+)?$")
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".js", ".env", ".conf", ".txt", ".json", ".mako", ""}

# Put together here, so that this file does not name them itself.
REGISTRIES = ["pypi" + ".org", "python" + "hosted", "npm" + "js", "docker" + ".io", "ghcr" + ".io", "crates" + ".io"]
ELSEWHERE = ["../" + "shared"]
HOME = re.compile(r"(?<![\w.:/-])/(?:home|Users|root|work)/\w")


@pytest.fixture(params=DOCUMENTS, ids=name)
def document(request):
    return request.param


def test_every_make_target_that_a_document_names_exists(document):
    named = {found for code in code_in(document.read_text()) for found in re.findall(r"\bmake ([a-z][a-z-]*)", code)}

    assert named - TARGETS == set()


def test_every_command_that_a_document_names_exists(document):
    missing = [code for code in code_in(document.read_text()) if not all(map(is_command, invocations(code)))]

    assert missing == []


def test_every_link_leads_to_a_file(document):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", document.read_text())
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]

    assert missing == []


def test_every_path_that_a_document_names_exists(document):
    paths = [code for code in code_in(document.read_text()) if is_path(code)]
    missing = [path for path in paths if not exists(path)]

    assert missing == []


@pytest.mark.parametrize("forbidden", [*REGISTRIES, *ELSEWHERE])
def test_no_file_names_a_registry_or_a_place_outside_the_repository(forbidden):
    naming = [name(path) for path, text in texts() if forbidden in text.lower()]

    assert naming == []


def test_no_file_names_a_folder_of_one_machine():
    naming = [f"{name(path)}: {found[0]}" for path, text in texts() if (found := HOME.search(text))]

    assert naming == []


def texts():
    """Yield the text files of the repository."""
    for path in repository_files():
        if path.suffix in TEXT:
            yield path, path.read_text(errors="replace")


def invocations(code: str) -> list[list[str]]:
    """Return the words after each ``lti-tool`` in a line of code."""
    return [found.split() for found in re.findall(r"\blti-tool((?: +[a-z][a-z-]*)+)", code)]


def is_command(words: list[str]) -> bool:
    """Say whether words lead to a command; what stands behind a command is its argument."""
    command: click.Command = commands
    for word in words:
        if not isinstance(command, click.Group):
            return True
        if word not in command.commands:
            return False
        command = command.commands[word]
    return True


def is_path(code: str) -> bool:
    """Say whether a code span is a path in the repository; what set-up makes is not in it."""
    return "/" in code and bool(PATH.match(code)) and not code.startswith(MADE_BY_SET_UP)


def exists(path: str) -> bool:
    """Say whether a path is there, at the top or in the package; behind a colon stands something it defines."""
    file, _, defined = path.partition(":")
    found = next((place / file for place in PLACES if (place / file).exists()), None)
    if found is None or not defined:
        return found is not None
    return re.search(rf"^\s*(?:def|class) {defined}\b|^{defined}\b", found.read_text(), re.M) is not None
