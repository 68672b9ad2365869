"""Messages with placeholders and ICU-style plurals: ``{n, plural, one {# goal} other {# goals}}``.

Source: Unicode MessageFormat 1 ("ICU MessageFormat"), apostrophe rules included.
"""

import re

_NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*")
_SELECTOR = re.compile(r"\s*(=\d+|[A-Za-z_][A-Za-z0-9_]*)\s*\{")
_PLURAL_WORDS = frozenset({"zero", "one", "two", "few", "many", "other"})
_CHOOSING = frozenset({"plural", "selectordinal", "select"})
_FORMATTING = frozenset({"number", "date", "time"})


class MessageMistake(Exception):
    """The braces of a message do not make sense."""


def placeholders(message: str) -> frozenset[str]:
    """Return the names that a message wants to be given.

    :raise MessageMistake: a brace is not closed, a plural has no ``other``, or a form is unknown.
    """
    parser = _Parser(message)
    parser.message(inside=False)
    return frozenset(parser.names)


class _Parser:
    """Reads one message from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.names: set[str] = set()

    def message(self, *, inside: bool) -> None:
        """Read up to the end of the text, or of the form we are inside of."""
        while self.at < len(self.text):
            character = self.text[self.at]
            self.at += 1
            if character == "'":
                self.quoted()
            elif character == "{":
                self.argument()
            elif character == "}":
                if inside:
                    return
                raise MessageMistake("a } closes nothing")
        if inside:
            raise MessageMistake("a { is not closed")

    def quoted(self) -> None:
        """Skip what apostrophes take out of the rules; an apostrophe before a letter is just one."""
        if self.text[self.at : self.at + 1] in ("{", "}"):
            end = self.text.find("'", self.at)
            self.at = len(self.text) if end < 0 else end + 1

    def argument(self) -> None:
        """Read a placeholder after its opening brace."""
        name = self.word("a placeholder needs a name of letters, digits and _")
        self.names.add(name)
        if self.next_is("}"):
            return
        self.expect(",", f"{{{name} is not closed")
        form = self.word(f"{{{name}, …}} needs a form")
        if form in _CHOOSING:
            self.expect(",", f"{{{name}, {form}}} needs its forms")
            self.forms(name, plural=form != "select")
        elif form in _FORMATTING:
            self.expect("}", f"{{{name}, {form} is not closed")
        else:
            raise MessageMistake(f"{{{name}, {form}}}: there is no such form")

    def forms(self, name: str, *, plural: bool) -> None:
        """Read ``one {…} other {…}`` up to the closing brace."""
        seen = set()
        while found := _SELECTOR.match(self.text, self.at):
            selector = found[1]
            if plural and not selector.startswith("=") and selector not in _PLURAL_WORDS:
                raise MessageMistake(f"{{{name}}}: {selector!r} is no plural form")
            seen.add(selector)
            self.at = found.end()
            self.message(inside=True)
        self.expect("}", f"{{{name}}} is not closed after its forms")
        if "other" not in seen:
            raise MessageMistake(f"{{{name}}} needs the form 'other'")

    def word(self, otherwise: str) -> str:
        found = _NAME.match(self.text, self.at)
        if not found:
            raise MessageMistake(otherwise)
        self.at = found.end()
        return found[1]

    def next_is(self, character: str) -> bool:
        rest = self.text[self.at :]
        if not rest.lstrip().startswith(character):
            return False
        self.at += rest.index(character) + 1
        return True

    def expect(self, character: str, otherwise: str) -> None:
        if not self.next_is(character):
            raise MessageMistake(otherwise)
