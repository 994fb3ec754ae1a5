from __future__ import annotations

import inspect
from pathlib import Path

from storage import keys
from storage.base import checked


def test_every_key_is_one_that_storage_takes() -> None:
    made = [
        keys.original(7, "4f2a"),
        keys.playable("7", 3, "webm"),
        keys.poster(7, 3),
        keys.audio(7, 3),
        keys.clip(9, 1, "captioned"),
        keys.export(2, "segments.csv"),
        keys.audit_head(12, "0" * 64),
    ]

    assert [checked(key) for key in made] == made
    assert len(set(made)) == len(made)


def test_all_of_a_recording_lies_under_it() -> None:
    assert keys.original(7, "t").startswith(keys.recording(7))
    assert keys.poster(7, 3).startswith(keys.recording(7))
    assert not keys.original(71, "t").startswith(keys.recording(7))
    assert keys.clip(9, 1, "plain").startswith(keys.highlight(9))


def test_every_kind_of_object_is_one_that_we_write() -> None:
    root = Path(keys.__file__).parent.parent
    sources = [
        path.read_text(encoding="utf-8")
        for folder in ("app", "workers")
        for path in (root / folder).rglob("*.py")
    ]
    builders = [name for name, _ in inspect.getmembers(keys, inspect.isfunction)]
    unused = [name for name in builders if not any(f"keys.{name}(" in each for each in sources)]
    assert builders and not unused
