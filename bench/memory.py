"""Proportional memory (PSS) of each process of `./heard up`, idle, models not yet used."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from app.host.supervisor import descendants
from bench.table import show

SETTLE_S = 15


def main() -> None:
    from tests.e2e import stack

    with (
        tempfile.TemporaryDirectory(prefix="heard-bench-") as name,
        stack.up(Path(name) / "data") as heard,
    ):
        time.sleep(SETTLE_S)
        pids = [heard.process.pid, *descendants(heard.process.pid)]
        sizes = sorted(((pss(pid), _name(pid)) for pid in pids), reverse=True)
    rows = [(name, f"{size / 1024:.0f} MB") for size, name in sizes]
    show(("process", "PSS"), [*rows, ("all", f"{sum(size for size, _ in sizes) / 1024:.0f} MB")])


def pss(pid: int | str) -> int:
    """In KB; `self` for this process."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    for known in ("gunicorn", "clock", "media", "speech", "text", "notify", "up"):
        if known in words:
            return known
    return Path(words[0]).name
