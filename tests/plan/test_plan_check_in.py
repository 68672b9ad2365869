"""Six weeks later: the check-in waits, says until when, opens, and is worth no points. Days are the learner's own."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from lti_tool import clock
from lti_tool.models import Answer, Visit

LAST_MODULE = ("m4.smart", "m4.message", "m4.agenda", "m4.agreement", "m4.follow")


def finish_last_module(browser) -> None:
    """Do all of M4 the short way."""
    for activity_id in LAST_MODULE:
        assert browser.finish(activity_id, offline="yes").status_code == 303
    assert browser.finish("m4.eval").status_code == 303


def done_since(stage, days: int) -> None:
    """Move everything that was completed some days back."""
    at = clock.now() - timedelta(days=days)
    with stage.database.transaction() as session:
        session.execute(update(Answer).values(completed_at=at))


def test_the_check_in_waits_for_six_weeks_and_then_opens(stage, learner):
    own = f"{learner.visit}/my-data/three-steps.json"
    before = learner.open(learner.home).get_text()
    closed = learner.get(f"{learner.visit}/activities/m5.check_in")
    finish_last_module(learner)
    waiting = " ".join(learner.open(learner.home).get_text().split())
    done_since(stage, 41)
    almost = learner.get(f"{learner.visit}/activities/m5.check_in")
    done_since(stage, 43)
    answered = learner.finish("m5.check_in", sent="sent", talk="planned", learned="That it is easier in writing.")
    after = learner.open(answered.location)
    taken = {each["activity_id"]: each["rows"] for each in learner.get(own).json["written"]}
    stage.deliver()

    assert "Opens 42 days after “Plan, act, close”" in before
    assert "Opens on " in waiting
    assert "6 of 27 done" in waiting
    assert (closed.status_code, almost.status_code) == (404, 404)
    assert ["What did you learn?", "That it is easier in writing."] in taken["m5.check_in"]
    assert "You asked. That was the hard part." in after.get_text()
    assert stage.grade("moodle-m101", "as-they-go", "mai").final == 20


def test_dates_are_those_of_where_the_learner_is(stage, learner):
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    soon = {"what_1": "Send the message", "by_1": "2026-11-25"}

    def answers() -> tuple[int, int]:
        """Plan a step for the 25th in UTC, then where the 26th has begun."""
        codes = []
        for zone in (None, "Europe/Madrid"):
            with stage.database.transaction() as session:
                session.execute(update(Visit).values(timezone=zone, last_seen_at=late, expires_at=late + timedelta(1)))
            codes.append(learner.finish("m4.follow", **soon).status_code)
        return codes[0], codes[1]

    with time_machine.travel(late, tick=False):
        assert answers() == (303, 422)


@pytest.mark.parametrize(("given", "kept"), [("Europe/Madrid", "Europe/Madrid"), ("$Person.address.timezone", None)])
def test_a_launch_says_where_somebody_is(stage, given, kept):
    stage.lms.courses["moodle-m101"].links["as-they-go"].custom["timezone"] = given

    stage.browser().launch("mai")

    with stage.database.reading() as session:
        assert session.scalars(select(Visit.timezone)).one() == kept
