"""Real recordings with bits flipped, stretches lost and numbers bent, the same ones each time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.domain.errors import StepFailed
from tests.bad_inputs.make_media import AAC, H264, OPUS, PICTURE, TONE, VP8, make
from tests.bad_inputs.media_bytes import mutants
from workers.media.normalise import normalise
from workers.media.probe import probe
from workers.transcribe.audio import load

pytestmark = pytest.mark.slow
EACH = 60
KINDS = {
    "webm": (*PICTURE, *TONE, *VP8, *OPUS, "-f", "webm"),
    "mp4": (*PICTURE, *TONE, *H264, *AAC, "-f", "mp4"),
    "ogg": (*TONE, *OPUS, "-f", "ogg"),
    "wav": (*TONE, "-t", "0.3", "-f", "wav"),
    "mp3": (*TONE, "-f", "mp3"),
}


def taken(content: bytes, folder: Path) -> tuple[bool, float]:
    """Whether it became a recording, and after how many seconds that was known."""
    folder.mkdir()
    path = folder / "original"
    path.write_bytes(content)
    began = time.monotonic()
    try:
        made = normalise(path, probe(path), folder)
        if made.audio:
            load(made.audio)
    except StepFailed as refusal:
        assert refusal.sentence.endswith(".")
        return False, time.monotonic() - began
    assert made.playable.stat().st_size > 0
    return True, time.monotonic() - began


@pytest.mark.parametrize("kind", KINDS)
def test_bent_recordings_are_taken_or_refused(tmp_path: Path, kind: str) -> None:
    good = tmp_path / f"good.{kind}"
    make(good, *KINDS[kind])
    bent = mutants(good.read_bytes(), EACH, seed=len(kind))
    with ThreadPoolExecutor(2) as hands:
        folders = (tmp_path / str(number) for number in range(EACH))
        found = list(hands.map(taken, bent, folders))

    assert len(found) == EACH
    assert max(seconds for _, seconds in found) <= 30
    assert taken(good.read_bytes(), tmp_path / "again")[0]
