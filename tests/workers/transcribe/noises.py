"""Thirty sounds without a word: silence, noise, hum, tones, music. float32, 16 kHz, 6 s."""

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
        "arpeggio": np.concatenate([_plucked(f, half[:2000]) for f in (262, 330, 392, 523) * 12]),
        "drum loop": _beats(white, (0.0, 0.75, 1.0, 1.75), 60, 12)
        + _beats(white, (0.5, 1.5), 0, 30),
        "wind": 0.6
        * _shaped(rng, 80, 500)
        * (1.2 + np.sin(_TAU * 0.3 * _T) * np.sin(_TAU * 0.11 * _T)),
        "typing": _beats(white, (0.1, 0.27, 0.38, 0.61, 0.7, 0.95, 1.2, 1.31, 1.5, 1.83), 0, 90),
        "breathing": 0.25 * _shaped(rng, 300, 3000) * np.maximum(np.sin(_TAU * 0.35 * _T), 0) ** 2,
        "crowd": _crowd(rng),
        "rain": 0.2 * _shaped(rng, 1500, 7500) + 0.3 * white * (rng.random(_N) > 0.999),
        "dial tone": 0.3 * (np.sin(_TAU * 350 * _T) + np.sin(_TAU * 440 * _T)) * (_T % 1 < 0.4),
        "bells": sum(
            0.3 * np.sin(_TAU * f * _T) * np.exp(-2 * (_T % 1.5)) for f in (523, 1308, 2100)
        ),
        "rumble": 0.8 * _shaped(rng, 20, 90),
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


def _shaped(rng: np.random.Generator, low: float, high: float) -> np.ndarray:
    """Noise between two frequencies in Hz, at most 1."""
    spectrum = np.fft.rfft(rng.standard_normal(_N))
    hertz = np.fft.rfftfreq(_N, 1 / SAMPLE_RATE)
    sound = np.fft.irfft(spectrum * ((hertz >= low) & (hertz <= high)), _N)
    return sound / np.abs(sound).max()


def _beats(
    noise: np.ndarray, at: tuple[float, ...], hertz: float, decay: float, every: float = 2.0
) -> np.ndarray:
    """Struck at these times of each `every` seconds: a tone, or noise where `hertz` is 0."""
    sound = np.zeros(_N)
    for first in at:
        since = (_T - first) % every
        tone = np.cos(_TAU * hertz * since) if hertz else 0.3 * noise
        sound += 0.5 * tone * np.exp(-decay * since)
    return sound


def _crowd(rng: np.random.Generator) -> np.ndarray:
    """A hall full of people, none to be made out: noise in speech's bands, each swelling alone."""
    bands = ((200, 500), (500, 1000), (1000, 2000), (2000, 3500))
    swell = [1 + 0.4 * np.sin(_TAU * rng.uniform(0.1, 0.9) * _T + rng.uniform(0, 6)) for _ in bands]
    parts = [_shaped(rng, *band) * up for band, up in zip(bands, swell, strict=True)]
    return 0.25 * sum(part / (i + 1) for i, part in enumerate(parts))


def _chord(*hertz: float) -> np.ndarray:
    return sum(np.sin(_TAU * f * _T) / (i + 1) for i, f in enumerate(hertz)) / 2


def _plucked(hertz: float, at: np.ndarray) -> np.ndarray:
    tones = sum(np.sin(_TAU * hertz * k * at) / k for k in range(1, 9))
    return 0.3 * tones * np.exp(-2 * at)
