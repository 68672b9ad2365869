"""The command line: ``lti-tool``. Each command says what it did; faulty settings are named and end it."""

import os
import sys

import click

from lti_tool import __version__
from lti_tool.cli.content import content
from lti_tool.cli.doctor import doctor
from lti_tool.cli.grades import grades
from lti_tool.cli.invitations import invite
from lti_tool.cli.keys import keys
from lti_tool.cli.platforms import platform
from lti_tool.cli.preview import preview
from lti_tool.cli.serve import demo, run, upgrade, work
from lti_tool.errors import ToolError
from lti_tool.library.problems import PackRefused
from lti_tool.settings import SettingsFaulty


@click.group()
@click.version_option(__version__, prog_name="lti-tool")
def commands() -> None:
    """Run and look after Three Steps, a mentoring workshop inside a learning platform."""


for command in (content, demo, grades, invite, keys, platform, run, upgrade, work):
    commands.add_command(command)
content.add_command(preview)
platform.add_command(doctor)


def main() -> None:
    """Run one command; say what is wrong with the settings instead of a stack trace."""
    os.umask(0o077)  # a database or key file that we make is nobody else's to read
    try:
        commands()
    except SettingsFaulty as faults:
        click.echo(f"Settings to mend (see config/example.env):\n{faults}", err=True)
        sys.exit(2)
    except PackRefused as refused:
        click.echo(f"A workshop to mend (see LTI_TOOL_WORKSHOPS):\n{refused}", err=True)
        sys.exit(1)
    except ToolError as refused:
        click.echo(" ".join(filter(None, [refused.message, refused.detail_for_page, refused.remedy])), err=True)
        sys.exit(1)
