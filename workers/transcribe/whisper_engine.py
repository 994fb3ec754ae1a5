"""Whisper, from a checkpoint on this machine's disk."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app.domain.engines import checkpoint_path
from app.domain.errors import StepFailed
from app.domain.timeline import Span, Word, into_segments
from workers.models import whisper_help
from workers.transcribe import gate
from workers.transcribe.base import (
    SAMPLE_RATE,
    LoadsOnce,
    Progress,
    Samples,
    Transcription,
    unwatched,
)

_NEAR_S = 0.3  # a word this far from any speech was still meant for it
_LEAST_S = 0.02


class WhisperEngine(LoadsOnce):
    """`model` is a size (`base`), a checkpoint's path, or the name of the bundled small one."""

    name = "whisper"

    def __init__(self, model: str, models_dir: Path) -> None:
        super().__init__()
        self.path = checkpoint_path(model, models_dir)
        self.model = self.path.stem
        self.version = version("openai-whisper")
        self._help = whisper_help(model, models_dir)
        self._whisper: Any = None
        self._tokenizers: dict[str, Any] = {}

    def _load(self) -> None:
        if not self.path.is_file():
            raise StepFailed(self._help)
        import torch
        import whisper

        torch.set_num_threads(len(os.sched_getaffinity(0)))
        try:
            self._whisper = whisper.load_model(str(self.path))
        except (RuntimeError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
            raise StepFailed(
                f"The speech model {self.path} can't be read: delete it and fetch it again."
            ) from error
        # Whisper only knows which heads tell the time when it downloads by name itself.
        heads = whisper._ALIGNMENT_HEADS.get(self.model)
        if heads is not None:
            self._whisper.set_alignment_heads(heads)

    def transcribe(
        self, audio: Samples, *, language: str | None = None, on_progress: Progress = unwatched
    ) -> Transcription:
        """Each stretch of speech is encoded once. No `language`: the first stretch tells."""
        spoken = gate.speech(audio)
        if not spoken:
            return self._made(audio, [], "")
        self.load()
        words: list[Word] = []
        tongue = language or ""
        for stretch, part in _parts(audio, gate.windows(spoken)):
            tongue, heard = self._hear(part, tongue)
            words += [_moved(word, stretch.start) for word in heard]
            on_progress(stretch.end / spoken[-1].end)
        return self._made(audio, inside(words, spoken), tongue)

    def _hear(self, part: Samples, language: str) -> tuple[str, list[Word]]:
        """The language, and a stretch's words from its start; what Whisper left is heard again."""
        from workers.transcribe.whisper_window import encode, hear, language_of, seconds

        words: list[Word] = []
        at = 0.0
        while True:
            rest = part[int(at * SAMPLE_RATE) :]
            encoded = encode(self._whisper, rest)
            language = language or language_of(self._whisper, encoded)
            heard = hear(self._whisper, self._tokenizer(language), encoded, seconds(rest))
            words += [_moved(word, at) for word in heard.words]
            if heard.until is None:
                return language, words
            at += heard.until

    def _tokenizer(self, language: str) -> Any:
        from whisper.tokenizer import get_tokenizer

        if language not in self._tokenizers:
            self._tokenizers[language] = get_tokenizer(
                self._whisper.is_multilingual,
                num_languages=self._whisper.num_languages,
                language=language,
                task="transcribe",
            )
        return self._tokenizers[language]

    def _made(self, audio: Samples, words: Sequence[Word], language: str) -> Transcription:
        return Transcription(
            self.name, self.model, self.version, language if words else "",
            len(audio) / SAMPLE_RATE, tuple(into_segments(words)),
        )  # fmt: skip


def inside(words: Sequence[Word], spoken: Sequence[Span]) -> list[Word]:
    """Words in order, held to where somebody speaks; those said to fall elsewhere are dropped."""
    kept: list[Word] = []
    for word in words:
        near = Span(word.start - _NEAR_S, word.end + _NEAR_S)
        home = max(spoken, key=near.overlap)
        if near.overlap(home) <= 0:
            continue
        earliest = max(home.start, kept[-1].end if kept else 0.0)
        start = min(max(word.start, earliest), max(home.end - _LEAST_S, earliest))
        end = max(min(word.end, home.end), start + _LEAST_S)
        kept.append(replace(word, start=round(start, 3), end=round(end, 3)))
    return kept


def _parts(audio: Samples, stretches: Sequence[Span]) -> Iterator[tuple[Span, Samples]]:
    for stretch in stretches:
        yield stretch, audio[int(stretch.start * SAMPLE_RATE) : int(stretch.end * SAMPLE_RATE)]


def _moved(word: Word, by: float) -> Word:
    return replace(word, start=word.start + by, end=word.end + by)
