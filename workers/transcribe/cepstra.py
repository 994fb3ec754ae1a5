"""The colour of sound: mel-frequency cepstral coefficients (Davis & Mermelstein 1980)."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from workers.transcribe.base import SAMPLE_RATE, Samples

Numbers = NDArray[np.float64]

PER_SECOND = 100  # frames
COEFFICIENTS = 16
_STEP = SAMPLE_RATE // PER_SECOND
_WINDOW = 400  # samples: 25 ms
_BANDS = 26
_LOWEST, _HIGHEST = 60.0, 7600.0  # hertz
_AT_ONCE = 6000  # frames, a minute: bounds the memory of a long recording


def cepstra(audio: Samples) -> Numbers:
    """(frames, 16), one every 10 ms. The coefficient that is loudness alone is left out.

    `audio`: float32, mono, 16 kHz.
    """
    sharp = np.append(audio[:1], audio[1:] - 0.97 * audio[:-1])
    if len(sharp) < _WINDOW:
        return np.zeros((0, COEFFICIENTS))
    windows = np.lib.stride_tricks.sliding_window_view(sharp, _WINDOW)[::_STEP]
    parts = [windows[at : at + _AT_ONCE] for at in range(0, len(windows), _AT_ONCE)]
    return np.concatenate([_energies(part) @ _cosines().T for part in parts])


def _energies(windows: NDArray[np.float32]) -> Numbers:
    power = np.abs(np.fft.rfft(windows * np.hamming(_WINDOW), 512)) ** 2
    return np.asarray(np.log(power @ _bands().T + 1e-10))


@functools.cache
def _bands() -> Numbers:
    """(26, 257): triangles evenly apart in mel (O'Shaughnessy 1987)."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (_LOWEST, _HIGHEST))
    edges = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(512, 1 / SAMPLE_RATE)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.clip(np.minimum(rising, falling), 0.0, None)


@functools.cache
def _cosines() -> Numbers:
    """(16, 26): the discrete cosine transform, from its second row on."""
    angles = np.outer(np.arange(1, COEFFICIENTS + 1), np.arange(_BANDS) + 0.5)
    return np.cos(np.pi / _BANDS * angles) * np.sqrt(2 / _BANDS)
