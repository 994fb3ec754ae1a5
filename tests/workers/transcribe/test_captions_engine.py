from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import Invalid, StepFailed
from workers.transcribe import open_engine
from workers.transcribe.captions_engine import read

VTT = """WEBVTT

00:00:01.000 --> 00:00:02.500
The box was late.

00:00:03.000 --> 00:00:09.000
Nobody answered.

00:00:20.000 --> 00:00:21.000
Beyond the end.
"""
SRT = "1\n00:00:00,500 --> 00:00:01,500\nI want a refund.\n"


def test_supplied_captions_are_a_transcription() -> None:
    heard = read(VTT, duration_s=6.0, language="en")
    assert (heard.engine, heard.model, heard.language) == ("captions", "supplied", "en")
    assert [(s.start, s.end, s.text) for s in heard.segments] == [
        (1.0, 2.5, "The box was late."),
        (3.0, 6.0, "Nobody answered."),
    ]


def test_subrip_is_read_too_and_tells_its_own_length() -> None:
    heard = read(SRT)
    assert heard.text == "I want a refund."
    assert heard.duration_s == 1.5


def test_what_is_not_captions_is_refused() -> None:
    with pytest.raises(Invalid):
        read("hello")


def test_captions_stand_behind_the_engines_interface(tmp_path: Path) -> None:
    path = tmp_path / "said.srt"
    path.write_text("\ufeff" + SRT, "utf-8")
    engine = open_engine("captions", model=str(path), models_dir=tmp_path)
    assert engine.load() == 0.0
    assert engine.transcribe(np.zeros(32_000, np.float32)).text == "I want a refund."


def test_missing_captions_are_a_sentence(tmp_path: Path) -> None:
    engine = open_engine("captions", model=str(tmp_path / "none.vtt"), models_dir=tmp_path)
    with pytest.raises(StepFailed, match=r"none\.vtt can't be read"):
        engine.transcribe(np.zeros(100, np.float32))
