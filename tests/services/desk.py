"""A learner's desk: one course with a column and two members, without a platform."""

from stage import make_settings

from lti_tool import clock
from lti_tool.app import build
from lti_tool.db import Database, upsert
from lti_tool.lti.messages import Role
from lti_tool.models import Assignment, Course, Deployment, GradebookColumn, Institution, Member, Person, Platform
from lti_tool.services import progress
from lti_tool.services.progress import Author, Stored


class Desk:
    """A learner's desk: one member of a course with a column, and short ways to save."""

    def __init__(self, database_url: str) -> None:
        self.tool = build(make_settings(database_url))
        self.workshop = self.tool.workshop(None)
        self.database: Database = self.tool.database
        now = {"created_at": clock.now()}
        with self.database.transaction() as session:
            institution = upsert(session, Institution, {"name": "College"}, once=now, support_contacts="room 12")
            address = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), "https://lms.test/x")
            platform = upsert(
                session,
                Platform,
                {"issuer": "https://lms.test", "client_id": "c"},
                once=now | {"leeway_seconds": 60, "state": "active"},
                institution_id=institution,
                name="LMS",
                family="",
                allow_anonymous=False,
                auto_deploy=False,
                **address,
            )
            deployment = upsert(session, Deployment, {"platform_id": platform, "deployment_id": "1"})
            scope = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
            course = upsert(
                session,
                Course,
                {"deployment_id": deployment, "kind": "context", "context_id": "2"},
                once=now,
                title="Course",
                grade_scopes=[scope],
            )
            assignment = upsert(
                session,
                Assignment,
                {"course_id": course, "resource_link_id": "1"},
                once=now,
                title="Workshop",
                workshop_id=self.workshop.id,
                part="workshop",
                send_when="as_they_go",
            )
            upsert(
                session,
                GradebookColumn,
                {"assignment_id": assignment, "part": "workshop"},
                url="https://lms.test/items/1",
                maximum=100,
            )
            self.authors = [
                Author(institution_id=institution, member_id=self._member(session, platform, course, sub))
                for sub in ("5", "6")
            ]
        self.author = self.authors[0]

    def _member(self, session, platform: int, course: int, sub: str) -> int:
        now = {"created_at": clock.now()}
        person = upsert(session, Person, {"platform_id": platform, "sub": sub}, once=now, name=None)
        return upsert(
            session, Member, {"course_id": course, "person_id": person}, once=now, role=Role.LEARNER, is_test=False
        )

    def save(self, value, *, expected: int, activity: str = "m0.start", complete: bool = False) -> Stored:
        with self.database.transaction() as session:
            found = self.workshop.activity(activity)
            how = {"expected": expected, "complete": complete}
            return progress.save(session, self.tool.sealer, self.author, self.workshop, found, value, **how)

    def load(self, activity: str = "m0.start") -> Stored:
        with self.database.reading() as session:
            return progress.load(
                session, self.tool.sealer, self.author, self.workshop, self.workshop.activity(activity)
            )
