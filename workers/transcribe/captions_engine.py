"""Captions that came with a recording: words that a person, or another system, wrote down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.domain.captions import parse
from app.domain.errors import StepFailed
from app.domain.timeline import Segment, Span
from workers.transcribe.base import SAMPLE_RATE, Progress, Samples, Transcription, unwatched

NAME = "captions"
MODEL = "supplied"
VERSION = "1"


def read(text: str, *, duration_s: float = 0.0, language: str = "") -> Transcription:
    """WebVTT or SubRip as a transcription; cues beyond the recording's end are left out.

    A `duration_s` of 0 is an unknown length: nothing is left out. Raises Invalid where no cue
    can be read.
    """
    segments = parse(text)
    if duration_s > 0:
        segments = [_within(s, duration_s) for s in segments if s.start < duration_s]
    length = duration_s or max((segment.end for segment in segments), default=0.0)
    return Transcription(NAME, MODEL, VERSION, language, length, tuple(segments))


class CaptionsEngine:
    """The same behind the engines' interface. The sound only tells the length."""

    name = NAME
    model = MODEL
    version = VERSION
    prompted = False

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> float:
        return 0.0

    def passed_over(self, vocabulary: Sequence[str]) -> tuple[str, ...]:
        return tuple(vocabulary)

    def transcribe(
        self,
        audio: Samples,
        *,
        language: str | None = None,
        vocabulary: Sequence[str] = (),
        on_progress: Progress = unwatched,
    ) -> Transcription:
        try:
            text = self.path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise StepFailed(f"The captions {self.path.name} can't be read.") from error
        heard = read(text, duration_s=len(audio) / SAMPLE_RATE, language=language or "")
        on_progress(1.0)
        return heard


def _within(segment: Segment, duration: float) -> Segment:
    words = tuple(
        replace(word, end=min(word.end, duration))
        for word in segment.words
        if word.start < duration
    )
    end = Span(segment.start, segment.end).clamp(duration).end
    return replace(segment, end=end, words=words)
