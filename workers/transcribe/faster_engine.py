"""faster-whisper: the same models in CTranslate2, several times quicker on a CPU.

Heard drives its parts rather than its `transcribe`, so that a window is encoded once for the
language, the words and their times, and so that the gate and the guards are those of every engine.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.engines import checkpoint_path, converted_path
from app.domain.errors import StepFailed
from app.domain.timeline import Word
from workers.models import whisper_help
from workers.transcribe.base import SAMPLE_RATE, Samples
from workers.transcribe.guards import best, echoes, is_nothing
from workers.transcribe.marks import Piece, with_marks
from workers.transcribe.passages import held, passages
from workers.transcribe.vocabulary import prompt
from workers.transcribe.windowed import Heard, WindowedEngine, finished

_WINDOW = 30 * SAMPLE_RATE
_FRAMES_A_SECOND = 100
# As with openai-whisper: greedy, then a beam, then some chance.
_TRIES: tuple[dict[str, Any], ...] = (
    {"beam_size": 1, "temperatures": [0.0]},
    {"beam_size": 5, "temperatures": [0.0]},
    {"best_of": 5, "temperatures": [0.4]},
)


@dataclass(frozen=True, slots=True)
class _Said:
    """A window's decoding; see `guards.Said`."""

    text: str
    tokens: list[int]
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float


class FasterWhisperEngine(WindowedEngine):
    """`model` is what WHISPER_MODEL names: a checkpoint, which is converted on first use, or a
    folder in CTranslate2's format."""

    name = "faster-whisper"

    def __init__(self, model: str, models_dir: Path) -> None:
        super().__init__()
        self.checkpoint = checkpoint_path(model, models_dir)
        self.folder = converted_path(self.checkpoint, models_dir)
        self.model = self.checkpoint.stem
        self.version = version("faster-whisper")
        self._help = whisper_help(model, models_dir)
        self._whisper: Any = None
        self._options: Any = None
        self._takes_prompts = True

    def _load(self) -> None:
        if self.folder != self.checkpoint:
            self._convert()
        elif not (self.folder / "model.bin").is_file():
            raise StepFailed(self._help)
        if not (self.folder / "tokenizer.json").is_file():
            raise StepFailed(f"The speech model {self.folder} lacks its tokenizer.json.")
        from faster_whisper import WhisperModel

        threads = len(os.sched_getaffinity(0))
        try:
            self._whisper = WhisperModel(str(self.folder), device="cpu", cpu_threads=threads)
        except (RuntimeError, ValueError) as error:
            raise StepFailed(
                f"The speech model {self.folder} can't be read: delete it and fetch it again."
            ) from error
        _, about = self._whisper.transcribe(
            np.zeros(SAMPLE_RATE, np.float32), language="en", without_timestamps=False
        )
        self._options = about.transcription_options

    def _convert(self) -> None:
        if not self.checkpoint.is_file():
            raise StepFailed(self._help)
        from workers.transcribe.conversion import converted, read_note

        try:
            converted(self.checkpoint, self.folder)
        except (RuntimeError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
            raise StepFailed(
                f"The speech model {self.checkpoint} can't be read: delete it and fetch it again."
            ) from error
        self._takes_prompts = bool(read_note(self.folder).get("prompts", True))

    def _encode(self, samples: Samples) -> Any:
        # Silence to the window's end, as the model was trained, where zeros of the spectrum are
        # a quiet hiss.
        padded = np.pad(samples[:_WINDOW], (0, max(0, _WINDOW - len(samples))))
        return self._whisper.encode(self._whisper.feature_extractor(padded)[..., :3000])

    def _tongue(self, encoded: Any) -> tuple[str, float]:
        if not self._whisper.model.is_multilingual:
            return "en", 1.0
        token, chance = self._whisper.model.detect_language(encoded)[0][0]
        return token.strip("<|>"), float(chance)

    def _window(
        self, encoded: Any, language: str, duration: float, vocabulary: Sequence[str]
    ) -> Heard:
        tokenizer = self._tokenizer(language)
        said = best(self._tries(encoded, tokenizer, vocabulary if self._takes_prompts else ()))
        if said is None or is_nothing(said):
            return Heard([])
        tokens, until = finished(said.tokens, tokenizer.timestamp_begin)
        until_s = min(until or duration, duration)
        words = self._timed(encoded, tokenizer, tokens, until_s)
        return Heard(words, until if until and until < duration - 0.5 else None)

    def _timed(
        self, encoded: Any, tokenizer: Any, tokens: Sequence[int], duration: float
    ) -> list[Word]:
        """Words with their times. CTranslate2 gives no table of attention, only the way through
        it, so what goes astray over a pause is brought back afterwards."""
        text = [token for token in tokens if token < tokenizer.eot]
        frames = int(duration * _FRAMES_A_SECOND)
        if not text or 2 * len(text) > frames:
            return []
        timed = self._whisper.find_alignment(tokenizer, [text], encoded, frames)[0]
        words: list[Word] = []
        at = 0
        for part in passages(tokens, tokenizer.eot, tokenizer.timestamp_begin, duration):
            pieces: list[Piece] = []
            tokens_left = part.tokens
            while tokens_left > 0 and at < len(timed):
                each = timed[at]
                start, end = float(each["start"]), float(each["end"])
                pieces.append(Piece(each["word"], start, end, float(each["probability"])))
                tokens_left -= len(each["tokens"])
                at += 1
            words += held(with_marks(pieces), part.start, part.end)
        return words

    def _tries(self, encoded: Any, tokenizer: Any, names: Sequence[str]) -> Iterator[_Said]:
        """As `whisper_window`: with the names first; without, where that comes to nothing."""
        import ctranslate2

        told = [(_TRIES[0], prompt(names))] if names else []
        for options, hotwords in (*told, *((each, None) for each in _TRIES)):
            ctranslate2.set_random_seed(0)
            sot = self._whisper.get_prompt(tokenizer, [], hotwords=hotwords)
            found, logprob, _, ratio = self._whisper.generate_with_fallback(
                encoded, sot, tokenizer, replace(self._options, **options)
            )
            tokens = found.sequences_ids[0]
            text = tokenizer.decode(tokens).strip()
            if not (hotwords and echoes(text, names)):
                yield _Said(text, tokens, logprob, found.no_speech_prob, ratio)

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        whisper = self._whisper
        return Tokenizer(
            whisper.hf_tokenizer, whisper.model.is_multilingual, task="transcribe",
            language=language,
        )  # fmt: skip
