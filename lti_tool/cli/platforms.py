"""``lti-tool platform``: the learning platforms that may launch the tool."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from lti_tool.cli import opened
from lti_tool.cli.choices import choices, https_address
from lti_tool.lti.description import missing_for, short
from lti_tool.lti.registration import Endpoint, endpoint
from lti_tool.services import connections, platforms, registrations
from lti_tool.services.connections import Connection
from lti_tool.services.platforms import Choices, Registration
from lti_tool.services.registrations import NothingPending
from lti_tool.settings import Settings

Result = TypeVar("Result")


@click.group()
def platform() -> None:
    """Register learning platforms, and see which ones are registered."""


@platform.command()
@click.option("--institution", required=True, help="Who runs the platform; made if it is new.")
@click.option(
    "--support-contacts", required=True, help="Whom a learner can turn to; shown where private matters come up."
)
@click.option("--name", required=True, help="What operators call this platform.")
@click.option("--issuer", required=True, help="The platform's issuer, to the letter.")
@click.option("--client-id", required=True)
@click.option("--deployment-id", "deployment_ids", multiple=True, help="May be given several times.")
@click.option("--authorization-endpoint", required=True, callback=https_address)
@click.option("--token-endpoint", required=True, callback=https_address)
@click.option("--jwks-uri", required=True, callback=https_address)
@choices
def add(**values: str) -> None:
    """Register a platform, or bring its registration up to date; what is not given stays as it is."""
    settings = Settings.load()
    if not values["deployment_ids"] and not values["auto_deploy"]:
        raise click.UsageError("Give a --deployment-id, or --auto-deploy to accept any.")
    with opened.database(settings) as database, database.transaction() as session:
        platform_id = platforms.add(session, Registration(**values))  # type: ignore[arg-type] # click has typed them
    click.echo(f"Platform {platform_id} is registered. Enter these values there:")
    for label, path in (
        ("Tool URL, target link URI and redirect URI", "/lti/launch"),
        ("Login initiation URL", "/lti/login"),
        ("Public key set", "/lti/jwks.json"),
    ):
        click.echo(f"  {label}: {settings.base_url}{path}")


@platform.command("set")
@click.argument("platform_id", type=int)
@choices
def set_(platform_id: int, **values: str) -> None:
    """Change what an operator decides of one platform; what is not given stays as it is."""
    with opened.database() as database, database.transaction() as session:
        is_known = platforms.choose(session, platform_id, Choices(**values))  # type: ignore[arg-type] # click has typed them
    if not is_known:
        raise _no_platform(platform_id)
    click.echo(f"Platform {platform_id} is changed. See: lti-tool platform show {platform_id}")


@platform.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show_all(as_json: bool) -> None:
    """List the registered platforms."""
    with opened.database() as database, database.reading() as session:
        rows = [
            {
                "id": each.id,
                "name": each.name,
                "institution": each.institution.name,
                "issuer": each.issuer,
                "client_id": each.client_id,
                "deployment_ids": platforms.deployments(session, each.id),
                "family": each.family,
                "state": each.state,
            }
            for each in platforms.everyone(session)
        ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(
            f"{row['id']}  {row['state']:<8} {row['name']} ({row['institution']}): {row['issuer']} {row['client_id']}"
        )
    if not rows:
        click.echo("No platform is registered yet: lti-tool platform add --help")


MISSING = {
    "grades": "no score reaches the gradebook (score not granted)",
    "columns": "no gradebook column can be made (line items not granted)",
    "checks": "a teacher's own grade cannot be seen before sending (results not granted)",
    "roster": "the teacher's page lists only who has opened the workshop (members not granted)",
}
ENDPOINTS = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


@platform.command()
@click.argument("platform_id", type=int)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(platform_id: int, as_json: bool) -> None:
    """Show one platform: its addresses, what it granted, and a change that waits for approval."""
    with opened.database() as database, database.reading() as session:
        connection = connections.of(session, platform_id)
        change = registrations.change_of(session, platform_id)
        wanted = dict(change.wanted) if change else {}
    if connection is None:
        raise _no_platform(platform_id)
    if as_json:
        click.echo(json.dumps(described(connection, wanted), indent=2))
    else:
        click.echo("\n".join(lines(connection, wanted)))


def described(connection: Connection, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of a platform as plain values."""
    known = connection.platform
    return {
        "id": known.id,
        "name": connection.name,
        "institution": connection.institution,
        "state": connection.state.value,
        "family": known.family,
        "client_id": known.client_id,
        "deployment_ids": list(connection.deployment_ids),
        "auto_deploy": connection.auto_deploy,
        "allow_anonymous": known.allow_anonymous,
        "leeway_seconds": known.leeway_seconds,
        "frame_origins": known.frame_origins.split(),
        "configuration_url": connection.configuration_url,
        "endpoints": {
            each.kind: {"url": each.url, "differs": each.differs} for each in addresses(connection, wanted={})
        },
        "granted_scopes": None if connection.granted_scopes is None else list(connection.granted_scopes),
        "granted_claims": None if connection.granted_claims is None else list(connection.granted_claims),
        "missing": list(missing_for(connection.granted_scopes)) if connection.granted_scopes is not None else [],
        "wanted_change": wanted,
        "last_launch_at": connection.last_launch_at and connection.last_launch_at.isoformat(),
        "deliveries": dict(connection.deliveries),
        "held": dict(connection.held),
    }


