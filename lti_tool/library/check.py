"""All rules of a content pack: what authors run before they publish, and what the tool runs before it loads."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from lti_tool.library.pack import Pack
from lti_tool.library.problems import Problem
from lti_tool.library.reading import Unreadable, read_pack
from lti_tool.library.rules import ADVICE, RULES, Rule
from lti_tool.library.rules.opening import opens_later


def check_pack(folder: Path, *, release: bool = False) -> list[Problem]:
    """Return everything that is wrong with a pack, in the order of files and lines.

    If a file has the wrong shape, only that is said, because every other rule would stumble over it.
    ``release`` also refuses activities that open later.
    """
    try:
        pack = read_pack(folder)
    except Unreadable as unreadable:
        return unreadable.problems
    found = list(problems_of(pack, (*RULES, *ADVICE)))
    if release:
        found.extend(opens_later(pack))
    return sorted(found)


def problems_of(pack: Pack, rules: Iterable[Rule] = RULES) -> Iterator[Problem]:
    """Yield what rules say of a pack whose files have the right shape."""
    for rule in rules:
        yield from rule(pack)
