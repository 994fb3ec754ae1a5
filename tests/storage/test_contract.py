"""What holds wherever objects live."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from storage import NotStored, Storage, StorageError, keys
from storage.base import PIECE

KEY = keys.playable(7, "a1", "webm")
LARGE = bytes(range(256)) * (9 * 4096 + 3)  # 9 MiB and a bit: two parts on S3


def test_what_was_put_is_read_back(storage: Storage) -> None:
    stored = storage.put(KEY, b"voice", content_type="video/webm")

    assert (stored.key, stored.size) == (KEY, 5)
    assert stored.sha256 == hashlib.sha256(b"voice").hexdigest()
    with storage.open(KEY) as stream:
        assert stream.read() == b"voice"
    found = storage.stat(KEY)
    assert found is not None
    assert found.size == 5


def test_a_large_stream_is_stored_whole(storage: Storage) -> None:
    stored = storage.put(KEY, io.BytesIO(LARGE))

    assert stored.size == len(LARGE)
    assert stored.sha256 == hashlib.sha256(LARGE).hexdigest()
    with storage.open(KEY) as stream:
        assert stream.read(10) == LARGE[:10]
        assert stream.read() == LARGE[10:]


@pytest.mark.parametrize("move", [False, True])
def test_a_file_is_stored_and_fetched(storage: Storage, tmp_path: Path, move: bool) -> None:
    source, copy = tmp_path / "in.bin", tmp_path / "out.bin"
    source.write_bytes(LARGE)

    stored = storage.put_file(KEY, source, move=move)
    storage.fetch(KEY, copy)

    assert stored.sha256 == hashlib.sha256(LARGE).hexdigest()
    assert copy.read_bytes() == LARGE
    assert source.exists() is not move


def test_putting_again_replaces(storage: Storage) -> None:
    storage.put(KEY, b"first, and longer")
    storage.put(KEY, b"second")

    with storage.open(KEY) as stream:
        assert stream.read() == b"second"


def test_an_empty_object_is_an_object(storage: Storage) -> None:
    storage.put(KEY, b"")

    found = storage.stat(KEY)
    assert found is not None
    assert found.size == 0
    assert list(storage.read_range(KEY, 0, 10)) == []


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 0), (3, 9), (PIECE - 1, PIECE), (0, 3 * PIECE), (len(LARGE) - 4, len(LARGE) + 99)],
)
def test_a_range_is_as_in_http(storage: Storage, start: int, end: int) -> None:
    storage.put(KEY, LARGE)

    pieces = list(storage.read_range(KEY, start, end))

    assert b"".join(pieces) == LARGE[start : end + 1]
    assert max(len(piece) for piece in pieces) <= PIECE


def test_a_range_past_the_end_is_empty(storage: Storage) -> None:
    storage.put(KEY, b"short")

    assert list(storage.read_range(KEY, 50, 60)) == []


def test_what_is_absent_is_said_to_be(storage: Storage, tmp_path: Path) -> None:
    absent = keys.poster(8, "a1")

    assert storage.stat(absent) is None
    for read in (
        lambda: storage.open(absent),
        lambda: storage.read_range(absent, 0, 1),
        lambda: storage.fetch(absent, tmp_path / "none"),
    ):
        with pytest.raises(NotStored, match=r"Nothing is stored as recordings/8/a1/poster.jpg."):
            read()
    assert not (tmp_path / "none").exists()


def test_a_folder_is_not_an_object(storage: Storage) -> None:
    storage.put(KEY, b"voice")

    assert storage.stat("recordings/7/a1") is None
    with pytest.raises(NotStored):
        storage.open("recordings/7/a1")


def test_delete_is_quiet_the_second_time(storage: Storage) -> None:
    storage.put(KEY, b"voice")
    storage.delete(KEY)
    storage.delete(KEY)

    assert storage.stat(KEY) is None
    assert list(storage.list("")) == []


def test_list_gives_one_recordings_objects(storage: Storage) -> None:
    mine = [keys.original(7, "t"), keys.playable(7, "a1", "mp4"), keys.audio(7, "a2")]
    for key in [*mine, keys.original(71, "t"), keys.clip(7, "a1", "plain")]:
        storage.put(key, b"x")

    assert list(storage.list(keys.recording(7))) == sorted(mine)
    assert len(list(storage.list(""))) == 5
    assert list(storage.list(keys.recording(99))) == []


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../out", "a/../../out", "a//b", "a/", ".incoming/x", "a\0b", "ä", "a b"],
)
def test_a_key_that_climbs_or_is_not_ours_is_refused(storage: Storage, key: str) -> None:
    with pytest.raises(StorageError, match="can't name an object"):
        storage.put(key, b"x")
    with pytest.raises(StorageError):
        storage.open(key)


def test_check_leaves_nothing_behind(storage: Storage) -> None:
    storage.check()

    assert list(storage.list("")) == []
