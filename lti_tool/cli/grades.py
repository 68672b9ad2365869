"""``lti-tool grades``: scores on their way, for operators. Ids and states, never a name."""

import json
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from typing import Any

import click

from lti_tool.cli import opened
from lti_tool.db import Database
from lti_tool.jobs import runner
from lti_tool.lti.http import Outbound
from lti_tool.models import DeliveryState
from lti_tool.services import outbox, reconciling, resending
from lti_tool.services.outbox import Delivery, Filter
from lti_tool.settings import Settings

STATES = click.Choice([state.value for state in DeliveryState])


@click.group()
def grades() -> None:
    """See where scores are, send them again, and compare gradebooks with what was sent."""


def _which(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take a platform, a course, a state and a reason."""
    options = (
        click.option("--platform", "platform_id", type=int, help="Of this platform only."),
        click.option("--course", "course_id", type=int, help="Of this course only."),
        click.option("--state", type=STATES, help="In this state only."),
        click.option("--reason", help="With this reason only: docs/grading.md lists them."),
    )
    for option in options:
        command = option(command)
    return command


def _filter(platform_id: int | None, course_id: int | None, state: str | None, reason: str | None) -> Filter:
    chosen = DeliveryState(state) if state else None
    return Filter(platform_id=platform_id, course_id=course_id, state=chosen, reason=reason)


@grades.command("list")
@_which
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="No more than these.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(limit: int, as_json: bool, **which: Any) -> None:
    """List scores: where each is, and why."""
    with opened.database() as database, database.reading() as session:
        found = outbox.listing(session, _filter(**which), limit)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2, default=lambda moment: moment.isoformat()))
        return
    for each in found:
        click.echo(line(each))
    if not found:
        click.echo("There is no such score.")


def line(each: Delivery) -> str:
    """Return one score as a line."""
    place = f"platform {each.platform}, course {each.course}, column {each.column}, member {each.member}"
    state = f"{each.state}{f' ({each.reason})' if each.reason else ''}"
    then = f", next try {each.next_at:%Y-%m-%d %H:%M:%S} UTC" if each.next_at else ""
    return f"{each.id}  {state}: {each.score}; {place}; tries {each.tries}{then}"


@grades.command()
@click.argument("delivery", nargs=-1, type=int)
@_which
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def resend(delivery: tuple[int, ...], as_json: bool, **which: Any) -> None:
    """Send scores again: those named, or all of a platform, a course, a state or a reason.

    What the gradebook shows is replaced, also a value that a person set.
    """
    _act(resending.resend, delivery, _filter(**which), as_json, "resent", "Scores that go out again")


@grades.command()
@click.argument("delivery", nargs=-1, type=int)
@_which
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def discard(delivery: tuple[int, ...], as_json: bool, **which: Any) -> None:
    """Do not send scores that wait or are held; a newer score of the same learner goes out."""
    _act(resending.discard, delivery, _filter(**which), as_json, "discarded", "Scores that are not sent")


def _act(
    act: Callable[[Any, list[int]], int], named: tuple[int, ...], wanted: Filter, as_json: bool, word: str, says: str
) -> None:
    if bool(named) != wanted.is_open:
        raise click.UsageError("Name the scores (lti-tool grades list), or say which by an option.")
    with opened.database() as database, database.transaction() as session:
        count = act(session, list(named) or outbox.chosen(session, wanted))
    click.echo(json.dumps({word: count}) if as_json else f"{says}: {count}.")


@grades.command()
@click.option("--platform", "platform_id", type=int, help="Of this platform only.")
@click.option("--course", "course_id", type=int, help="Of this course only.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def reconcile(platform_id: int | None, course_id: int | None, as_json: bool) -> None:
    """Compare gradebooks with what was sent, now: what is missing or older goes out again.

    Do this after a backup was restored. Exit with 1 if a gradebook cannot be read.
    """
    settings = Settings.load()
    with opened.database(settings) as database, closing(Outbound(settings.private_hosts)) as http:
        with database.transaction() as session:
            columns = reconciling.ask(session, course_id=course_id, platform_id=platform_id)
        comparer = runner.comparer(settings, database, runner.courier(settings, database, http).service)
        for column_id in columns:
            comparer.compare(column_id)
        rows = _compared(database, columns)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        _print(rows)
    if any(row["problem"] for row in rows):
        sys.exit(1)


def _compared(database: Database, columns: Any) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [{"column": column_id, **reconciling.outcome(session, column_id)} for column_id in columns]


def _print(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        counts = ", ".join(f"{count} {kind}" for kind, count in row["comparison"].items())
        problem = f"could not be read to its end ({row['problem']})"
        click.echo(f"column {row['column']}: {problem if row['problem'] else counts or 'not compared yet'}")
    if not rows:
        click.echo("There is no column to compare.")
