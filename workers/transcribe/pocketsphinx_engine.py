"""The basic engine: nothing to download, US English only, far from Whisper on free speech."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from app.domain.timeline import Span, Word, into_segments
from workers.transcribe import gate
from workers.transcribe.audio import pcm
from workers.transcribe.base import (
    SAMPLE_RATE,
    LoadsOnce,
    Progress,
    Samples,
    Transcription,
    unwatched,
)

_FRAMES_A_SECOND = 100
_FILLER = re.compile(r"^(<.*>|\[.*\]|\+\+.*\+\+)$")  # <s>, <sil>, [NOISE], ++BREATH++
_PRONUNCIATION = re.compile(r"\(\d+\)$")  # "was(2)" is its second pronunciation


class PocketSphinxEngine(LoadsOnce):
    name = "pocketsphinx"
    model = "en-us"

    def __init__(self) -> None:
        super().__init__()
        self.version = version("pocketsphinx")
        self._decoder: Any = None

    def _load(self) -> None:
        from pocketsphinx import Decoder

        self._decoder = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")

    def transcribe(
        self,
        audio: Samples,
        *,
        language: str | None = None,
        vocabulary: Sequence[str] = (),
        on_progress: Progress = unwatched,
    ) -> Transcription:
        """Always as US English, whatever `language` says: it knows no other."""
        stretches = gate.windows(gate.speech(audio))
        words: list[Word] = []
        if stretches:
            self.load()
        for done, stretch in enumerate(stretches, 1):
            words += self._words(audio, stretch)
            on_progress(done / len(stretches))
        return Transcription(
            self.name, self.model, self.version, "en" if words else "",
            len(audio) / SAMPLE_RATE, tuple(into_segments(words)),
        )  # fmt: skip

    def _words(self, audio: Samples, stretch: Span) -> list[Word]:
        part = audio[int(stretch.start * SAMPLE_RATE) : int(stretch.end * SAMPLE_RATE)]
        self._decoder.start_utt()
        self._decoder.process_raw(pcm(part), no_search=False, full_utt=True)
        self._decoder.end_utt()
        return [
            word
            for heard in self._decoder.seg() or ()
            if (word := _word(heard.word, heard.start_frame, heard.end_frame, heard.prob, stretch))
        ]


def _word(text: str, first: int, last: int, chance: float, stretch: Span) -> Word | None:
    """A decoder's segment as a word on the recording's clock; None for silence and noise."""
    if _FILLER.match(text):
        return None
    start = stretch.start + first / _FRAMES_A_SECOND
    end = stretch.start + (last + 1) / _FRAMES_A_SECOND
    span = Span(start, min(end, stretch.end))
    shown = _PRONUNCIATION.sub("", text)
    shown = "I" + shown[1:] if shown == "i" or shown.startswith("i'") else shown
    return Word(shown, span.start, span.end, round(min(max(chance, 0.0), 1.0), 3))
