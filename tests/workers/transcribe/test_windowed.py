"""What windows share: their language, and the names that a program told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from whisper.decoding import DecodingResult
from whisper.tokenizer import get_tokenizer

from app.domain.engines import BUNDLED
from app.domain.timeline import Word
from app.domain.vocabulary import names_to_hear
from app.models import Program, Theme
from workers.transcribe.base import SAMPLE_RATE, Samples
from workers.transcribe.whisper_engine import WhisperEngine
from workers.transcribe.windowed import Heard, WindowedEngine, settled

NAMES = names_to_hear(
    Program(
        name="Delivery", question="How was it?", vocabulary=["Aurora Mini"],
        themes=[Theme(name="Billing", active=True)],
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "now", "chance", "duration", "language"),
    [
        ("", "es", 0.3, 1.0, "es"),
        ("en", "es", 0.95, 8.0, "es"),
        ("en", "cy", 0.4, 8.0, "en"),
        ("en", "ja", 0.99, 1.2, "en"),
        ("en", "en", 0.1, 1.0, "en"),
    ],
)
def test_a_window_keeps_the_language_before_it_unless_it_is_sure(
    before: str, now: str, chance: float, duration: float, language: str
) -> None:
    assert settled(before, now, chance, duration) == language


class Two(WindowedEngine):
    """Says what language each window is in, as loud as it is; the gate and the rest are real."""

    name, model, version = "two", "", ""

    def _load(self) -> None: ...

    def _encode(self, samples: Samples) -> Any:
        return samples

    def _tongue(self, encoded: Any) -> tuple[str, float]:
        return ("es" if np.abs(encoded).max() < 0.2 else "en"), 0.9

    def _window(
        self, encoded: Any, language: str, duration: float, vocabulary: Sequence[str]
    ) -> Heard:
        return Heard([Word(language, 0.2, 0.6, 0.9), Word(f"{language}.", 0.6, 1.0, 0.9)])


def test_each_passage_has_its_own_language(phrases: list[tuple[str, Samples]]) -> None:
    """One who changes languages after a pause: three windows, of which two in English."""
    pause = np.zeros(4 * SAMPLE_RATE, np.float32)
    loud = phrases[1][1] / np.abs(phrases[1][1]).max()
    heard = Two().transcribe(np.concatenate([loud, pause, loud * 0.1, pause, loud]))
    assert [(s.language, s.text) for s in heard.segments] == [
        ("en", "en en."), ("es", "es es."), ("en", "en en."),
    ]  # fmt: skip
    assert heard.language == "en"
    shown = heard.as_json()["segments"]
    assert [each.get("language") for each in shown] == [None, "es", None]  # type: ignore[attr-defined]


@pytest.mark.slow
def test_whisper_encodes_a_window_once_however_often_it_is_decoded(
    tmp_path: Path, phrases: list[tuple[str, Samples]], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = WhisperEngine("heard-tiny-flite", tmp_path)
    engine.load()
    decode, decoded, encoded = engine._whisper.decode, [], []

    def doubted(features: torch.Tensor, options: Any) -> DecodingResult:
        decoded.append(options)
        return replace(decode(features, options), avg_logprob=-1.5)

    monkeypatch.setattr(engine._whisper, "decode", doubted)
    hook = engine._whisper.encoder.register_forward_hook(lambda *_: encoded.append(1))
    assert engine.transcribe(phrases[1][1]).words
    hook.remove()
    assert (len(encoded), len(decoded)) == (1, 3)


@pytest.mark.slow
def test_whisper_is_told_names_once_and_tries_without(
    tmp_path: Path, phrases: list[tuple[str, Samples]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it makes of them badly, or by repeating them, is decoded again as if there were none;
    a model that never learnt what comes before isn't told."""
    checkpoint = torch.load(BUNDLED / "heard-tiny-flite.pt", weights_only=True)
    plain = WhisperEngine("heard-tiny-flite", tmp_path)
    before = plain.transcribe(phrases[1][1])
    assert plain.transcribe(phrases[1][1], vocabulary=NAMES).text == before.text

    prompt = get_tokenizer(False).sot_prev
    checkpoint["model_state_dict"]["decoder.token_embedding.weight"][prompt] += 0.01
    torch.save(checkpoint, tmp_path / "told.pt")
    engine = WhisperEngine(str(tmp_path / "told.pt"), tmp_path)
    engine.load()
    decode, asked = engine._whisper.decode, []

    def decoded(features: torch.Tensor, options: Any) -> DecodingResult:
        asked.append(options.prompt)
        if options.prompt:
            return DecodingResult(
                audio_features=features, language="en", text="Aurora Mini, Billing, Delivery.",
                avg_logprob=-0.1, no_speech_prob=0.0, compression_ratio=1.0,
            )  # fmt: skip
        return decode(features, options)

    monkeypatch.setattr(engine._whisper, "decode", decoded)
    assert engine.transcribe(phrases[1][1], vocabulary=NAMES).text == before.text
    assert asked[:2] == ["Aurora Mini, Billing, Delivery.", None]
