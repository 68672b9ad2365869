"""``lti-tool content``: commands for authors of workshops."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from lti_tool.library.check import check_pack
from lti_tool.library.problems import Level, PackRefused, Problem
from lti_tool.library.releases import release as release_pack

PACK = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def content() -> None:
    """Check, see and publish workshops."""


@content.command()
@click.argument("path", type=PACK)
@click.option("--release", is_flag=True, help="Also refuse activities that open later.")
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def check(path: Path, release: bool, as_json: bool) -> None:
    """Say what is wrong with the workshop in PATH; exit with 1 if anything is an error."""
    problems = check_pack(path, release=release)
    show(problems, as_json=as_json)
    if any(problem.level is Level.ERROR for problem in problems):
        sys.exit(1)


@content.command()
@click.argument("path", type=PACK)
def release(path: Path) -> None:
    """Publish the workshop in PATH: write down what later versions may not change."""
    try:
        written = release_pack(path)
    except PackRefused as refused:
        show(refused.problems, as_json=False)
        sys.exit(1)
    click.echo(f"Wrote {written}. Commit it with the version.")


def show(problems: Iterable[Problem], *, as_json: bool) -> None:
    """Print problems, one a line, or as one JSON list."""
    if as_json:
        click.echo(json.dumps([vars_of(problem) for problem in problems], indent=1))
        return
    for problem in problems:
        click.echo(f"{problem}" if problem.level is Level.ERROR else f"{problem} (warning)")


def vars_of(problem: Problem) -> dict[str, str | int]:
    """Return a problem as plain values."""
    return {
        "path": problem.path,
        "line": problem.line,
        "code": problem.code,
        "level": problem.level.value,
        "message": problem.message,
    }
