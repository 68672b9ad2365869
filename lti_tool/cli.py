"""The command line."""

import click


@click.group()
def main() -> None:
    """Run and look after Three Steps."""
