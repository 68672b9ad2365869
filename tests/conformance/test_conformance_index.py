"""Nothing of the lists is forgotten: each of their ids stands in the name of a test or of one of its cases.

The ids are those of 1EdTech's certification guide (CB bad payloads, CV valid launches of Teachers and Students, CD deep
linking, CN names and roles, CA assignments and grades) and of our own list (XS security, XG grades, XR roster, XD deep
linking, XO registration).
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
COUNTS = {"CB": 12, "CD": 7, "CN": 5, "CA": 6, "XS": 29, "XG": 16, "XR": 5, "XD": 6, "XO": 3}
NUMBERED = [f"{kind}-{number:02}" for kind, count in COUNTS.items() for number in range(1, count + 1)]
VALID = [f"CV-{who}{number}" for who in "TS" for number in range(1, 10)]
AN_ID = re.compile(rf"(?<![A-Z])(?:(?:{'|'.join(COUNTS)})-[0-9]{{2}}|CV-[TS][0-9])(?![0-9])")


@cache
def named() -> frozenset[str]:
    """Return the ids in the names of test functions, in what stands above them, and in the tables that is made of."""
    modules = [ast.parse(path.read_text()) for path in TESTS.glob("**/*.py")]
    tests = [each for module in modules for each in ast.walk(module) if is_a_test(each)]
    found = {each for test in tests for each in AN_ID.findall(test.name.upper().replace("_", "-"))}
    tables = tables_of(modules)
    waiting = [decorator for test in tests for decorator in test.decorator_list]
    while waiting:
        for node in ast.walk(waiting.pop()):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(AN_ID.findall(node.value))
            elif isinstance(node, ast.Name):
                waiting += tables.pop(node.id, [])
    return frozenset(found)


def is_a_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def tables_of(modules: list[ast.Module]) -> dict[str, list[ast.expr]]:
    """Return what the names of all modules stand for: a test takes its table from its own or from another one."""
    tables: dict[str, list[ast.expr]] = {}
    for node in (each for module in modules for each in module.body):
        for target in node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]:
            if isinstance(target, ast.Name) and node.value is not None:
                tables.setdefault(target.id, []).append(node.value)
    return tables


@pytest.mark.parametrize("identity", NUMBERED + VALID)
def test_every_id_of_the_lists_is_in_the_name_of_a_test(identity):
    assert identity in named()
