"""Sealing what must not lie about in clear: AES-256-GCM with key ids and associated data.

A sealed text opens only with one of our keys *and* the place it was sealed for, so that a row copied to another
person's, or another item's, does not open there.
"""

import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = b"\x01"
NONCE = 12


class SealBroken(Exception):
    """The key is not ours any more, the bytes were changed, or they were moved from another place."""


class Sealer:
    """Seals with the first key, opens with any. Safe to share between threads."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._active = next(iter(keys))

    def seal(self, clear: bytes, *place: str | int) -> bytes:
        """Return ``clear`` encrypted for ``place``, for example ("answer", tenant, person, item)."""
        nonce = secrets.token_bytes(NONCE)
        name = self._active.encode()
        sealed = self._ciphers[self._active].encrypt(nonce, clear, _associated(place))
        return FORMAT + bytes([len(name)]) + name + nonce + sealed

    def open(self, sealed: bytes, *place: str | int) -> bytes:
        """Return what was sealed for this place.

        :raise SealBroken: on any other place, key or change.
        """
        length = sealed[1] if sealed[:1] == FORMAT and len(sealed) > 1 else 0
        name = sealed[2 : 2 + length].decode("utf-8", "replace")
        rest = sealed[2 + length :]
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise SealBroken("no key of that id")
        try:
            return cipher.decrypt(rest[:NONCE], rest[NONCE:], _associated(place))
        except (InvalidTag, ValueError):
            raise SealBroken("changed or moved") from None


def _associated(place: tuple[str | int, ...]) -> bytes:
    """Write the place unambiguously: each part with its length."""
    parts = [str(part).encode() for part in place]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
