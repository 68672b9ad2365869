"""The teacher's page of grades: where each is, why, and what sends it again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select, update
from stage import hidden

from lti_tool import clock
from lti_tool.demo_lms.results import set_by_person
from lti_tool.models import Course, DeliveryState, GradebookColumn, GradeDelivery, Member
from lti_tool.services import gradebook

REASONS = {
    ("held", "column-missing"): "Gradebook column missing",
    ("held", "not-enrolled"): "Not enrolled",
    ("held", "refused"): "usually they are not enrolled",
    ("held", "attempts"): "No attempts are left",
    ("held", "locked"): "is locked",
    ("held", "our-fault"): "Problem on our side",
    ("held", "forbidden"): "Needs your LMS admin",
    ("held", "paused"): "Sending is paused",
    ("held", "trouble"): "Fourteen days of tries did not help",
    ("waiting", "forbidden"): "Needs your LMS admin",
    ("waiting", "unauthorized"): "does not let Three Steps in",
    ("waiting", "throttled"): "asked us to slow down",
    ("waiting", "trouble"): "Delayed – safe here",
    ("waiting", "misdirected"): "Delayed – safe here",
    ("waiting", None): "Waiting – safe here",
    ("sending", None): "Waiting – safe here",
    ("changed", None): "Changed in the gradebook",
    ("changed", "overridden"): "Remove the override there",
    ("cancelled", "test-learner"): "A test learner is never graded",
    ("cancelled", "not-enrolled"): "The learner left the course",
    ("cancelled", "discarded"): "took it off the list",
    ("sent", None): "Sent",
}


LINES = {
    "held": "Your work is safe, and your teacher can see this",
    "waiting": "safe here, nothing to do",
    "sending": "safe here, nothing to do",
    "changed": "A teacher changed this grade",
    "cancelled": "Your grade is not sent",
    "sent": "Sent to the gradebook at",
}
"""What the learner reads, whatever the reason is."""


def grades(teacher):
    return teacher.open(f"{teacher.visit}/teach/grades")


def test_every_state_and_reason_has_its_words(stage, learner, teacher):
    learner.finish("m0.welcome")
    for (state, reason), words in REASONS.items():
        with stage.database.transaction() as session:
            session.execute(update(GradeDelivery).values(state=state, reason=reason, delivered_at=clock.now()))

        (row,) = grades(teacher).select("tbody tr")

        assert words in row.get_text(" ", strip=True), (state, reason)
        assert LINES[state] in learner.open(learner.home).select_one(".grade-line").get_text(), (state, reason)


def test_all_columns_of_the_course_are_there_and_learners_without_a_score_are_counted(stage, learner, teacher):
    module = stage.browser()
    module.launch("amara", link="module")
    module.finish_first_module()
    learner.finish("m0.welcome")
    stage.deliver()

    page = grades(teacher)

    sections = {each.h2.get_text(strip=True): each.get_text(" ", strip=True) for each in page.select("section")}
    assert "2 sent" in sections["Three Steps: welcome module"]
    assert "20.00 of 20" in sections["Three Steps: welcome module"]
    assert "2 sent" in sections["Three Steps"]


def test_a_learner_who_left_with_a_score_hides_nobody_who_has_none(stage, learner, teacher):
    learner.finish("m0.welcome")
    stage.browser().launch("amara")
    with stage.database.transaction() as session:
        member_id = session.scalars(select(GradeDelivery.member_id)).one()
        session.execute(update(Member).filter_by(id=member_id).values(unlisted_since=clock.now()))

    with stage.database.reading() as session:
        (column,) = gradebook.of_course(session, session.scalars(select(Course.id)).one())

    assert (len(column.rows), column.without) == (1, 1)


def test_a_course_with_more_columns_costs_no_more_queries(stage, learner):
    one = looked_up(stage)
    for link in ("module", "by-hand"):
        stage.browser().launch("mai", link=link)

    several = looked_up(stage)

    assert (one, several) == ((1, 4), (3, 4))


def looked_up(stage):
    """Return how many columns the page has, and how many statements that takes."""
    said = []
    with stage.database.reading() as session:
        course_id = session.scalars(select(Course.id)).one()
        event.listen(session.connection(), "before_cursor_execute", lambda *each: said.append(each))
        session.expunge_all()
        return len(gradebook.of_course(session, course_id)), len(said)


@pytest.mark.parametrize("course", ["moodle-m101", "canvas-m101"])
def test_our_value_is_sent_again_in_place_of_a_persons_only_when_somebody_asks(stage, course):
    learner, teacher = stage.browser(), stage.browser()
    learner.launch("mai", course=course)
    learner.finish("m0.welcome")
    stage.deliver()
    grade = stage.grade(course, "as-they-go", "mai")
    set_by_person(grade, Decimal(55), stage.lms.now() + timedelta(hours=1))
    learner.finish("m0.privacy", agreed="yes")
    stage.deliver()
    grade.timestamp -= timedelta(hours=2)
    teacher.launch("ines", course=course)
    (form,) = [form for form in grades(teacher).select("tbody form") if "Send our value again" in form.get_text()]
    fields = {field["name"]: field["value"] for field in form.select("input")}

    response = teacher.post(form["action"], fields)
    stage.deliver()

    assert response.status_code == 303
    if course == "moodle-m101":
        # Moodle takes it and goes on showing the override: the page does not say "sent".
        assert grade.final == 55
        assert "Remove the override there" in grades(teacher).get_text()
    else:
        assert grade.final == 4
        assert "Sent" in grades(teacher).select_one("tbody tr").get_text()


def test_sync_all_tries_what_is_held_and_has_the_gradebook_compared(stage, learner, teacher):
    learner.finish("m0.welcome")
    with stage.database.transaction() as session:
        session.execute(update(GradeDelivery).values(state=DeliveryState.HELD, reason="refused"))
    page = grades(teacher)
    form = page.find("form", action=lambda action: action.endswith("/sync"))

    response = teacher.post(form["action"], hidden(page))

    assert response.status_code == 303
    assert stage.deliver() == 1
    with stage.database.reading() as session:
        asked = session.scalars(select(GradebookColumn.compare_at).filter(GradebookColumn.url.is_not(None))).all()
    assert asked
    assert all(asked)
    assert "is being compared" in grades(teacher).get_text()


def test_an_assistant_looks_and_sends_nothing(stage, learner):
    assistant = stage.browser()
    assistant.launch("teo", course="canvas-m101")
    other = stage.browser()
    other.launch("mai", course="canvas-m101")
    other.finish("m0.welcome")
    with stage.database.transaction() as session:
        session.execute(update(GradeDelivery).values(state=DeliveryState.HELD, reason="refused"))

    page = grades(assistant)

    assert page.select("form") == []
    assert "Not accepted" in page.get_text()


def test_a_grade_of_another_course_cannot_be_sent(stage, teacher):
    other = stage.browser()
    other.launch("mai", course="canvas-m101")
    other.finish("m0.welcome")
    with stage.database.reading() as session:
        delivery = session.scalars(select(GradeDelivery.id)).one()
    token = hidden_token(teacher)

    for given in (str(delivery), "0", "", "x", "9" * 30):
        fields = {"csrf_token": token, "delivery": given}
        assert teacher.post(f"{teacher.visit}/teach/grades/resend", fields).status_code == 404


def hidden_token(teacher):
    """The token of the teacher's visit, as a form of the page carries it."""
    return grades(teacher).select_one("input[name=csrf_token]")["value"]
