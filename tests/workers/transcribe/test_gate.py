from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from app.domain.timeline import Span
from tests.workers.transcribe.noises import wordless
from workers.transcribe import gate
from workers.transcribe.base import SAMPLE_RATE, Samples

NOISES = wordless()


@pytest.mark.parametrize("name", NOISES)
def test_sound_without_speech_has_no_spans(name: str) -> None:
    assert gate.speech(NOISES[name]) == []


def test_speech_is_found_where_it_is(phrases: list[tuple[str, Samples]]) -> None:
    _, spoken = phrases[0]
    silence = np.zeros(3 * SAMPLE_RATE, np.float32)
    found = gate.speech(np.concatenate([silence, spoken, silence]))
    end = 3 + len(spoken) / SAMPLE_RATE
    assert len(found) == 1
    assert 2.8 <= found[0].start <= 3.5
    assert end - 1.0 <= found[0].end <= end + 0.2


def test_speech_is_found_in_noise(phrases: list[tuple[str, Samples]]) -> None:
    _, spoken = phrases[3]
    loudness = float(np.sqrt(np.mean(spoken**2)))
    noise = np.random.default_rng(3).standard_normal(len(spoken)).astype(np.float32)
    found = gate.speech(spoken + noise * loudness * 10 ** (-10 / 20))
    assert sum(span.length for span in found) >= 0.6 * len(spoken) / SAMPLE_RATE


def test_a_pause_parts_and_a_blip_is_dropped() -> None:
    likely = [0.9] * 30 + [0.1] * 20 + [0.9] * 30 + [0.1] * 40 + [0.9] * 3 + [0.1] * 40
    spans = gate.spans(likely, duration=len(likely) * 0.032)
    assert [(round(s.start, 2), round(s.end, 2)) for s in spans] == [(0.0, 1.11), (1.45, 2.71)]


def test_a_dip_above_the_lower_threshold_does_not_part() -> None:
    assert len(gate.spans([0.9] * 20 + [0.4] * 30 + [0.9] * 20, duration=3.0)) == 1


def test_endless_speech_is_cut_where_it_is_least_likely() -> None:
    likely = [0.9] * 2000
    likely[700] = 0.4
    spans = gate.spans(likely, duration=64.0)
    assert spans[0].end == pytest.approx(700 * 0.032)
    assert all(span.length <= gate.LONGEST_S for span in spans)
    assert all(a.end == b.start for a, b in pairwise(spans))
    assert spans[-1].end == 64.0


def test_windows_hold_what_fits_and_break_at_pauses() -> None:
    spoken = [Span(0, 10), Span(11, 20), Span(21, 28), Span(29, 40)]
    assert gate.windows(spoken) == [Span(0, 28), Span(29, 40)]
    assert gate.windows([Span(0, 4), Span(8, 10)]) == [Span(0, 4), Span(8, 10)]


def test_the_gate_brings_no_second_engine_along() -> None:
    code = (
        "import sys, numpy as np; from workers.transcribe import gate; "
        "gate.speech(np.full(16000, 0.1, np.float32)); "
        "print(sorted({'torch', 'ctranslate2', 'faster_whisper', 'av'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
