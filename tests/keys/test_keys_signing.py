"""``lti-tool keys rotate --signing``: published a day ahead, kept a day after, never in between."""

import json
import threading
from datetime import timedelta

import pytest
import time_machine
from click.testing import CliRunner
from stage import ENCRYPTION_KEYS, SECRET_KEY

from lti_tool import clock
from lti_tool.cli import commands
from lti_tool.db import Database
from lti_tool.lti.keys import load_private_key
from lti_tool.seal import Sealer
from lti_tool.services import signing_keys
from lti_tool.settings import Settings


@pytest.fixture
def settings(database_url, monkeypatch):
    values = {"BASE_URL": "http://localhost", "DATABASE_URL": database_url, "SECRET_KEY": SECRET_KEY}
    for name, value in {**values, "ENCRYPTION_KEYS": ENCRYPTION_KEYS}.items():
        monkeypatch.setenv(f"LTI_TOOL_{name}", value)
    return Settings.load()


@pytest.fixture
def database(settings):
    opened = Database(settings.database_url)
    yield opened
    opened.engine.dispose()


def rotate(*options):
    return CliRunner().invoke(commands, ["keys", "rotate", "--signing", *options])


def later(hours):
    return time_machine.travel(clock.now() + timedelta(hours=hours), tick=True)


def published(database):
    with database.reading() as session:
        return [jwk["kid"] for jwk in signing_keys.published(session)]


def current(settings, database):
    with database.reading() as session:
        return signing_keys.current(session, Sealer(settings.encryption_keys))


def test_a_key_that_was_not_published_for_a_day_does_not_sign(settings, database):
    before = published(database), current(settings, database).kid

    refused = rotate()

    assert refused.exit_code == 1
    assert "has not been published for 24 hours yet" in refused.stderr
    assert f"{clock.now() + timedelta(hours=24):%Y-%m-%d}" in refused.stderr
    assert (published(database), current(settings, database).kid) == before


def test_after_a_day_the_next_key_signs_and_the_one_before_stays_published(settings, database):
    first, following = published(database)
    with later(hours=24.1):
        done = rotate("--json")

    result = json.loads(done.stdout)
    assert (result["current"], result["previous"], result["removed"]) == (following, first, [])
    assert published(database) == [first, following, result["next"]]
    key = current(settings, database)
    assert key.kid == following
    assert load_private_key(key.private_pem).key_size == 3072


def test_a_key_that_signed_is_published_for_another_day_at_least(settings, database):
    first, following = published(database)
    with later(hours=24.1):
        rotate()
    with later(hours=47):
        too_soon = rotate()
    with later(hours=48.2):
        done = rotate("--json")

    result = json.loads(done.stdout)
    assert too_soon.exit_code == 1
    assert result["removed"] == [first]
    assert published(database) == [following, result["current"], result["next"]]


def test_of_two_who_rotate_at_once_one_is_told_to_wait(settings, database):
    outcomes = []

    def run() -> None:
        try:
            with database.transaction() as session:
                outcomes.append(signing_keys.rotate(session, Sealer(settings.encryption_keys)).current)
        except signing_keys.RotatedTooSoon:
            outcomes.append(None)

    _, following = published(database)
    with later(hours=25):
        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(outcomes, key=str) == sorted([following, None], key=str)
    assert len(published(database)) == 3


@pytest.mark.parametrize("options", [[], ["--signing", "--encryption"]])
def test_one_sort_of_keys_is_rotated_at_a_time(settings, options):
    refused = CliRunner().invoke(commands, ["keys", "rotate", *options])

    assert refused.exit_code == 2
    assert "Give --signing or --encryption." in refused.stderr
