"""A launch writes what it brings and nothing else: people who come at the same moment do not wait for each other."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import event, func, select, update

from lti_tool.models import Member, Platform, PlatformState, UsedAttempt, Visit
from lti_tool.prepared import Prepared
from lti_tool.services import opening
from lti_tool.services.power import mightier

WRITES = re.compile(r"(?:INSERT INTO|(?<!DO )UPDATE|DELETE FROM) (\w+)")
ALWAYS = {"used_attempt", "visit"}


@contextmanager
def writes(stage):
    """Yield the names of the tables that are written to, as they come."""
    tables: set[str] = set()

    def note(_connection, _cursor, statement, *_):
        tables.update(WRITES.findall(statement))

    def execute(statement, *args):
        done = straight(statement, *args)
        tables.update(WRITES.findall(done[0].words))
        return done

    straight, Prepared._execute = Prepared._execute, execute
    event.listen(stage.database.engine, "before_cursor_execute", note)
    yield tables
    event.remove(stage.database.engine, "before_cursor_execute", note)
    Prepared._execute = straight


def test_a_launch_that_says_what_is_known_writes_its_sign_in_and_its_visit(stage, learner):
    with writes(stage) as written:
        stage.browser().launch("mai")

    assert written == ALWAYS


def test_a_newcomer_to_a_known_course_becomes_a_person_and_a_member(stage, learner):
    with writes(stage) as written:
        stage.browser().launch("lukasz")

    assert written == {*ALWAYS, "person", "member"}


def test_a_new_title_changes_the_assignment_and_its_column(stage, learner):
    links = stage.lms.courses["moodle-m101"].links
    links["as-they-go"] = replace(links["as-they-go"], title="Find your mentors")

    with writes(stage) as written:
        page = stage.browser().launch("mai")

    assert written == {*ALWAYS, "assignment", "gradebook_column"}
    assert page.h1


def test_a_new_role_changes_the_member_and_ends_mightier_visits(stage, teacher):
    people = stage.lms.courses["moodle-m101"].people
    people["ines"] = replace(people["ines"], part=people["mai"].part)

    with writes(stage) as written:
        stage.browser().launch("ines")

    assert written == {*ALWAYS, "member"}
    teacher.open(teacher.home, status=401)


def test_a_role_that_is_taken_away_while_its_launch_is_under_way_leaves_no_visit_behind(stage, teacher, monkeypatch):
    people = stage.lms.courses["moodle-m101"].people
    arrived, go_on, add = threading.Event(), threading.Event(), opening._add

    def first_waits(*args):
        if not arrived.is_set():
            arrived.set()
            go_on.wait(5)
        return add(*args)

    monkeypatch.setattr(opening, "_add", first_waits)
    with ThreadPoolExecutor() as pool:
        launches = [pool.submit(stage.browser().launch, "ines")]
        arrived.wait(5)
        people["ines"] = replace(people["ines"], part=people["mai"].part)
        launches.append(pool.submit(stage.browser().launch, "ines"))
        threading.Event().wait(1)  # on PostgreSQL the second one is through by then; on SQLite it waits
        go_on.set()
        for launch in launches:
            launch.exception()  # the visit of one may be over before its page is asked for

    with stage.database.reading() as session:
        member = session.scalars(select(Member).filter_by(has_launched=True)).one()
        found = session.scalars(select(Visit).filter_by(member_id=member.id)).all()
    assert len(found) == 3
    assert not {visit.role for visit in found if not visit.ended_at} & set(mightier(member.role))


def test_a_launch_whose_role_changes_again_and_again_ends_as_busy_and_can_be_tried_again(stage, teacher, monkeypatch):
    others, browser, add = [], stage.browser(), opening._add

    def after_another(session, *args):
        others.append(session.execute(update(Member).values(role="designer")).rowcount)
        return add(session, *args)

    form = browser.answer("ines")
    with monkeypatch.context() as change:
        change.setattr(opening, "_add", after_another)
        refused = browser.post_launch(form)

    assert (refused.status_code, len(others)) == (503, 5)
    assert browser.post_launch(form).status_code == 303


def test_a_role_that_changes_after_the_look_is_seen_by_the_one_statement_that_opens_the_visit(
    stage, learner, monkeypatch
):
    browser, statement, changed = stage.browser(), opening._OPEN_AGAIN, []

    class AfterAnother:
        def writes(self, door, row):
            with stage.database.transaction() as session:
                changed.append(session.execute(update(Member).values(role="designer")).rowcount)
            return statement.writes(door, row)

    form = browser.answer("mai")
    monkeypatch.setattr(opening, "_OPEN_AGAIN", AfterAnother())
    opened = browser.post_launch(form)

    at_once = stage.database.engine.dialect.name == "postgresql"
    assert changed == [1] * at_once
    assert opened.status_code == 303
    with stage.database.reading() as session:
        assert session.scalars(select(Member.role).filter_by(has_launched=True)).all() == ["learner"]
        assert session.scalar(select(func.count()).select_from(Visit)) == 2
        assert session.scalar(select(func.count()).select_from(UsedAttempt)) == 2


def test_a_launch_that_says_what_is_known_is_used_up_by_the_statement_that_opens_its_visit(stage, learner):
    browser = stage.browser()
    form = browser.answer("mai")

    first, second = browser.post_launch(form), browser.post_launch(form)

    assert (first.status_code, second.status_code) == (303, 400)
    assert "launch-used" in second.text


def test_what_an_operator_changes_holds_for_a_launch_that_is_under_way(stage, learner):
    browser = stage.browser()
    form = browser.answer("mai")

    def change(**values):
        with stage.database.transaction() as session:
            session.execute(update(Platform).values(**values))

    change(state=PlatformState.PAUSED)
    paused = browser.post_launch(form)
    change(state=PlatformState.ACTIVE, issuer="https://elsewhere.example")
    elsewhere = browser.post_launch(form)

    assert [each.status_code for each in (paused, elsewhere)] == [403, 401]
    assert "platform-unknown" in paused.text
