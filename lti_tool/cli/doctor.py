"""``lti-tool platform doctor``: a live look at the connection with a platform, and what to do."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any

import click

from lti_tool import clock
from lti_tool.cli import opened
from lti_tool.db import Database
from lti_tool.lti.description import SCOPES, Addresses
from lti_tool.lti.doctor import Places, Step, Verdict, examine
from lti_tool.lti.http import Outbound
from lti_tool.lti.keys import load_private_key
from lti_tool.lti.roster import SCOPE_ROSTER
from lti_tool.lti.tokens import TokenSource
from lti_tool.models import PlatformState
from lti_tool.seal import Sealer
from lti_tool.services import connections, platforms, signing_keys
from lti_tool.services.connections import Connection
from lti_tool.settings import Settings

QUIET_FOR = timedelta(days=30)
MARKS = {Verdict.OK: "ok", Verdict.WARNING: "!!", Verdict.FAILED: "XX", Verdict.SKIPPED: "--"}


@click.command()
@click.argument("platform_id", type=int, required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(platform_id: int | None, as_json: bool) -> None:
    """Try the connection with a platform, or with all of them, step by step; exit with 1 if a step fails."""
    settings = Settings.load()
    http = Outbound(settings.private_hosts)
    with opened.database(settings) as database, closing(http):
        tokens = TokenSource(http, partial(_signing_key, database, Sealer(settings.encryption_keys)))
        reports = [(each, steps(settings, http, tokens, each)) for each in _connections(database, platform_id)]
        failed = _print_json(reports) if as_json else _print(reports)
    if failed:
        sys.exit(1)


def steps(settings: Settings, http: Outbound, tokens: TokenSource, connection: Connection) -> Iterator[Step]:
    """Yield what our tables say of a connection, and every step of a live look at it."""
    yield _state(connection)
    yield from examine(http, tokens, connection.platform, _places(settings, connection))
    yield _last_launch(connection)
    yield _traffic(connection)
    yield _held(connection)


def _connections(database: Database, platform_id: int | None) -> list[Connection]:
    with database.reading() as session:
        ids = [each.id for each in platforms.everyone(session)] if platform_id is None else [platform_id]
        found = [each for each in (connections.of(session, each) for each in ids) if each is not None]
    if not found and platform_id is not None:
        raise click.ClickException(f"There is no platform {platform_id}: lti-tool platform list")
    return found


def _places(settings: Settings, connection: Connection) -> Places:
    """Try the scopes that were granted; else those that launches named; else all that we could use."""
    seen = {*connection.seen_scopes, *([SCOPE_ROSTER] if connection.memberships_url else [])}
    known = connection.granted_scopes if connection.granted_scopes is not None else seen
    return Places(
        scopes=tuple(scope for scope in SCOPES if scope in known) or SCOPES,
        lineitems_url=connection.lineitems_url,
        memberships_url=connection.memberships_url,
        tool_keys_url=Addresses(settings.base_url).keys,
    )


def _state(connection: Connection) -> Step:
    commands = {PlatformState.PENDING: "approve", PlatformState.PAUSED: "resume"}
    says = f"The registration is {connection.state.value}."
    if connection.state is PlatformState.ACTIVE and (connection.deployment_ids or connection.auto_deploy):
        return Step(name="state", verdict=Verdict.OK, says=says)
    if connection.state is PlatformState.ACTIVE:
        todo = "Add it: lti-tool platform add, with the platform's deployment id."
        return Step(name="state", verdict=Verdict.FAILED, says="No deployment is known: no launch works.", todo=todo)
    todo = f"lti-tool platform {commands[connection.state]} {connection.platform.id}"
    return Step(name="state", verdict=Verdict.WARNING, says=f"{says} It cannot launch.", todo=todo)


def _last_launch(connection: Connection) -> Step:
    at = connection.last_launch_at
    if at is None:
        todo = "Open the workshop once from a course, as a teacher."
        return Step(name="last launch", verdict=Verdict.WARNING, says="Nobody has launched yet.", todo=todo)
    says = f"The last launch was at {at:%Y-%m-%d %H:%M} UTC."
    if clock.now() - at <= QUIET_FOR:
        return Step(name="last launch", verdict=Verdict.OK, says=says)
    return Step(name="last launch", verdict=Verdict.WARNING, says=says, todo="Right in a break; else try one.")


def _traffic(connection: Connection) -> Step:
    """Say whether scores go there at all."""
    if connection.down_since is not None:
        says = f"Scores stopped at {connection.down_since:%Y-%m-%d %H:%M} UTC: it failed five times in a row."
        todo = "The steps above say why. One score at a time sees whether it is back; then all go out by themselves."
        return Step(name="traffic", verdict=Verdict.WARNING, says=says, todo=todo)
    if connection.rest_until is not None:
        says = f"The platform asked to be left alone until {connection.rest_until:%Y-%m-%d %H:%M} UTC."
        todo = f"If that is often: lti-tool platform pace {connection.platform.id} --at-once 1"
        return Step(name="traffic", verdict=Verdict.WARNING, says=says, todo=todo)
    if not connection.workers and connection.oldest_waiting is not None:
        says = "Scores wait, and no worker was seen for a minute."
        return Step(name="traffic", verdict=Verdict.WARNING, says=says, todo="Start one: lti-tool work")
    return Step(name="traffic", verdict=Verdict.OK, says=f"Scores may go. Workers: {connection.workers}.")


def _held(connection: Connection) -> Step:
    waiting = connection.deliveries.get("waiting", 0) + connection.deliveries.get("sending", 0)
    oldest = connection.oldest_waiting
    since = f", the oldest since {oldest:%Y-%m-%d %H:%M} UTC" if oldest else ""
    if not connection.held:
        return Step(name="grades", verdict=Verdict.OK, says=f"No score is held. On their way: {waiting}{since}.")
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(connection.held.items()))
    says = f"Held scores: {reasons}. On their way: {waiting}{since}."
    todo = f"lti-tool grades list --platform {connection.platform.id} --state held; docs/grading.md says what helps."
    return Step(name="grades", verdict=Verdict.WARNING, says=says, todo=todo)


def _print(reports: list[tuple[Connection, Iterator[Step]]]) -> bool:
    failed = False
    for connection, found in reports:
        click.echo(f"Platform {connection.platform.id}: {connection.name} ({connection.platform.issuer})")
        for step in found:
            failed |= step.verdict is Verdict.FAILED
            click.echo(f"  {MARKS[step.verdict]}  {step.name}: {step.says}")
            if step.todo:
                click.echo(f"      -> {step.todo}")
    return failed


def _print_json(reports: list[tuple[Connection, Iterator[Step]]]) -> bool:
    rows: list[dict[str, Any]] = []
    for connection, found in reports:
        listed = [{"step": s.name, "verdict": s.verdict.value, "says": s.says, "todo": s.todo} for s in found]
        rows.append({"platform": connection.platform.id, "name": connection.name, "steps": listed})
    click.echo(json.dumps(rows, indent=2))
    return any(step["verdict"] == Verdict.FAILED.value for row in rows for step in row["steps"])


def _signing_key(database: Database, sealer: Sealer) -> tuple[str, Any]:
    with database.reading() as session:
        key = signing_keys.current(session, sealer)
    return key.kid, load_private_key(key.private_pem)
