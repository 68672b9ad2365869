"""Sentences of the workshop with something of the learner's in them, plural forms included.

Source: Unicode MessageFormat 1 ("ICU MessageFormat"): ``{n, plural, one {# goal} other {# goals}}``. Whether braces
make sense is checked when a workshop is loaded; this only fills.
"""

import re
from datetime import date

from babel import Locale
from babel.dates import format_date

_PLURAL = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*,\s*plural\s*,")
_NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*\Z")
_FORM = re.compile(r"\s*(=\d+|[a-z]+)\s*\{")


def fill(message: str, locale: str = "en", **given: str | int) -> str:
    """Return the message with what is given in its places; a place for which nothing is given stays as it is."""
    parts: list[str] = []
    at = 0
    while (start := message.find("{", at)) >= 0:
        end = _closing(message, start)
        parts += message[at:start], _filled(message[start + 1 : end], locale, given)
        at = end + 1
    return "".join([*parts, message[at:]])


def long_day(day: date, locale: str = "en") -> str:
    """Return a day as people write it to each other, with the name of the weekday."""
    return format_date(day, "full", locale)


def short_day(day: date, locale: str = "en") -> str:
    """Return a day as it stands in a list."""
    return format_date(day, "long", locale)


def sentence_part(text: str) -> str:
    """Return a text as part of a sentence that goes on, or that ends by itself: without its own full stop."""
    return text.strip().rstrip(".").rstrip()


def _filled(inside: str, locale: str, given: dict[str, str | int]) -> str:
    if (name := _NAME.match(inside)) and name[1] in given:
        return str(given[name[1]])
    if (plural := _PLURAL.match(inside)) and plural[1] in given:
        count = int(given[plural[1]])
        form = _form(inside[plural.end() :], locale, count)
        return fill(form.replace("#", str(count)), locale, **given)
    return "{" + inside + "}"


def _form(inside: str, locale: str, count: int) -> str:
    """Return the form for a figure: the one for exactly this figure, the language's own, or ``other``."""
    forms: dict[str, str] = {}
    at = 0
    while found := _FORM.match(inside, at):
        end = _closing(inside, found.end() - 1)
        forms[found[1]] = inside[found.end() : end]
        at = end + 1
    word = str(Locale.parse(locale.replace("-", "_")).plural_form(count))
    return forms.get(f"={count}") or forms.get(word) or forms["other"]


def _closing(text: str, start: int) -> int:
    """Return where the brace that opens at ``start`` is closed; the end of the text if it never is."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return at
    return len(text)
