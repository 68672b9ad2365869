"""Languages: which there are, which one is spoken here, and every word, date, number and list in it.

Interface words are marked where they stand: ``_("Save")`` is translated on the spot, ``mark("Save")`` only puts a
sentence on the list for translators and leaves the translating to whoever shows it. ``make messages`` collects both.
A language is a file ``translations/<tag>.po`` and a folder in each workshop; English stands in the code itself.

The web sets the language of each request with ``use``; elsewhere (worker, command line) English is spoken.
"""

import io
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Final, Literal, cast

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import LazyProxy, Translations

from lti_tool.pseudo import DISGUISES, Disguise

TRANSLATIONS: Final = Path(__file__).parent / "translations"
ENGLISH: Final = "en"
Length = Literal["short", "medium", "long", "full"]


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language that pages can be in. ``tag`` is what ``lang`` says of it (BCP 47)."""

    tag: str
    formats: Locale
    """How dates, numbers and lists are written."""
    words: NullTranslations
    """The interface's sentences."""

    @property
    def direction(self) -> str:
        """Return ``ltr`` or ``rtl``."""
        return self.formats.text_direction


class _Disguised(NullTranslations):
    """A made-up language: every sentence disguised, the same every time."""

    def __init__(self, disguise: Disguise) -> None:
        super().__init__()
        self._disguise = cache(disguise)

    def gettext(self, message: str) -> str:
        return self._disguise(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._disguise(msgid1 if n == 1 else msgid2)


@cache
def language(tag: str) -> Language:
    """Return a language by its tag.

    :raise KeyError: there is none.
    """
    formats = Locale.parse(tag.split("-")[0] if tag in DISGUISES else tag, sep="-")
    if tag in DISGUISES:
        return Language(tag=tag, formats=formats, words=_Disguised(DISGUISES[tag]))
    if tag != ENGLISH and tag not in tags():
        raise KeyError(tag)
    return Language(tag=tag, formats=formats, words=_words(tag))


@cache
def tags(*, with_pseudo: bool = False) -> tuple[str, ...]:
    """Return the tags of all languages, English first; the made-up ones only if they are asked for."""
    translated = sorted(path.stem for path in TRANSLATIONS.glob("*.po"))
    return (ENGLISH, *translated, *(DISGUISES if with_pseudo else ()))


def choose(wanted: Iterable[str], *, with_pseudo: bool = False) -> str:
    """Return the tag of the first language asked for that there is, exactly or at least in its first part."""
    offered = {tag.lower(): tag for tag in tags(with_pseudo=with_pseudo)}
    for each in wanted:
        asked = each.replace("_", "-").lower()
        if found := offered.get(asked) or offered.get(asked.split("-")[0]):
            return found
    return ENGLISH


def _words(tag: str) -> NullTranslations:
    path = TRANSLATIONS / f"{tag}.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=tag.replace("-", "_")))
    compiled.seek(0)
    return cast(NullTranslations, Translations(compiled))


_spoken: ContextVar[Language] = ContextVar("spoken", default=language(ENGLISH))  # noqa: B039 - it is frozen


def use(tag: str = ENGLISH) -> None:
    """Speak a language from now on, in this request."""
    _spoken.set(language(tag))


def current() -> Language:
    """Return the language that is spoken."""
    return _spoken.get()


def mark(message: str) -> str:
    """Return a sentence as it is: it is only marked, for translators, and whoever shows it translates it."""
    return message


def gettext(message: str, **given: object) -> str:
    """Return a sentence in the language that is spoken, with what is given in its ``%(places)s``."""
    said = _spoken.get().words.gettext(message)
    return said % written(given) if given else said


def ngettext(one: str, many: str, num: int, **given: object) -> str:
    """Return the sentence for a number in the language that is spoken; ``%(num)s`` is the number."""
    return plural(one, many, num) % written({"num": num, **given})


def plural(one: str, many: str, num: int) -> str:
    """Return the form for a number in the language that is spoken, with its ``%(places)s`` still open."""
    return _spoken.get().words.ngettext(one, many, num)


def lazy(message: str) -> Any:
    """Return a sentence that is translated when it is shown: for what is built once for all requests."""
    return LazyProxy(gettext, message, enable_cache=False)


def day(moment: date, length: Length = "medium") -> str:
    """Return a day; of a moment in time, its day in UTC."""
    return format_date(moment, length, _spoken.get().formats)


def moment(at: datetime, length: Length = "medium") -> str:
    """Return a day and a time of day, in UTC."""
    return format_datetime(at, length, locale=_spoken.get().formats)


def clock_time(at: datetime | time) -> str:
    """Return a time of day in 24 hours, in UTC."""
    return format_time(at, "HH:mm", locale=_spoken.get().formats)


def written(given: Mapping[str, object]) -> dict[str, object]:
    """Return what goes into a sentence, with its numbers as the language writes them."""
    return {name: number(each) if isinstance(each, int | Decimal) else each for name, each in given.items()}


def number(figure: int | Decimal | None) -> str:
    """Return a number with the language's own marks, a dash for none; a decimal keeps its places."""
    if figure is None:
        return "–"
    if isinstance(figure, int) and abs(figure) < 1000:
        return str(figure)  # no language marks it, and nearly all numbers are like this
    places = -int(figure.as_tuple().exponent) if isinstance(figure, Decimal) else 0
    return format_decimal(figure, "#,##0" + ("." + "0" * places if places > 0 else ""), _spoken.get().formats)


def listed(parts: Iterable[str]) -> str:
    """Return words as one phrase: a, b and c."""
    return format_list([str(part) for part in parts], "standard", _spoken.get().formats)
