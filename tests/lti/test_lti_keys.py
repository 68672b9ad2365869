"""Our own keys: strong, named by their thumbprint, and only their public half is published."""

import jwt
import pytest

from lti_tool.lti import keys


def test_a_made_key_signs_what_its_published_half_verifies(tool_key):
    private_key = keys.load_private_key(tool_key.private_pem)

    token = jwt.encode({"a": 1}, private_key, "RS256", headers={"kid": tool_key.kid})

    published = jwt.PyJWKSet.from_dict(keys.key_set([tool_key.public_jwk]))[tool_key.kid]
    assert jwt.decode(token, published, ["RS256"]) == {"a": 1}
    assert private_key.key_size == 3072


def test_the_kid_is_the_thumbprint_of_rfc_7638():
    # The example of RFC 7638, 3.1.
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiF"
        "V4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9"
        "c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1"
        "jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    key = jwt.algorithms.RSAAlgorithm.from_jwk({"kty": "RSA", "n": n, "e": "AQAB"})

    assert keys._public_jwk(key)["kid"] == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_a_published_set_holds_public_members_only(tool_key):
    published = keys.key_set([tool_key.public_jwk | {"d": "secret"}])

    assert set(published["keys"][0]) == {"kty", "n", "e", "alg", "use", "kid"}
    assert published["keys"][0]["use"] == "sig"


def test_a_key_does_not_show_its_private_half(tool_key):
    assert "PRIVATE" not in repr(tool_key)


def test_what_is_no_rsa_key_is_not_loaded():
    with pytest.raises(ValueError, match="PEM"):
        keys.load_private_key(b"no key")
