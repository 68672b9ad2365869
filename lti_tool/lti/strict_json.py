"""Reading JSON that strangers send, and writing JSON whose numbers are exact decimals."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

MAXIMUM_DEPTH = 32
MAXIMUM_PARTS = 10_000

_INNERMOST = re.compile(rb"\[\]|\{\}")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class NotJson(ValueError):
    """The bytes are not the JSON we accept; the text says in which way and quotes nothing of it."""


def read(raw: bytes, *, parts: int = MAXIMUM_PARTS) -> Any:
    """Read UTF-8 JSON; whole numbers become ``int``, fractions ``Decimal``.

    The caller limits the size; ``parts`` is the most values the document may hold. Duplicate keys are refused because
    two readers of such an object may see two different messages; lone surrogates because no database can store them.
    Whole numbers may have 30 digits: Canvas's global ids exceed 2^53.

    :raise NotJson: not UTF-8, not JSON, duplicate key, NaN or infinity, lone surrogate, nested deeper than 32, too many
        parts.
    """
    try:
        text = raw.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_unique, parse_float=_decimal, parse_int=_integer, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise NotJson("not UTF-8") from None
    except RecursionError:
        raise NotJson("nested too deeply") from None
    except NotJson:
        raise
    except ValueError:
        raise NotJson("not JSON") from None
    if not _is_surely_small(raw, parts):
        _check(value, parts)
    return value


def _is_surely_small(raw: bytes, parts: int) -> bool:
    """Say whether the bytes already prove what ``_check`` looks for: no depth, number or lone surrogate too many.

    Inside a text the counts are too high, never too low. A surrogate can only come as an escape out of valid UTF-8.
    """
    opened = raw.count(b"{") + raw.count(b"[")
    if opened + raw.count(b",") >= parts or b"\\ud" in raw or b"\\uD" in raw:
        return False
    return opened < MAXIMUM_DEPTH or _is_flat(raw)


def _is_flat(raw: bytes) -> bool:
    """Say whether JSON is nested no deeper than it may be: its innermost brackets are taken away again and again."""
    between_texts = raw.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')[::2]
    brackets = b"".join(between_texts).translate(None, _NO_BRACKETS)
    for _ in range(MAXIMUM_DEPTH - 1):
        if not brackets:
            break
        brackets = _INNERMOST.sub(b"", brackets)
    return not brackets


def write(value: Any) -> bytes:
    """Write JSON in UTF-8 in which a ``Decimal`` is a number with at most four decimal places, never a float."""
    return _text(value).encode("utf-8")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJson("duplicate key")
    return found


def _decimal(text: str) -> Decimal:
    if len(text) > 40:
        raise NotJson("a number too long")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise NotJson("a number too large") from None
    if value and abs(value.adjusted()) > 30:
        raise NotJson("a number too large")
    return value


def _integer(text: str) -> int:
    if len(text) > 30:
        raise NotJson("a number too long")
    return int(text)


def _no_constant(text: str) -> None:
    raise NotJson("not a number")


def _check(value: Any, parts: int) -> None:
    """Look at every part without recursion: depth, number, and texts that cannot be written down again."""
    open_parts, found = [(value, 1)], 1
    while open_parts:
        part, depth = open_parts.pop()
        if depth > MAXIMUM_DEPTH:
            raise NotJson("nested too deeply")
        if isinstance(part, str) and not _is_writable(part):
            raise NotJson("a lone surrogate")
        if isinstance(part, dict):
            open_parts += [(inner, depth + 1) for pair in part.items() for inner in pair]
            found += len(part)
        elif isinstance(part, list):
            open_parts += [(inner, depth + 1) for inner in part]
            found += len(part)
        if found > parts:
            raise NotJson("too many parts")


def _is_writable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_text(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(inner) for inner in value) + "]"
    if isinstance(value, float):
        raise TypeError("a float has no exact value; use Decimal")
    return json.dumps(value, ensure_ascii=True)


def number(value: Decimal) -> str:
    """Write a decimal as JSON writes numbers, at most four places, without an exponent."""
    if not value.is_finite():
        raise ValueError("not a finite number")
    text = format(value.quantize(Decimal("0.0001")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
