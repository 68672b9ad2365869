"""The outbox and three platforms in one thread: every real service, and a wire on which anything can happen.

No process and no socket: the demo LMS is called as a WSGI application. What a worker does between two calls to a
platform can so be interrupted at will, also by another worker.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import time_machine
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from stage import Stage
from torture_oracle import COURSES, LINKS, Judge

from lti_tool.db import Database
from lti_tool.demo_lms.bad_day import SORTS
from lti_tool.jobs.grades import Courier
from lti_tool.lti.grades import GradeService
from lti_tool.lti.http import Answer, Unreachable
from lti_tool.lti.keys import load_private_key
from lti_tool.lti.tokens import TokenSource
from lti_tool.models import DeliveryState, GradeDelivery
from lti_tool.services import holding, progress, signing_keys
from lti_tool.services.progress import Author

PEOPLE = ("mai", "amara")
LEASE = timedelta(seconds=60)
NOON = "2026-11-22T12:00:00.4+00:00"


class Killed(BaseException):
    """The worker was killed: nothing of ours may catch this."""


@dataclass(frozen=True, kw_only=True)
class Interruption:
    """What happens around one call of a worker to a platform."""

    trouble: str = ""
    """A sort of trouble, of `SORTS`; empty: the platform answers well."""
    takes_effect: bool = False
    before: tuple[Callable[[], None], ...] = ()
    """What others do while the request is on its way."""
    after: tuple[Callable[[], None], ...] = ()
    """What others do while the answer is on its way."""
    dies: str = ""
    """``before`` or ``after``: the worker is killed at that moment."""


CALM = Interruption()


class Deaths:
    """Kills whoever passes a commit, before or after it, when that was planned."""

    def __init__(self) -> None:
        self.plan: tuple[str, int] | None = None
        """``before`` or ``after``, and how many commits to let pass first."""
        self._is_on = False
        event.listen(Session, "before_commit", lambda _: self._passes("before"))
        event.listen(Session, "after_commit", lambda _: self._passes("after"))

    @contextmanager
    def possible(self) -> Iterator[None]:
        """Let the plan come true inside this block only."""
        was_on, self._is_on = self._is_on, True
        try:
            yield
        finally:
            self._is_on = was_on

    def _passes(self, point: str) -> None:
        if not self._is_on or self.plan is None or self.plan[0] != point:
            return
        if self.plan[1] > 0:
            self.plan = (point, self.plan[1] - 1)
            return
        self.plan = None
        raise Killed


DEATHS = Deaths()


@dataclass(frozen=True)
class Learner:
    """Somebody in a course."""

    course: str
    person: str
    author: Author


@dataclass
class Wire:
    """Stands where `lti_tool.lti.http.Outbound` stands, and leads to the demo LMS."""

    stage: Stage
    next: list[Interruption] = field(default_factory=list)
    """One for each of the next scores that is posted."""
    posted: list[dict[str, Any]] = field(default_factory=list)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, **_: Any) -> Answer:
        """Ask the platform."""
        return self._exchange("GET", url, headers, None)

    def post(self, url: str, *, headers: Mapping[str, str] | None = None, data: Any = None, **_: Any) -> Answer:
        """Send the platform something; a score may be interrupted."""
        if not urlsplit(url).path.endswith("/scores"):
            return self._exchange("POST", url, headers, data)
        happens = self.next.pop(0) if self.next else CALM
        for act in happens.before:
            act()
        if happens.dies == "before":
            raise Killed
        answer = self._meet(happens, url, headers, data)
        for act in happens.after:
            act()
        if happens.dies == "after":
            raise Killed
        if answer is None:
            raise Unreachable("connection broke off")
        return answer

    def _meet(self, happens: Interruption, url: str, headers: Mapping[str, str] | None, data: Any) -> Answer | None:
        if not happens.trouble:
            return self._exchange("POST", url, headers, data)
        fault = SORTS[happens.trouble]
        if fault.drop:
            if happens.takes_effect:
                self._exchange("POST", url, headers, data)
            return None
        self.stage.lms.faults.append(replace(fault, takes_effect=happens.takes_effect, delay=0))
        return self._exchange("POST", url, headers, data)

    def _exchange(self, method: str, url: str, headers: Mapping[str, str] | None, data: Any) -> Answer:
        client = self.stage.lms_server.app.test_client(use_cookies=False)
        answer = client.open(url, method=method, headers=dict(headers or {}), data=data if method == "POST" else None)
        return Answer(status=answer.status_code, headers=answer.headers, body=answer.get_data())


class Ground:
    """What all examples begin with: registered platforms, learners who have launched, columns that are known."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage, self.folder = stage, folder
        for course in COURSES:
            for person in PEOPLE:
                for link in LINKS:
                    stage.browser().launch(person, course=course, link=link)
        self.template = folder / "template.sqlite"
        prepared = str(stage.database.engine.url.database)
        with closing(sqlite3.connect(prepared)) as source, closing(sqlite3.connect(self.template)) as copy:
            source.backup(copy)
        with stage.database.reading() as session:
            key = signing_keys.current(session, stage.tool.sealer)
        private = load_private_key(key.private_pem)
        self.key, public = (key.kid, private), {key.kid: private.public_key()}
        judge = Judge(stage.database, stage.lms, stage.tool.workshop(None))
        self.learners = [
            Learner(course, person, judge.author(stage.lms.courses[course], stage.lms.people[person]))
            for course in COURSES
            for person in PEOPLE
        ]
        stage.lms.tool_keys = (datetime.max.replace(tzinfo=UTC), public)


