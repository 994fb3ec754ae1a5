from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from storage import StorageError, keys, open_storage
from storage.local import LocalStorage

KEY = keys.original(7, "t")


def test_bytes_and_folders_are_synced_before_put_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename is only durable once the folder is synced, and content before the rename."""
    happened: list[str] = []
    sync, replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        happened.append("folder" if Path(f"/proc/self/fd/{handle}").is_dir() else "file")
        sync(handle)

    def renamed(path: Path, target: Path) -> Path:
        happened.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", renamed)

    LocalStorage(tmp_path).put(KEY, b"voice")

    at = happened.index("rename")
    assert "file" in happened[:at]
    assert happened[at + 1 :] == ["folder"]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    class Broken:
        def read(self, amount: int = -1) -> bytes:
            raise ConnectionResetError("the customer went away")

    storage = LocalStorage(tmp_path)
    storage.check()
    with pytest.raises(StorageError):
        storage.put(KEY, Broken())  # type: ignore[arg-type]

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "7").mkdir(parents=True)
    root = tmp_path / "objects"
    root.mkdir()
    (root / "recordings").symlink_to(outside)

    with pytest.raises(StorageError, match="leads out"):
        LocalStorage(root).put("recordings/7/x", b"x")
    assert list((outside / "7").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")

    with pytest.raises(StorageError):
        open_storage((tmp_path / "taken").as_uri()).check()


@pytest.mark.parametrize("folder", ["/proc/heard/objects", "/dev/null/objects", "/sys/objects"])
def test_a_folder_that_can_not_be_written_is_named_truly(folder: str) -> None:
    storage = open_storage(f"file://{folder}")
    for write in (storage.check, lambda: storage.put(KEY, b"x")):
        with pytest.raises(StorageError, match=f"The storage folder {folder} can't be written: "):
            write()
    assert storage.stat(KEY) is None


def test_delete_beside_writes_loses_nothing(tmp_path: Path) -> None:
    """Whatever delete does to an emptied folder, a write into it at that moment must win."""
    storage = LocalStorage(tmp_path)
    failed: list[Exception] = []

    def churn(name: str) -> None:
        try:
            for turn in range(150):
                storage.put(f"recordings/7/{name}/{turn}", b"x")
                storage.delete(f"recordings/7/{name}/{turn}")
        except StorageError as error:
            failed.append(error)

    threads = [threading.Thread(target=churn, args=(name,)) for name in ("a", "a2", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert list(storage.list("")) == []
