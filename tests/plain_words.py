"""Finds what nobody marked: on a page in ``en-XA`` every letter of ours has an accent, so a plain word is a leak."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup

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
    for typed in page.select(NOT_OURS):
        typed.decompose()
    return [text.strip() for text in _texts(page) if PLAIN.search(ALLOWED.sub("", text))]


def _texts(page: BeautifulSoup) -> Iterator[str]:
    yield from (text for text in page.find_all(string=True) if type(text).__name__ == "NavigableString")
    for tag in page.find_all(True):
        yield from (value for name, value in tag.attrs.items() if name in SPOKEN)
        yield from (value for name, value in tag.attrs.items() if name.startswith("data-") and " " in value)
