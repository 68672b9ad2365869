"""Texts and JSON of strangers, and the list of refusals."""

import functools
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.errors import ToolError
from lti_tool.lti import refusals, strict_json, texts


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  plain  ", "plain"),
        ("a\x00b\x1f\x7f\x9f", "ab"),
        ("a\tb\r\nc", "a b  c"),
        ("\u202eabc\u2066\u2069", "abc"),
        ("e\u0301", "é"),
        ("e\x00\u0301", "é"),
        ("\u200fشلام", "\u200fشلام"),
        ("\ud800", None),
        ("", None),
        ("   ", None),
        ("\x00", None),
        ("x" * 300, "x" * 255),
    ],
)
def test_xs_21_a_text_is_cleaned(raw, cleaned):
    assert texts.clean(raw) == cleaned


@given(st.text())
def test_xs_21_a_cleaned_text_can_be_stored_and_stays_clean(raw):
    cleaned = texts.clean(raw)

    if cleaned is not None:
        assert len(cleaned.encode("utf-8")) > 0
        assert len(cleaned) <= 255
        assert texts.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://lms.example.test/a?b#c", "https://lms.example.test"),
        ("https://LMS.example.test:443/", "https://lms.example.test"),
        ("https://lms.example.test:8443/", "https://lms.example.test:8443"),
        ("http://[::1]:80/", "http://[::1]"),
        ("http://localhost:5000", "http://localhost:5000"),
        ("https://a.test;script-src *", None),
        ("https://a.test;b/", None),
        ("https://*/", None),
        ("https://a,b/", None),
        ("https://a'b/", None),
        ("https://user@a.test/", None),
        ("https://a.test\\b/", None),
        ("https://a.test:x/", None),
        ("javascript:alert(1)", None),
        ("//a.test/", None),
        ("", None),
        ("https://", None),
        ("https://" + "a" * 3000, None),
    ],
)
def test_an_origin_is_safe_to_put_in_a_header(url, origin):
    assert texts.origin(url) == origin


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff",
        b'{"a":1,"a":1}',
        b'{"x":{"a":1,"a":2}}',
        b"NaN",
        b"-Infinity",
        b'"\\ud800"',
        b'{"\\udfff":1}',
        b"[" * 33 + b"]" * 33,
        b"[" * 100_000,
        b"1" * 31,
        b"[" + b"1," * 10_000 + b"1]",
        b"1e999999999999999999999",
        b"1e99",
        b"0." + b"1" * 50,
        "{}".encode("utf-16"),
        b"\xef\xbb\xbf{}",
    ],
)
def test_xs_24_json_of_another_form_is_refused(raw):
    with pytest.raises(strict_json.NotJson):
        strict_json.read(raw)


@given(st.binary(max_size=100))
def test_xs_24_any_bytes_are_json_or_refused(raw):
    try:
        found = strict_json.read(raw)
    except strict_json.NotJson:
        found = None

    assert found is None or json.loads(raw, parse_float=Decimal) == found


def _nested(depth, innermost):
    return functools.reduce(lambda inner, _: {'"[': inner} if depth % 2 else [inner], range(depth), innermost)


@pytest.mark.parametrize("innermost", ["]", '}"\\', "\\", []])
@pytest.mark.parametrize("depth", range(28, 35))
def test_xs_24_the_quick_look_at_depth_lets_nothing_through_that_the_thorough_one_refuses(depth, innermost):
    document = [_nested(depth, innermost)] * 40  # with too many brackets for the quickest look of all
    try:
        strict_json._check(document, strict_json.MAXIMUM_PARTS)
        is_fine = True
    except strict_json.NotJson:
        is_fine = False
    try:
        strict_json.read(json.dumps(document).encode())
        is_read = True
    except strict_json.NotJson:
        is_read = False

    assert is_read == is_fine == (depth + 2 <= strict_json.MAXIMUM_DEPTH)


def test_fractions_are_exact_both_ways():
    assert strict_json.read(b'{"a": 0.1, "b": 10, "c": 8.0}') == {"a": Decimal("0.1"), "b": 10, "c": Decimal("8.0")}
    assert strict_json.write({"a": [Decimal("0.10"), 3, "ä\n", None, True]}) == b'{"a":[0.1,3,"\\u00e4\\n",null,true]}'


def test_a_float_is_not_written():
    with pytest.raises(TypeError):
        strict_json.write({"a": 0.1})
    with pytest.raises(ValueError, match="finite"):
        strict_json.write(Decimal("NaN"))


def _refusals():
    return [
        kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, refusals.LaunchRefused)
    ]


def test_every_refusal_has_its_own_code_a_sentence_and_a_remedy():
    kinds = _refusals()

    assert len({kind.code for kind in kinds}) == len(kinds) >= 16
    assert len({kind.message for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert kind.status in (400, 401, 403)
        assert kind.remedy.endswith(".")
        assert kind.message.endswith(".")
        assert kind.code.replace("-", "").isalpha()
        assert kind.code != ToolError.code
