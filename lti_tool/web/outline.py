"""The modules and activities that a visit's link opens, with how far the learner is in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from lti_tool import clock
from lti_tool.activities.base import Activity, Wait
from lti_tool.library.model import Module, Workshop
from lti_tool.services import grading, progress
from lti_tool.services.progress import Begun
from lti_tool.web.errors import PageMissing
from lti_tool.web.tool import tool
from lti_tool.web.visit import page_url, visit


@dataclass(frozen=True, kw_only=True)
class ActivityState:
    """An activity as a page lists it."""

    activity: Activity
    state: str
    opens_on: date | None = None
    """The day on which it opens, once that is known; before, its state is ``waiting``."""

    @property
    def url(self) -> str:
        """Where it opens."""
        return page_url("learn.activity", activity_id=self.activity.id)


@dataclass(frozen=True, kw_only=True)
class ModuleState:
    """A module as the home page shows it."""

    module: Module
    activities: tuple[ActivityState, ...]

    @cached_property
    def total(self) -> int:
        """How many activities it has."""
        return len(self.activities)

    @cached_property
    def done(self) -> int:
        """How many of them are done."""
        return sum(each.state == "done" for each in self.activities)

    @cached_property
    def minutes_left(self) -> int:
        """How long the rest takes most people, of what can be opened."""
        return sum(each.activity.minutes for each in self.activities if each.state in ("not_started", "in_progress"))

    @cached_property
    def state(self) -> str:
        """``later``, ``waiting``, ``done``, ``in_progress`` or ``not_started``."""
        states = {each.state for each in self.activities}
        for whole in ("later", "waiting", "done", "not_started"):
            if states == {whole}:
                return whole
        return "in_progress"


def current_workshop() -> Workshop:
    """Return the workshop of this visit."""
    return tool().workshop(visit.workshop_id)


def opened_modules() -> tuple[Module, ...]:
    """Return the modules that this visit's link opens."""
    return modules_of(current_workshop(), visit.part)


def modules_of(workshop: Workshop, part: str) -> tuple[Module, ...]:
    """Return the modules that a link to a part opens."""
    return workshop.modules if part == grading.WHOLE else tuple(each for each in workshop.modules if each.id == part)


def opened_activity(activity_id: str) -> Activity:
    """Return the activity, if this link opens it, this release has it, and its time has come.

    :raise PageMissing: otherwise.
    """
    found = [each for module in opened_modules() for each in module.activities if each.id == activity_id]
    if not found or found[0].opens_later:
        raise PageMissing
    if found[0].after and not any(each.activity.id == activity_id for each in open_activities()):
        raise PageMissing
    return found[0]


def module_states() -> tuple[ModuleState, ...]:
    """Return the modules that this link opens, with how far the learner is in each."""
    begun: Begun = ({}, {})
    if visit.works:
        with tool().database.looking() as door:
            begun = progress.begun(door, visit.member_id, current_workshop())
    modules = opened_modules()
    return in_order(modules, begun[0], waiting(modules, begun))


def in_order(
    modules: tuple[Module, ...], states: Mapping[str, str], waiting: Mapping[str, ActivityState]
) -> tuple[ModuleState, ...]:
    """Return modules with the states of their activities; ``waiting`` has those of which the day decides."""

    def standing(activity: Activity) -> ActivityState:
        state = "later" if activity.opens_later else states.get(activity.id, "not_started")
        return waiting.get(activity.id) or ActivityState(activity=activity, state=state)

    return tuple(ModuleState(module=each, activities=tuple(map(standing, each.activities))) for each in modules)


def waiting(modules: tuple[Module, ...], begun: Begun) -> dict[str, ActivityState]:
    """Return the activities that open some days after others, by id, as they stand today."""
    states, completed = begun
    return {
        each.id: _state(each, each.after, states.get(each.id, "not_started"), completed)
        for module in modules
        for each in module.activities
        if each.after and not each.opens_later
    }


def open_activities() -> list[ActivityState]:
    """Return all activities that can be opened now, in order."""
    closed = ("later", "waiting")
    return [each for module in module_states() for each in module.activities if each.state not in closed]


def _state(activity: Activity, wait: Wait, state: str, completed: Mapping[str, datetime]) -> ActivityState:
    if state != "not_started" or not visit.works:
        return ActivityState(activity=activity, state=state)
    opens_on = _opens_on(wait, completed)
    waits = opens_on is None or opens_on > clock.today(visit.timezone)
    return ActivityState(activity=activity, state="waiting" if waits else state, opens_on=opens_on)


def _opens_on(wait: Wait, completed: Mapping[str, datetime]) -> date | None:
    """Return the day on which something opens: so many days after the last activity of a module was completed."""
    needed = [each.id for each in current_workshop().module(wait.module_id).activities if each.required]
    if not set(needed) <= set(completed):
        return None
    last = max(completed[each] for each in needed)
    return clock.day_of(last, visit.timezone) + timedelta(days=wait.days)
