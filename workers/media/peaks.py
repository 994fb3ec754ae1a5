"""The drawn shape of a recording's sound, from the WAV that the engines read."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

SPEECH_RATE = 16_000  # Hz: what every speech engine here wants
PEAKS = 400
_AUDIBLE = 0.01  # of full scale, -40 dB: below it is hiss, which must not be drawn as speech


def peaks(wav: Path, count: int = PEAKS) -> list[float]:
    """`count` peaks, 0..1 of the loudest, of a 16-bit mono WAV. Silence stays flat.

    Shorter than `count` samples gives fewer; no samples, none.
    """
    samples = np.abs(_samples(wav).astype(np.int32))
    if samples.size == 0:
        return []
    edges = np.linspace(0, samples.size, min(count, samples.size) + 1).astype(np.int64)[:-1]
    tops = np.maximum.reduceat(samples, edges) / 32768
    loudest = float(tops.max())
    scale = loudest if loudest >= _AUDIBLE else 1.0
    return [round(float(top), 3) for top in tops / scale]


def seconds(wav: Path) -> float:
    """How long a 16-bit mono WAV of SPEECH_RATE is."""
    return _samples(wav).size / SPEECH_RATE


def _samples(wav: Path) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    with wave.open(str(wav), "rb") as stream:
        return np.frombuffer(stream.readframes(stream.getnframes()), dtype=np.int16)
