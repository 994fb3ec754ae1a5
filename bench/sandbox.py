"""What ffmpeg's box costs: each decode in it ÷ the same one bare, in one run, interleaved."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from app.domain.timeline import Segment, Span
from bench.media import minute_of_speech
from bench.table import show
from workers.media import sandbox
from workers.media.captions import burn_in
from workers.media.cut import cut
from workers.media.ffmpeg import binary, run
from workers.media.normalise import normalise
from workers.media.poster import poster
from workers.media.probe import probe

GOAL = 1.03
ROUNDS = 9  # pairs


def main() -> None:
    layers = sandbox.layers()
    missing = [name for name, works in layers.items() if not works]
    print("  layers: " + ", ".join(name for name, works in layers.items() if works))
    if missing:
        print("  not on this host: " + ", ".join(missing))
    with tempfile.TemporaryDirectory(prefix="heard-bench-") as name:
        folder = Path(name)
        source = minute_of_speech(folder)
        info = probe(source)
        said = burn_in([Segment(0.0, 4.0, "It came on the day they said.", 1.0)])
        decodes: dict[str, Callable[[], object]] = {
            "probe": lambda: probe(source),
            "copy, sound, poster": lambda: normalise(source, info, folder),
            "poster alone": lambda: poster(source, info.duration_s, folder / "poster.jpg"),
            "decode 10 s": lambda: _decode(source),
            "clip of 5 s, captions": lambda: cut(
                source, Span(10, 15), folder / "clip.mp4", captions=said, info=info
            ),
        }
        rows = [(each, *_compared(decode)) for each, decode in decodes.items()]
    rows.append(("starting nothing", *_compared(lambda: _version())))
    show(("decode", "boxed, ms", "bare, ms", "boxed ÷ bare"), rows)
    print(f"  goal ≤ {GOAL}")


def _decode(source: Path) -> None:
    run(["-t", "10", "-i", f"file:{source}", "-f", "null", "-"], timeout_s=120, reads=[source])


def _version() -> None:
    with sandbox.started([binary(), "-version"], limits=sandbox.Limits()) as process:
        process.communicate()


def _compared(decode: Callable[[], object]) -> tuple[str, str, str]:
    """Medians of both, and the median of the ratio of neighbours, so that a busy spell counts
    for both."""
    boxed, bare = [], []
    decode()
    for number in range(ROUNDS):
        for with_box in (True, False) if number % 2 else (False, True):
            (boxed if with_box else bare).append(_seconds(decode, with_box))
    ratio = statistics.median(a / b for a, b in zip(boxed, bare, strict=True))
    return (
        f"{statistics.median(boxed) * 1000:.1f}",
        f"{statistics.median(bare) * 1000:.1f}",
        f"{ratio:.3f}",
    )


def _seconds(decode: Callable[[], object], with_box: bool) -> float:
    began = time.perf_counter()
    if with_box:
        decode()
    else:
        with patch.object(sandbox, "layers", _none):
            decode()
    return time.perf_counter() - began


def _none() -> dict[str, bool]:
    """Only for measuring: no layer at all."""
    return dict.fromkeys(LAYERS, False)


LAYERS = tuple(sandbox.layers())
