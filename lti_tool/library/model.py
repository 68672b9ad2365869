"""A workshop as the rest of the tool sees it: complete, checked, and unable to change."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from lti_tool.activities.base import Activity, Area, Reference
from lti_tool.mentoring.score import GradedActivity, GradedModule, Profile


@dataclass(frozen=True, kw_only=True)
class Objective:
    """What the workshop is meant to achieve, in a sentence."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Module:
    """A part of a workshop. ``weight`` is its share of the score, ``minutes`` what it takes most people."""

    id: str
    title: str
    intro: Markup
    weight: int
    minutes: int
    objectives: tuple[str, ...]
    activities: tuple[Activity, ...]

    @property
    def is_graded(self) -> bool:
        """Whether it is worth points; a module that nobody has to do is not."""
        return any(activity.required and activity.points for activity in self.activities)

    @property
    def opens_later(self) -> bool:
        """Whether nothing in it can be opened by this release."""
        return all(activity.opens_later for activity in self.activities)


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """A workshop in one language. ``version`` is that of the pack."""

    id: str
    version: str
    title: str
    locale: str
    objectives: tuple[Objective, ...]
    areas: tuple[Area, ...]
    modules: tuple[Module, ...]
    references: tuple[Reference, ...]
    texts: Mapping[str, str]
    attribution: str
    minutes: int
    profile: Profile

    @property
    def every_activity(self) -> tuple[Activity, ...]:
        """Return all activities in order, optional ones too."""
        return tuple(activity for module in self.modules for activity in module.activities)

    @property
    def activities(self) -> tuple[Activity, ...]:
        """Return the required activities in order."""
        return tuple(activity for activity in self.every_activity if activity.required)

    @property
    def graded(self) -> tuple[Module, ...]:
        """Return the modules that are worth points."""
        return tuple(module for module in self.modules if module.is_graded)

    def activity(self, activity_id: str) -> Activity:
        """Return one activity.

        :raise KeyError: the workshop has no activity of this id.
        """
        for activity in self.every_activity:
            if activity.id == activity_id:
                return activity
        raise KeyError(activity_id)

    def module(self, module_id: str) -> Module:
        """Return one module.

        :raise KeyError: the workshop has no module of this id.
        """
        for module in self.modules:
            if module.id == module_id:
                return module
        raise KeyError(module_id)

    def has_module(self, module_id: str) -> bool:
        """Say whether the workshop has a module of this id."""
        return any(module.id == module_id for module in self.modules)

    def text(self, key: str) -> str:
        """Return a text of the workshop; its placeholders are the page's to fill.

        :raise KeyError: the workshop has no text of this key.
        """
        return self.texts[key]

    @cached_property
    def graded_modules(self) -> tuple[GradedModule, ...]:
        """Return what the score is made of: the required activities, also those that open later."""
        return tuple(
            GradedModule(
                id=module.id,
                weight=module.weight,
                activities=tuple(
                    GradedActivity(id=activity.id, points=activity.points, is_reading=activity.kind == "reading")
                    for activity in module.activities
                    if activity.required
                ),
            )
            for module in self.modules
        )
