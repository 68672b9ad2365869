"""The outbox against a model: whatever order things happen in, the gradebook ends up with what was saved last.

The platforms' rules are those of the demo LMS: Moodle's, Canvas's, and the standard read strictly.
"""

import os
import shutil
import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from model_world import DEATHS, LEASE, Ground, Interruption, World
from stage import Stage
from torture import memory
from torture_oracle import LINKS, LOST, SURVIVABLE

from lti_tool.demo_lms.results import set_by_person

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "60"))
STEPS = 50
LEARNERS = st.integers(0, 5)
ACTIVITIES = st.integers(0, 3)
SPANS = st.sampled_from([0, 1, 5, 20, 61, 400]).map(lambda seconds: timedelta(seconds=seconds))
STEPS_OF_CLOCKS = st.sampled_from([-3600, -2, 1, 30, 900]).map(lambda seconds: timedelta(seconds=seconds))
TROUBLE = st.sampled_from(["", "", *SURVIVABLE])


class Outbox(RuleBasedStateMachine):
    """Learners complete, workers deliver and die, teachers grade, clocks go wrong; then it rests, and all is there."""

    ground: Ground

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.ground)

    @rule(learner=LEARNERS, activity=ACTIVITIES)
    def completes(self, learner, activity):
        self.world.complete(self.world.learners[learner], activity)

    @rule(worker=st.integers(0, 1), batch=st.integers(1, 10), data=st.data())
    def delivers(self, worker, batch, data):
        self._deliver(worker, batch, [self._interruption(data) for _ in range(data.draw(st.integers(0, 4)))])

    @rule(worker=st.integers(0, 1), point=st.sampled_from(["before", "after"]), commits=st.integers(0, 4))
    def delivers_and_dies_at_a_commit(self, worker, point, commits):
        DEATHS.plan = (point, commits)
        self._deliver(worker, 10, [])
        DEATHS.plan = None

    @rule(span=SPANS)
    def time_passes(self, span):
        self.world.let_time_pass(span)

    @rule(span=STEPS_OF_CLOCKS)
    def the_clock_is_wrong(self, span):
        self.world.step_clock(span)

    @rule()
    def the_clock_is_set_right(self):
        self.world.set_clock_right()

    @rule(learner=LEARNERS, link=st.sampled_from(LINKS), points=st.sampled_from(["0.35", "0.55"]))
    def a_teacher_grades(self, learner, link, points):
        self._grade_by_hand(learner, link, Decimal(points))

    @rule()
    def the_platforms_forget_their_tokens(self):
        self.world.lms.tokens.clear()

    @rule()
    def rests(self):
        self.world.set_clock_right()
        for _ in range(40):
            self.world.let_time_pass(LEASE / 2)
            self.world.come_again()
            while self.world.deliver(0, 10):
                pass
            if not (left := self.world.judge.unsettled()):
                break
        for cell in left:
            self.world.judge.accuse(LOST, f"no rest: {cell}")
        self._compare()

    def teardown(self):
        DEATHS.plan = None
        self.world.wire.next.clear()
        try:
            self.rests()
        finally:
            self.world.close()

    def _deliver(self, worker, batch, interruptions):
        self.world.wire.next = interruptions
        self.world.deliver(worker, batch)
        self.world.wire.next = []

    def _interruption(self, data):
        acts = st.lists(st.sampled_from(["completes", "delivers", "waits", "grades"]), max_size=2)
        return Interruption(
            trouble=data.draw(TROUBLE),
            takes_effect=data.draw(st.booleans()),
            before=tuple(self._act(each, data) for each in data.draw(acts)),
            after=tuple(self._act(each, data) for each in data.draw(acts)),
            dies=data.draw(st.sampled_from(["", "", "", "before", "after"])),
        )

    def _act(self, name, data):
        learner = data.draw(LEARNERS)
        return {
            "completes": lambda: self.world.complete(self.world.learners[learner], learner % 4),
            "delivers": lambda: self.world.deliver(1, 10),
            "waits": lambda: self.world.let_time_pass(LEASE * 2),
            "grades": lambda: self._grade_by_hand(learner, LINKS[learner % 2], Decimal("0.45")),
        }[name]

    def _grade_by_hand(self, number, link, points):
        learner = self.world.learners[number]
        course = self.world.lms.courses[learner.course]
        column = course.columns_of(course.links[link])[0]
        self.world.judge.humans[column.id, learner.person] = column.maximum * points
        set_by_person(course.grade(column.id, learner.person), column.maximum * points, self.world.lms.now())

    def _compare(self):
        self.world.judge.judge()
        assert not self.world.judge.wrong


@pytest.fixture(scope="module")
def ground(sqlite_copy):
    """The ground that examples begin on; in memory, where the machine has a folder for that."""
    folder = Path(tempfile.mkdtemp(dir=memory(), prefix="three-steps-"))
    stage = Stage(sqlite_copy(folder))
    yield Ground(stage, folder)
    stage.stop()
    shutil.rmtree(folder)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_outbox_delivers_what_was_saved_last(ground):
    Outbox.ground = ground
    phases = [Phase.generate] if os.environ.get("MODEL_EXAMPLES") else list(Phase)
    how = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        database=None,
        print_blob=True,
    )

    run_state_machine_as_test(Outbox, settings=how)
