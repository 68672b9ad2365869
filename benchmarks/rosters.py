"""What reading a course's list of 10,000 people in pages of 100 costs: `make bench WHAT=rosters`.

The learning platform runs in a process of its own, so that only our work is counted.
"""

import multiprocessing.dummy
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from sqlalchemy import func, select
from stage import SUPPORT, make_settings
from werkzeug.serving import make_server

from lti_tool import clock
from lti_tool.app import create_app
from lti_tool.cli.serve import prepare
from lti_tool.db import Database
from lti_tool.demo_lms import LmsConfig, LmsServer
from lti_tool.demo_lms.addresses import members
from lti_tool.jobs import runner
from lti_tool.jobs.rosters import RosterReader
from lti_tool.lti.http import Answer, Outbound
from lti_tool.models import Course, Deployment, Member, Platform
from lti_tool.services import platforms, rosters
from lti_tool.services.platforms import Registration

PEOPLE = 10_000
ROUNDS = 7


def platform(pipe: Connection, tool_url: str) -> None:
    """Run the demo LMS with a crowd; its answers are ready-made, and 20 ms a page is what it takes to give one."""
    server = LmsServer(LmsConfig(port=0, tool_url=tool_url, extra_learners=PEOPLE - 9))
    course = server.lms.courses["strict-m101"]
    pipe.send((server.url, server.lms.registrations()[2], course.id, members(server.lms, course)))
    server.serve()


class Watched(Outbound):
    """Our way out, with a watch: how long the platform took for its pages."""

    waited = 0.0

    def get(self, *args: object, **kwargs: object) -> Answer:
        began = time.perf_counter()
        try:
            return super().get(*args, **kwargs)  # type: ignore[arg-type] # handed on as they came
        finally:
            self.waited += time.perf_counter() - began


def main(database_url: str) -> None:
    web = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    here, there = multiprocessing.Pipe()
    child = multiprocessing.Process(target=platform, args=(there, f"http://localhost:{web.port}"), daemon=True)
    child.start()
    url, registration, context_id, address = here.recv()
    settings = make_settings(
        database_url, base_url=f"http://localhost:{web.port}", private_hosts=url.removeprefix("http://")
    )
    prepare(settings)
    web.app = create_app(settings)
    multiprocessing.dummy.Process(target=web.serve_forever).start()
    database, http = Database(database_url), Watched(settings.private_hosts)
    course_id = register(database, registration, context_id, address)
    reader = runner.roster_reader(settings, database, http)
    figures = [one_round(database, reader, http, course_id) for _ in range(ROUNDS)]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Member)) == PEOPLE
    sys.stdout.write(
        "first reading (all new):     CPU {:.0f} ms, wall {:.2f} s, of that the pages {:.2f} s\n".format(*figures[0])
    )
    later = [statistics.median(column) for column in zip(*figures[1:], strict=True)]
    sys.stdout.write(
        "later readings (all known):  CPU {:.0f} ms, wall {:.2f} s, of that the pages {:.2f} s\n".format(*later)
    )
    web.shutdown()
    child.terminate()


def register(database: Database, registration: dict[str, str], context_id: str, address: str) -> int:
    deployment_id = registration.pop("deployment_id")
    known = Registration(
        institution="Measured", support_contacts=SUPPORT, deployment_ids=(deployment_id,), **registration
    )
    with database.transaction() as session:
        platforms.add(session, known)
        deployment = session.scalars(select(Deployment).join(Platform)).one()
        course = Course(
            deployment_id=deployment.id,
            kind="context",
            context_id=context_id,
            title="Crowd",
            grade_scopes=[],
            memberships_url=address,
            created_at=clock.now(),
        )
        session.add(course)
        session.flush()
        return course.id


def one_round(database: Database, reader: RosterReader, http: Watched, course_id: int) -> tuple[float, float, float]:
    with database.transaction() as session:
        rosters.ask_again(session, course_id)
        session.execute(rosters.update(rosters.Roster).values(due_at=clock.now()))
    cpu, wall, http.waited = time.process_time(), time.perf_counter(), 0.0
    assert reader.read_one()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    with database.reading() as session:
        assert rosters.state(session, course_id).is_complete
    return cpu * 1000, wall, http.waited


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/figures.sqlite")
