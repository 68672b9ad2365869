"""`lti-tool grades`: what an operator sees and does, without a name of anybody."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from stage import environment_of

from lti_tool.cli import commands
from lti_tool.demo_lms.courses import Grade
from lti_tool.models import DeliveryState, GradeDelivery


@pytest.fixture
def grades(stage):
    """Return a runner of the command with the stage's settings, and its JSON where it prints some."""
    environment = environment_of(stage.settings)
    return lambda *words: CliRunner().invoke(commands, ["grades", *map(str, words)], env=environment)


def printed(result):
    """What a command printed as JSON, behind the log of this process."""
    start = min(at for at in (result.stdout.find("[\n"), result.stdout.find("{"), result.stdout.find("[]")) if at >= 0)
    return json.loads(result.stdout[start:])


def hold(stage, reason="refused"):
    with stage.database.transaction() as session:
        session.execute(update(GradeDelivery).values(state=DeliveryState.HELD, reason=reason))


def row(stage):
    with stage.database.reading() as session:
        return session.scalars(select(GradeDelivery)).one()


def test_scores_are_listed_with_ids_and_reasons_and_without_a_name(stage, learner, grades):
    learner.finish("m0.welcome")
    hold(stage)

    (listed,) = printed(grades("list", "--state", "held", "--json"))
    text = grades("list").stdout

    assert (listed["state"], listed["reason"], listed["score"]) == ("held", "refused", "2.00 of 100")
    assert "held (refused): 2.00 of 100" in text
    assert "Mai" not in text
    assert printed(grades("list", "--state", "sent", "--json")) == []


def test_a_held_score_is_sent_again_by_its_id_or_by_its_reason(stage, learner, grades):
    learner.finish("m0.welcome")
    for words in ((row(stage).id,), ("--reason", "refused"), ("--platform", row(stage).platform_id, "--state", "held")):
        hold(stage)

        assert printed(grades("resend", *words, "--json")) == {"resent": 1}
        assert row(stage).state == DeliveryState.WAITING


def test_a_discarded_score_is_not_sent_and_a_newer_one_is(stage, learner, grades):
    learner.finish("m0.welcome")

    assert printed(grades("discard", row(stage).id, "--json")) == {"discarded": 1}
    assert stage.deliver() == 0
    learner.finish("m0.privacy", agreed="yes")

    assert stage.deliver() == 1
    assert stage.grade("moodle-m101", "as-they-go", "mai").final == 4


@pytest.mark.parametrize("command", ["resend", "discard"])
def test_nothing_is_sent_or_discarded_by_accident(stage, learner, grades, command):
    learner.finish("m0.welcome")

    assert grades(command).exit_code == 2
    assert grades(command, row(stage).id, "--state", "held").exit_code == 2


def test_reconcile_compares_now_and_sends_again_what_is_missing(stage, learner, grades):
    learner.finish("m0.welcome")
    stage.deliver()
    grade = stage.grade("moodle-m101", "as-they-go", "mai")
    vars(grade).update(vars(Grade()))

    result = grades("reconcile", "--json")

    (compared,) = [each for each in printed(result) if sum(each["comparison"].values())]
    assert result.exit_code == 0
    assert compared["comparison"] == {"match": 0, "missing": 1, "older": 0, "changed": 0, "extra": 0}
    assert stage.deliver() == 1
    assert grade.final == 2


def test_reconcile_says_which_gradebook_cannot_be_read(stage, learner, grades):
    learner.finish("m0.welcome")
    stage.deliver()
    stage.lms.fail("results", times=2, status=503)

    result = grades("reconcile")

    assert result.exit_code == 1
    assert "could not be read to its end (trouble)" in result.stdout
