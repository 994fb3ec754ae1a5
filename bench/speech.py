"""Heard's way through Whisper against Whisper's own `transcribe(word_timestamps=True)`.

Both get the same model in memory and the same clips of at most 30 s, cut to where somebody
speaks; A/B interleaved, medians of the rounds. Each clip's text must be the same or there is no
ratio. The goal is at most 0.65: stock encodes a window for the words and again for their times.
What counts is processor time on one thread: it stays the same where others keep the machine busy.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from app.domain.engines import BUNDLED
from bench.recorded import OWN, recordings
from bench.table import show
from bench.widened import widened
from workers.transcribe import gate
from workers.transcribe.base import SAMPLE_RATE, Samples
from workers.transcribe.errors import plain_words
from workers.transcribe.whisper_engine import WhisperEngine

ROUNDS = 5
CLIPS = 3
GOAL = 0.65
SMALL = BUNDLED / "heard-tiny-flite.pt"


def main() -> None:
    said = clips()
    with tempfile.TemporaryDirectory(prefix="heard-bench-") as folder:
        small = opened(SMALL)
        base = opened(_saved(widened(small._whisper), Path(folder)))
        base._whisper.register_buffer(
            "alignment_heads", widened(small._whisper).alignment_heads, persistent=False
        )
        rows = [
            measured("the small checkpoint", small, said),
            measured("the same words by a model of `base` dimensions", base, said),
        ]
    seconds = ", ".join(f"{len(clip) / SAMPLE_RATE:.0f}" for clip in said)
    print(f"  {len(said)} clips of {seconds} s, {ROUNDS} rounds A/B, one thread")
    show(("model", "ours, s", "stock, s", "ours ÷ stock", "spread", "by the clock"), rows)
    print(f"  goal ≤ {GOAL}; same text in each clip. No full-size checkpoint is needed: `base` is")
    print("  the small one blown up to its dimensions. English only, so neither tells a language.")


def opened(path: Path) -> WhisperEngine:
    engine = WhisperEngine(str(path), Path("/nowhere"))
    engine.load()
    torch.set_num_threads(1)
    return engine


def clips() -> list[Samples]:
    """Committed sentences that either way hears alike, without silent ends."""
    small = opened(SMALL)
    found = []
    for _, samples in recordings(OWN):
        for span in gate.speech(samples):
            clip = samples[int(span.start * SAMPLE_RATE) : int(span.end * SAMPLE_RATE)]
            if ours(small, clip) == stock(small, clip):
                found.append(clip)
    return found[:CLIPS]


def measured(name: str, engine: WhisperEngine, said: Sequence[Samples]) -> tuple[str, ...]:
    for clip in said:  # also compiles what numba compiles
        mine, theirs = ours(engine, clip), stock(engine, clip)
        assert mine == theirs and mine, (mine, theirs)
    mine_s, theirs_s = [], []
    for _ in range(ROUNDS):
        mine_s.append(_timed(ours, engine, said))
        theirs_s.append(_timed(stock, engine, said))
    (busy, clock) = ([a[n] / b[n] for a, b in zip(mine_s, theirs_s, strict=True)] for n in (0, 1))
    return (
        name,
        f"{statistics.median(each[0] for each in mine_s):.2f}",
        f"{statistics.median(each[0] for each in theirs_s):.2f}",
        f"{statistics.median(busy):.2f}",
        f"{min(busy):.2f}–{max(busy):.2f}",
        f"{statistics.median(clock):.2f}",
    )


def ours(engine: WhisperEngine, clip: Samples) -> list[str]:
    return plain_words(engine.transcribe(clip).text)


def stock(engine: WhisperEngine, clip: Samples) -> list[str]:
    model: Any = engine._whisper
    return plain_words(model.transcribe(clip, word_timestamps=True, fp16=False)["text"])


def _timed(
    call: Callable[[WhisperEngine, Samples], object], engine: WhisperEngine, said: Sequence[Samples]
) -> tuple[float, float]:
    """Seconds of processor time, and by the clock."""
    busy, clock = time.process_time(), time.perf_counter()
    for clip in said:
        call(engine, clip)
    return time.process_time() - busy, time.perf_counter() - clock


def _saved(model: Any, folder: Path) -> Path:
    path = folder / "base-like.pt"
    torch.save({"dims": vars(model.dims), "model_state_dict": model.state_dict()}, path)
    return path
