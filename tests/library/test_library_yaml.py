"""YAML with lines: plain data only, nothing dropped in silence."""

import pytest

from lti_tool.library.yaml_nodes import YamlMistake, read_yaml


def test_every_value_knows_its_line():
    text = read_yaml("a: 1\nb:\n  - {id: x}\n  - id: y\n    note: |\n      long\n", first_line=10)

    assert text.data == {"a": 1, "b": [{"id": "x"}, {"id": "y", "note": "long\n"}]}
    assert (text.line("a"), text.line("b"), text.line("b", 0), text.line("b", 1, "note")) == (10, 11, 12, 14)


def test_a_value_that_is_not_there_is_looked_for_around_it():
    text = read_yaml("a:\n  b: 1\n")

    assert (text.line("a", "c", 3), text.line("z")) == (1, 1)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\na: 2\n", 2, "'a' stands here a second time"),
        ("a:\n  b: 1\n  b: 2\n", 3, "'b' stands here a second time"),
        ("a: &x [1]\nb: *x\n", 1, "anchors and aliases"),
        ("a: &x {b: *x}\n", 1, "anchors and aliases"),
        ("a: 1\n2: b\n", 2, "the key 2 must be text"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, ""),
        ("a: !!python/name:os.system\n", 1, ""),
        ("<<: {a: 1}\n", 1, ""),
        ("a: [1\n", 2, "needs quotes"),
        ("a: {b: one: two}\n", 1, "needs quotes"),
        ("a: one: two\n", 1, "needs quotes"),
        ("a: 1\n---\nb: 2\n", 2, ""),
        ("a: \x00\n", None, ""),
        ("- " * 20_000, None, "nested too deeply"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int | None, says: str):
    with pytest.raises(YamlMistake) as mistake:
        read_yaml(text)

    assert says in mistake.value.message
    assert line is None or mistake.value.line == line


def test_an_empty_text_is_nothing():
    assert read_yaml("").data is None
