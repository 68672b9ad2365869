"""YAML that remembers on which line each value stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import yaml

Loc: TypeAlias = tuple[str | int, ...]
"""Where a value stands: keys and positions from the top of the file."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_PLAIN = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True)
class YamlText:
    """The data of a file and the line of each value in it."""

    data: Any
    lines: Mapping[Loc, int]

    def line(self, *loc: str | int) -> int:
        """Return the line of a value, or of the nearest thing around it that exists."""
        for length in range(len(loc), -1, -1):
            if loc[:length] in self.lines:
                return self.lines[loc[:length]]
        return 1


_UNQUOTED = ("did not find expected", "mapping values are not allowed", "found character that cannot start")
_QUOTES = ": a text with a colon, a comma, a brace or a quote in it needs quotes around it"
"""What an author has most often forgotten where YAML itself only says what it did not find."""


class YamlMistake(Exception):
    """The text is no YAML that we read; ``line`` counts from 1 and may be None."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def read_yaml(text: str, *, first_line: int = 1) -> YamlText:
    """Read one YAML document; ``first_line`` is the line of the file on which the text begins.

    Only plain data is built. A key that stands twice is a mistake, because YAML itself would drop one silently;
    so are aliases, because two places would share one line.

    :raise YamlMistake: with the line where that is known.
    """
    reader = _Reader(first_line)
    try:
        loader = _LOADER(text)
        node = loader.get_single_node()
        data = None if node is None else reader.build(loader, node, ())
    except yaml.YAMLError as mistake:
        mark = getattr(mistake, "problem_mark", None)
        reason = str(getattr(mistake, "problem", None) or "not YAML")
        reason += _QUOTES if any(each in reason for each in _UNQUOTED) else ""
        raise YamlMistake(reason, None if mark is None else mark.line + first_line) from mistake
    except RecursionError as mistake:
        raise YamlMistake("lists and mappings are nested too deeply", None) from mistake
    return YamlText(data, MappingProxyType(reader.lines))


class _Reader:
    """Builds the data of one document and notes the lines on the way."""

    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.lines: dict[Loc, int] = {}
        self.seen: set[int] = set()

    def build(self, loader: Any, node: yaml.Node, loc: Loc) -> Any:
        line = node.start_mark.line + self.first_line
        self.lines.setdefault(loc, line)
        if id(node) in self.seen:
            raise YamlMistake("anchors and aliases are not used here: write the text twice", line)
        self.seen.add(id(node))
        if not isinstance(node, yaml.ScalarNode) and node.tag not in _PLAIN:
            raise YamlMistake(f"the tag {node.tag} is not used here", line)
        if isinstance(node, yaml.MappingNode):
            return self.build_mapping(loader, node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(loader, item, (*loc, position)) for position, item in enumerate(node.value)]
        return loader.construct_object(node, deep=True)

    def build_mapping(self, loader: Any, node: yaml.MappingNode, loc: Loc) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + self.first_line
            if not isinstance(key, str):
                raise YamlMistake(f"the key {key!r} must be text: put it in quotes", line)
            if key in data:
                raise YamlMistake(f"the key {key!r} stands here a second time", line)
            self.lines[*loc, key] = line
            data[key] = self.build(loader, value_node, (*loc, key))
        return data
