"""The rules of a content pack, each a function from pack to problems."""

from collections.abc import Callable, Iterator

from lti_tool.library.pack import Pack
from lti_tool.library.problems import Problem

RULES: tuple[Callable[[Pack], Iterator[Problem]], ...] = ()
