"""Training windows laid out of spoken clips: sound, tokens, and where each token is heard."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from whisper.audio import log_mel_spectrogram
from whisper.tokenizer import Tokenizer

from tools.tiny_whisper.voices import PAUSE, SAMPLE_RATE, Clip

POSITION_S = 0.02  # one encoder position
STAMP_S = 0.1  # times are taught to a tenth of a second: 300 classes learn sooner than 1 500


@dataclass
class Window:
    """One example. `spans[i]` is where tokens[i] is heard, in seconds from the window's start."""

    mel: torch.Tensor  # 80 × frames of 10 ms
    tokens: list[int] = field(default_factory=list)
    spans: list[tuple[float, float] | None] = field(default_factory=list)
    phones: torch.Tensor | None = None  # one class per encoder position


class Builder:
    def __init__(self, clips: Sequence[Clip], tokenizer: Tokenizer, seed: int) -> None:
        self.clips = clips
        self.tokenizer = tokenizer
        self.chooser = random.Random(seed)
        self.noise = np.random.default_rng(seed)
        names = sorted({phone.text for clip in clips for phone in clip.phones} - {PAUSE})
        self.phone_ids = {name: i + 1 for i, name in enumerate(names)}

    def build(self, seconds: float) -> Window:
        placed = self._place(seconds)
        sound = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
        phones = torch.zeros(round(seconds / POSITION_S), dtype=torch.long)
        for at, speed, clip in placed:
            samples = _resampled(clip.samples, speed)
            start = int(at * SAMPLE_RATE)
            sound[start : start + len(samples)] += samples[: len(sound) - start]
            for phone in clip.phones:
                first = round((at + phone.start / speed) / POSITION_S)
                last = round((at + phone.end / speed) / POSITION_S)
                phones[first:last] = self.phone_ids.get(phone.text, 0)
        window = Window(self._heard(sound), phones=phones)
        self._write(window, placed, stamped=self.chooser.random() < 0.6)
        return window

    def _place(self, seconds: float) -> list[tuple[float, float, Clip]]:
        """Clips one after another with pauses; now and then fewer than fit, or none at all."""
        if self.chooser.random() < 0.02:
            return []
        most = self.chooser.choice([1, 2, 20, 20, 20])
        placed: list[tuple[float, float, Clip]] = []
        at = self.chooser.uniform(0.0, 0.9)
        while len(placed) < most:
            clip, speed = self.chooser.choice(self.clips), self.chooser.uniform(0.95, 1.06)
            length = len(clip.samples) / SAMPLE_RATE / speed
            if at + length > seconds - 0.05:
                break
            placed.append((at, speed, clip))
            at += length + self.chooser.choice([0.05, 0.3, 0.6, 1.2]) * self.chooser.uniform(
                0.6, 1.4
            )
        return placed

    def _heard(self, sound: NDArray[np.float32]) -> torch.Tensor:
        """As a microphone might: some noise, some colour."""
        if self.chooser.random() < 0.6:
            level = float(np.sqrt(np.mean(sound**2))) or 0.05
            level *= 10 ** (-self.chooser.uniform(12, 45) / 20)
            white = self.noise.standard_normal(len(sound)).astype(np.float32)
            if self.chooser.random() < 0.5:
                white = np.convolve(white, np.ones(8, np.float32) / 8**0.5, "same")
            sound = sound + level * white
        mel = log_mel_spectrogram(torch.from_numpy(sound.astype(np.float32)))
        if self.chooser.random() < 0.5:
            tilt = self.chooser.uniform(-0.25, 0.25)
            mel = mel + tilt * torch.linspace(-1, 1, 80)[:, None] * (mel > mel.max() - 1.9)
        return mel

    def _write(
        self, window: Window, placed: list[tuple[float, float, Clip]], *, stamped: bool
    ) -> None:
        tokenizer = self.tokenizer

        def add(token: int, span: tuple[float, float] | None) -> None:
            window.tokens.append(token)
            window.spans.append(span)

        add(tokenizer.sot, None)
        if not placed:
            add(tokenizer.no_speech, None)
        elif not stamped:
            add(tokenizer.no_timestamps, None)
        for at, speed, clip in placed:
            start, end = at + clip.words[0].start / speed, at + clip.words[-1].end / speed
            if stamped:
                add(self._stamp(start), (start - 0.1, start + 0.1))
            for word in clip.words:
                begin, length = at + word.start / speed, (word.end - word.start) / speed
                pieces = tokenizer.encode(" " + word.text.rstrip(",.?"))
                for i, piece in enumerate(pieces):
                    add(piece, _part(begin, length, i, len(pieces)))
                for mark in tokenizer.encode(word.text[len(word.text.rstrip(",.?")) :]):
                    add(mark, (begin + length - 0.04, begin + length + 0.04))
            if stamped:
                add(self._stamp(end), (end - 0.1, end + 0.1))
        add(tokenizer.eot, None)

    def _stamp(self, seconds: float) -> int:
        steps = round(min(seconds, 30.0) / STAMP_S) * round(STAMP_S / POSITION_S)
        return self.tokenizer.timestamp_begin + steps


def _part(begin: float, length: float, index: int, count: int) -> tuple[float, float]:
    """A word of several pieces is shared out evenly between them."""
    return begin + length * index / count, begin + length * (index + 1) / count


def _resampled(samples: NDArray[np.int16], speed: float) -> NDArray[np.float32]:
    """Faster and higher for `speed` above 1, as a tape would be."""
    at = np.arange(0, len(samples) - 1, speed)
    return np.interp(at, np.arange(len(samples)), samples / 32768.0).astype(np.float32)
