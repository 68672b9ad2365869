"""Every sentence that people read is marked for translation where it stands, in templates and in Python."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.extract import extract_from_dir
from jinja2 import Environment, nodes
from plain_words import SPOKEN

PACKAGE = Path(__file__).resolve().parents[2] / "lti_tool"
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))
MARKS = {"_", "gettext", "ngettext", "plural", "mark", "lazy"}
NOT_OURS = ("cli", "demo_lms", "library", "settings.py", "lti/doctor.py")
"""Operators and authors are spoken to in English; the demo LMS is a stranger."""
NAMES = re.compile(r"Three Steps|UTC|Moodle|Canvas|^wide$")
"""Names of products, and of a shape of page."""
WORDS = re.compile(r"[A-Za-z]{2,}")
SENTENCE = re.compile(r"[A-Z][a-z’']+ [a-zA-Z’']+")
ENGLISH = {
    "List Bullet": "a style of Word",
    "Table Grid": "a style of Word",
    "Three Steps": "our name",
    "-//Three Steps//EN": "our name in a calendar",
    "Canvas lti/ims/scores_controller.rb and request_throttle.rb, read 2026-11-22": "a source",
    "It can sign from ": "for operators",
}


class Bare(HTMLParser):
    """Collects words that stand in HTML as they are."""

    def __init__(self):
        super().__init__()
        self.words = []
        self._in_style = False

    def handle_data(self, data):
        if not self._in_style and '="' not in data and "='" not in data:  # attributes that a template makes
            self._note(data)

    def handle_endtag(self, tag):
        self._in_style = False

    def handle_starttag(self, tag, attrs):
        self._in_style = tag == "style"
        for name, value in attrs:
            if name in SPOKEN or (tag == "input" and name == "value" and " " in (value or "")):
                self._note(value or "")

    def _note(self, text):
        if WORDS.search(NAMES.sub("", text.strip())):
            self.words.append(text.strip())


def test_no_template_has_words_outside_of_a_mark():
    found = {path.relative_to(PACKAGE).as_posix(): _unmarked(path.read_text()) for path in TEMPLATES}

    assert {name: words for name, words in found.items() if words} == {}


def test_no_sentence_in_python_is_outside_of_a_mark():
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(NOT_OURS):
            found[name] = [text for text in _sentences(ast.parse(path.read_text())) if text not in ENGLISH]

    assert {name: texts for name, texts in found.items() if texts} == {}


def test_a_template_translates_only_what_stands_in_our_code():
    # What is translated counts as markup: nothing that somebody typed may ever come there.
    calls = {
        f"{getattr(call.args[0].node, 'name', '')}.{call.args[0].attr}"
        for path in TEMPLATES
        for call in Environment(autoescape=True).parse(path.read_text()).find_all(nodes.Call)
        if getattr(call.node, "name", "") in ("_", "ngettext") and not isinstance(call.args[0], nodes.Const)
    }

    assert calls == {"error.message", "error.remedy"}


def test_what_is_marked_is_found_by_the_extraction():
    keywords = {**dict.fromkeys(MARKS - {"plural", "ngettext"}), "ngettext": (1, 2), "plural": (1, 2)}
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]

    found = {text for *_, text, _, _ in extract_from_dir(PACKAGE, methods, keywords=keywords)}

    assert {"Save and continue", "There is no such page here.", "Choose a pile", "Open from"} <= found
    assert ("%(num)s learner", "%(num)s learners") in found


def _unmarked(source):
    """Return the words of a template that stand in its HTML, or in an expression without a mark."""
    jinja = Environment(autoescape=True)
    bare = Bare()
    bare.feed("".join(text for _, kind, text in jinja.lex(source) if kind == "data"))
    return bare.words + [text for text in _constants(jinja.parse(source)) if SENTENCE.match(NAMES.sub("", text))]


def _constants(node):
    """Yield the constant texts of a template that stand in no marking call."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in MARKS:
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _constants(child)


def _sentences(node):
    """Yield the texts of a module that read like sentences, are no docstrings, and stand in no marking call."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and SENTENCE.search(node.value):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _sentences(child)
