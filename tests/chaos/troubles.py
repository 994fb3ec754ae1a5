"""A disk that is really full, and a database that another process really holds."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HOLD = """
import sqlite3, sys
holder = sqlite3.connect(sys.argv[1], isolation_level=None)
holder.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


@dataclass
class Disk:
    """A file system of its own, `size` bytes large."""

    path: Path
    size: int

    @property
    def _filler(self) -> Path:
        return self.path / "filler"

    def fill(self, leave: int = 0) -> None:
        """Leaves about so many bytes free (a page is 4 KB)."""
        with contextlib.suppress(OSError), self._filler.open("ab", buffering=0) as file:
            while (free := shutil.disk_usage(self.path).free - leave) > 0:
                file.write(bytes(min(free, 1 << 20)))

    def free(self) -> None:
        self._filler.unlink()


@contextlib.contextmanager
def small_disk(path: Path, size: int) -> Iterator[Disk]:
    """A tmpfs; only root may mount one."""
    path.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    if os.geteuid() or subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here (that takes root)")
    try:
        yield Disk(path, size)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process writes and doesn't come to an end."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None and holder.stdout is not None
    try:
        assert holder.stdout.readline()
        yield
    finally:
        holder.stdin.close()
        holder.wait(60)
        holder.stdout.close()
