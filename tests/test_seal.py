"""Sealing: what opens, and what does not."""

import secrets

import pytest

from lti_tool.seal import SealBroken, Sealer

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)


def test_what_was_sealed_opens_in_its_place():
    sealer = Sealer({"k1": OLD})

    sealed = sealer.seal(b"my text", "answer", 1, 7, "m0.start")

    assert sealer.open(sealed, "answer", 1, 7, "m0.start") == b"my text"
    assert b"my text" not in sealed


@pytest.mark.parametrize("place", [(1, 8, "m0.start"), (2, 7, "m0.start"), (17, "m0.start")])
def test_a_row_that_was_moved_does_not_open(place):
    sealed = Sealer({"k1": OLD}).seal(b"my text", "answer", 1, 7, "m0.start")

    with pytest.raises(SealBroken):
        Sealer({"k1": OLD}).open(sealed, "answer", *place)


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens():
    sealed = Sealer({"k1": OLD}).seal(b"old", "x")
    rotated = Sealer({"k2": NEW, "k1": OLD})

    assert rotated.open(sealed, "x") == b"old"
    assert rotated.seal(b"new", "x")[2:4] == b"k2"
    with pytest.raises(SealBroken):
        Sealer({"k2": NEW}).open(sealed, "x")


@pytest.mark.parametrize("position", [0, 1, 2, 10, 20, -1])
def test_one_changed_byte_is_noticed(position):
    sealed = bytearray(Sealer({"k1": OLD}).seal(b"my text", "x"))
    sealed[position] ^= 1

    with pytest.raises(SealBroken):
        Sealer({"k1": OLD}).open(bytes(sealed), "x")


@pytest.mark.parametrize("nonsense", [b"", b"\x01", b"\x01\x02k1", b"plain text"])
def test_bytes_that_were_never_sealed_are_refused(nonsense):
    with pytest.raises(SealBroken):
        Sealer({"k1": OLD}).open(nonsense, "x")
