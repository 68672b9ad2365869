"""The options by which an operator says how one platform is treated."""

from collections.abc import Callable
from urllib.parse import urlsplit

import click

from lti_tool.lti import texts
from lti_tool.settings import Settings

LEEWAY_AT_MOST = 600
ORIGINS_LIMIT = 2000


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


def origins(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> str | None:
    """Refuse what is no origin; None if nothing was given."""
    given = [value for value in values if value]
    for each in given:
        https_address(context, option, each)
        if texts.origin(each) != each:
            raise click.BadParameter("write scheme and host alone, as in https://portal.example.edu", param=option)
    if len(" ".join(given)) > ORIGINS_LIMIT:
        raise click.BadParameter("that is too many", param=option)
    return " ".join(given) if values else None


_OPTIONS = (
    click.option("--token-audience", help="Only where the platform wants another one than its token endpoint."),
    click.option("--family", help="canvas, moodle, …; a launch fills it in if you leave it out."),
    click.option("--auto-deploy/--listed-only", default=None, help="Accept deployments that are not listed (Canvas)."),
    click.option(
        "--anonymous/--no-anonymous",
        "allow_anonymous",
        default=None,
        help="Let people look around whom the platform does not name; nothing of theirs is kept.",
    ),
    click.option(
        "--leeway",
        "leeway_seconds",
        type=click.IntRange(0, LEEWAY_AT_MOST),
        help="Seconds by which the platform's clock may differ from ours; 60 if nobody says.",
    ),
    click.option(
        "--frame-origin",
        "frame_origins",
        multiple=True,
        callback=origins,
        help='A further origin whose pages may frame the tool; give all of them at once, or "" for none.',
    ),
)


def choices(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of ``platforms.Choices``: one that is left out leaves the platform as it is."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
