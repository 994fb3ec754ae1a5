"""The whole of Heard as `./heard up` runs it, on a data folder of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.host.supervisor import descendants
from tests import services
from tests.conftest import ROOT


@dataclass
class Stack:
    url: str
    data: Path
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def said(self, pattern: str) -> str | None:
        """The first group of the first printed line that matches."""
        for line in list(self.lines):
            found = re.search(pattern, line)
            if found:
                return found.group(1)
        return None

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False


@contextlib.contextmanager
def up(data: Path, **env: str) -> Iterator[Stack]:
    """Runs until the block ends; then every process must be gone."""
    port = services.free_port()
    quiet = {"FETCH_MODELS": "no", "LOAD_SAMPLE": "no", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "up", "--port", str(port), "--data", str(data)],
        cwd=ROOT,
        env={**os.environ, **quiet, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    stack = Stack(f"http://127.0.0.1:{port}", data, process)
    reader = threading.Thread(target=_read, args=(stack,), daemon=True)
    reader.start()
    try:
        services.eventually(
            lambda: process.poll() is not None or stack.said(r"(Ctrl-C stops)"), 90, "Heard is up"
        )
        if process.poll() is not None:
            pytest.fail("Heard did not start:\n" + "\n".join(stack.lines))
        yield stack
    finally:
        family = list(descendants(process.pid))
        process.send_signal(signal.SIGTERM)
        process.wait(90)
        reader.join(60)
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


def _read(stack: Stack) -> None:
    assert stack.process.stdout is not None
    for line in stack.process.stdout:
        stack.lines.append(line.rstrip())
