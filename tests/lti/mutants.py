"""One good launch and single changes to it: what must be refused, what must be accepted all the same.

``MUTANTS`` is used twice: here against ``launch.verify``, and over HTTP against the whole tool. Each change gets copies
of the good claims and header and the platform's signer, and returns an ID token or a whole form.
"""

import base64
import hashlib
import hmac
import json
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"

Claims = dict[str, Any]
Form = dict[str, list[str]]


@dataclass
class Signer:
    """A platform's key and its kid."""

    key: rsa.RSAPrivateKey
    kid: str = "key-1"

    def __call__(self, claims: Any, headers: dict[str, Any], *, key: rsa.RSAPrivateKey | None = None) -> str:
        return self.raw(json.dumps(headers).encode(), json.dumps(claims).encode(), key=key)

    def raw(self, header: bytes, payload: bytes, *, key: rsa.RSAPrivateKey | None = None) -> str:
        """Sign any bytes, JSON or not."""
        signing_input = f"{_base64(header)}.{_base64(payload)}"
        algorithm = jwt.get_algorithm_by_name("RS256")
        return f"{signing_input}.{_base64(algorithm.sign(signing_input.encode(), key or self.key))}"

    def public_pem(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def public_jwk(self, **changes: Any) -> dict[str, Any]:
        """The key as a platform publishes it."""
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"kty": "RSA", "n": jwk["n"], "e": jwk["e"], "kid": self.kid, "alg": "RS256", "use": "sig"} | changes

    def headers(self) -> dict[str, Any]:
        return {"typ": "JWT", "alg": "RS256", "kid": self.kid}


class Mutant(NamedTuple):
    """A change, and what must come of it; ``code`` is the refusal's, ``None`` if any will do."""

    name: str
    make: Callable[[Claims, dict[str, Any], Signer], str | Form]
    expected: str
    code: str | None = None


def good_claims(
    *, issuer: str, client_id: str, nonce: str, target_link_uri: str, now: int, deployment_id: str = "1"
) -> Claims:
    """Return the claims of an ordinary learner's launch; ``now`` in seconds."""
    return {
        "iss": issuer,
        "aud": client_id,
        "sub": "student-7",
        "nonce": nonce,
        "iat": now,
        "exp": now + 3600,
        "name": "Ada Student",
        "given_name": "Ada",
        "family_name": "Student",
        "email": "ada@example.test",
        CLAIM + "message_type": "LtiResourceLinkRequest",
        CLAIM + "version": "1.3.0",
        CLAIM + "deployment_id": deployment_id,
        CLAIM + "target_link_uri": target_link_uri,
        CLAIM + "roles": [MEMBERSHIP + "Learner"],
        CLAIM + "resource_link": {"id": "link-1", "title": "Three Steps"},
        CLAIM + "context": {"id": "course-1", "label": "M101", "title": "Mentoring 101"},
    }


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _set(**changes: Any) -> Callable[[Claims, dict[str, Any], Signer], str]:
    """Set plain claims."""
    return lambda claims, headers, sign: sign(claims | changes, headers)


def _claim(name: str, value: Any) -> Callable[[Claims, dict[str, Any], Signer], str]:
    """Set a claim of LTI."""
    return lambda claims, headers, sign: sign(claims | {CLAIM + name: value}, headers)


def _without(*names: str) -> Callable[[Claims, dict[str, Any], Signer], str]:
    return lambda claims, headers, sign: sign(
        {key: value for key, value in claims.items() if key.removeprefix(CLAIM) not in names}, headers
    )


def _shift(**seconds: int) -> Callable[[Claims, dict[str, Any], Signer], str]:
    """Set times relative to the good token's ``iat``."""
    return lambda claims, headers, sign: sign(
        claims | {name: claims["iat"] + shift for name, shift in seconds.items()}, headers
    )


def _audience(make: Callable[[str], Any], **more: Any) -> Callable[[Claims, dict[str, Any], Signer], str]:
    return lambda claims, headers, sign: sign(claims | {"aud": make(claims["aud"])} | more, headers)


def _issuer(make: Callable[[str], Any]) -> Callable[[Claims, dict[str, Any], Signer], str]:
    return lambda claims, headers, sign: sign(claims | {"iss": make(claims["iss"])}, headers)


def _target(after_host: str) -> Callable[[Claims, dict[str, Any], Signer], str]:
    """Put something behind the host of the good target link."""
    name = CLAIM + "target_link_uri"
    return lambda claims, headers, sign: sign(
        claims | {name: "/".join(claims[name].split("/")[:3]) + after_host}, headers
    )


