"""Our own signing keys: make one, load one, publish the public half."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

KEY_BITS = 3072
_PUBLIC_MEMBERS = ("kty", "n", "e", "alg", "use", "kid")


@dataclass(frozen=True, kw_only=True)
class ToolKey:
    """One signing key of ours; ``private_pem`` is to be sealed before it is stored."""

    kid: str
    private_pem: bytes = field(repr=False)
    public_jwk: dict[str, Any]


def make_key() -> ToolKey:
    """Make an RSA key of 3072 bit; its ``kid`` is the thumbprint of RFC 7638."""
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    public_jwk = _public_jwk(private_key.public_key())
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return ToolKey(kid=public_jwk["kid"], private_pem=pem, public_jwk=public_jwk)


@lru_cache(8)
def load_private_key(pem: bytes) -> rsa.RSAPrivateKey:
    """Return a key object to sign with. The last ones are kept: to load one takes a hundred times as long as to sign.

    Its primes are not proved again, which would take a fifth of a second: we made it, and its seal shows that it is it.

    :raise ValueError: no PEM of an RSA key.
    """
    key = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("the key is not RSA")
    return key


def key_set(jwks: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the document for ``/lti/jwks.json``: public members only, whatever else the entries hold."""
    return {"keys": [{name: jwk[name] for name in _PUBLIC_MEMBERS} for jwk in jwks]}


def _public_jwk(key: rsa.RSAPublicKey) -> dict[str, Any]:
    numbers = key.public_numbers()
    members = {"e": _base64(numbers.e), "kty": "RSA", "n": _base64(numbers.n)}
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    return members | {"alg": "RS256", "use": "sig", "kid": _unpadded(hashlib.sha256(canonical).digest())}


def _base64(number: int) -> str:
    return _unpadded(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
