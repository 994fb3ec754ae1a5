"""Keeps processes alive, and ends every one of them, grandchildren included.

Small on purpose: maintained supervisors (supervisor, circus) either need a configuration file
and a daemon of their own or keep a second event loop; what is needed here is a list, a restart
with a growing pause, and no orphan. Linux only, as the sandbox is.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
GRACE_S = 6.0
STEADY_S = 30.0
LONGEST_PAUSE_S = 5.0
STATUS = "· "  # a child's line that begins so is for the person at the terminal

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Child:
    """A process to keep. `once`: it may end by itself."""

    name: str
    command: Sequence[str]
    once: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    next_start: float = field(default=0.0)


class Supervisor:
    """Runs `children` until `stop` is called; `say` prints a line to the terminal."""

    def __init__(self, env: Mapping[str, str], logs: Path, say: Callable[[str], None]) -> None:
        self._env, self._logs, self._say = dict(env), logs, say
        self._children: list[Child] = []
        self._over = threading.Event()
        logs.mkdir(exist_ok=True)
        # Orphans of a killed child become ours, so that they can be ended too.
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def add(self, child: Child) -> None:
        self._children.append(child)
        self._start(child)

    def stop(self, *_: object) -> None:
        self._over.set()

    @property
    def stopping(self) -> bool:
        return self._over.is_set()

    def wait(self, seconds: float) -> bool:
        """True when it is time to stop."""
        return self._over.wait(seconds)

    def watch(self) -> None:
        """Restarts what died, until stopped."""
        while not self._over.wait(0.3):
            for child in self._children:
                self._look_at(child)
            _reap_orphans(self._children)

    def end(self) -> None:
        """Asks everyone to finish, then insists. Afterwards no process is left."""
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            for pid in list(descendants(os.getpid())):
                _signal(pid, number)
            if self._gone_within(GRACE_S / 2):
                return

    def _gone_within(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for child in self._children:
                if child.process is not None:
                    child.process.poll()
            _reap_orphans(self._children)
            if not list(descendants(os.getpid())):
                return True
            time.sleep(0.05)
        return False

    def _look_at(self, child: Child) -> None:
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return
            child.process = None
            if child.once:
                return
            lived = time.monotonic() - child.started
            child.failures = 0 if lived > STEADY_S else child.failures + 1
            pause = min(2.0 ** max(child.failures - 1, 0) - 1, LONGEST_PAUSE_S)
            child.next_start = time.monotonic() + pause
            wait = f" in {pause:.0f} s" if pause else ""
            self._say(f"{child.name} {_how_it_ended(code)}; starting it again{wait}")
        elif not child.once and time.monotonic() >= child.next_start:
            self._start(child)

    def _start(self, child: Child) -> None:
        log = open(self._logs / f"{child.name}.log", "ab")  # noqa: SIM115 (the relay closes it)
        child.started = time.monotonic()
        child.process = subprocess.Popen(
            child.command,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            preexec_fn=partial(die_with, os.getpid()),
        )
        assert child.process.stdout is not None
        threading.Thread(target=self._relay, args=(child.process.stdout, log), daemon=True).start()

    def _relay(self, lines: IO[bytes], log: IO[bytes]) -> None:
        with lines, log:
            for line in lines:
                text = line.decode(errors="replace").rstrip()
                if text.startswith(STATUS):
                    self._say(text.removeprefix(STATUS))
                else:
                    log.write(line)
                    log.flush()


def die_with(parent: int) -> None:
    """The kernel kills this process when its parent is gone, however that came about."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # gone before it could be asked
        os._exit(1)


def descendants(pid: int) -> Iterator[int]:
    """Every process below this one, deepest first."""
    for task in _read(f"/proc/{pid}/task"):
        try:
            children = Path(f"/proc/{pid}/task/{task}/children").read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            yield from descendants(child)
            yield child


def _read(folder: str) -> list[str]:
    try:
        return [entry.name for entry in Path(folder).iterdir()]
    except OSError:
        return []


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _reap_orphans(children: Sequence[Child]) -> None:
    """Waits for adopted processes only: Popen waits for its own."""
    own = {child.process.pid for child in children if child.process is not None}
    for task in _read("/proc/self/task"):
        try:
            pids = Path(f"/proc/self/task/{task}/children").read_text().split()
        except OSError:
            continue
        for pid in map(int, pids):
            if pid not in own:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was killed ({signal.Signals(-code).name})"
    return f"stopped with code {code}" if code else "ended"


def say(line: str) -> None:
    """One calm line with the time in front."""
    print(f"{time.strftime('%H:%M:%S')}  {line}", flush=True, file=sys.stdout)
