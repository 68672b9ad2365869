"""The only source of time, so that tests can turn it."""

import re
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ZONE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
"""How the IANA writes the names of zones."""


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place that may ask the system


def today(zone: str | None = None) -> date:
    """Return the day it is in a time zone (``Europe/Madrid``), in UTC if none is known."""
    return day_of(now(), zone)


def day_of(moment: datetime, zone: str | None = None) -> date:
    """Return the day of a moment in a time zone, in UTC if none is known."""
    return moment.astimezone(ZoneInfo(zone) if zone else UTC).date()


def known_zone(name: str) -> str | None:
    """Return the name of a time zone if this machine knows it, else None."""
    if not ZONE.fullmatch(name):
        return None
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):  # no zone, a folder of zones, a file that is none
        return None
    return name
