"""The command line: ``lti-tool``. Each command says what it did; faulty settings are named and end it."""

import sys

import click

from lti_tool import __version__
from lti_tool.cli.content import content
from lti_tool.cli.platforms import platform
from lti_tool.cli.serve import demo, run, upgrade, work
from lti_tool.settings import SettingsFaulty


@click.group()
@click.version_option(__version__, prog_name="lti-tool")
def commands() -> None:
    """Run and look after Three Steps, a mentoring workshop inside a learning platform."""


for command in (content, demo, platform, run, upgrade, work):
    commands.add_command(command)


def main() -> None:
    """Run one command; say what is wrong with the settings instead of a stack trace."""
    try:
        commands()
    except SettingsFaulty as faults:
        click.echo(f"Settings to mend (see config/example.env):\n{faults}", err=True)
        sys.exit(2)
