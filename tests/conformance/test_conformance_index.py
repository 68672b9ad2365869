"""Nothing of the lists is forgotten: each of their ids stands in the name of a test.

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
    """Return the ids in the names of test functions and in the values that tests are parametrized with."""
    found: set[str] = set()
    for path in TESTS.glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.update(AN_ID.findall(node.name.upper().replace("_", "-")))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(AN_ID.findall(node.value))
    return frozenset(found)


@pytest.mark.parametrize("identity", NUMBERED + VALID)
def test_every_id_of_the_lists_is_in_the_name_of_a_test(identity):
    assert identity in named()
