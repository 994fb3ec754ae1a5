"""A muted recording is silent where it must be, and else what it was, at the same times."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import StepFailed
from app.domain.timeline import Span
from tests.workers.media.conftest import H264, PICTURE, TOOL, VP8, Make
from workers.media.mute import mute
from workers.media.normalise import normalise
from workers.media.probe import probe

RATE = 48_000
MUTE = (Span(0.9, 1.4), Span(2.0, 2.25))
# Ever higher, so that each moment sounds different; speech is about as loud.
RISING = ("-f", "lavfi", "-i", "aevalsrc='0.3*sin(2*PI*(300+500*t)*t)':s=48000:d=3")
BACKWARDS = (*H264[:2], "-preset", "medium", "-bf", "3", "-pix_fmt", "yuv420p")  # with B-frames
KINDS = {
    "phone.webm": (*PICTURE, *RISING, *VP8, "-c:a", "libopus"),
    "late.webm": (*PICTURE, "-itsoffset", "0.3", *RISING, *VP8, "-c:a", "libopus"),
    "long.webm": (*RISING, "-c:a", "libopus", "-frame_duration", "120"),
    "firefox.webm": (*RISING, "-c:a", "libvorbis"),
    "phone.mp4": (*PICTURE, *RISING, *BACKWARDS, "-c:a", "aac"),
    "late.mp4": (*PICTURE, "-itsoffset", "0.3", *RISING, *BACKWARDS, "-c:a", "aac"),
    "memo.m4a": (*RISING, "-c:a", "aac"),
    "memo.mp3": (*RISING, "-c:a", "libmp3lame"),
}


def heard(path: Path) -> np.ndarray:
    """Its sound as a player has it, from its zero on: −1..1, mono, `RATE`."""
    told = ("-map", "0:a:0", "-af", "aresample=async=1:first_pts=0", "-ac", "1", "-ar", str(RATE))
    raw = subprocess.run(
        [*TOOL, "-copyts", "-i", str(path), *told, "-f", "s16le", "-"], check=True,
        capture_output=True,
    )  # fmt: skip
    return np.frombuffer(raw.stdout, np.int16) / 32768


def packets(path: Path) -> str:
    """Time, length and hash of each of the picture's."""
    told = ("-map", "0:v:0", "-c", "copy", "-f", "framehash", "-")
    done = subprocess.run(
        [*TOOL, "-copyts", "-i", str(path), *told], check=True, capture_output=True
    )
    return done.stdout.decode()


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_silent_there_and_nowhere_else(name: str, make: Make, tmp_path: Path) -> None:
    src = make(f"rising-{name}", *KINDS[name])
    playable = normalise(src, probe(src), tmp_path).playable
    made = mute(playable, MUTE, tmp_path)
    assert made.suffix == playable.suffix.replace(".mp3", ".m4a")
    before, after = heard(playable), heard(made)
    assert len(after) == pytest.approx(len(before), abs=0.05 * RATE)
    for span in MUTE:
        inside = after[int((span.start + 0.02) * RATE) : int((span.end - 0.01) * RATE)]
        assert np.abs(inside).max() < 0.003
        told = after[int((span.start + 0.01) * RATE) : int(span.end * RATE)]
        assert np.abs(told).max() < 0.1, "but for a codec's ringing, a piece at most is heard"
    for start, end in ((0.4, 0.85), (1.45, 1.95), (2.3, 2.9)):
        was, now = (each[int(start * RATE) : int(end * RATE)] for each in (before, after))
        assert np.sqrt((now**2).mean() / (was**2).mean()) == pytest.approx(1.0, abs=0.06)
        lags = np.arange(-480, 481, 6)
        likeness = [np.dot(was[480:-480], now[480 + lag : len(now) - 480 + lag]) for lag in lags]
        assert abs(int(lags[int(np.argmax(likeness))])) <= 48, "1 ms"
    if probe(playable).video is not None:
        assert packets(made) == packets(playable)
        assert probe(made).duration_s == pytest.approx(probe(playable).duration_s, abs=0.03)


@pytest.mark.slow
def test_more_stretches_than_one_of_ffmpegs_expressions_takes(make: Make, tmp_path: Path) -> None:
    sound = make("rising-memo.m4a", *KINDS["memo.m4a"])
    spans = [Span(at * 0.02 - 0.002, at * 0.02 + 0.012) for at in range(150)]
    made = mute(sound, spans, tmp_path)
    assert np.abs(heard(made)[: int(2.9 * RATE)]).max() < 0.003


@pytest.mark.slow
def test_what_can_not_be_read_is_refused(make: Make, tmp_path: Path) -> None:
    silent = make("silent.mp4", *PICTURE, *H264)
    with pytest.raises(StepFailed, match="could not be silenced"):
        mute(silent, MUTE, tmp_path)
