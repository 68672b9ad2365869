"""One database, the tool's processes on it and a platform: the house in which rounds of torture take place."""

import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from flask import Response
from stage import PLATFORM_KEY, Wire, environment_of, make_settings, register
from torture_control import Control, faketime
from torture_figures import Figures
from torture_harm import LEASE, Harm
from torture_learners import Learner
from torture_oracle import COURSES, LINKS, LOST, SURVIVABLE, UNTRUE, Cell, Judge
from torture_tool import Machines
from werkzeug.test import Client

from lti_tool import clock
from lti_tool.activities.base import Activity
from lti_tool.db import Database
from lti_tool.demo_lms import LmsConfig, LmsServer
from lti_tool.demo_lms.bad_day import SORTS, BadDay
from lti_tool.library.loader import load_workshop
from lti_tool.models import DeliveryState
from lti_tool.seal import Sealer
from lti_tool.services import grading, progress, signing_keys
from lti_tool.services.progress import Author

ROUNDS = 25
"""In each a learner comes new to every course; then everything is made anew."""
ROTATION = 1
"""The round in which the tool gets a new signing key, while everything goes on."""
GOES_ON = 0.6
"""The share of the learners who do more after their first visit."""
CHANGES = 2
"""How often a score changes at the end of a round when the one before is slowly under way."""
GRADED_MEANWHILE = 0.2
"""How often a teacher grades between two of these changes."""
IN_FLIGHT = 14
"""Scores on their way below which a learner completes more; a higher number hides posts, as newer replaces older."""
LONGEST_DRAIN = 400
"""Scores that are posted at most after the last learner is done, before the rest begins."""
SHARES = {"score": 0.94, "results": 0.1, "columns": 0.1, "column": 0.1, "token": 0.05}
REST = 300
"""Seconds to wait for peace; much longer than it takes, also where everybody else goes first."""
WORKERS = 2