class World:
    """One example: a fresh database and empty gradebooks; two workers; a clock that only the example turns."""

    def __init__(self, ground: "Ground") -> None:
        stage, folder = ground.stage, ground.folder
        self.stage, self.lms, self.learners = stage, stage.lms, ground.learners
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        shutil.copyfile(ground.template, self._folder / "tool.sqlite")
        self.database = Database(f"sqlite:///{self._folder / 'tool.sqlite'}")
        self.workshop = stage.tool.workshop(None)
        self.activities = [each for module in self.workshop.modules for each in module.activities if each.points]
        self.wire = Wire(stage)
        tokens = TokenSource(self.wire, lambda: ground.key)  # type: ignore[arg-type] # as below
        self.workers = [self._courier(tokens, f"worker-{name}") for name in "ab"]
        self.judge = Judge(self.database, self.lms, self.workshop)
        self._forget_everything()
        self._travel = time_machine.travel(NOON, tick=False)
        self.clock = self._travel.start()

    def close(self) -> None:
        """Let go of everything."""
        self._travel.stop()
        self.lms.skew = timedelta()
        self.database.engine.dispose()
        shutil.rmtree(self._folder)

    def complete(self, learner: Learner, activity: int) -> None:
        """Have a learner complete an activity, unless they have."""
        shown = self.activities[activity % len(self.activities)]
        with self.database.transaction() as session:
            before = progress.load(session, self.stage.tool.sealer, learner.author, self.workshop, shown)
            if before.completed_at is None:
                how = {"expected": before.version, "complete": True}
                progress.save(session, self.stage.tool.sealer, learner.author, self.workshop, shown, {}, **how)

    def deliver(self, worker: int, batch: int) -> bool:
        """Have a worker carry what is due; say whether there was anything. A killed worker holds what it held."""
        courier = self.workers[worker]
        try:
            with DEATHS.possible():
                lanes = courier.take(threads=3, batch=batch)
                for lane in lanes:
                    courier.carry(lane)
        except Killed:
            return True
        return bool(lanes)

    def let_time_pass(self, span: timedelta) -> None:
        """Turn everybody's clock on."""
        self.clock.shift(span)

    def step_clock(self, span: timedelta) -> None:
        """Turn the tool's clock, but not the platform's."""
        self.clock.shift(span)
        self.lms.skew -= span

    def set_clock_right(self) -> None:
        """Turn the tool's clock to what the platform's says."""
        self.step_clock(self.lms.skew)

    def rows(self) -> dict[int, tuple[Any, ...]]:
        """Return who holds which delivery, until when, in which state and version."""
        with self.database.reading() as session:
            found = session.scalars(select(GradeDelivery))
            return {row.id: (row.state, row.lease_owner, row.lease_until, row.version) for row in found}

    def come_again(self) -> None:
        """Have everybody whose score is held open the workshop again."""
        with self.database.transaction() as session:
            held = select(GradeDelivery.member_id).filter_by(state=DeliveryState.HELD)
            for member_id in session.scalars(held.distinct()).all():
                holding.resume_member(session, member_id)

    def _courier(self, tokens: TokenSource, owner: str) -> Courier:
        service = GradeService(self.wire, tokens)  # type: ignore[arg-type] # it has the two methods that are used
        workshops = {self.workshop.id: self.workshop}
        return Courier(database=self.database, service=service, owner=owner, lease=LEASE, workshops=workshops)

    def _forget_everything(self) -> None:
        for course in self.lms.courses.values():
            course.grades.clear()
        self.lms.faults.clear()
        self.lms.tokens.clear()
