"""Two made-up languages that show what a translation would: English, disguised by rule, with nothing stored.

``en-XA`` puts an accent on every letter and doubles the vowels, some forty per cent more: a plain letter on a page is a
sentence that nobody marked, and a page that holds this text holds German. ``ar-XB`` turns English from right to left:
a text without its mark is one that nobody marked, and the page is laid out as for Arabic.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

Disguise: TypeAlias = Callable[[str], str]

LONG: Final = "en-XA"
LEFTWARDS: Final = "ar-XB"
OPENS, CLOSES = "⟦", "⟧"
"""Around a text of one line in ``en-XA``: a page that loses one of the two has cut the text."""
TURNS, TURNS_BACK = "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{POP DIRECTIONAL FORMATTING}"

_PLAIN = "abcdefghijklmnopqrstuvwxyz"
_ACCENTED = "áḃçðéḟĝĥíĵķļṁñóṗǫŕšţúṽŵẋýž"
_LETTERS = str.maketrans(_PLAIN + _PLAIN.upper(), _ACCENTED + _ACCENTED.upper())
_VOWEL = re.compile("([áéíóúÁÉÍÓÚ])")
_UNTOUCHED = re.compile(
    r"%\(\w+\)[sd]|%%"  # what the interface fills in
    r"|\{\s*\w+\s*,\s*plural\s*,\s*(?:=\d+|\w+)\s*\{|\}\s*(?:=\d+|zero|one|two|few|many|other)\s*\{"
    r"|\{\w+\}|[{}]"  # what a workshop fills in
    r"|\[@[^\]]*\]|\]\([^)]*\)|https?://\S+|[*`\[\]]|^#+ |^\s*(?:[-+]|\d+\.) ",  # its Markdown
    re.MULTILINE,
)
_LETTER = re.compile("[A-Za-z]")


def lengthened(text: str) -> str:
    """Return a text with accents and doubled vowels; what is filled in and Markdown stay as they are."""
    longer = _each_piece(text, lambda piece: _VOWEL.sub(r"\1\1", piece.translate(_LETTERS)))
    if longer == text or "\n" in text:
        return longer
    words = longer.strip()
    return longer.replace(words, f"{OPENS}{words}{CLOSES}")


def turned(text: str) -> str:
    """Return a text that runs from right to left, each piece of it with a mark of its own."""
    return _each_piece(text, lambda piece: f"{TURNS}{piece}{TURNS_BACK}")


DISGUISES: Final[Mapping[str, Disguise]] = MappingProxyType({LONG: lengthened, LEFTWARDS: turned})
"""By the tag of the made-up language."""


def _each_piece(text: str, disguise: Disguise) -> str:
    """Return the text with each stretch of words between placeholders and marks disguised."""
    pieces: list[str] = []
    at = 0
    for found in _UNTOUCHED.finditer(text):
        pieces += _line_by_line(text[at : found.start()], disguise), found[0]
        at = found.end()
    return "".join([*pieces, _line_by_line(text[at:], disguise)])


def _line_by_line(words: str, disguise: Disguise) -> str:
    lines = re.split(r"(\s*\n\s*|^\s+|\s+$)", words)
    return "".join(disguise(line) if _LETTER.search(line) else line for line in lines)
