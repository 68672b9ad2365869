"""``lti-tool keys``: new signing keys, and everything sealed with a new encryption key."""

import json
import sys
from collections.abc import Iterator

import click

from lti_tool.db import Database
from lti_tool.seal import Sealer
from lti_tool.services import sealing, signing_keys
from lti_tool.services.signing_keys import RotatedTooSoon
from lti_tool.settings import Settings

Counts = dict[str, dict[str, int]]


@click.group()
def keys() -> None:
    """Change the keys that sign and the keys that seal."""


@keys.command()
@click.option("--signing", is_flag=True, help="Sign with the next key, and make another one to follow it.")
@click.option("--encryption", is_flag=True, help="Seal everything stored with the first encryption key.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def rotate(signing: bool, encryption: bool, as_json: bool) -> None:
    """Rotate one sort of keys; exit with 1 if that cannot be done now."""
    if signing == encryption:
        raise click.UsageError("Give --signing or --encryption.")
    settings = Settings.load()
    database = Database(settings.database_url)
    try:
        (_rotate_signing if signing else _rotate_encryption)(settings, database, as_json)
    finally:
        database.engine.dispose()


def _rotate_signing(settings: Settings, database: Database, as_json: bool) -> None:
    try:
        with database.transaction() as session:
            rotated = signing_keys.rotate(session, Sealer(settings.encryption_keys))
    except RotatedTooSoon as refused:
        click.echo(f"{refused.message} {refused.remedy} {refused.detail}", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(vars(rotated)))
        return
    click.echo(f"Signing now: {rotated.current}")
    click.echo(f"Still published, so that what it signed stays valid: {rotated.previous}")
    click.echo(f"Published ahead of its time: {rotated.next}")
    for kid in rotated.removed:
        click.echo(f"Removed: {kid}")


def _rotate_encryption(settings: Settings, database: Database, as_json: bool) -> None:
    counts: Counts = {kind.name: {"sealed": 0, "unreadable": 0} for kind in sealing.KINDS}
    for name, batch in _batches(settings, database):
        counts[name]["sealed"] += batch.sealed
        counts[name]["unreadable"] += batch.unreadable
    first = next(iter(settings.encryption_keys))
    unreadable = sum(count["unreadable"] for count in counts.values())
    if as_json:
        click.echo(json.dumps({"key": first, **counts}))
    else:
        for name, count in counts.items():
            click.echo(f"{name}: {count['sealed']} sealed anew with the key {first}")
    if unreadable:
        click.echo(f"{unreadable} could not be opened with any key of LTI_TOOL_ENCRYPTION_KEYS and stay.", err=True)
        sys.exit(1)


def _batches(settings: Settings, database: Database) -> Iterator[tuple[str, sealing.Batch]]:
    """Seal batch after batch, each in a transaction of its own."""
    sealer, first = Sealer(settings.encryption_keys), next(iter(settings.encryption_keys))
    for kind in sealing.KINDS:
        last: int | None = 0
        while last is not None:
            with database.transaction() as session:
                batch = sealing.seal_anew(session, sealer, first, kind, last)
            last = batch.last_id
            yield kind.name, batch
