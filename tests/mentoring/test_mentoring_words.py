"""Counting words: any script, by the boundaries that Unicode draws."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.mentoring.words import count_words

TEXTS = [
    ("", 0),
    (" \n\t ", 0),
    ("one", 1),
    ("I asked. That was the hard part.", 7),
    ("don't won’t", 2),
    ("well-being", 2),
    ("one,two;three", 3),
    ("3.5 hours, 1,000 pages", 4),
    ("– … ? ☺ —", 0),
    ("‘quoted’ (and) [bracketed]", 3),
    ("snake_case", 1),
    ("Überprüfung größer", 2),
    (unicodedata.normalize("NFD", "Überprüfung größer"), 2),
    ("मुझे किसी से बात करनी है", 6),
    ("أحتاج إلى شخص يستمع", 4),
    ("저는 도움이 필요합니다", 3),
    ("我需要帮助", 3),
    ("我需要帮助。谢谢", 4),
    ("助けてください", 4),
    ("我 need help", 3),
    ("ต้องการ", 3),
    ("soft\u00adhyphen", 1),
]


@pytest.mark.parametrize(("text", "words"), TEXTS)
def test_a_text_has_its_words(text: str, words: int):
    assert count_words(text) == words


@given(st.text(max_size=200))
def test_any_text_can_be_counted(text: str):
    assert 0 <= count_words(text) <= len(text)


@given(st.lists(st.from_regex(r"[a-z]+", fullmatch=True), max_size=40))
def test_words_with_spaces_between_are_counted_one_by_one(words: list[str]):
    assert count_words(" ".join(words)) == len(words)
