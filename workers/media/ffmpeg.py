"""The one place that names and runs ffmpeg.

Commands are plain argument arrays: every one of ours has one input and at most three
outputs, and an array shows in a log exactly what ran, so a graph builder would only hide it.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import StepFailed, Trouble
from workers.media import sandbox
from workers.media.binary import binary

__all__ = [
    "LONGEST_RUN_S",
    "THREADS",
    "FfmpegFailed",
    "Progress",
    "Result",
    "Stuck",
    "binary",
    "run",
]

Progress = Callable[[float], None]

LONGEST_RUN_S = 1500.0  # a step's deadline is 1800 s (app.domain.pipeline)
# More threads gain little on a recording's sizes and take memory by the core.
THREADS = str(min(os.cpu_count() or 1, 4))
_STUCK_S = 5.0  # with no new time written, and
_STUCK_CPU_S = 0.2  # less than this worked in all of it: a lock, not a slow machine
_NO_MEMORY = ("Cannot allocate memory", "pthread_create() failed")
_LONGEST_LOG = 256 * 1024  # bytes kept of what ffmpeg says: its head, where streams are listed
_LOG_TAIL = 16 * 1024  # and its end, where errors are


class FfmpegFailed(StepFailed):
    """ffmpeg ended with an error. `log` is what it said, for whoever words the refusal."""

    sentence = "The media could not be processed."

    def __init__(self, log: str) -> None:
        super().__init__()
        self.log = log


class Stuck(FfmpegFailed):
    """ffmpeg waits for itself: its threads can lock on two outputs and damaged times."""


@dataclass(frozen=True, slots=True)
class Result:
    """`out_s`: the latest time written to any output, in seconds. `log`: ffmpeg's own words."""

    out_s: float
    log: str


def run(
    args: Sequence[str],
    *,
    timeout_s: float,
    reads: Sequence[Path] = (),
    writes: Sequence[Path] = (),
    on_progress: Progress | None = None,
    duration_s: float = 0.0,
    limits: sandbox.Limits | None = None,
    cwd: Path | None = None,
) -> Result:
    """Run ffmpeg in the sandbox, in a process group that ends with this call, come what may.

    It sees the files and folders `reads`, and those of `writes` and `cwd`, where it may write.
    `on_progress` gets 0..1 of `duration_s` about twice a second; what it raises stops ffmpeg
    and goes on up. FfmpegFailed for an error of ffmpeg's, StepFailed for time, memory or disk.
    """
    command = [binary(), "-hide_banner", "-nostdin", "-y", "-nostats", "-progress", "pipe:1"]
    command += ["-filter_threads", THREADS, "-filter_complex_threads", THREADS, *args]
    limits = limits or sandbox.Limits()
    with sandbox.started(command, limits=limits, reads=reads, writes=writes, cwd=cwd) as process:
        try:
            watch = _Watch(process, on_progress, duration_s)
            if not watch.until(time.monotonic() + timeout_s):
                raise StepFailed(f"Processing took longer than the {timeout_s:.0f} s allowed.")
            code = process.wait()
        finally:
            _end(process)
    if code != 0:
        raise _failure(code, watch.log)
    return Result(watch.out_s, watch.log)


class _Watch:
    """Reads both of ffmpeg's pipes until they close or time is up."""

    def __init__(
        self, process: subprocess.Popen[bytes], on_progress: Progress | None, duration_s: float
    ) -> None:
        self._process, self._on_progress, self._duration_s = process, on_progress, duration_s
        self._line = b""
        self._moved = (time.monotonic(), 0.0, 0.0)  # when, at what time written, with what CPU
        self._head, self._tail = b"", b""
        self.out_s = 0.0

    @property
    def log(self) -> str:
        return (self._head + self._tail).decode("utf-8", "replace")

    def until(self, deadline: float) -> bool:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        with selectors.DefaultSelector() as pipes:
            pipes.register(self._process.stdout, selectors.EVENT_READ, self._progress)
            pipes.register(self._process.stderr, selectors.EVENT_READ, self._said)
            while pipes.get_map():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._check_moving()
                for key, _ in pipes.select(min(left, 1.0)):
                    piece = os.read(key.fd, 65536)
                    if piece:
                        key.data(piece)
                    else:
                        pipes.unregister(key.fileobj)
        return True

    def _check_moving(self) -> None:
        now = time.monotonic()
        since, written, worked = self._moved
        if self.out_s > written:
            self._moved = (now, self.out_s, _cpu_s(self._process.pid))
        elif now - since > _STUCK_S:
            cpu = _cpu_s(self._process.pid)
            if cpu - worked < _STUCK_CPU_S:
                raise Stuck(self.log)
            self._moved = (now, written, cpu)

    def _said(self, piece: bytes) -> None:
        room = _LONGEST_LOG - len(self._head)
        self._head += piece[:room]
        self._tail = (self._tail + piece[room:])[-_LOG_TAIL:]

    def _progress(self, piece: bytes) -> None:
        *lines, self._line = (self._line + piece).split(b"\n")
        for line in lines:
            name, _, value = line.partition(b"=")
            if name == b"out_time_us" and value.strip().lstrip(b"-").isdigit():
                self.out_s = max(self.out_s, int(value) / 1_000_000)
            if name == b"progress" and self._on_progress and self._duration_s > 0:
                self._on_progress(min(self.out_s / self._duration_s, 1.0))


def _cpu_s(pid: int) -> float:
    """Processor seconds of a process and its threads so far; 0 once it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _failure(code: int, log: str) -> StepFailed:
    if "No space left on device" in log:
        return Trouble("The disk for temporary files is full.")
    if any(sign in log for sign in _NO_MEMORY) or code == -signal.SIGSEGV:
        return StepFailed("Processing this media needs more memory than is allowed.")
    if code in (-signal.SIGXCPU, -signal.SIGXFSZ) or "File too large" in log:
        return StepFailed("Processing this media needs more time or disk than is allowed.")
    if code == -signal.SIGKILL:
        return StepFailed("The system stopped the processing of this media.", permanent=False)
    return FfmpegFailed(log)
