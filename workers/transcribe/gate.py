"""The speech gate: where in a recording somebody speaks.

Engines hear nothing else, so silence, hum and music give no words. The model is Silero's voice
activity detector, which faster-whisper carries in its wheel (MIT); only its file is used, since
importing that package would bring a second speech engine and its threads along.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import StepFailed
from app.domain.timeline import Span
from workers.transcribe.base import SAMPLE_RATE, Samples

_FRAME = 512  # samples: Silero judges 32 ms at a time, with the 4 ms before
_CONTEXT = 64
_FRAMES_AT_ONCE = 4096  # about two minutes: bounds the memory of a long recording

BEGINS = 0.5  # Silero's own threshold; speech goes on until it falls 0.15 lower
ENDS = 0.35
SHORTEST_S = 0.2  # a "yes" takes a quarter of a second
PAUSE_S = 0.4
MARGIN_S = 0.15  # consonants begin before the voice does
LONGEST_S = 29.0  # one window of Whisper is 30 s
PARTING_S = 3.0  # words before so long a pause say little about those after it, and engines stop
# Full scale is 1. Quieter than −60 dB there is nothing an engine could make words of, and a
# microphone's own noise lies about there.
QUIETEST = 0.001


def speech(samples: Samples) -> list[Span]:
    """Spans of speech in seconds, in order, not overlapping, none above `LONGEST_S`."""
    if not len(samples) or float(np.abs(samples).max()) < QUIETEST:
        return []
    return spans(probabilities(samples), len(samples) / SAMPLE_RATE)


def windows(spoken: Sequence[Span], longest: float = LONGEST_S) -> list[Span]:
    """Neighbouring spans joined into stretches of at most `longest` seconds, cut at pauses."""
    joined: list[Span] = []
    for span in spoken:
        near = joined and span.start - joined[-1].end < PARTING_S
        if near and span.end - joined[-1].start <= longest:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def probabilities(samples: Samples) -> NDArray[np.float32]:
    """How likely each 32 ms hold speech, 0..1."""
    session = _session()
    padded = np.pad(samples, (_CONTEXT, -len(samples) % _FRAME))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME + _CONTEXT)[::_FRAME]
    h, c = np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32)
    found = []
    for at in range(0, len(frames), _FRAMES_AT_ONCE):
        batch = np.ascontiguousarray(frames[at : at + _FRAMES_AT_ONCE])
        output, h, c = session.run(None, {"input": batch, "h": h, "c": c})
        found.append(np.asarray(output, np.float32).reshape(-1))
    return np.concatenate(found)


def spans(likely: Sequence[float] | NDArray[np.float32], duration: float) -> list[Span]:
    """Probabilities per 32 ms as spans: hysteresis, short pauses bridged, blips dropped."""
    step = _FRAME / SAMPLE_RATE
    found: list[Span] = []
    start: float | None = None
    last = 0.0
    for i, chance in enumerate(likely):
        now = i * step
        if chance >= BEGINS or (start is not None and chance >= ENDS):
            start = now if start is None else start
            last = now + step
        elif start is not None and now - last >= PAUSE_S:
            found.append(Span(start, last))
            start = None
    if start is not None:
        found.append(Span(start, last))
    kept = [span for span in found if span.length >= SHORTEST_S]
    return [
        piece for span in _widened(kept, duration) for piece in _halved(span, likely, step)
    ]  # fmt: skip


def _widened(found: list[Span], duration: float) -> list[Span]:
    # The pause is at least 0.4 s, so two margins of 0.15 s never meet.
    return [Span(s.start - MARGIN_S, s.end + MARGIN_S).clamp(duration) for s in found]


def _halved(span: Span, likely: Sequence[float] | NDArray[np.float32], step: float) -> list[Span]:
    """Too long without a pause: cut where speech is least likely, away from the ends."""
    if span.length <= LONGEST_S:
        return [span]
    first = int((span.start + LONGEST_S / 3) / step)
    last = int((span.start + LONGEST_S) / step)
    cut = (first + int(np.argmin(np.asarray(likely[first:last])))) * step
    return [Span(span.start, cut), *_halved(Span(cut, span.end), likely, step)]


@functools.cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        str(_model_file()), sess_options=options, providers=["CPUExecutionProvider"]
    )


def _model_file() -> Path:
    spec = importlib.util.find_spec("faster_whisper")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        for file in sorted(Path(folder, "assets").glob("silero_vad*.onnx")):
            return file
    raise StepFailed("The speech gate's model is missing: install requirements/ml.txt again.")
