"""Several columns in one course, and a course that is complete only at 100: what the gradebook shows on the way."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.demo_lms.choosing import add_link
from lti_tool.models import Institution, Member
from lti_tool.services import progress
from lti_tool.services.progress import Author

WORTH_TWO = "m4.follow"


def complete(stage, *activities):
    """Have the one learner complete activities, each in a transaction of its own, as their pages do."""
    workshop = stage.tool.workshop(None)
    with stage.database.reading() as session:
        institution, member = session.scalars(select(Institution.id)).one(), session.scalars(select(Member.id)).one()
    author = Author(institution_id=institution, member_id=member)
    for activity in activities:
        with stage.database.transaction() as session:
            progress.save(session, stage.tool.sealer, author, workshop, activity, {}, expected=0, complete=True)


def activities(stage, *modules):
    """Return what counts, of some modules or of all."""
    found = [module for module in stage.tool.workshop(None).modules if not modules or module.id in modules]
    return [activity for module in found for activity in module.activities if activity.points]


def test_a_moodle_course_that_asks_for_100_is_not_complete_at_98_and_complete_at_100(stage):
    stage.browser().launch("mai")
    grade = stage.grade("moodle-m101", "as-they-go", "mai")
    last = [each for each in activities(stage) if each.id == WORTH_TWO]

    complete(stage, *(each for each in activities(stage) if each.id != WORTH_TWO))
    stage.deliver()
    before = (grade.final, grade.final >= 100)
    complete(stage, *last)
    stage.deliver()

    assert before == (98, False)
    assert (grade.final, grade.final >= 100) == (100, True)
    assert [score["scoreGiven"] for score in grade.accepted] == [98, 100]


@pytest.mark.parametrize("key", ["moodle-m101", "canvas-m101", "strict-m101"])
def test_three_modules_columns_beside_the_whole_workshops_are_all_right(stage, key):
    course = stage.lms.courses[key]
    links = ["as-they-go", "module"]
    for module, maximum in (("m1", 5), ("m2", 30)):
        with stage.lms.lock:
            link = add_link(
                stage.lms, course, title=module, custom={"workshop": "fundamentals", "module": module}, graded=True
            )
            stage.lms.new_column(course, label=module, maximum=Decimal(maximum), link_id=link.id, own=True)
        links.append(link.key)
    for link in links:
        stage.browser().launch("mai", course=key, link=link)

    shown = []
    for done in (activities(stage, "m0")[:1], activities(stage, "m0")[1:], activities(stage, "m1"), activities(stage)):
        complete(stage, *(each for each in done if each not in shown_before(shown)))
        stage.deliver()
        shown.append((done, [stage.grade(key, link, "mai").final for link in links]))

    assert [finals for _, finals in shown] == [
        [2, 4, None, None],
        [10, 20, None, None],
        [30, 20, 5, None],
        [100, 20, 5, 30],
    ]


def shown_before(shown):
    """Return what was completed in earlier steps."""
    return [activity for done, _ in shown for activity in done]
