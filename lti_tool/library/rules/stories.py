"""The rule about scenarios: every story can be walked to an end (V011)."""

from collections.abc import Iterator, Mapping

from lti_tool.library.pack import Pack, PackFile
from lti_tool.library.problems import Problem
from lti_tool.library.schemas.exercises import Scenario, StoryNode
from lti_tool.mentoring.scenario import WORDS

_MOST_CHOICES = 4
"""The longest way from the start to an ending."""

Nodes = Mapping[str, StoryNode]


def stories_can_be_walked(pack: Pack) -> Iterator[Problem]:
    """V011: the start exists, all ways lead to an ending in four choices at most, and no choice is a dead end."""
    for locale in pack.locales.values():
        for file in locale.of(Scenario):
            yield from _words(file)
            for name, node in file.content.nodes.items():
                yield from _node(file, name, node)
            yield from _ways(file)


def _words(file: PackFile[Scenario]) -> Iterator[Problem]:
    story = file.content
    for word in WORDS:
        if word not in story.words:
            yield file.problem("V011", f"{story.id}: there is no word for {word}", "words")
    texts = [story.research, *(node.text for node in story.nodes.values())]
    if story.no_contacts is None and any("{support_contacts}" in text for text in texts):
        yield file.problem("V011", f"{story.id}: no_contacts must say what stands for missing contacts")


def _node(file: PackFile[Scenario], name: str, node: StoryNode) -> Iterator[Problem]:
    at = ("nodes", name)
    if node.end and node.choices:
        yield file.problem("V011", f"{name}: an ending has no choices", *at)
    if not node.end and len(node.choices) < 2:
        yield file.problem("V011", f"{name}: a moment needs two choices, or end: true", *at)
    for position, choice in enumerate(node.choices):
        if choice.to not in file.content.nodes:
            yield file.problem(
                "V011", f"{name}.{choice.id}: there is no node {choice.to}", *at, "choices", position, "to"
            )
        for signal in choice.signals:
            if signal not in file.content.signals:
                yield file.problem(
                    "V011", f"{name}.{choice.id}: there is no signal {signal}", *at, "choices", position, "signals"
                )
        if any(abs(points) > 1 for points in choice.signals.values()):
            yield file.problem(
                "V011", f"{name}.{choice.id}: signals go from -1 to +1", *at, "choices", position, "signals"
            )
    if node.choices and all(sum(choice.signals.values()) < 0 for choice in node.choices):
        yield file.problem("V011", f"{name}: every choice costs something; one must not", *at)


def _ways(file: PackFile[Scenario]) -> Iterator[Problem]:
    nodes, start = file.content.nodes, file.content.start
    if start not in nodes:
        yield file.problem("V011", f"{start}: the start is no node", "start")
        return
    reached = _reachable(nodes, start)
    for name in nodes:
        if name not in reached:
            yield file.problem("V011", f"{name}: no way leads here", "nodes", name)
    if circle := _circle(nodes, start, ()):
        yield file.problem("V011", f"{circle}: the story can run in a circle", "nodes", circle)
    elif (longest := _longest(nodes, start)) > _MOST_CHOICES:
        yield file.problem("V011", f"an ending is {longest} choices away; {_MOST_CHOICES} are the most", "nodes")


def _next(nodes: Nodes, name: str) -> list[str]:
    return [choice.to for choice in nodes[name].choices if choice.to in nodes]


def _reachable(nodes: Nodes, start: str) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        fresh = set(_next(nodes, waiting.pop())) - reached
        reached |= fresh
        waiting.extend(fresh)
    return reached


def _circle(nodes: Nodes, name: str, way: tuple[str, ...]) -> str | None:
    """Return a node from which a way leads back to itself, if there is one."""
    if name in way:
        return name
    found = (_circle(nodes, after, (*way, name)) for after in _next(nodes, name))
    return next((circle for circle in found if circle), None)


def _longest(nodes: Nodes, name: str) -> int:
    return max((1 + _longest(nodes, after) for after in _next(nodes, name)), default=0)
