"""The modules and activities that a visit's link opens, with how far the learner is in each."""

from dataclasses import dataclass

from flask import url_for

from lti_tool.activities.base import Activity
from lti_tool.library.model import Module, Workshop
from lti_tool.services import grading, progress
from lti_tool.web.errors import PageMissing
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit


@dataclass(frozen=True, kw_only=True)
class ActivityState:
    """An activity as a page lists it."""

    activity: Activity
    state: str
    url: str


@dataclass(frozen=True, kw_only=True)
class ModuleState:
    """A module as the home page shows it."""

    module: Module
    activities: tuple[ActivityState, ...]

    @property
    def total(self) -> int:
        """How many activities it has."""
        return len(self.activities)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return sum(each.state == "done" for each in self.activities)

    @property
    def minutes_left(self) -> int:
        """How long the rest takes most people, of what can be opened."""
        return sum(each.activity.minutes for each in self.activities if each.state in ("not_started", "in_progress"))

    @property
    def state(self) -> str:
        """``later``, ``done``, ``in_progress`` or ``not_started``."""
        states = {each.state for each in self.activities}
        for whole in ("later", "done", "not_started"):
            if states == {whole}:
                return whole
        return "in_progress"


def current_workshop() -> Workshop:
    """Return the workshop of this visit."""
    return tool().workshop(visit.workshop_id)


def opened_modules() -> tuple[Module, ...]:
    """Return the modules that this visit's link opens."""
    return tuple(each for each in current_workshop().modules if visit.part in (grading.WHOLE, each.id))


def opened_activity(activity_id: str) -> Activity:
    """Return the activity, if this link opens it and this release has it.

    :raise PageMissing: otherwise.
    """
    for module in opened_modules():
        for each in module.activities:
            if each.id == activity_id and not each.opens_later:
                return each
    raise PageMissing


def module_states() -> tuple[ModuleState, ...]:
    """Return the modules that this link opens, with how far the learner is in each."""
    states: dict[str, str] = {}
    if visit.works:
        with tool().database.reading() as session:
            states = progress.states(session, visit.member_id, current_workshop())
    return tuple(
        ModuleState(
            module=module,
            activities=tuple(
                ActivityState(
                    activity=each,
                    state="later" if each.opens_later else states.get(each.id, "not_started"),
                    url=url_for("learn.activity", activity_id=each.id),
                )
                for each in module.activities
            ),
        )
        for module in opened_modules()
    )


def open_activities() -> list[ActivityState]:
    """Return all activities that can be opened now, in order."""
    return [each for module in module_states() for each in module.activities if each.state != "later"]
