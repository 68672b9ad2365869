"""The public keys of platforms: fetched rarely, kept through an outage, never replaced by an error."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from lti_tool import clock
from lti_tool.lti import strict_json
from lti_tool.lti.http import Outbound, Unreachable
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.refusals import PlatformKeysUnreachable, TokenNotValid

FRESH = timedelta(hours=1)
KEPT_THROUGH_OUTAGE = timedelta(hours=24)
BETWEEN_REFETCHES = timedelta(seconds=60)
LIMIT_BYTES = 256 * 1024
LIMIT_KEYS = 50
LIMIT_SECONDS = 5.0
PATIENCE_SECONDS = 2.0
SMALLEST_KEY = 2048
LARGEST_KEY = 8192

Keys = Mapping[str, RSAPublicKey]


class KeySetNotValid(ValueError):
    """The answer of the key set address is no set of usable keys."""


@dataclass
class _Known:
    """What is known of one platform's keys. ``lock`` is held while fetching; reading needs none."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    keys: Keys = field(default_factory=lambda: MappingProxyType({}))
    fetched_at: datetime | None = None
    refetched_at: datetime | None = None
    rest_until: datetime | None = None
    rounds: int = 0
    trouble: str = ""

    def is_fresh(self, now: datetime) -> bool:
        return self.fetched_at is not None and now - self.fetched_at < FRESH

    def is_usable(self, now: datetime) -> bool:
        return self.fetched_at is not None and now - self.fetched_at < KEPT_THROUGH_OUTAGE

    def may_fetch(self, now: datetime) -> bool:
        if self.rest_until is not None and now < self.rest_until:
            return False
        return self.refetched_at is None or now - self.refetched_at >= BETWEEN_REFETCHES


class KeySets:
    """The keys of all platforms, shared by all threads of a process.

    Fresh for one hour, whatever the answer's headers say. An unknown ``kid`` or a stale set is fetched again at most
    once a minute for each platform, by one thread while the others wait for or share its result. Keys known before
    stay good for 24 hours while the address is down.
    """

    def __init__(self, http: Outbound) -> None:
        self._http = http
        self._known: dict[tuple[int, str], _Known] = {}
        self._guard = threading.Lock()

    def key(self, platform: PlatformConfig, kid: str) -> RSAPublicKey:
        """Return the platform's public key of this ``kid``.

        :raise TokenNotValid: the platform has no such key.
        :raise PlatformKeysUnreachable: the keys cannot be fetched and none of this ``kid`` is known.
        """
        with self._guard:
            known = self._known.setdefault((platform.id, platform.jwks_uri), _Known())
        found = known.keys.get(kid)
        if found is None:
            self._fetch_missing(known, platform, kid)
        elif not known.is_fresh(clock.now()):
            self._refresh(known, platform)
        return _answer(known, kid)

    def _fetch_missing(self, known: _Known, platform: PlatformConfig, kid: str) -> None:
        """Fetch because this ``kid`` is not known; whoever waited here shares the result of the one who fetched."""
        seen = known.rounds
        # A platform that hangs must not park every thread of ours: nobody waits for long.
        if not known.lock.acquire(timeout=PATIENCE_SECONDS):
            return
        try:
            now = clock.now()
            if known.rounds != seen or not known.may_fetch(now):
                return
            is_refetch = known.fetched_at is not None
            self._fetch(known, platform)
            # A first fetch that finds its key leaves the next rotation free to be seen at once.
            if is_refetch or (known.fetched_at is not None and kid not in known.keys):
                known.refetched_at = now
        finally:
            known.lock.release()

    def _refresh(self, known: _Known, platform: PlatformConfig) -> None:
        """Fetch because the set is an hour old; the known key serves whoever cannot have the lock."""
        if not known.lock.acquire(blocking=False):
            return
        try:
            now = clock.now()
            if not known.is_fresh(now) and known.may_fetch(now):
                known.refetched_at = now
                self._fetch(known, platform)
        finally:
            known.lock.release()

    def _fetch(self, known: _Known, platform: PlatformConfig) -> None:
        begun_at = clock.now()
        try:
            answer = self._http.get(platform.jwks_uri, limit_bytes=LIMIT_BYTES, timeout=LIMIT_SECONDS)
            if answer.status != 200:
                raise KeySetNotValid(f"status {answer.status}")
            keys = read_key_set(answer.body)
        except (Unreachable, KeySetNotValid) as error:
            known.trouble = str(error)
            # With nothing to fall back on, try again soon, yet never spend more than half the time on a hanging host.
            known.rest_until = clock.now() + (clock.now() - begun_at)
        else:
            known.keys, known.fetched_at, known.trouble, known.rest_until = keys, clock.now(), "", None
        known.rounds += 1


def read_key_set(body: bytes) -> Keys:
    """Return the usable keys of a JWKS document: RSA of at least 2048 bit, for signing, RS256 or unsaid.

    :raise KeySetNotValid: no such document, more than 50 keys, or no usable one.

    Source: RFC 7517; 1EdTech Security Framework 1.0, 6.3.
    """
    try:
        document = strict_json.read(body)
    except strict_json.NotJson:
        raise KeySetNotValid("the key set is not JSON") from None
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > LIMIT_KEYS:
        raise KeySetNotValid("the key set is no list of up to 50 keys")
    keys: dict[str, RSAPublicKey] = {}
    for entry in listed:
        key = _read_key(entry)
        if key is not None:
            keys.setdefault(entry["kid"], key)
    if not keys:
        raise KeySetNotValid("the key set holds no usable key")
    return MappingProxyType(keys)


def _read_key(entry: Any) -> RSAPublicKey | None:
    if not isinstance(entry, dict) or entry.get("kty") != "RSA":
        return None
    kid = entry.get("kid")
    if not isinstance(kid, str) or not 1 <= len(kid) <= 255:
        return None
    if entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
        return None
    # 'd' and its companions stay out: a published private key must not become one here.
    public = {name: entry.get(name) for name in ("kty", "n", "e")}
    if not all(isinstance(value, str) and len(value) <= LARGEST_KEY for value in public.values()):
        return None
    try:
        key = RSAAlgorithm.from_jwk({name: str(value) for name, value in public.items()})
    except (jwt.PyJWTError, ValueError):
        return None
    return key if isinstance(key, RSAPublicKey) and SMALLEST_KEY <= key.key_size <= LARGEST_KEY else None


def _answer(known: _Known, kid: str) -> RSAPublicKey:
    if not known.is_usable(clock.now()):
        raise PlatformKeysUnreachable(known.trouble or "the keys are older than a day")
    found = known.keys.get(kid)
    if found is None and known.trouble:
        raise PlatformKeysUnreachable(known.trouble)
    if found is None:
        raise TokenNotValid("the platform has no key of this kid")
    return found
