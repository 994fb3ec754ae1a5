"""What every speech engine takes and gives."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.timeline import Segment, Word

SAMPLE_RATE = 16_000
Samples = NDArray[np.float32]
Progress = Callable[[float], None]


def unwatched(_share: float) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Transcription:
    """What one engine heard. `language` is a code such as `en`, empty where nothing was said:
    the one that most words are in. A segment names its own."""

    engine: str
    model: str
    version: str
    language: str
    duration_s: float
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for segment in self.segments for word in segment.words)

    def as_json(self) -> dict[str, object]:
        """The shape that `./heard transcribe FILE --json` prints. A segment in another language
        than most has a `language`, too, and a `speaker` where two people talk."""
        return {
            "engine": self.engine,
            "model": self.model,
            "language": self.language,
            "duration_s": round(self.duration_s, 3),
            "segments": [
                {
                    **_timed(segment),
                    **({"language": segment.language} if self._differs(segment) else {}),
                    **({"speaker": segment.speaker} if segment.speaker else {}),
                    "words": [_timed(word) for word in segment.words],
                }
                for segment in self.segments
            ],
        }

    def _differs(self, segment: Segment) -> bool:
        return segment.language not in ("", self.language)


def _timed(item: Segment | Word) -> dict[str, object]:
    return {
        "start": round(item.start, 3),
        "end": round(item.end, 3),
        "text": item.text,
        "confidence": round(item.confidence, 3),
    }


class Engine(Protocol):
    """Hears words in sound. Kept by a worker process for as long as it lives.

    `prompted`: it reads what it listens for as a text before the words, in which topics help, too.
    """

    name: str
    model: str
    version: str
    prompted: bool

    def load(self) -> float:
        """Reads the model if that hasn't been done. Returns the seconds spent now: 0 later on.

        Raises StepFailed where the model's file is missing or can't be read.
        """

    def transcribe(
        self,
        audio: Samples,
        *,
        language: str | None = None,
        vocabulary: Sequence[str] = (),
        on_progress: Progress = unwatched,
    ) -> Transcription:
        """`audio`: float32, mono, 16 kHz, −1..1. `on_progress` gets 0..1 as it goes.

        `vocabulary`: names to look out for, the most telling first. Engines that can't, don't.
        """

    def passed_over(self, vocabulary: Sequence[str]) -> tuple[str, ...]:
        """Those of the names that `transcribe` doesn't look out for."""


class LoadsOnce:
    """The lazy half of an engine: `_load` runs on first use and never again."""

    def __init__(self) -> None:
        self._loaded = False

    def load(self) -> float:
        if self._loaded:
            return 0.0
        started = time.perf_counter()
        self._load()
        self._loaded = True
        return time.perf_counter() - started

    @abstractmethod
    def _load(self) -> None: ...
