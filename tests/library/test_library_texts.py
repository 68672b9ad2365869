"""Messages and readability: plurals are read, syllables counted, sentences found."""

import pytest

from lti_tool.library.loader import SHIPPED
from lti_tool.library.messages import MessageMistake, placeholders
from lti_tool.library.pages import read_page
from lti_tool.library.readability import citations, grade, sentences, syllables
from lti_tool.library.yaml_nodes import YamlMistake


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("No names at all.", set()),
        ("{c} of {n}", {"c", "n"}),
        ("{n, plural, one {# goal} other {# goals}}", {"n"}),
        ("{n, plural, =0 {none} one {# by {name}} other {# by {name}}}", {"n", "name"}),
        ("{who, select, me {you} other {they}}", {"who"}),
        ("{at, date} {x, number}", {"at", "x"}),
        ("It's {n}", {"n"}),
        ("A '{brace}' is {n}", {"n"}),
        ("It''s {n}", {"n"}),
    ],
)
def test_the_names_of_a_message_are_found(message: str, names: set[str]):
    assert placeholders(message) == names


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("{", "needs a name"),
        ("{n", "is not closed"),
        ("n}", "closes nothing"),
        ("{}", "needs a name"),
        ("{1}", "needs a name"),
        ("{n, plural}", "needs its forms"),
        ("{n, plural, one {x}}", "needs the form 'other'"),
        ("{n, plural, some {x} other {y}}", "'some' is no plural form"),
        ("{n, plural, other {y}", "is not closed"),
        ("{n, dance}", "there is no such form"),
        ("{n, plural, other {{m}}", "not closed"),
    ],
)
def test_braces_that_make_no_sense_are_named(message: str, says: str):
    with pytest.raises(MessageMistake, match=says):
        placeholders(message)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("mentor", 2), ("table", 2), ("take", 1), ("asked", 1), ("wanted", 2), ("takes", 1), ("boxes", 2),
        ("being", 2), ("idea", 3), ("create", 2), ("quiet", 2), ("relationship", 4), ("opportunity", 5),
        ("someone", 2), ("the", 1), ("be", 1), ("agreement", 3), ("resident", 3), ("year", 1), ("I", 1), ("93", 2),
    ],
)  # fmt: skip
def test_syllables_are_counted(word: str, count: int):
    assert syllables(word) == count


def test_sentences_are_found_in_markdown():
    text = 'One **two**. [@key2001] Three "four"?\n\n1. Five six\n2. Seven, [eight](https://example.org) {n}.\n'

    assert sentences(text) == [["One", "two"], ["Three", "four"], ["Five", "six"], ["Seven", "eight", "word"]]


def test_a_plural_is_read_as_its_usual_form():
    assert sentences("You wrote {n, plural, =0 {none} one {# goal} other {# goals}} and {x}.") == [
        ["You", "wrote", "goals", "and", "word"]
    ]


def test_easy_words_in_short_sentences_are_easy():
    easy = grade(sentences("You can ask for help. It is a small step. Let us find it."))
    hard = grade(sentences("Institutional accountability necessitates interdisciplinary collaboration."))

    assert easy < 1
    assert hard > 12
    assert grade([]) == 0


def test_the_first_reading_is_as_easy_as_it_was_measured():
    # Measured when the text was written: grade 2.2 and 3.2 by two other counters.
    page = read_page((SHIPPED / "en" / "modules" / "m0-welcome.md").read_text(encoding="utf-8"))
    section = page.section("welcome")
    assert section is not None

    assert 1.5 < grade(sentences(section.text)) < 4.5


def test_citations_are_found_with_their_line():
    assert citations("One [@a1].\nTwo [@b2; @c3].") == [(0, "a1"), (1, "b2"), (1, "c3")]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("# Hello\n", 1, "begins with front matter"),
        ("", 1, "begins with front matter"),
        ("---\nid: x\n", 1, "does not end"),
        ("---\nid: x\n---\nStray\n## a\n", 4, "before the first heading"),
        ("---\nid: x\nid: y\n---\n", 3, "second time"),
    ],
)
def test_a_page_that_is_none_is_named_with_its_line(text: str, line: int, says: str):
    with pytest.raises(YamlMistake, match=says) as mistake:
        read_page(text)

    assert mistake.value.line == line


def test_a_page_has_its_sections_by_name():
    page = read_page("---\nid: x\n---\n\n## one\ntext\n\n### inner\n\n## two\n")

    assert [(section.name, section.line) for section in page.sections] == [("one", 5), ("two", 10)]
    assert page.section("three") is None
    assert "### inner" in page.sections[0].text
