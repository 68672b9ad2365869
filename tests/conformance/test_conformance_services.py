"""1EdTech's list for the services: a launch is all that the platform gives, the tool does the rest by itself."""

import pytest


@pytest.mark.parametrize("course", ["moodle-m101", "canvas-m101", "strict-m101"])
def test_ca_01_to_04_and_06_the_tool_alone_lists_makes_a_column_sends_the_score_and_it_counts(stage, course):
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
