"""Twenty sounds without a word: silence, noise, hum, tones and music. float32, 16 kHz."""

from __future__ import annotations

import numpy as np

from workers.transcribe.base import SAMPLE_RATE, Samples

_N = 6 * SAMPLE_RATE
_T = np.arange(_N) / SAMPLE_RATE
_TAU = 2 * np.pi


def wordless() -> dict[str, Samples]:
    rng = np.random.default_rng(1)
    white = rng.standard_normal(_N)
    half = _T[: SAMPLE_RATE // 2]
    scale = (262, 294, 330, 349, 392, 440, 494, 523, 494, 440, 392, 349)
    sounds = {
        "nothing": np.zeros(0),
        "silence": np.zeros(_N),
        "constant": np.full(_N, 0.2),
        "last bit": 0.00003 * np.sign(white),
        "quiet white noise": 0.01 * white,
        "white noise": 0.1 * white,
        "loud white noise": 0.3 * white,
        "pink noise": 0.5 * _coloured(rng, 0.5),
        "quiet pink noise": 0.02 * _coloured(rng, 0.5),
        "brown noise": 0.7 * _coloured(rng, 1.0),
        "mains hum, 50 Hz": 0.3 * _chord(50, 100, 150, 250),
        "mains hum, 60 Hz": 0.05 * _chord(60, 120, 180, 300),
        "tone": 0.5 * np.sin(_TAU * 440 * _T),
        "sweep": 0.4 * np.sin(_TAU * (100 * _T + 200 * _T**2)),
        "chord": 0.4 * _chord(261, 329, 392, 523),
        "siren": 0.4 * np.sin(_TAU * 220 * _T + 3 * np.sin(_TAU * 5.5 * _T)),
        "clicks": np.where(np.arange(_N) % 8000 < 20, 0.8, 0.0),
        "drum": 0.6 * white * np.exp(-12 * (_T % 0.5)),
        "tune": np.concatenate([0.4 * np.sin(_TAU * f * half) * np.exp(-3 * half) for f in scale]),
        "strings": np.concatenate([_plucked(f / 2, half) for f in scale]),
        "waves": 0.3 * white * (1 + np.sin(_TAU * 0.4 * _T)) / 2,
        "engine": 0.3 * (2 * ((_T * 70) % 1) - 1),
    }
    return {
        name: np.clip(sound, -1, 1).astype(np.float32) for name, sound in sounds.items()
    }  # fmt: skip


def _coloured(rng: np.random.Generator, power: float) -> np.ndarray:
    """White noise whose spectrum falls as frequency to −`power` (amplitude)."""
    spectrum = np.fft.rfft(rng.standard_normal(_N))
    spectrum /= np.maximum(np.arange(len(spectrum)), 1) ** power
    sound = np.fft.irfft(spectrum, _N)
    return sound / np.abs(sound).max()


def _chord(*hertz: float) -> np.ndarray:
    return sum(np.sin(_TAU * f * _T) / (i + 1) for i, f in enumerate(hertz)) / 2


def _plucked(hertz: float, at: np.ndarray) -> np.ndarray:
    tones = sum(np.sin(_TAU * hertz * k * at) / k for k in range(1, 9))
    return 0.3 * tones * np.exp(-2 * at)