def _header(**changes: Any) -> Callable[[Claims, dict[str, Any], Signer], str]:
    return lambda claims, headers, sign: sign(claims, headers | changes)


def _payload(raw: Callable[[bytes], bytes]) -> Callable[[Claims, dict[str, Any], Signer], str]:
    return lambda claims, headers, sign: sign.raw(json.dumps(headers).encode(), raw(json.dumps(claims).encode()))


def _unsigned(claims: Claims, headers: dict[str, Any], sign: Signer) -> str:
    header, payload, _ = sign(claims, headers | {"alg": "none"}).split(".")
    return f"{header}.{payload}."


def _unsigned_with_signature(claims: Claims, headers: dict[str, Any], sign: Signer) -> str:
    return sign(claims, headers | {"alg": "none"})


def _hs256(claims: Claims, headers: dict[str, Any], sign: Signer) -> str:
    signing_input = f"{_base64(json.dumps(headers | {'alg': 'HS256'}).encode())}.{_base64(json.dumps(claims).encode())}"
    # By hand: PyJWT refuses to sign with a PEM, an attacker does not.
    signature = hmac.new(sign.public_pem(), signing_input.encode(), hashlib.sha256).digest()
    return f"{signing_input}.{_base64(signature)}"


def _algorithm(name: str) -> Callable[[Claims, dict[str, Any], Signer], str]:
    return lambda claims, headers, sign: jwt.encode(claims, sign.key, algorithm=name, headers=headers | {"alg": name})


def _spelled_anew(token: str) -> str:
    """The same signature: the last character of 256 bytes in Base64 has four bits that mean nothing."""
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    return token[:-1] + letters[letters.index(token[-1]) + 1]


def _changed_after_signing(claims: Claims, headers: dict[str, Any], sign: Signer) -> str:
    header, _, signature = sign(claims, headers).split(".")
    return f"{header}.{_base64(json.dumps(claims | {'sub': 'somebody-else'}).encode())}.{signature}"


_OTHER_KEY: list[rsa.RSAPrivateKey] = []


