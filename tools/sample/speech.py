"""Speak a text with flite: sentence by sentence, with the pauses a person makes."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # samples a second, what flite's voices speak at


@dataclass(frozen=True)
class Voice:
    """A flite voice made into one person.

    `stretch`: duration factor, above 1 is slower. `pitch`: mean in hertz, None as the voice has it.
    `size`: resampling factor; above 1 moves pitch and formants up together, as a shorter throat
    does, so that one flite voice can play several people. `pause`: seconds between sentences.
    """

    name: str
    stretch: float = 1.0
    pitch: int | None = None
    size: float = 1.0
    pause: float = 0.5


def speak(text: str, voice: Voice) -> NDArray[np.float32]:
    """Mono samples in −1..1 at RATE, with a breath before, between and after the sentences."""
    rng = np.random.default_rng(int(hashlib.sha256(text.encode()).hexdigest()[:8], 16))
    pieces = [_silence(0.6)]
    for sentence in re.split(r"(?<=[.?!])\s+", text):
        pieces += [_sentence(sentence, voice), _silence(voice.pause * rng.uniform(0.8, 1.3))]
    pieces.append(_silence(0.5))
    samples = np.concatenate(pieces)
    samples *= 0.6 / np.abs(samples).max()
    # A room is never digitally silent: about −66 dB of noise keeps the gaps natural.
    return (samples + rng.normal(0, 0.0005, samples.size)).astype(np.float32)


def save(samples: NDArray[np.float32], path: Path) -> None:
    """Write 16-bit mono WAV."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def _sentence(text: str, voice: Voice) -> NDArray[np.float32]:
    settings = ["--setf", f"duration_stretch={voice.stretch * voice.size}"]
    if voice.pitch is not None:
        settings += ["--setf", f"int_f0_target_mean={voice.pitch / voice.size}"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run(
            ["flite", "-voice", voice.name, *settings, "-t", text, "-o", str(path)], check=True
        )
        with wave.open(str(path)) as said:
            if said.getframerate() != RATE:
                raise ValueError(f"flite's {voice.name} does not speak at {RATE} Hz")
            frames = said.readframes(said.getnframes())
    samples = _trim(np.frombuffer(frames, dtype="<i2").astype(np.float32) / np.float32(32768))
    positions = np.arange(0, samples.size - 1, voice.size)
    return np.interp(positions, np.arange(samples.size), samples).astype(np.float32)


def _trim(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without flite's own silence at both ends, so that only `pause` decides."""
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    margin = int(0.06 * RATE)
    return samples[max(0, loud[0] - margin) : loud[-1] + margin]


def _silence(seconds: float) -> NDArray[np.float32]:
    return np.zeros(int(seconds * RATE), dtype=np.float32)
