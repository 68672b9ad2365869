"""docs/errors.md lists every refusal, and nothing that is none."""

import importlib
import pkgutil
from collections.abc import Iterator

from documents import rows

import lti_tool
from lti_tool.errors import ToolError


def all_refusals() -> set[type[ToolError]]:
    """Return every subclass, from all modules there are."""
    for module in pkgutil.walk_packages(lti_tool.__path__, "lti_tool."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return {found for found in subclasses(ToolError) if found.__module__.startswith("lti_tool.")}


def subclasses(parent: type[ToolError]) -> Iterator[type[ToolError]]:
    """Yield the subclasses of a class and theirs."""
    for child in parent.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_refusal_is_listed_with_its_status_and_its_words_and_no_other():
    expected = {(f"`{each.code}`", str(each.status), each.message) for each in all_refusals()}

    listed = {tuple(row[:3]) for row in rows("docs/errors.md", "## Every code")}

    assert listed == expected


def test_no_code_is_listed_twice():
    codes = [row[0] for row in rows("docs/errors.md", "## Every code")]

    assert codes == sorted(set(codes))


def test_no_two_refusals_share_a_code():
    refusals = sorted(all_refusals(), key=lambda each: each.code)

    assert [each.code for each in refusals] == sorted({each.code for each in refusals})


def test_support_is_told_what_to_do_about_every_refusal():
    silent = [row[0] for row in rows("docs/errors.md", "## Every code") if len(row) != 4 or len(row[3]) < 20]

    assert silent == []
