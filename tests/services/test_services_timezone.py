"""Days are those of where the learner is, as far as the platform says it."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from lti_tool import clock

LATE = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day"), [(None, 25), ("Europe/Madrid", 26), ("America/Bogota", 25), ("Pacific/Kiritimati", 26)]
)
def test_today_is_the_day_where_somebody_is(zone: str | None, day: int):
    with time_machine.travel(LATE, tick=False):
        assert clock.today(zone) == date(2026, 11, day)


@pytest.mark.parametrize("name", ["Europe/Madrid", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_a_zone_that_is_known_is_kept(name: str):
    assert clock.known_zone(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "$Person.address.timezone", "Mars/Olympus", "Europe", "../../etc/passwd", "/etc/localtime", "Europe/Madrid\n"],
)
def test_what_is_no_zone_is_as_if_nothing_was_said(name: str):
    assert clock.known_zone(name) is None
