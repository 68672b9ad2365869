"""The evaluation's page: no draft, no name, any blank, and one voice each."""

import pytest
from sqlalchemy import select
from stage import hidden, inspect

from lti_tool.models import Answer, Evaluation, Institution
from lti_tool.services import evaluations
from lti_tool.services.evaluations import CourseOf

ANSWERS = {"ev01": "5", "ev02": "skip", "rp1.before": "2", "rp1.now": "4", "op1": " The map. ", "minutes": "90"}
TICKED = {"intentions.thank": "yes", "form": "both"}


def sent(stage) -> list[dict[str, object]]:
    """Return everything that was sent in the course."""
    with stage.database.reading() as session:
        row = session.scalars(select(Evaluation)).first()
        if row is None:
            return []
        owner = session.scalars(select(Institution.id)).one()
        course = CourseOf(institution_id=owner, course_id=row.course_id, workshop_id=row.workshop_id)
        return [each.answers for each in evaluations.responses(session, stage.tool.sealer, course)]


def test_what_is_sent_is_kept_without_a_name_and_closes_the_workshop(stage, learner):
    page = learner.activity("m4.eval")
    answered = learner.finish("m4.eval", **ANSWERS, **TICKED)
    after = learner.open(answered.location.split("#")[0])
    again = learner.post(f"{learner.visit}/activities/m4.eval", {**hidden(page), "ev01": "1", "do": "finish"})
    told = learner.open(again.location.split("#")[0]).get_text()
    stage.deliver()

    assert "Nothing is saved on this page until you send it." in page.get_text()
    assert not page.select("form[data-autosave]")
    assert answered.status_code == again.status_code == 303
    assert sent(stage) == [
        {
            "ev01": 5,
            "ev02": "skip",
            "rp1.before": 2,
            "rp1.now": 4,
            "op1": "The map.",
            "minutes": 90,
            **TICKED,
        }
    ]
    assert "You named 0 priorities, put 0 people on your map and wrote 0 goals." in after.get_text()
    assert not after.select("input[type=radio]")
    assert "was not added" in told
    assert "was not added" not in after.get_text()
    assert stage.grade("moodle-m101", "as-they-go", "mai").final == 4
    assert "Sent without your name" in learner.get(f"{learner.visit}/my-data/three-steps.html").text


def test_whoever_begins_anew_is_told_that_the_evaluation_counts_once_and_completes_it_again(stage, learner):
    learner.finish("m4.eval", **ANSWERS)
    asks = learner.open(f"{learner.visit}/my-data/reset")
    learner.post(f"{learner.visit}/my-data/reset", hidden(asks))

    page = learner.activity("m4.eval")
    home = learner.open(learner.home).get_text(" ", strip=True)
    completed = learner.finish("m4.eval")

    assert "You cannot send them a second time" in asks.get_text()
    assert "0 of 27 done" in home
    assert "You sent your answers before you began anew" in page.get_text()
    assert not page.select("input[type=radio], textarea")
    assert (completed.status_code, len(sent(stage))) == (303, 1)
    assert "1 of 27 done" in learner.open(learner.home).get_text(" ", strip=True)


def test_there_is_no_draft_and_no_way_to_make_one(stage, learner):
    page = learner.activity("m4.eval")
    path = f"{learner.visit}/activities/m4.eval"
    token = hidden(page)["csrf_token"]

    drafted = learner.put(f"{path}/answer", {"version": 0, "value": {"op1": "private"}}, token)
    saved = learner.post(path, {**hidden(page), "op1": "private", "do": "save"})

    assert (drafted.status_code, saved.status_code) == (404, 422)
    assert sent(stage) == []
    with stage.database.reading() as session:
        assert session.scalars(select(Answer)).all() == []


def test_wrong_input_is_named_and_everything_may_be_blank(stage, learner):
    wrong = {"ev01": "6", "rp1.now": "x", "form": "alone", "minutes": "many", "op1": "x" * 1001, "op2": "kept here"}

    refused = learner.finish("m4.eval", **wrong)
    blank = learner.finish("m4.eval")

    page = inspect(refused.text, "m4.eval")
    blamed = {link["href"] for link in page.select("[role=alert] a")}
    assert refused.status_code == 422
    assert blamed == {"#f-ev01", "#f-rp1.now", "#f-form", "#f-minutes", "#f-op1"}
    assert page.select_one("#f-op2").get_text().strip() == "kept here"
    assert (blank.status_code, sent(stage)) == (303, [{}])


@pytest.mark.parametrize("do", ["finish", "save"])
def test_who_teaches_sends_nothing(stage, teacher, do):
    page = teacher.activity("m4.eval")

    answer = teacher.post(f"{teacher.visit}/activities/m4.eval", {**hidden(page), "ev01": "5", "do": do})

    assert answer.status_code in (303, 422)
    assert sent(stage) == []
