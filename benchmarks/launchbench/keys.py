"""The platform's signing key and the JSON Web Tokens it signs."""

import base64
import json
import time
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def b64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def b64url_decode(text: bytes | str) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return base64.urlsafe_b64decode(data + b"=" * (-len(data) % 4))


class Signer:
    """Signs id_tokens with RS256, and keeps account of the CPU time that costs."""

    def __init__(self, key: rsa.RSAPrivateKey, kid: str) -> None:
        self.kid = kid
        self.signed = 0
        self.cpu_seconds = 0.0
        self._key = key
        self._jwks = _key_set(key.public_key(), kid)
        self._header = b64url(json.dumps({"alg": "RS256", "typ": "JWT", "kid": kid}).encode())

    @classmethod
    def load(cls, path: Path, kid: str) -> Self:
        """The key in that PEM file; a new 2048-bit one is put there the first time."""
        if path.exists():
            loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
            if not isinstance(loaded, rsa.RSAPrivateKey):
                raise SystemExit(f"launchbench: {path} holds no RSA key")
            key = loaded
        else:
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            path.chmod(0o600)
        return cls(key, kid)

    def sign(self, payload: bytes) -> str:
        """The compact JWT over an already encoded JSON payload."""
        started = time.thread_time()
        signing_input = self._header + b"." + b64url(payload)
        signature = self._key.sign(signing_input, padding.PKCS1v15(), hashes.SHA256())
        token = (signing_input + b"." + b64url(signature)).decode()
        self.cpu_seconds += time.thread_time() - started
        self.signed += 1
        return token

    def jwks(self) -> bytes:
        return self._jwks

    def public_pem(self) -> str:
        return (
            self._key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )


def _key_set(public_key: rsa.RSAPublicKey, kid: str) -> bytes:
    numbers = public_key.public_numbers()
    key = {
        "kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid,
        "n": _number(numbers.n), "e": _number(numbers.e),
    }  # fmt: skip
    return json.dumps({"keys": [key]}).encode()


def _number(value: int) -> str:
    return b64url(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode()


def unverified_claims(token: str) -> dict:
    """The claims of a JWT whose signature nobody has looked at."""
    return json.loads(b64url_decode(token.split(".")[1]))
