"""``lti-tool platform``: the learning platforms that may launch the tool."""

import json
from urllib.parse import urlsplit

import click

from lti_tool.db import Database
from lti_tool.services import platforms
from lti_tool.services.platforms import Registration
from lti_tool.settings import Settings


@click.group()
def platform() -> None:
    """Register learning platforms, and see which ones are registered."""


def https_address(_context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Refuse what is no address; plain http only for hosts on the operator's own list."""
    if value is None:
        return None
    url = urlsplit(value)
    plain_allowed = url.netloc in Settings.load().private_hosts
    if not url.hostname or url.username or (url.scheme != "https" and not (url.scheme == "http" and plain_allowed)):
        raise click.BadParameter(
            "write an https address (http only for hosts listed in LTI_TOOL_PRIVATE_HOSTS)", param=option
        )
    return value


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
@click.option("--token-audience", help="Only where the platform wants another one than its token endpoint.")
@click.option("--family", default="", help="canvas, moodle, …; a launch fills it in if you leave it out.")
@click.option("--auto-deploy", is_flag=True, help="Accept deployments that are not listed (Canvas).")
def add(**values: str) -> None:
    """Register a platform, or bring its registration up to date."""
    settings = Settings.load()
    if not values["deployment_ids"] and not values["auto_deploy"]:
        raise click.UsageError("Give a --deployment-id, or --auto-deploy to accept any.")
    with Database(settings.database_url).transaction() as session:
        platform_id = platforms.add(session, Registration(**values))  # type: ignore[arg-type] # click has typed them
    click.echo(f"Platform {platform_id} is registered. Enter these values there:")
    for label, path in (
        ("Tool URL, target link URI and redirect URI", "/lti/launch"),
        ("Login initiation URL", "/lti/login"),
        ("Public key set", "/lti/jwks.json"),
    ):
        click.echo(f"  {label}: {settings.base_url}{path}")


@platform.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show_all(as_json: bool) -> None:
    """List the registered platforms."""
    with Database(Settings.load().database_url).reading() as session:
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
