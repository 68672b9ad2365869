"""1EdTech's list for the services: a launch is all that the platform gives, the tool does the rest by itself."""

import pytest
from sqlalchemy import select

from lti_tool.jobs import runner
from lti_tool.models import GradebookColumn
from lti_tool.services import reconciling


@pytest.mark.parametrize("course", ["moodle-m101", "canvas-m101", "strict-m101"])
def test_ca_01_ca_02_ca_03_ca_04_ca_06_the_tool_alone_lists_makes_a_column_sends_the_score_and_it_counts(stage, course):
    found = stage.lms.courses[course]
    found.links["by-hand"].custom["send"] = "as_they_go"
    before = set(found.columns)
    learner = stage.browser()
    learner.launch("mai", course=course, link="by-hand")
    learner.finish_first_module()

    assert stage.deliver() == 1

    (column_id,) = set(found.columns) - before
    assert found.grade(column_id, "mai").final == 10
    asked = [(entry.method, entry.status) for entry in stage.lms.calls("columns")]
    assert asked == [("GET", 200), ("POST", 201)], "a wrong media type or scope would be refused"
    assert [entry.status for entry in stage.lms.calls("score")] in ([200], [201], [204])
    assert {entry.status for entry in stage.lms.calls("token")} == {200}


@pytest.mark.parametrize("course", ["moodle-m101", "canvas-m101", "strict-m101"])
def test_ca_05_the_result_that_the_platform_gives_back_equals_the_score_that_was_sent(stage, course):
    stage.lms.courses[course].links["by-hand"].custom["send"] = "as_they_go"
    learner = stage.browser()
    learner.launch("mai", course=course, link="by-hand")
    learner.finish_first_module()
    assert stage.deliver() == 1
    with stage.database.transaction() as session:
        reconciling.ask(session)

    assert runner.comparer(stage.settings, stage.database, stage._courier.service).compare_one()

    asked = stage.lms.calls("results")
    assert [(entry.method, entry.status) for entry in asked] == [("GET", 200)], "a wrong media type would be refused"
    with stage.database.reading() as session:
        (found,) = session.scalars(select(GradebookColumn.comparison)).all()
    assert {kind: count for kind, count in found.items() if count} == {"match": 1}
