"""Whisper, from a checkpoint on this machine's disk."""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app.domain.engines import checkpoint_path
from app.domain.errors import StepFailed
from workers.models import whisper_help
from workers.transcribe.base import Samples
from workers.transcribe.windowed import Heard, WindowedEngine


class WhisperEngine(WindowedEngine):
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

    def _encode(self, samples: Samples) -> Any:
        from workers.transcribe.whisper_window import encode

        return encode(self._whisper, samples)

    def _tongue(self, encoded: Any) -> tuple[str, float]:
        from workers.transcribe.whisper_window import language_of

        return language_of(self._whisper, encoded)

    def _window(
        self, encoded: Any, language: str, duration: float, vocabulary: Sequence[str]
    ) -> Heard:
        from workers.transcribe.whisper_window import hear

        return hear(self._whisper, self._tokenizer(language), encoded, duration, vocabulary)

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
