"""The same activities completed are the same grade, whatever was answered: over the whole workshop."""

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import WORKSHOP
from whole_walk import CHECKS, STORIES
from whole_walk import Walk as Answers
from wtforms import Field, RadioField, SelectField

from lti_tool import clock
from lti_tool.activities import KINDS
from lti_tool.activities.base import Activity, Step, Value, Work
from lti_tool.services import grading

IDS = [each.id for each in WORKSHOP.activities if each.required]
PARTS = [grading.WHOLE, *(each.id for each in WORKSHOP.graded_modules)]
SETTLED = ("action", "how", "length", "kind_", "privacy")
"""What decides which other fields are asked for: everybody gives the same here."""


class Learner:
    """Does activities with answers by chance; their opposite takes, at every choice, what stands at the other end."""

    def __init__(self, seed: int, *, is_opposite: bool = False) -> None:
        self.chance = Random(seed)  # noqa: S311 - repeatable, not secret
        self.is_opposite = is_opposite
        self.values: dict[str, Value] = {}
        self.completed: set[str] = set()

    def do(self, activity: Activity) -> None:
        """Do an activity to its end."""
        self.values[activity.kind] = {}
        if activity.id in STORIES:
            self._tell(activity)
        elif activity.id in CHECKS:
            for question, right in CHECKS[activity.id].items():
                self._press(activity, f"check:{question}", question, {question: right})
                self._press(activity, f"check:{question}", question, {question: right}, as_given=True)
        else:
            answers = Answers(None)
            nobody_to_take = activity.kind == "fit_check" and "network_map" not in self.values
            presses = answers._short() if nobody_to_take else answers._full()
            for do, screen, fields in presses.get(activity.id, [("finish", "", {})]):
                self._press(activity, do, screen, fields)

    def _tell(self, activity: Activity) -> None:
        """Walk through a story by chance, to one of its ends."""
        while activity.id not in self.completed:
            moment = KINDS[activity.kind].outcome(activity, self.values[activity.kind], self._work()).trail.here
            choice = self._pick([each.id for each in moment.choices])
            self._press(activity, f"choose:{moment.id}.{choice}", "", {})

    def _press(
        self, activity: Activity, do: str, screen: str, fields: dict[str, str], *, as_given: bool = False
    ) -> None:
        """Fill in a screen in one's own way and press a button."""
        kind, value, work = KINDS[activity.kind], self.values[activity.kind], self._work()
        form = kind.form(activity, value, work, screen)
        own = {name: self._own(form[name], text) for name, text in fields.items() if name in form and not as_given}
        own |= self._where_choices_count(activity, fields)
        kept = kind.keep(activity, {**fields, **own}, value, work)
        step = Step(value=kept)
        if do == "finish":
            step = Step(value=kind.finish(activity, kept, value, work), completes=True)
        elif not do.startswith("go:"):
            step = kind.act(activity, do, kept, work)
        self.values[activity.kind] = step.value
        if step.completes:
            self.completed.add(activity.id)

    def _own(self, field: Field, given: str) -> str:
        """Return this learner's answer to a field for which somebody else gave another."""
        if isinstance(field, RadioField | SelectField) and not field.name.startswith(SETTLED):
            return self._pick([value for value, *_ in field.iter_choices() if value not in ("", "?")])
        return given[::-1] if self.is_opposite and given.startswith("Canary") else given

    def _where_choices_count(self, activity: Activity, given: dict[str, str]) -> dict[str, str]:
        """Return answers that may not be just any: no area twice, no more cards on a pile than it holds."""
        if activity.kind == "priorities":
            return {"p1": given["p2"], "p2": given["p1"]} if self.is_opposite else given
        if "must" in given.values():
            return {name: pile if pile == "must" else self._pick(["good", "not"]) for name, pile in given.items()}
        return {}

    def _pick(self, offered: Sequence[str]) -> str:
        place = self.chance.randrange(len(offered))
        return offered[-1 - place if self.is_opposite else place]

    def _work(self) -> Work:
        return Work(today=clock.today(), answers=self.values)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), chosen=st.sets(st.sampled_from(IDS)))
def test_whoever_completes_the_same_gets_the_same_whatever_they_answered(seed: int, chosen: set[str]):
    one, other = Learner(seed), Learner(seed, is_opposite=True)
    for activity in (each for each in WORKSHOP.activities if each.id in chosen):
        for learner in (one, other):
            learner.do(activity)

    scores = [
        [grading.standing(WORKSHOP, part, frozenset(learner.completed)) for part in PARTS] for learner in (one, other)
    ]

    assert one.completed == other.completed == chosen
    assert scores[0] == scores[1]
