"""Sentences spoken by flite's voices, with the time of every phone and word."""

from __future__ import annotations

import random
import re
import subprocess
import tempfile
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
VOICES = ("slt", "rms", "awb")
PAUSE = "pau"


@dataclass(frozen=True)
class Mark:
    """A phone or a word, with its start and end in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Clip:
    """One spoken sentence: int16 samples at 16 kHz, silence at its ends cut to 50 ms."""

    text: str
    voice: str
    samples: NDArray[np.int16]
    phones: tuple[Mark, ...]
    words: tuple[Mark, ...]


def speak(text: str, voice: str, *, stretch: float = 1.0, pitch: float = 1.0) -> Clip | None:
    """`text` in one voice, or None where its phones can't be matched to its words.

    `stretch` lengthens every sound; `pitch` multiplies the voice's own mean.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        mean = {"slt": 170, "rms": 90, "awb": 110}.get(voice, 110) * pitch
        command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.3f}"]
        if pitch != 1.0:
            command += ["--setf", f"int_f0_target_mean={mean:.0f}"]
        printed = subprocess.run(
            [*command, "-t", text, "-o", str(path), "-psdur"],
            check=True, capture_output=True, text=True, timeout=60,
        ).stdout  # fmt: skip
        with wave.open(str(path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    phones = _marks(printed)
    words = _words(text, phones)
    if not words:
        return None
    return _trimmed(Clip(text, voice, samples, tuple(phones), tuple(words)))


def speak_all(texts: list[str], seed: int, threads: int = 2) -> list[Clip]:
    """Each text once, in a voice, at a speed and pitch drawn from `seed`."""
    chooser = random.Random(seed)
    plans = [
        (text, VOICES[i % len(VOICES)], chooser.uniform(0.85, 1.2), chooser.uniform(0.92, 1.1))
        for i, text in enumerate(texts)
    ]
    with ThreadPoolExecutor(threads) as pool:
        clips = pool.map(lambda p: speak(p[0], p[1], stretch=p[2], pitch=p[3]), plans)
        return [clip for clip in clips if clip]


def _marks(printed: str) -> list[Mark]:
    """flite prints `phone:end` pairs."""
    marks, start = [], 0.0
    for pair in printed.split():
        phone, _, end = pair.rpartition(":")
        marks.append(Mark(phone, start, float(end)))
        start = float(end)
    return marks


def _words(text: str, phones: list[Mark]) -> list[Mark]:
    """Words timed by counting out each one's phones; empty where the counts don't agree."""
    spoken = [phone for phone in phones if phone.text != PAUSE]
    words, at = [], 0
    for word in text.split():
        count = phone_count(re.sub(r"[^A-Za-z]", "", word).lower())
        if at + count > len(spoken):
            return []
        words.append(Mark(word, spoken[at].start, spoken[at + count - 1].end))
        at += count
    return words if at == len(spoken) else []


@cache
def phone_count(word: str) -> int:
    printed = subprocess.run(
        ["flite", "-voice", "slt", "-t", word, "-ps", "-o", "none"],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    return sum(phone != PAUSE for phone in printed.split())


def _trimmed(clip: Clip, margin: float = 0.05) -> Clip:
    start = max(0.0, clip.words[0].start - margin)
    end = min(len(clip.samples) / SAMPLE_RATE, clip.words[-1].end + margin)
    samples = clip.samples[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]

    def moved(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
        return tuple(
            Mark(m.text, max(0.0, m.start - start), min(end, m.end) - start)
            for m in marks
            if m.end > start and m.start < end
        )

    return Clip(clip.text, clip.voice, samples, moved(clip.phones), moved(clip.words))
