"""Finds what nobody marked: on a page in ``en-XA`` every letter of ours has an accent, so a plain word is a leak."""

import re
from collections.abc import Iterable, Iterator

from bs4 import BeautifulSoup

from lti_tool.pseudo import CLOSES, OPENS, TURNS, TURNS_BACK

NOT_OURS = "bdi, textarea, input, time, code, cite, dd, .citation, .sources, .names, .help, .mark, script, template"
"""What people typed, names, times that a script writes anew, codes, sources."""
SPOKEN = ("title", "aria-label", "alt", "placeholder")
"""Attributes that people read or hear."""
ALLOWED = re.compile(
    r"Canary\d+zq[^⟧]*"  # what a learner of these tests typed
    r"|\{\w+\}"  # what a script fills in
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, |\b\w+ \d+, \d{4}"  # days, as Babel writes them
    r"|Student counselling, room 12|Mentoring 101|Three Steps|\bUTC\b|\bPDF\b"
)
PLAIN = re.compile(r"[A-Za-z]{2,}")


def plain_words(page: BeautifulSoup) -> list[str]:
    """Return every text of a page that holds a plain word; the page is of no use afterwards."""
    return [text for text in _ours(page) if PLAIN.search(ALLOWED.sub("", text))]


def undisguised(page: BeautifulSoup, typed: Iterable[str]) -> list[str]:
    """Return every text of a page that has no sign of a made-up language at all, but for what was ``typed``."""
    known = re.compile("|".join(map(re.escape, sorted(typed, key=len, reverse=True))))
    for line in page.select("svg text"):  # of one label: only the first and the last line have its marks
        line.decompose()
    # What a script fills in may be JSON, which writes the sign that turns a word as an escape.
    signs = re.compile(rf"[{OPENS}{CLOSES}{TURNS}{TURNS_BACK}áéíóúñţš]|\\u202e")
    return [text for text in plain_words(page) if not signs.search(text) and PLAIN.search(known.sub("", text))]


def _ours(page: BeautifulSoup) -> Iterator[str]:
    for typed in page.select(NOT_OURS):
        typed.decompose()
    yield from (text.strip() for text in _texts(page))


def _texts(page: BeautifulSoup) -> Iterator[str]:
    yield from (text for text in page.find_all(string=True) if type(text).__name__ == "NavigableString")
    for tag in page.find_all(True):
        yield from (value for name, value in tag.attrs.items() if name in SPOKEN)
        yield from (value for name, value in tag.attrs.items() if name.startswith("data-") and " " in value)
