"""How many words a text has, in any script.

Source: Unicode Standard Annex 29, "Word Boundaries": letters, figures and their marks make words; some punctuation
between two of them joins. Scripts that put no space between words have no boundary to find without a dictionary:
there two characters count as one word.
"""

import re
import unicodedata
from typing import Final

_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Myanmar, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Hiragana, Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"  # Han
)
_CHARACTERS_PER_WORD: Final = 2
_SPACED: Final = re.compile(r"\w+(?:['’.:·]\w+|(?<=\d),\d+)*")
"""A word, with what joins its parts: don't, 3.5, 1,000."""


def count_words(text: str) -> int:
    """Count the words of a text."""
    bare = "".join(each for each in text if not _is_mark(each))
    unspaced = sum(-(-len(_letters(run)) // _CHARACTERS_PER_WORD) for run in _UNSPACED.findall(bare))
    return unspaced + len(_SPACED.findall(_UNSPACED.sub(" ", bare)))


def _letters(run: str) -> str:
    return "".join(each for each in run if each.isalnum())


def _is_mark(character: str) -> bool:
    """Whether a character only changes the one before: an accent, a vowel sign, a joiner."""
    category = unicodedata.category(character)
    return category[0] == "M" or category == "Cf"
