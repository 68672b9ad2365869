"""A site's own scheduler in place of a worker: each call does what is due."""

from sqlalchemy import select

from lti_tool.jobs.runner import deliver_due
from lti_tool.models import GradebookColumn
from lti_tool.services import reconciling


def test_each_call_sends_what_is_due_reads_a_class_list_and_compares_a_column(stage, learner, teacher):
    learner.finish("m0.welcome")

    first = deliver_due(stage.settings)
    with stage.database.transaction() as session:
        reconciling.ask(session)
    second = deliver_due(stage.settings)

    assert (first, second) == (1, 0)
    assert stage.grade("moodle-m101", "as-they-go", "mai").final == 2
    assert "Budi" in teacher.open(teacher.home).get_text()
    with stage.database.reading() as session:
        (found,) = session.scalars(select(GradebookColumn.comparison).filter_by(part="workshop")).all()
    assert found["match"] == 1


def test_a_call_sends_no_more_than_its_limit(stage):
    for person in ("mai", "amara", "budi"):
        browser = stage.browser()
        browser.launch(person)
        browser.finish("m0.welcome")

    assert [deliver_due(stage.settings, limit=2) for _ in range(3)] == [2, 1, 0]
