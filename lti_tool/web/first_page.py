"""The first page. It is written once for everybody to whom it looks the same.

While it is written, a ``_Look`` stands where the visit stands otherwise: nothing else of a person is within reach. What
differs between visits that look the same is then put in place of words that nobody can guess.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from flask import current_app, g
from markupsafe import Markup, escape

from lti_tool import language
from lti_tool.library.model import Workshop
from lti_tool.services.arrivals import Arrival
from lti_tool.services.grade_states import GradeState
from lti_tool.web.outline import ActivityState, ModuleState, in_order, modules_of, waiting
from lti_tool.web.pages import frame_origin, person_mark
from lti_tool.web.visit import ANY

_CSRF, _PERSON, _MESSAGE = (secrets.token_hex(16) for _ in range(3))


@dataclass(frozen=True, kw_only=True)
class _Look:
    """All that the page depends on: two that are equal look the same. It has the names of a visit."""

    edition: int
    """The identity of ``workshop``, which this keeps alive: another language or release is another workshop."""
    language: str
    part: str
    mode: str
    is_teacher: bool
    support_contacts: str
    frame_origin: str
    message_token: str
    grade: GradeState
    states: frozenset[tuple[str, str]]
    waits: tuple[tuple[object, ...], ...]
    workshop: Workshop = field(compare=False)
    waiting: Mapping[str, ActivityState] = field(compare=False)
    id = ANY
    csrf_token = _CSRF

    @property
    def works(self) -> bool:
        """Whether it is a learner's."""
        return self.mode == "learner"


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """All that a module's entry on the page depends on."""

    module: int
    language: str
    states: tuple[object, ...]
    item: ModuleState = field(compare=False)
    workshop: Workshop = field(compare=False)


def show(visit: Arrival, workshop: Workshop) -> str:
    """Return the page of a visit."""
    written = _written(_look(visit, workshop)).replace(ANY, visit.id).replace(_CSRF, visit.csrf_token)
    if visit.works:
        written = written.replace(_PERSON, person_mark(visit))
    # A platform's own words come last: nothing is put into them.
    return written.replace(_MESSAGE, escape(visit.message_token or ""))


def _look(visit: Arrival, workshop: Workshop) -> _Look:
    begun, grade = visit.begun, visit.grade
    later = waiting(modules_of(workshop, visit.part), begun)
    # Only a score that was sent is shown with its time.
    said = grade if grade.kind == "sent" else GradeState(kind=grade.kind, of_module=grade.of_module)
    return _Look(
        edition=id(workshop),
        language=language.current().tag,
        part=visit.part,
        mode=visit.mode,
        is_teacher=visit.is_teacher,
        support_contacts=visit.support_contacts,
        frame_origin=frame_origin(visit),
        message_token=_MESSAGE if visit.message_token else "",
        grade=said,
        states=frozenset(begun[0].items()),
        waits=tuple((key, each.state, each.opens_on) for key, each in later.items()),
        workshop=workshop,
        waiting=later,
    )


@lru_cache(maxsize=128)
def _written(look: _Look) -> str:
    real, g.visit = g.visit, look
    try:
        modules = in_order(modules_of(look.workshop, look.part), dict(look.states), look.waiting)
        return current_app.jinja_env.get_template("learn/home.html").render(
            visit=look,
            lang=look.language,
            text_direction=language.current().direction,
            csrf_token=look.csrf_token,
            person_mark=_PERSON,
            support_contacts=look.support_contacts,
            frame_origin=look.frame_origin,
            workshop=look.workshop,
            grade=look.grade,
            entry=_entry,
            modules=modules,
            **_counts(modules),
        )
    finally:
        g.visit = real


def _counts(modules: tuple[ModuleState, ...]) -> dict[str, object]:
    """Return how much is done, what is left, and what comes next."""
    every = [each for module in modules for each in module.activities]
    required = [each for each in every if each.activity.required]
    return {
        "done": sum(each.state == "done" for each in required),
        "total": len(required),
        "minutes_left": sum(module.minutes_left for module in modules),
        "next": next((each for each in every if each.state in ("not_started", "in_progress")), None),
    }


def _entry(item: ModuleState, workshop: Workshop) -> Markup:
    """Return the entry of a module, which is written once for all who are equally far in it."""
    states = tuple((each.state, each.opens_on) for each in item.activities)
    tag = language.current().tag
    return _written_entry(_Entry(module=id(item.module), language=tag, states=states, item=item, workshop=workshop))


@lru_cache(maxsize=1024)
def _written_entry(look: _Entry) -> Markup:
    template = current_app.jinja_env.get_template("learn/_module.html")
    return Markup(template.render(item=look.item, workshop=look.workshop))  # noqa: S704 - a template of ours, escaped