class House:
    """The tool's processes, their database and a platform, for some rounds."""

    def __init__(self, database_url: str, folder: Path, seed: str, *, turns_whole_clock: bool = False) -> None:
        self.chance = random.Random(seed)
        address = f"localhost:{_free_port()}"
        config = LmsConfig(
            port=0, tool_url=f"http://{address}", extra_learners=ROUNDS, signing_key=PLATFORM_KEY, trouble=0
        )
        self.server = LmsServer(config)
        self.lms = self.server.lms
        self.bad_day, self.calm = BadDay(seed, SHARES, SURVIVABLE), BadDay(seed, {})
        self.down, self.slow = (BadDay(seed, {"score": 1}, {sort: SORTS[sort]}) for sort in ("503", "slow"))
        self.settings = make_settings(database_url, base_url=f"http://{address}", bind=address)
        self.database = Database(database_url)
        self.workshop = load_workshop()
        self.judge = Judge(self.database, self.lms, self.workshop)
        self.control = Control(folder, seed)
        self._figures = Figures()
        self._authors: dict[Learner, Author] = {}
        self._later: dict[Learner, Iterator[Activity]] = {}
        register(self.database, self.lms)
        self.server.start()
        # What is completed in this process is completed by the tool's clock, too.
        self._clock = patch.object(clock, "now", lambda now=clock.now: now() + timedelta(seconds=self.control.offset))
        self._clock.start()
        self._sealer = Sealer(self.settings.encryption_keys)
        library = faketime() if turns_whole_clock else None
        values = self._environment(database_url)
        self.machines = Machines(self.control, self.settings, values, workers=WORKERS, turns_clock=library)
        self.harm = Harm(
            chance=self.chance,
            control=self.control,
            machines=self.machines,
            database=self.database,
            lms=self.lms,
            judge=self.judge,
            links=LINKS,
            meanwhile=self._complete_some,
        )

    def stop(self) -> None:
        """Take everything down."""
        self.machines.stop()
        self.server.stop()
        self._clock.stop()
        self.database.engine.dispose()
        self.control.close()

    @property
    def figures(self) -> Figures:
        """What was done here so far."""
        all_met = (self.bad_day.met + self.down.met + self.slow.met).items()
        met = {f"{name}, {effect}": number for (call, name, effect), number in all_met if call == "score"}
        return self._figures + Figures(
            deaths=Counter(self.control.deaths()),
            faults=Counter(met),
            posts=sum(day.calls["score"] for day in (self.bad_day, self.down, self.slow, self.calm)),
            wrong=self.judge.wrong,
            **self.harm.done,
        )

    def round(self, number: int) -> None:
        """Let learners come and work under torture, then rest and compare."""
        if number == 0:
            self._rehearse()
        self.machines.revive()
        learners = [self._learner(course, f"extra{number + 1}") for course in COURSES]
        self.lms.bad_day, self.control.is_armed = self.bad_day, True
        self._under_torture(learners, lambda each: each.launch(), hurried=False)
        self._under_torture(learners, self._work, hurried=True)
        # The others are done for good: nothing that they do later may hide that a score was forgotten.
        self._later |= {each: self._later_activities(each) for each in learners if self.chance.random() < GOES_ON}
        if number == ROTATION:
            self._rotate_keys()
        self._drain_under_torture([*learners, *self._later])
        self._flurry()
        self._rest()
        self._compare(learners)

    def client(self) -> Client:
        """Return a browser that speaks real HTTP."""
        return Client(Wire(self.settings.base_url), Response)

    def _environment(self, database_url: str) -> dict[str, str]:
        return environment_of(
            self.settings,
            BIND=self.settings.bind,
            DATABASE_URL=database_url,
            PRIVATE_HOSTS=self.server.url.removeprefix("http://"),
            GRADE_RETRY_SCALE="0.0001",
            GRADE_LEASE_SECONDS=str(LEASE),
        )

    def _rehearse(self) -> None:
        """Have each link opened, so that its column is known, and some work done and delivered by the zygote alone."""
        self.lms.bad_day = self.calm
        with self.machines.rehearsing():
            for course in COURSES:
                for link in reversed(LINKS):
                    mai = self._learner(course, "mai", link)
                    mai.launch()
                self._work(mai)

    def _learner(self, course: str, name: str, link: str = LINKS[0]) -> Learner:
        return Learner(self, self.lms.courses[course], self.lms.people[name], link)

    def _work(self, learner: Learner) -> None:
        """Do some of the first module, with an eye on the page after each activity."""
        for _ in learner.work(self.chance.randint(1, 4)):
            self._look(learner)

    def _under_torture(self, learners: list[Learner], work: Callable[[Learner], None], *, hurried: bool) -> None:
        """Let everybody work at once, and do harm until they are done."""
        with ThreadPoolExecutor(len(learners)) as pool:
            working = [pool.submit(work, learner) for learner in learners]
            while not all(each.done() for each in working):
                self.harm.go_on(learners, hurried=hurried)
        for each in working:
            each.result()

    def _rotate_keys(self) -> None:
        """Sign with the next key from now on; it is a day old."""
        self.harm.let_time_pass(signing_keys.PUBLISHED_AHEAD.total_seconds() + 1)
        self.harm.write(lambda session: signing_keys.rotate(session, self._sealer))

    def _drain_under_torture(self, learners: list[Learner]) -> None:
        """Go on for a random while, with more that is completed now and then, so that the rest begins at any moment."""
        enough = self.bad_day.calls["score"] + self.chance.randint(0, LONGEST_DRAIN)
        end = time.monotonic() + REST
        while self.bad_day.calls["score"] < enough and time.monotonic() < end:
            self.harm.go_on(learners, hurried=True)
            on_the_way = self.judge.on_the_way()
            if on_the_way < IN_FLIGHT and not self._complete_some(1) and not on_the_way:
                break

    def _flurry(self) -> None:
        """Have scores change within a second: when they fail, are slowly on their way, or wait in who stands still."""
        hurried = self._some_of_later()
        self.lms.bad_day = self.down
        self._complete_next(hurried)
        self.harm.let_scores_come()
        self.harm.let_time_pass(1)
        self.lms.bad_day = self.slow
        for _ in range(CHANGES):
            self.harm.let_scores_come()
            self._complete_next(hurried)
            if hurried and self.chance.random() < GRADED_MEANWHILE:
                self.harm.set_by_hand(hurried)
        self.harm.let_scores_come()
        self.harm.pause(lambda: self._complete_next(hurried), until_settled=True)

    def _some_of_later(self, count: int = 3) -> list[Learner]:
        return self.chance.sample(list(self._later), min(count, len(self._later)))

    def _complete_some(self, count: int = 3) -> bool:
        """Have a few learners complete their next activity; say whether there were any."""
        chosen = self._some_of_later(count)
        self._complete_next(chosen)
        return bool(chosen)

    def _complete_next(self, learners: list[Learner]) -> None:
        """Have each complete the next activity; who has none is done for good."""
        for learner in learners:
            if learner in self._later and (activity := next(self._later[learner], None)):
                self._complete(learner, activity)
            else:
                self._later.pop(learner, None)

    def _later_activities(self, learner: Learner) -> Iterator[Activity]:
        """Yield what counts and is not done yet."""
        found = [each for module in self.workshop.modules for each in module.activities if each.points]
        return (each for each in found if each.id not in learner.acknowledged)

    def _complete(self, learner: Learner, activity: Activity) -> None:
        """Complete an activity without a page, in one transaction, as a page does it."""
        if (author := self._authors.get(learner)) is None:
            author = self._authors[learner] = self.judge.author(learner.course, learner.person)
        how = {"expected": 0, "complete": True}
        self.harm.write(lambda s: progress.save(s, self._sealer, author, self.workshop, activity, {}, **how))

    def _look(self, learner: Learner) -> None:
        """See whether the learner's page says "sent" before the platform has taken the score."""
        if learner.grade_kind() != "sent":
            return
        column = learner.course.columns_of(learner.course.links[learner.link])[0]
        score = grading.standing(self.workshop, grading.WHOLE, frozenset(learner.acknowledged))
        if not self.judge.was_accepted(learner.course, column, learner.person, score):
            self.judge.accuse(UNTRUE, f"{learner.course.key} {learner.person.key}: says sent at {score}")

    def _rest(self) -> None:
        """Stop all harm, let the dead come back, and wait until nothing is on its way."""
        self.lms.bad_day = self.calm
        self.harm.stop()
        self.lms.tokens.clear()  # every worker finds its token refused: who goes on with it never comes to rest
        end = time.monotonic() + REST
        while (rest := self.judge.unsettled()) and time.monotonic() < end:
            self.harm.revive()
            self._come_again(rest)
            self.harm.let_a_moment_pass(hurried=True)
        for cell in rest:
            self.judge.accuse(LOST, f"no rest: {cell}")
        self._figures.rests += 1

    def _come_again(self, cells: list[Cell]) -> None:
        """Have those open the workshop again whose score is held: it is tried once more at their next launch."""
        for course, account in {(c.course.key, c.account.key) for c in cells if c.state == DeliveryState.HELD}:
            self._learner(course, account).launch()

    def _compare(self, learners: list[Learner]) -> None:
        """Compare the gradebook with the answers, and the answers with what was called saved."""
        self._figures.compared += self.judge.judge()
        saved = self.judge.saved()
        for learner in learners:
            sub = learner.person.sub(learner.course.rules)
            if missing := set(learner.acknowledged) - saved.get((learner.course.id, sub), set()):
                self.judge.accuse(LOST, f"{learner.person.key} in {learner.course.key}: {missing} was called saved")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