def _other_key() -> rsa.RSAPrivateKey:
    if not _OTHER_KEY:
        _OTHER_KEY.append(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    return _OTHER_KEY[0]


def _signed_by_another(claims: Claims, headers: dict[str, Any], sign: Signer) -> str:
    return sign(claims, headers, key=_other_key())


def _own_key_in_header(claims: Claims, headers: dict[str, Any], sign: Signer) -> str:
    other = Signer(_other_key(), sign.kid)
    return sign(claims, headers | {"jwk": other.public_jwk()}, key=other.key)


def _form(change: Callable[[Form], Form]) -> Callable[[Claims, dict[str, Any], Signer], Form]:
    return lambda claims, headers, sign: change({"id_token": [sign(claims, headers)]})


def _deep(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


_NO_LTI = ("message_type", "version", "deployment_id", "target_link_uri", "roles", "resource_link", "context")
_R, _A = "refused", "accepted"
_T, _M, _C = "token-not-valid", "message-not-valid", "clock-difference"

MUTANTS: list[Mutant] = [
    Mutant("nothing changed", lambda claims, headers, sign: sign(claims, headers), _A),
    # 1EdTech's bad payloads
    Mutant("CB-01 no kid", lambda c, h, s: s(c, {k: v for k, v in h.items() if k != "kid"}), _R, _T),
    Mutant("CB-02 unknown kid", _header(kid="no-such-key"), _R, _T),
    Mutant("CB-03 version 11.3", _claim("version", "11.3"), _R, _M),
    Mutant("CB-03 version 1.2.0", _claim("version", "1.2.0"), _R, _M),
    Mutant("CB-03 version as number", _claim("version", 1.3), _R, _M),
    Mutant("CB-04 no version", _without("version"), _R, _M),
    Mutant("CB-05 an LTI 1.1 message", lambda c, h, s: s({"lti_message_type": "basic-lti-launch-request"}, h), _R, _T),
    Mutant("CB-06 no LTI claims", _without(*_NO_LTI), _R, _M),
    Mutant("CB-07 times of long ago", _set(iat=11111, exp=22222), _R, _C),
    Mutant("CB-07 times as text", _set(iat="now", exp="later"), _R, _T),
    Mutant("CB-07 times negative", _set(iat=-1), _R, _T),
    Mutant("CB-07 time beyond all years", _set(exp=10**300), _R, _T),
    Mutant("CB-07 time is true", _set(exp=True), _R, _T),
    Mutant("CB-08 no message type", _without("message_type"), _R, _M),
    Mutant("CB-08 message type null", _claim("message_type", None), _R, _M),
    Mutant("CB-09 no roles", _without("roles"), _R, _M),
    Mutant("CB-10 no deployment", _without("deployment_id"), _R, _M),
    Mutant("CB-11 no resource link", _without("resource_link"), _R, _M),
    Mutant("CB-11 resource link without id", _claim("resource_link", {"title": "x"}), _R, _M),
    Mutant("CB-11 resource link id empty", _claim("resource_link", {"id": ""}), _R, _M),
    Mutant("CB-12 no sub", _without("sub"), _R, "anonymous-launch"),
    # keys and algorithms
    Mutant("XS-07 alg none", _unsigned, _R, _T),
    Mutant("XS-07 alg none with a signature", _unsigned_with_signature, _R, _T),
    Mutant("XS-07 alg HS256 with the public key", _hs256, _R, _T),
    Mutant("XS-07 alg RS384", _algorithm("RS384"), _R, _T),
    Mutant("XS-07 alg PS256", _algorithm("PS256"), _R, _T),
    Mutant("XS-07 alg rs256 in small letters", _header(alg="rs256"), _R, _T),
    Mutant("XS-07 alg is a list", _header(alg=["RS256"]), _R, _T),
    Mutant("XS-08 changed after signing", _changed_after_signing, _R, _T),
    Mutant("XS-08 signed by another key", _signed_by_another, _R, _T),
    Mutant("XS-08 signature empty", lambda c, h, s: s(c, h).rsplit(".", 1)[0] + ".", _R, _T),
    Mutant("XS-08 signature of no Base64 length", lambda c, h, s: s(c, h)[:-1], _R, _T),
    Mutant("XS-08 signature spelled anew", lambda c, h, s: _spelled_anew(s(c, h)), _R, _T),
    Mutant("XS-09 own key in the header", _own_key_in_header, _R, _T),
    Mutant("XS-09 jku in the header", _header(jku="https://evil.test/keys", kid="no-such-key"), _R, _T),
    Mutant("XS-09 crit in the header", _header(crit=["exp"]), _R, _T),
    Mutant("XS-09 detached payload", _header(b64=False), _R, _T),
    Mutant("XS-09 kid is a list", _header(kid=["key-1"]), _R, _T),
    Mutant("XS-09 kid is a path", _header(kid="../../etc/passwd"), _R, _T),
    # who for whom
    Mutant("XS-10 issuer with a slash more", _issuer(lambda iss: iss + "/"), _R, _T),
    Mutant("XS-10 issuer in capitals", _issuer(str.upper), _R, _T),
    Mutant("XS-10 another issuer", _issuer(lambda iss: "https://other.test"), _R, _T),
    Mutant("XS-10 issuer is a list", _issuer(lambda iss: [iss]), _R, _T),
    Mutant("XS-10 no issuer", _without("iss"), _R, _T),
    Mutant("XS-11 another audience", _audience(lambda own: "other"), _R, _T),
    Mutant("XS-11 audiences without us", _audience(lambda own: ["other", "more"], azp="other"), _R, _T),
    Mutant("XS-11 two audiences, no azp", _audience(lambda own: [own, "other"]), _R, _T),
    Mutant("XS-11 two audiences, azp another", _audience(lambda own: [own, "other"], azp="other"), _R, _T),
    Mutant("XS-11 one audience, azp another", _set(azp="other"), _R, _T),
    Mutant("XS-11 no audience in the list", _audience(lambda own: []), _R, _T),
    Mutant("XS-11 audience is a number", _audience(lambda own: 7), _R, _T),
    Mutant("XS-11 audience is an object", _audience(lambda own: {"aud": own}), _R, _T),
    Mutant("XS-11 audience missing", _without("aud"), _R, _T),
    Mutant("XS-11 two audiences, azp us", lambda c, h, s: s(c | {"aud": ["x", c["aud"]], "azp": c["aud"]}, h), _A),
    Mutant("XS-11 audience a list of us", _audience(lambda own: [own]), _A),
    Mutant("XS-11 azp us", lambda c, h, s: s(c | {"azp": c["aud"]}, h), _A),
    # times
    Mutant("XS-12 no exp", _without("exp"), _R, _T),
    Mutant("XS-12 no iat", _without("iat"), _R, _T),
    Mutant("XS-12 expired 100 s ago", _shift(exp=-100), _R, _C),
    Mutant("XS-12 issued in 100 s", _shift(iat=100), _R, _C),
    Mutant("XS-12 issued a day ago", _shift(iat=-86_400), _R, _C),
    Mutant("XS-12 not before in 100 s", _shift(nbf=100), _R, _C),
    Mutant("XS-13 expired 20 s ago", _shift(exp=-20), _A),
    Mutant("XS-13 issued in 20 s", _shift(iat=20), _A),
    Mutant("XS-13 times with fractions", lambda c, h, s: s(c | {"iat": c["iat"] + 0.5, "exp": c["exp"] + 0.25}, h), _A),
    # nonce and deployment
    Mutant("XS-14 no nonce", _without("nonce"), _R, _T),
    Mutant("XS-14 nonce of another login", _set(nonce="A" * 43), _R, _T),
    Mutant("XS-14 nonce is a list", lambda c, h, s: s(c | {"nonce": [c["nonce"]]}, h), _R, _T),
    Mutant("XS-14 nonce with umlaut", _set(nonce="ä" * 43), _R, _T),
    Mutant("XS-05 deployment other than at login", _claim("deployment_id", "2"), _R, _T),
    Mutant("XS-05 deployment is a number", _claim("deployment_id", 1), _R, _M),
    Mutant("XS-05 deployment is a list", _claim("deployment_id", ["1"]), _R, _M),
    Mutant("XS-05 deployment of 300 letters", _claim("deployment_id", "1" * 300), _R, None),
    # targets
    Mutant("XS-17 target on another host", _claim("target_link_uri", "https://evil.test/"), _R, "target-elsewhere"),
    Mutant("XS-17 target is a script", _claim("target_link_uri", "javascript:alert(1)"), _R, "target-elsewhere"),
    Mutant("XS-17 target without scheme", _claim("target_link_uri", "//evil.test/"), _R, "target-elsewhere"),
    Mutant("XS-17 target with our host as user", _target("@evil.test/"), _R, "target-elsewhere"),
    Mutant("XS-17 target with a backslash", _target("\\@evil.test/"), _R, "target-elsewhere"),
    Mutant("XS-17 target on a longer host", _target(".evil.test/"), _R, "target-elsewhere"),
    Mutant("XS-17 target on another port", _target(":1/lti/launch"), _R, "target-elsewhere"),
    Mutant("XS-17 target with line break", _claim("target_link_uri", "https://evil.test\r\n/"), _R, "target-elsewhere"),
    Mutant("XS-17 target missing", _without("target_link_uri"), _R, _M),
    Mutant("XS-17 target null", _claim("target_link_uri", None), _R, _M),
    # texts
    Mutant("XS-21 title is a script", _claim("resource_link", {"id": "link-1", "title": "<script>x</script>"}), _A),
    Mutant("XS-21 title is a template", _claim("context", {"id": "course-1", "title": "{{7*7}}"}), _A),
    Mutant("XS-21 title turns the writing round", _claim("context", {"id": "course-1", "title": "a\u202eb"}), _A),
    Mutant("XS-21 title of 10 kB", _claim("context", {"id": "course-1", "title": "x" * 10_000}), _A),
    Mutant("XS-21 name with NUL", _set(name="Ada\x00 Student"), _A),
    Mutant("XS-21 name a lone surrogate", lambda c, h, s: s(c | {"name": "\ud800"}, h), _R, _T),
    Mutant("XS-21 course id with NUL", _claim("context", {"id": "course\x00"}), _R, _M),
    Mutant("XS-21 sub with NUL", _set(sub="a\x00b"), _R, _M),
    Mutant("XS-21 sub of 300 letters", _set(sub="s" * 300), _R, _M),
    Mutant("XS-21 sub is a number", _set(sub=7), _R, _M),
    # roles
    Mutant("XS-22 roles a text", _claim("roles", "Learner"), _R, _M),
    Mutant("XS-22 roles null", _claim("roles", None), _R, _M),
    Mutant("XS-22 roles a list of null", _claim("roles", [None]), _R, _M),
    Mutant("XS-22 roles a list of numbers", _claim("roles", [42]), _R, _M),
    Mutant("XS-22 5,000 roles", _claim("roles", ["urn:x:role"] * 5000), _R, None),
    # optional claims
    Mutant("XS-23 custom with an object", _claim("custom", {"a": {"b": 1}}), _A),
    Mutant("XS-23 custom null", _claim("custom", None), _A),
    Mutant("XS-23 custom not expanded", _claim("custom", {"due": "$ResourceLink.submission.endDateTime"}), _A),
    Mutant("context null", _claim("context", None), _A),
    Mutant("context a list", _claim("context", [1]), _R, _M),
    Mutant("context without id", _claim("context", {"title": "x"}), _R, _M),
    Mutant("name a number", _set(name=42), _R, _M),
    Mutant("grade scopes a text", lambda c, h, s: s(c | {AGS: {"scope": "score"}}, h), _R, _M),
    Mutant("grade claim without scopes", lambda c, h, s: s(c | {AGS: {"lineitem": ""}}, h), _A),
    Mutant("return link is a script", _claim("launch_presentation", {"return_url": "javascript:alert(1)"}), _A),
    Mutant("unknown claims of any form", lambda c, h, s: s(c | {"x": [1, {"y": None}], CLAIM + "z": 1.5}, h), _A),
    # other messages
    Mutant("a message of an asset processor", _claim("message_type", "LtiReportReviewRequest"), _R),
    Mutant("a message nobody knows", _claim("message_type", "LtiNothing"), _R, "message-not-supported"),
    # bytes
    Mutant("XS-24 payload a list", lambda c, h, s: s([c], h), _R, _T),
    Mutant("XS-24 payload a text", lambda c, h, s: s("x", h), _R, _T),
    Mutant("XS-24 payload not JSON", _payload(lambda raw: b"no json"), _R, _T),
    Mutant("XS-24 payload empty", _payload(lambda raw: b""), _R, _T),
    Mutant("XS-24 payload not UTF-8", _payload(lambda raw: raw[:-1] + b',"x":"\xff"}'), _R, _T),
    Mutant("XS-24 payload UTF-16", _payload(lambda raw: raw.decode().encode("utf-16")), _R, _T),
    Mutant("XS-24 duplicate key", _payload(lambda raw: raw[:-1] + b',"sub":"other"}'), _R, _T),
    Mutant("XS-24 NaN", _payload(lambda raw: raw[:-1] + b',"x":NaN}'), _R, _T),
    Mutant("XS-24 nested 100 deep", _payload(lambda raw: raw[:-1] + b',"x":' + _deep(100) + b"}"), _R, _T),
    Mutant(
        "XS-24 nested 9,000 deep", _payload(lambda raw: raw[:-1] + b',"x":' + b"[" * 9000 + b"]" * 9000 + b"}"), _R, _T
    ),
    Mutant("XS-24 a number of 5,000 digits", _payload(lambda raw: raw[:-1] + b',"x":' + b"9" * 5000 + b"}"), _R, _T),
    Mutant("XS-24 320 kB", _set(x="x" * 320_000), _R, _T),
    Mutant("XS-24 20,000 parts", _set(x=[0] * 20_000), _R, _T),
    Mutant("a claim of 200 kB that we do not read", _set(x="x" * 200_000), _A),
    Mutant("custom with a value of 40,000 letters", _claim("custom", {"ids": "1," * 20_000}), _A),
    Mutant("XS-24 bad Base64", lambda c, h, s: s(c, h).replace(".", ".*", 1), _R, _T),
    Mutant("XS-24 Base64 with padding", lambda c, h, s: s(c, h).replace(".", "=.", 1), _R, _T),
    Mutant("XS-24 two parts", lambda c, h, s: s(c, h).rsplit(".", 1)[0], _R, _T),
    Mutant("XS-24 five parts", lambda c, h, s: s(c, h) + ".a.b", _R, _T),
    Mutant("XS-24 not ASCII", lambda c, h, s: s(c, h) + "ä", _R, _T),
    Mutant("header a list", lambda c, h, s: s.raw(b"[]", json.dumps(c).encode()), _R, _T),
    # forms
    Mutant("no token", _form(lambda form: {}), _R, _T),
    Mutant("token empty", _form(lambda form: {"id_token": [""]}), _R, _T),
    Mutant("token twice", _form(lambda form: {"id_token": form["id_token"] * 2}), _R, _T),
    Mutant("XS-18 error response", _form(lambda form: {"error": ["login_required"]}), _R, "login-refused"),
    Mutant("XS-18 error beside a token", _form(lambda form: form | {"error": ["access_denied"]}), _R, "login-refused"),
]
