from __future__ import annotations

from storage import keys
from storage.base import checked


def test_every_key_is_one_that_storage_takes() -> None:
    made = [
        keys.original(7, "4f2a"),
        keys.playable("7", 3, "webm"),
        keys.poster(7, 3),
        keys.waveform(7, 3),
        keys.audio(7, 3),
        keys.supplied_captions(7, "4f2a"),
        keys.captions(7, 3, "vtt"),
        keys.clip(9, 1, "captioned"),
        keys.clip_poster(9, 1),
        keys.export(2, "segments.csv"),
        keys.sample("01-late-delivery.webm"),
    ]

    assert [checked(key) for key in made] == made
    assert len(set(made)) == len(made)


def test_all_of_a_recording_lies_under_it() -> None:
    assert keys.original(7, "t").startswith(keys.recording(7))
    assert keys.poster(7, 3).startswith(keys.attempt(7, 3))
    assert not keys.original(71, "t").startswith(keys.recording(7))
    assert keys.clip(9, 1, "plain").startswith(keys.highlight(9))
