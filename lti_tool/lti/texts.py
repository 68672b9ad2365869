"""Texts that a platform sends, made harmless before anything else sees them."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

TITLE_LIMIT = 255
URL_LIMIT = 2000
LOCALE_LIMIT = 35

# Embeddings, overrides and isolates can make a line read differently from what it holds.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNFIT = re.compile(r'[ \\"<>]')
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}")


def clean(text: str, limit: int = TITLE_LIMIT) -> str | None:
    """Return the text in NFC, without control and bidi override characters, trimmed; ``None`` if nothing is left."""
    kept = text[: limit * 8]
    if not kept.isprintable():  # nothing printable is harmful, and most texts are
        kept = "".join(" " if mark in "\t\n\r" else mark for mark in kept if _harmless(mark))
    return unicodedata.normalize("NFC", kept).strip()[:limit].strip() or None


def is_unexpanded(value: str) -> bool:
    """Tell whether a custom value is a variable that the platform did not know: ``$Name…`` or ``${Name…}``.

    Source: LTI 1.3 core, "Custom properties and variable substitution"; Moodle 4.5 and Canvas leave them literally.
    """
    return value.startswith("$")


@lru_cache(maxsize=256)
def origin(url: str) -> str | None:
    """Return ``scheme://host[:port]`` of a web address; ``None`` if it is none, or not fit for a CSP header."""
    if len(url) > URL_LIMIT or not url.isascii() or not url.isprintable() or _UNFIT.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    standard = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{host}" if port in (None, standard) else f"{parts.scheme}://{host}:{port}"


def web_address(url: str) -> str | None:
    """Return the address unchanged if it is http or https with a plain host, else ``None``."""
    return url if origin(url) else None


def locale(text: str) -> str | None:
    """Return a language tag (BCP 47, or with underscores as Moodle writes them), else ``None``."""
    return text if len(text) <= LOCALE_LIMIT and _LOCALE.fullmatch(text) else None


def _harmless(character: str) -> bool:
    if character in _BIDI_CONTROLS:
        return False
    return character in "\t\n\r" or unicodedata.category(character) not in ("Cc", "Cs")
