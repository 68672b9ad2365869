"""Saving answers: versions, double clicks, revisions, and nothing in clear."""

import json
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import func, select

from lti_tool.models import (
    Answer,
    AnswerRevision,
    GradeDelivery,
)
from lti_tool.seal import SealBroken
from lti_tool.services import papers, progress
from lti_tool.services.progress import AnswerStale, Stored


def test_a_saved_answer_comes_back_and_its_version_grows(desk):
    assert desk.load() == Stored()

    first = desk.save({"st1": 3}, expected=0)
    second = desk.save({"st1": 4}, expected=1)

    assert (first.version, second.version) == (1, 2)
    assert desk.load().value == {"st1": 4}
    assert desk.load().state == "in_progress"


def test_an_unseen_version_is_never_overwritten(desk):
    desk.save({"st1": 3}, expected=0)
    desk.save({"st1": 4}, expected=1)

    with pytest.raises(AnswerStale) as stale:
        desk.save({"st1": 1}, expected=1)

    assert stale.value.current.value == {"st1": 4}
    assert desk.load().value == {"st1": 4}


def test_a_double_click_is_one_save(desk):
    desk.save({"st1": 3}, expected=0, complete=True)

    again = desk.save({"st1": 3}, expected=0, complete=True)

    assert again.version == 1
    assert again.state == "done"


def test_completion_is_set_once_and_stays(desk):
    done = desk.save({"st1": 3}, expected=0, complete=True)

    later = desk.save({"st1": 5}, expected=1)

    assert later.completed_at == done.completed_at
    assert later.state == "done"


def test_a_certificate_bears_the_day_where_the_learner_is(desk):
    with time_machine.travel(datetime(2026, 11, 25, 23, 30, tzinfo=UTC), tick=False):
        for activity in desk.workshop.activities:
            desk.save({}, expected=0, activity=activity.id, complete=True)

    with desk.database.reading() as session:
        where = session, desk.author.member_id, desk.workshop
        days = [papers.certificate(*where, zone).completed_on.day for zone in (None, "Europe/Madrid")]

    assert days == [25, 26]


def test_a_completing_answer_and_its_score_are_kept_together_or_not_at_all(desk):
    with pytest.raises(ZeroDivisionError), desk.database.transaction() as session:
        found = desk.workshop.activity("m0.start")
        progress.save(
            session, desk.tool.sealer, desk.author, desk.workshop, found, {"st1": 3}, expected=0, complete=True
        )
        assert session.scalar(select(func.count()).select_from(GradeDelivery)) == 1
        raise ZeroDivisionError

    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(GradeDelivery)) == 0
        assert session.scalar(select(func.count()).select_from(Answer)) == 0


def test_the_last_fifty_texts_are_kept_and_open_in_their_place_only(desk):
    for version in range(60):
        desk.save({"st1": 1 + version % 5}, expected=version)

    with desk.database.reading() as session:
        revisions = session.scalars(select(AnswerRevision).order_by(AnswerRevision.version)).all()
        assert [each.version for each in revisions] == list(range(10, 60))
        place = ("answer", desk.author.institution_id, desk.author.member_id, desk.workshop.id, "m0.start")
        assert json.loads(desk.tool.sealer.open(revisions[0].sealed, *place)) == {"st1": 5}
        with pytest.raises(SealBroken):
            desk.tool.sealer.open(revisions[0].sealed, *place[:2], desk.authors[1].member_id, *place[3:])


def test_deleting_takes_every_text_and_leaves_what_is_complete(desk):
    desk.save({"st1": 3}, expected=0, complete=True)
    desk.save({"st1": 4}, expected=1)
    desk.save({"w1": "mentor"}, expected=0, activity="m0.what")

    with desk.database.transaction() as session:
        assert progress.delete_answers(session, desk.author, desk.workshop) == 2

    assert desk.load().value == {}
    assert desk.load().state == "done"
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AnswerRevision)) == 0
        assert progress.states(session, desk.author.member_id, desk.workshop) == {"m0.start": "done"}


def test_how_far_somebody_is_has_the_moments_to_the_microsecond(desk):
    moments = {
        "m0.welcome": datetime(2026, 11, 26, 9, 30, tzinfo=UTC),
        "m0.start": datetime(2026, 11, 26, 9, 30, 0, 500_000, tzinfo=UTC),
        "m0.what": datetime(2026, 11, 26, 9, 30, 59, 123_456, tzinfo=UTC),
    }
    for activity, moment in moments.items():
        with time_machine.travel(moment, tick=False):
            desk.save({}, expected=0, activity=activity, complete=True)
    desk.save({"t": "begun"}, expected=0, activity="m1.priorities")

    with desk.database.reading() as session:
        states, completed = progress.begun(session, desk.author.member_id, desk.workshop)
        nobody = progress.begun(session, desk.authors[1].member_id, desk.workshop)

    assert completed == moments
    assert {each.tzinfo for each in completed.values()} == {UTC}
    assert states == dict.fromkeys(moments, "done") | {"m1.priorities": "in_progress"}
    assert nobody == ({}, {})


def test_after_a_deletion_a_tab_with_the_old_text_cannot_bring_it_back_unseen(desk):
    desk.save({"st1": 3}, expected=0)
    with desk.database.transaction() as session:
        progress.delete_answers(session, desk.author, desk.workshop)

    with pytest.raises(AnswerStale):
        desk.save({"st1": 4}, expected=1)
