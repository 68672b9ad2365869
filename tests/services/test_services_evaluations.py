"""Evaluations: sent without a name, and nobody who holds the whole database can tell which one is whose."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from desk import Desk
from sqlalchemy import select

from lti_tool.db import Base
from lti_tool.models import Answer, AnswerRevision, Course, Evaluation, Platform
from lti_tool.services import evaluations, progress
from lti_tool.services.evaluations import CourseOf
from lti_tool.services.progress import Author

PEOPLE = 21
TOO_MANY = 9
"""So many of 21 are matched by chance once in a million dumps."""
BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)


class Class(Desk):
    """A course of 21 learners, of whom each answers the questionnaire with their own number."""

    def course(self, session) -> CourseOf:
        """Return where their evaluations are kept."""
        course = session.scalars(select(Course.id)).first()
        return CourseOf(institution_id=self.author.institution_id, course_id=course, workshop_id=self.workshop.id)

    def learners(self) -> list[Author]:
        """Return 21 members of the course."""
        with self.database.transaction() as session:
            platform, course = session.scalars(select(Platform.id)).first(), session.scalars(select(Course.id)).first()
            members = [self._member(session, platform, course, str(100 + number)) for number in range(PEOPLE)]
        return [Author(institution_id=self.author.institution_id, member_id=member) for member in members]

    def send(self, author: Author, number: int) -> bool:
        """Finish and send, as the page does it: two transactions."""
        activity = self.workshop.activity("m4.eval")
        with self.database.transaction() as session:
            sealer, record = self.tool.sealer, {"sent": True}
            first = progress.complete_once(session, sealer, author, self.workshop, activity, record)
        if first:
            with self.database.transaction() as session:
                evaluations.add(session, self.tool.sealer, self.course(session), "1.0.0", {"ev01": number})
        return first


@pytest.fixture
def group(database_url):
    made = Class(database_url)
    yield made
    made.tool.http.close()
    made.database.engine.dispose()


DUMPS = {
    "postgresql": sa.text("SELECT ctid::text, xmin::text, id, sent_on, sealed FROM evaluation"),
    "sqlite": sa.text("SELECT 1, 1, id, sent_on, sealed FROM evaluation"),
}
"""All that a database knows of a row: where it lies, who wrote it, and its columns."""


@pytest.mark.parametrize("pause", [timedelta(minutes=7), timedelta(days=1)], ids=["one day", "a day each"])
def test_who_knows_the_order_of_twenty_one_learners_and_the_whole_database_matches_nobody(group, pause):
    learners = group.learners()
    for number, author in enumerate(learners):
        with time_machine.travel(BEGIN + number * pause, tick=False):
            assert group.send(author, number)

    with group.database.reading() as session:
        dump = session.execute(DUMPS[group.database.engine.dialect.name]).all()
        finished = session.execute(select(Answer.member_id, Answer.completed_at).order_by(Answer.completed_at)).all()
        whose = {
            row.sealed: response.answers["ev01"]
            for row, response in zip(
                session.scalars(select(Evaluation).order_by(Evaluation.id)),
                evaluations.responses(session, group.tool.sealer, group.course(session)),
                strict=True,
            )
        }

    orders = {
        "as they lie": dump,
        "by key": sorted(dump, key=lambda row: row[2]),
        "by day": sorted(dump, key=lambda row: str(row[3])),
        "by who wrote them": sorted(dump, key=lambda row: str(row[1])),
        "backwards": dump[::-1],
    }
    matched = {
        name: sum(whose[bytes(row[4])] == number for number, row in enumerate(rows)) for name, rows in orders.items()
    }
    assert [member for member, _ in finished] == [author.member_id for author in learners]
    assert sorted(whose.values()) == list(range(PEOPLE))
    assert {name: count for name, count in matched.items() if count >= TOO_MANY} == {}
    assert len({row[1] for row in dump}) == 1  # one transaction has written all there is


def test_an_evaluation_has_no_key_no_time_and_no_revision_of_anybody(group):
    (author, *_) = group.learners()

    group.send(author, 3)

    table = Base.metadata.tables["evaluation"]
    assert [key.target_fullname for key in table.foreign_keys] == ["course.id"]
    assert {str(column.type) for column in table.columns} == {"BIGINT", "VARCHAR(64)", "VARCHAR(20)", "DATE", "BLOB"}
    with group.database.reading() as session:
        kept = session.scalars(select(Answer)).one()
        opened = progress.load(
            session, group.tool.sealer, author, group.workshop, group.workshop.activity(kept.activity_id)
        )
        assert session.scalars(select(AnswerRevision)).all() == []
    assert opened.value == {"sent": True}
    if group.database.engine.dialect.name == "sqlite":
        with group.database.reading() as session, pytest.raises(sa.exc.OperationalError, match="no such column"):
            session.execute(sa.text("SELECT rowid FROM evaluation"))


def test_a_second_time_is_not_sent_and_another_course_is_not_touched(group):
    (first, second, *_) = group.learners()
    with group.database.transaction() as session:
        mine = group.course(session)
        other = CourseOf(institution_id=mine.institution_id, course_id=mine.course_id, workshop_id="another")
        evaluations.add(session, group.tool.sealer, other, "1.0.0", {"ev01": 5})

    sent = [group.send(author, 4) for author in (first, first, second)]

    with group.database.reading() as session:
        found = evaluations.responses(session, group.tool.sealer, mine)
        others = evaluations.responses(session, group.tool.sealer, other)
    assert sent == [True, False, True]
    assert ([each.answers for each in found], [each.version for each in others]) == ([{"ev01": 4}] * 2, ["1.0.0"])
