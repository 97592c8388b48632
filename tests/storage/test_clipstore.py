"""Clips are stored whole or not at all, under their hash, on any store."""

import hashlib

import pytest

from kit.errors import BadParameter, ClipError
from kit.storage.clipstore import ClipStore, sha256_of


@pytest.fixture(params=["local", "memory"])
def place(request, tmp_path):
    return str(tmp_path / "store") if request.param == "local" else f"memory://clipstore-{tmp_path.name}"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)) * 9000)
    return path


def test_the_hash_is_sha256(source):
    """The name is the plain SHA-256 of the bytes."""
    assert sha256_of(source) == hashlib.sha256(source.read_bytes()).hexdigest()


def test_bytes_come_back(place, source):
    """What was put in comes out; the second time there is nothing to do."""
    store, clip = ClipStore(place), sha256_of(source)
    assert store.put(source, clip, ".mp4") is True
    assert store.put(source, clip, ".mp4") is False
    with store.local_file(clip, ".mp4") as path:
        assert path.read_bytes() == source.read_bytes()


def test_a_file_that_changes_meanwhile_is_not_stored(place, source):
    """The bytes must hash to the name under which they are stored; nothing half-written stays behind."""
    store = ClipStore(place)
    with pytest.raises(ClipError, match=r"clip\.mp4 changed"):
        store.put(source, "0" * 64, ".mp4")
    assert [f for f in store._files.find(str(store._root)) if f] == []


def test_a_half_written_file_is_written_again(source, tmp_path):
    """A file of the wrong size, left by a crash of something else, is replaced."""
    store, clip = ClipStore(tmp_path / "store"), sha256_of(source)
    target = tmp_path / "store" / clip[:2] / f"{clip}.mp4"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"half")
    assert store.put(source, clip, ".mp4") is True
    assert target.read_bytes() == source.read_bytes()


def test_an_unknown_store_is_named():
    """The error names the place and the reason."""
    with pytest.raises(BadParameter, match="nosuch://x"):
        ClipStore("nosuch://x")
