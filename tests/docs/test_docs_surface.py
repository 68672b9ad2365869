"""docs/testing-surface.md lists every route and every command, and nothing else."""

from collections.abc import Iterator

import click
import pytest
from documents import rows
from stage import make_settings

from lti_tool.app import create_app
from lti_tool.cli import commands

SURFACE = "docs/testing-surface.md"
ANSWERED_BY_THE_FRAMEWORK = {"HEAD", "OPTIONS"}


@pytest.fixture(scope="module")
def routes():
    found: dict[str, set[str]] = {}
    for rule in create_app(make_settings("sqlite://")).url_map.iter_rules():
        found.setdefault(rule.rule, set()).update(rule.methods - ANSWERED_BY_THE_FRAMEWORK)
    return found


def test_every_route_is_listed_with_its_methods_and_no_other(routes):
    listed = {row[0].strip("`"): set(row[1].split(", ")) for row in rows(SURFACE, "## Routes")}

    assert listed == routes


def test_every_command_is_listed_with_its_options_and_no_other():
    expected = {command: sorted(options) for command, options in leaves(commands, "lti-tool")}

    listed = {row[0].strip("`"): sorted(row[1].replace("`", "").split()) for row in rows(SURFACE, "## Commands")}

    assert listed == expected


def leaves(command: click.Command, path: str) -> Iterator[tuple[str, list[str]]]:
    """Yield every command that does something, with its options and arguments."""
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from leaves(child, f"{path} {name}")
        return
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
    yield path, [option.opts[0] for option in options] + [argument.human_readable_name for argument in arguments]
