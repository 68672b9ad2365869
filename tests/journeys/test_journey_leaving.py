"""Leaving: a learner begins anew, or has everything about them deleted."""

from sqlalchemy import func, select
from stage import hidden

from lti_tool.db import Base
from lti_tool.models import Member, Person


def press(browser, path, **fields):
    """Press the button of a page that asks first."""
    page = browser.open(browser.visit + path)
    return browser.post(browser.visit + path, {**hidden(page), **fields})


def test_a_reset_takes_back_completion_and_lowers_the_grade(stage, learner):
    learner.finish_first_module()
    stage.deliver()
    assert stage.grade("moodle-m101", "as-they-go", "mai").final == 10

    response = press(learner, "/my-data/reset")
    stage.deliver()

    assert response.status_code == 303
    assert "0 of 27 done" in learner.open(learner.home).get_text(" ", strip=True)
    assert stage.grade("moodle-m101", "as-they-go", "mai").final == 0


def test_the_page_that_resets_names_the_gradebook(learner):
    page = learner.open(f"{learner.visit}/my-data/reset").get_text(" ", strip=True)

    assert "gradebook" in page
    assert "lowers your grade" in page
    assert "What you posted to your group is deleted there, too." in page


def test_before_anything_is_deleted_the_page_names_everything_that_goes_with_it(stage, learner):
    learner.finish_first_module()

    pages = ("my-data/", "my-data/delete", "my-data/erase")
    kept, deleted, erased = (learner.open(f"{learner.visit}/{each}").get_text(" ", strip=True) for each in pages)
    stage.deliver()
    arrived = learner.open(f"{learner.visit}/my-data/erase").get_text(" ", strip=True)

    assert "of each the last 50, for 30 days" in kept
    assert "What you shared is taken back." in deleted
    assert "1 grade of yours is still on its way" in erased
    assert "on its way" not in arrived


def test_erasing_leaves_no_row_about_a_person_and_nobody_else_loses_anything(stage, learner):
    other = stage.browser()
    other.launch("amara")
    other.finish_first_module()
    learner.finish_first_module()
    stage.deliver()
    with stage.database.reading() as session:
        mai = session.scalars(select(Person).filter(Person.name.startswith("Mai"))).one()
        mine = set(session.scalars(select(Member.id).filter_by(person_id=mai.id)))
        before = session.scalar(select(func.count()).select_from(Person))

    response = press(learner, "/my-data/erase")

    assert response.status_code == 200
    assert "Everything about you is deleted" in response.text
    with stage.database.reading() as session:
        left = {
            f"{table.name}.{key.parent.name}"
            for table in Base.metadata.sorted_tables
            for key in table.foreign_keys
            if key.column is Member.__table__.c.id
            and session.scalar(select(func.count()).select_from(table).where(key.parent.in_(mine)))
        }
        assert left == set()
        assert session.scalar(select(func.count()).select_from(Person)) == before - 1
    assert learner.get(learner.home).status_code == 401
    assert "4 of 27 done" in other.open(other.home).get_text(" ", strip=True)
    assert stage.grade("moodle-m101", "as-they-go", "mai").final == 10


def test_whoever_was_erased_begins_anew(stage, learner):
    learner.finish_first_module()
    press(learner, "/my-data/erase")

    page = learner.launch("mai")

    assert "0 of 27 done" in page.get_text(" ", strip=True)
