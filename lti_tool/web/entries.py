"""A module's entry on the first page. It is written once for everybody who is equally far in the module."""

from dataclasses import dataclass, field
from functools import lru_cache

from flask import current_app
from markupsafe import Markup

from lti_tool import language
from lti_tool.library.model import Workshop
from lti_tool.web.outline import ModuleState
from lti_tool.web.visit import in_this_visit


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What an entry looks like depends on: two that are equal look the same."""

    module: int
    """The identity of the module, which ``item`` keeps alive: another language or edition is another module."""
    language: str
    states: tuple[object, ...]
    item: ModuleState = field(compare=False)
    workshop: Workshop = field(compare=False)


def entry(item: ModuleState, workshop: Workshop) -> Markup:
    """Return the entry of a module, with links that stay in this visit."""
    states = tuple((each.state, each.opens_on) for each in item.activities)
    tag = language.current().tag
    return in_this_visit(
        _written(_Look(module=id(item.module), language=tag, states=states, item=item, workshop=workshop))
    )


@lru_cache(maxsize=1024)
def _written(look: _Look) -> Markup:
    template = current_app.jinja_env.get_template("learn/_module.html")
    return Markup(template.render(item=look.item, workshop=look.workshop))  # noqa: S704 - a template of ours, escaped
