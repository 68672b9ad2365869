"""``lti-tool content``: checks for authors."""

import click


@click.group()
def content() -> None:
    """Check workshop content."""
