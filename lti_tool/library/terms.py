"""Words that a school may swap: what the texts call a mentor, a mentee or a resident may be called otherwise here."""

import re
from collections.abc import Callable, Mapping

_UNTOUCHED = r"\{\w+\}|\[@[^\]]*\]|\]\([^)]*\)"
_PARAGRAPHS = re.compile(r"(\n\s*\n)")


def swapper(terms: Mapping[str, str]) -> Callable[[str], str] | None:
    """Return what puts the words on the right for those on the left; None if that would change nothing.

    Whole words only, the longest first, and a capital stays one. A paragraph that cites a source keeps its words: a
    study of residents remains one, whoever reads of it. Any other phrase is kept by a line that swaps it for itself.
    """
    if all(word == other for word, other in terms.items()):
        return None
    words = sorted(terms, key=len, reverse=True)
    either = "|".join(f"[{word[0].lower()}{word[0].upper()}]{re.escape(word[1:])}" for word in words)
    found = re.compile(rf"(?:{_UNTOUCHED})|(?<!\w)({either})(?!\w)")
    lowered = {word.lower(): other for word, other in terms.items()}

    def other(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        said = lowered[match[1].lower()]
        return said[:1].upper() + said[1:] if match[1][0].isupper() else said

    def swap(text: str) -> str:
        parts = _PARAGRAPHS.split(text)
        return "".join(part if "[@" in part else found.sub(other, part) for part in parts)

    return swap