def lines(connection: Connection, wanted: dict[str, Any]) -> list[str]:
    """Return what is known of a platform as text; every address on another host than its description is marked."""
    known = connection.platform
    deployments = ", ".join(connection.deployment_ids) or "none yet"
    found = [
        f"{known.id}  {connection.state}  {connection.name} ({connection.institution})",
        f"  client id: {known.client_id}",
        f"  deployments: {deployments}{' (others are added at their first launch)' if connection.auto_deploy else ''}",
        f"  described at: {connection.configuration_url or 'entered by hand'}",
        *(f"  {line(each)}" for each in addresses(connection, wanted={})),
    ]
    if connection.granted_scopes is not None:
        found.append(f"  granted: {', '.join(map(short, connection.granted_scopes)) or 'no service'}")
        found += [f"  will not work: {MISSING[name]}" for name in missing_for(connection.granted_scopes)]
    if connection.granted_claims is not None:
        found.append(f"  shares of people: {', '.join(connection.granted_claims) or 'nothing'}")
    if known.allow_anonymous:
        found.append("  people whom it does not name: may look around")
    if known.leeway_seconds != platforms.USUAL.leeway_seconds:
        found.append(f"  leeway of clocks: {known.leeway_seconds} s")
    if known.frame_origins:
        found.append(f"  may be framed by: {known.frame_origins}")
    if wanted:
        found += ["  A change waits for approval:", *(f"    {each}" for each in differences(connection, wanted))]
    found.append(f"  last launch: {connection.last_launch_at or 'none'}")
    return found


def addresses(connection: Connection, wanted: dict[str, Any]) -> list[Endpoint]:
    """Return the platform's addresses, or those it would like to have, compared with where they were described."""
    origin = wanted.get("configuration_url", connection.configuration_url)
    return [endpoint(kind, wanted.get(kind, getattr(connection.platform, kind)), origin) for kind in ENDPOINTS]


def line(each: Endpoint) -> str:
    """Return an address as one line."""
    return f"{each.kind.replace('_', ' ')}: {each.url}{'   <- on another host' if each.differs else ''}"


def differences(connection: Connection, wanted: dict[str, Any]) -> list[str]:
    """Return what a waiting change would make different."""
    now = {endpoint.kind: endpoint for endpoint in addresses(connection, wanted={})}
    changed = [each for each in addresses(connection, wanted) if each.url != now[each.kind].url]
    found = [line(each) for each in changed]
    for name in ("granted_scopes", "granted_claims"):
        before, after = getattr(connection, name), wanted.get(name)
        if after is not None and sorted(before or ()) != sorted(after):
            found.append(f"{name.replace('_', ' ')}: {', '.join(map(short, after)) or 'nothing'}")
    return found or ["nothing that matters: the same addresses, scopes and claims"]


@platform.command()
@click.argument("platform_id", type=int)
def approve(platform_id: int) -> None:
    """Let a platform that registered itself launch, or take over the change it asked for."""
    with opened.database() as database, database.transaction() as session:
        connection = connections.of(session, platform_id)
        change = registrations.change_of(session, platform_id)
        wanted = dict(change.wanted) if change else {}
        is_change = _try(registrations.approve, session, platform_id)
    if connection is not None:
        click.echo("\n".join(lines(connection, wanted)))
    click.echo("The change holds now." if is_change else f"Platform {platform_id} is approved: it can launch.")


@platform.command()
@click.argument("platform_id", type=int)
def reject(platform_id: int) -> None:
    """Forget a platform that waits for approval, or the change it asked for."""
    with opened.database() as database, database.transaction() as session:
        is_change = _try(registrations.reject, session, platform_id)
    click.echo(
        "The change is forgotten; the connection stays as it was." if is_change else "The registration is forgotten."
    )


@platform.command()
@click.argument("platform_id", type=int)
def pause(platform_id: int) -> None:
    """Stop a platform at once: no launches, its visits end, its scores wait."""
    with opened.database() as database, database.transaction() as session:
        waiting = _try(registrations.pause, session, platform_id)
    click.echo(f"Platform {platform_id} is paused. Scores that wait until it is resumed: {waiting}.")


@platform.command()
@click.argument("platform_id", type=int)
def resume(platform_id: int) -> None:
    """Let a paused platform launch again, and send the scores that waited."""
    with opened.database() as database, database.transaction() as session:
        freed = _try(registrations.resume, session, platform_id)
    click.echo(f"Platform {platform_id} is active again. Scores that go out now: {freed}.")


@platform.command()
@click.argument("platform_id", type=int)
@click.option("--at-once", type=click.IntRange(1, 16), help="Scores that may be under way to it at the same time.")
@click.option("--usual", is_flag=True, help="As suits its family again.")
def pace(platform_id: int, at_once: int | None, usual: bool) -> None:
    """Say how many scores one platform gets at once: 1 suits Canvas, 4 any other."""
    if usual == (at_once is not None):
        raise click.UsageError("Give --at-once, or --usual.")
    with opened.database() as database, database.transaction() as session:
        is_known = platforms.set_pace(session, platform_id, at_once)
    if not is_known:
        raise _no_platform(platform_id)
    click.echo(f"Platform {platform_id} gets {at_once or 'as many scores at once as suit its family'}.")


def _no_platform(platform_id: int) -> click.ClickException:
    return click.ClickException(f"There is no platform {platform_id}: lti-tool platform list")


def _try(act: Callable[[Any, int], Result], session: Any, platform_id: int) -> Result:
    """Do it; say in one line why it cannot be done."""
    try:
        return act(session, platform_id)
    except NothingPending as nothing:
        raise click.ClickException(f"{nothing}. See: lti-tool platform show {platform_id}") from None
