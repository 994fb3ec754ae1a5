"""Text analysis against a bare encoder loop, 100 themes against one, memory, cold and warm.

Bare: the same model in float32, as it is published, tokenised at once, sorted by length, batches of
32, means of the last layer. Ours runs in bfloat16 where the processor has units for it.
The two take turns, so that a busy machine slows both; a ratio is the median of the rounds' ratios.
"""

from __future__ import annotations

import csv
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.domain.codebook.book import Codebook, Theme
from app.domain.codebook.reading import default_codebook
from app.domain.search.encoder import LONGEST
from bench.table import show
from workers.understand import Understander
from workers.understand.encoder import BATCH, Encoder

SENTENCES = Path(__file__).parents[1] / "tools" / "sentences" / "customers_train.tsv"
ROUNDS = 9
SIZES = (40, 512)  # passages: a long voice, a backlog
_COLD = "import bench.understand as b; b.cold()"


def main() -> None:
    understander = Understander()
    bare = Encoder(exact=True)
    bare.load()
    texts = passages(max(SIZES))
    book = default_codebook()
    rows = []
    for size in SIZES:
        some = texts[:size]
        ours, ratio = quickest(
            lambda some=some: understander.understand(some, book),
            lambda some=some: loop(bare, some),
        )
        rows.append((f"{size} passages, all heads ÷ bare loop", f"{ratio:.2f}", "≤ 1.10"))
        rows.append((f"  passages a second, {size} at once", f"{size / ours:.0f}", ""))
    one, many = (
        Codebook(tuple(Theme(f"Theme {i}", f"What is said of the kind {i}") for i in range(n)))
        for n in (1, 100)
    )
    # Two understanders: a codebook's vectors are made once, not in each round.
    other = Understander()
    _, ratio = quickest(
        lambda: other.understand(texts, many), lambda: understander.understand(texts, one)
    )
    rows.append(("100 themes ÷ 1 theme", f"{ratio:.2f}", "≤ 1.05"))
    said = subprocess.run(
        [sys.executable, "-c", _COLD], capture_output=True, text=True, check=True
    ).stdout.split()
    first, warm = float(said[0]), float(said[1])
    rows.append(("cold: a new text worker to its first answer", f"{first:.1f} s", ""))
    rows.append(("warm: one passage", f"{warm * 1000:.0f} ms", ""))
    rows.append(("cold ÷ warm", f"{first / warm:.0f}", ""))
    rows.append(("memory of a text worker that has worked (PSS)", f"{int(said[2]) >> 10} MB", ""))
    show(("what", "measured", "goal"), rows)


def cold() -> None:
    """In a process of its own, with what the text worker loads: prints the seconds to the first
    answer, those of one passage when warm, and the memory in KB."""
    begun = time.perf_counter()
    import workers.steps  # noqa: F401
    from bench.memory import pss

    understander = Understander()
    understander.understand(["Thank you."], default_codebook())
    first = time.perf_counter() - begun
    texts = passages(SIZES[0])
    understander.understand(texts, default_codebook())
    warm = min(
        _seconds(lambda: understander.understand(texts[:1], default_codebook()))
        for _ in range(ROUNDS)
    )
    print(first, warm, pss("self"))


def passages(count: int) -> list[str]:
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row["text"] for row in rows[:: max(1, len(rows) // count)]][:count]


def loop(bare: Encoder, texts: list[str]) -> None:
    """What anybody would write with the bare model."""
    import torch

    model, tokenizer = bare.model, bare.tokenizer
    ids = tokenizer(texts, truncation=True, max_length=LONGEST)["input_ids"]
    ids.sort(key=len)
    with torch.inference_mode():
        for begin in range(0, len(ids), BATCH):
            batch = tokenizer.pad({"input_ids": ids[begin : begin + BATCH]}, return_tensors="pt")
            hidden = model(**batch).last_hidden_state
            mask = batch["attention_mask"].unsqueeze(-1).float()
            vectors = (hidden * mask).sum(1) / mask.sum(1)
            torch.nn.functional.normalize(vectors, dim=1).numpy()


def quickest(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the quickest round of the first, and the median ratio of the two, after a round
    that doesn't count."""
    one()
    other()
    turns = [(_seconds(one), _seconds(other)) for _ in range(ROUNDS)]
    return min(first for first, _ in turns), statistics.median(a / b for a, b in turns)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
