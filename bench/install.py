"""A fresh install of a copy of this tree: seconds, megabytes, and seconds to the first answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.table import show

ROOT = Path(__file__).parent.parent
LEFT = shutil.ignore_patterns(".venv", "data", ".git", "__pycache__")
PORT = "18765"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="heard-bench-") as name:
        copy = Path(name) / "heard"
        shutil.copytree(ROOT, copy, ignore=LEFT)
        rows = [("first start, installing", _start(copy)), ("second start", _start(copy))]
        size = sum(f.lstat().st_size for f in (copy / ".venv").rglob("*") if f.is_file())
    show(("what", "measured"), [*rows, (".venv", f"{size / 1e9:.2f} GB")])


def _start(copy: Path) -> str:
    """Seconds from the command to the first answer of /healthz."""
    began = time.monotonic()
    env = {**os.environ, "FETCH_MODELS": "no"}
    process = subprocess.Popen(
        ["./heard", "up", "--port", PORT], cwd=copy, env=env, stdout=subprocess.DEVNULL
    )
    try:
        while not _answers():
            if process.poll() is not None:
                raise SystemExit("It did not start.")
            time.sleep(0.1)
        return f"{time.monotonic() - began:.1f} s"
    finally:
        process.terminate()
        process.wait()


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False
