"""A checkpoint that knows many languages takes the same road, with the language told first."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from whisper.model import ModelDimensions, Whisper
from whisper.tokenizer import LANGUAGES

from workers.transcribe.base import Samples
from workers.transcribe.whisper_engine import WhisperEngine
from workers.transcribe.whisper_window import encode, language_of


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whisper's own multilingual vocabulary over an untrained model of 4 × 6 heads."""
    torch.manual_seed(5)
    dims = ModelDimensions(80, 1500, 48, 6, 1, 51_865, 448, 48, 6, 4)
    model = Whisper(dims)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.01)
    path = tmp_path_factory.mktemp("whisper") / "tiny.pt"
    torch.save({"dims": vars(dims), "model_state_dict": model.half().state_dict()}, path)
    return path


def test_its_own_heads_tell_the_time(checkpoint: Path) -> None:
    engine = WhisperEngine(str(checkpoint), Path("/nowhere"))
    assert engine.load() > 0
    heads = engine._whisper.alignment_heads.indices().T.tolist()
    assert heads == [[2, 2], [3, 0], [3, 2], [3, 3], [3, 4], [3, 5]]


def test_the_language_is_told_from_the_sound(
    checkpoint: Path, phrases: list[tuple[str, Samples]]
) -> None:
    engine = WhisperEngine(str(checkpoint), Path("/nowhere"))
    engine.load()
    heard = encode(engine._whisper, phrases[0][1])
    code, chance = language_of(engine._whisper, heard)
    assert code in LANGUAGES
    assert 0 < chance <= 1
    assert engine._tokenizer("es").sot_sequence != engine._tokenizer("en").sot_sequence
