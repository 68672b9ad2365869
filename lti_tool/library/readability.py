"""How hard an English text is to read, counted here so that no check needs a dictionary from elsewhere."""

import re
from collections.abc import Sequence

from lti_tool.library.markdown import citation_keys

_CITATION = re.compile(r"\s*\[(@[^\]]*)\]")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_LIST_ENTRY = re.compile(r"^\s*(?:[-+*]|\d+\.)\s+", re.MULTILINE)
_MARKS = re.compile(r"[*_`#>|]")
_PLURAL = re.compile(r"\{\s*\w+\s*,\s*plural\s*,(?:[^{}]*\{[^{}]*\})*?[^{}]*other\s*\{([^{}]*)\}\s*\}")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|\n\s*\n")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*|\d+(?:[.,–-]\d+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_TWO_IN_A_ROW = re.compile(r"(?<![cgst])i[aou](?!us)|[aeouy]ing|(?<!g)ua[lrt]|e[oa](?=s?$)|eate|uous|iet")
"""Neighbouring vowels of two syllables: di-ary, vari-ous, be-ing, actu-al, id-ea, cre-ate, qui-et."""
_SILENT_END = re.compile(r"[^aeiouy](?<!l)e$|[aeiouyl]le$|[^aeioutd]ed$|[^aeiousxzcgh]es$|[^aeiouyl]e(?:ly|ful|ment)$")
"""An e that is written and not spoken: take, tale, asked, takes, finely."""


def citations(text: str) -> list[tuple[int, str]]:
    """Return every citation in a text as (lines below its first, key)."""
    return [
        (text.count("\n", 0, found.start(1)), key)
        for found in _CITATION.finditer(text)
        for key in citation_keys(found[1])
    ]


def sentences(text: str) -> list[list[str]]:
    """Return the sentences of a Markdown text as words; an entry of a list ends a sentence too."""
    plain = _PLACEHOLDER.sub("word", _PLURAL.sub(r"\1", _LINK.sub(r"\1", _CITATION.sub("", text))))
    parts = [_MARKS.sub("", part) for part in _SENTENCE_END.split(_LIST_ENTRY.sub("\n\n", plain))]
    return [words for part in parts if (words := _WORD.findall(part))]


def grade(written: Sequence[Sequence[str]]) -> float:
    """Return the US school grade of some sentences by Flesch and Kincaid; 0 for no text.

    Source: Kincaid et al. 1975. The formula counts length, not sense.
    """
    words = [word for sentence in written for word in sentence]
    if not words:
        return 0.0
    per_word = sum(map(syllables, words)) / len(words)
    return 0.39 * len(words) / len(written) + 11.8 * per_word - 15.59


def syllables(word: str) -> int:
    """Return about how many syllables an English word has: groups of vowels, corrected at the usual places."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    if not letters:
        return len(re.sub(r"\D", "", word)) or 1
    count = len(_VOWELS.findall(letters)) + len(_TWO_IN_A_ROW.findall(letters))
    return max(1, count - bool(_SILENT_END.search(letters)))
