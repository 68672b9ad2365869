"""``lti-tool invite``: a one-time link with which one learning platform registers itself."""

import click

from lti_tool.cli import opened
from lti_tool.services import registrations
from lti_tool.settings import Settings


@click.command()
@click.option("--institution", required=True, help="Who runs the platform; made if it is new.")
@click.option(
    "--support-contacts", required=True, help="Whom a learner can turn to; shown where private matters come up."
)
def invite(institution: str, support_contacts: str) -> None:
    """Print a link that an administrator pastes into their learning platform. It is shown only now."""
    settings = Settings.load()
    with opened.database(settings) as database, database.transaction() as session:
        code, expires_at = registrations.invite(session, institution, support_contacts)
    click.echo(f"{settings.base_url}/lti/register/{code}")
    click.echo(f"Works once, until {expires_at:%Y-%m-%d %H:%M} UTC. Then: lti-tool platform list", err=True)
