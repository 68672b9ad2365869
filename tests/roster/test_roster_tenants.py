"""Two institutions on one hosted platform: one issuer, the same user ids, and nothing that crosses between them."""

from dataclasses import replace

import pytest
from roster_course import seats
from sqlalchemy import select
from stage import hidden

from lti_tool.demo_lms.choosing import copy_course
from lti_tool.models import GradeDelivery, Member, Person
from lti_tool.services import platforms
from lti_tool.services.platforms import Registration

FIRST = "canvas-m101"


@pytest.fixture
def second(stage):
    """The course of another tenant of the same Canvas: the same people, one of whom is called differently there."""
    lms = stage.lms
    course = lms.courses[FIRST]
    tenant = replace(course.registration, key="tenant", client_id="demo-tenant", deployment_id="tenant-1")
    lms.clients[tenant.client_id] = tenant
    made = copy_course(lms, course)
    made.registration, made.history = tenant, ()
    made.people = dict(made.people) | {"mai": replace(made.people["mai"], given="Mai", family="of the second tenant")}
    (found,) = [each for each in lms.registrations() if each["client_id"] == tenant.client_id]
    deployments = (found.pop("deployment_id"),)
    with stage.database.transaction() as session:
        platforms.add(
            session,
            Registration(**found, institution="Other Clinic", support_contacts="Room 1", deployment_ids=deployments),
        )
    yield made.key
    del lms.clients[tenant.client_id]


def come(stage, person, course):
    browser = stage.browser()
    browser.launch(person, course=course)
    return browser


def test_two_tenants_of_one_issuer_share_no_token_no_person_and_no_page(stage, desk, second):
    courses = (FIRST, second)
    learners = [come(stage, "mai", course) for course in courses]
    teachers = [come(stage, "ines", course) for course in courses]

    for activity_id, answer in (("m0.welcome", {}), ("m0.privacy", {"agreed": "yes"})):
        for learner in learners:
            learner.finish(activity_id, **answer)
        desk.due()
        assert desk.read() == 2
        assert stage.deliver() == 2

    clients = [stage.lms.courses[course].registration.client_id for course in courses]
    for call in ("score", "members"):
        asked = stage.lms.calls(call)
        assert [entry.client_id for entry in asked if entry.status == 401] == [], "a token of another tenant"
        assert {entry.client_id for entry in asked} == set(clients)
    with stage.database.reading() as session:
        owners = session.execute(select(Person.platform_id, Person.sub)).all()
        found = session.execute(
            select(GradeDelivery.id, Person.name)
            .join(Member, Member.id == GradeDelivery.member_id)
            .join(Person, Person.id == Member.person_id)
        ).all()
        deliveries = [delivery for delivery, _ in found]
        foreign = {delivery for delivery, name in found if name == "Mai of the second tenant"}
    by_sub = {sub: {platform for platform, each in owners if each == sub} for _, sub in owners}
    assert {len(owning) for owning in by_sub.values()} == {2}
    names = [seats(teacher.open(teacher.home)).keys() for teacher in teachers]
    assert "Mai of the second tenant" in names[1] - names[0]
    assert "Mai of the second tenant" not in names[0]
    for mine, other in ((teachers[0], teachers[1]), (learners[0], learners[1])):
        assert mine.get(other.home).status_code == 401
    fields = hidden(teachers[0].open(f"{teachers[0].home}grades"))
    for delivery in deliveries:
        owned = delivery in foreign
        sent = teachers[0].post(f"{teachers[0].home}grades/resend", {**fields, "delivery": str(delivery)})
        assert sent.status_code == (404 if owned else 303)
