from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import StepFailed
from workers.transcribe.audio import load, pcm


def written(path: Path, samples: np.ndarray, rate: int = 16_000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm(samples))
    return path


def test_a_wave_comes_back_as_it_was(tmp_path: Path) -> None:
    wanted = np.array([0.0, 0.5, -0.5, 1.0, -1.0], np.float32)
    found = load(written(tmp_path / "a.wav", wanted))
    assert found.dtype == np.float32
    assert np.allclose(found, wanted, atol=1e-4)


def test_too_loud_is_clipped_not_wrapped() -> None:
    assert np.frombuffer(pcm(np.array([2.0, -2.0], np.float32)), "<i2").tolist() == [32767, -32767]


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (16_000, 2)])
def test_another_shape_is_refused(tmp_path: Path, rate: int, channels: int) -> None:
    path = written(tmp_path / "a.wav", np.zeros(160, np.float32), rate, channels)
    with pytest.raises(StepFailed, match="16-bit mono at 16 kHz"):
        load(path)


def test_what_is_no_wave_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"not sound")
    with pytest.raises(StepFailed, match="can't be read"):
        load(path)
