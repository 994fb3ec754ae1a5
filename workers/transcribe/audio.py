"""The normalised sound of a recording, as numbers."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from app.domain.errors import StepFailed
from workers.transcribe.base import SAMPLE_RATE, Samples


def load(path: Path) -> Samples:
    """A 16-bit mono WAV at 16 kHz as float32 in −1..1.

    Raises StepFailed for anything else: `workers.media` makes the file, so another shape
    means that a step before this one went wrong.
    """
    try:
        with wave.open(str(path), "rb") as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise StepFailed("The recording's sound can't be read.") from error
    if shape != (1, 2, SAMPLE_RATE):
        raise StepFailed("The recording's sound isn't 16-bit mono at 16 kHz.")
    whole = len(frames) - len(frames) % 2
    return np.frombuffer(frames[:whole], dtype="<i2").astype(np.float32) / 32768.0


def pcm(samples: Samples) -> bytes:
    """Float samples as 16-bit little-endian PCM."""
    return (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
