"""How far a long command is, on one line of the terminal; nothing where there is none."""

from __future__ import annotations

import os
import stat
import sys
from types import TracebackType
from typing import IO

from app.domain.wording import count

CLEAR = "\r\x1b[2K"  # to the line's beginning, and erase it (ECMA-48: CR, EL 2)


class Reading:
    """Counts what was read of standard input, with the share of it where that is a file.

    Standard error may be the same terminal as standard output: `pause` clears the line before
    anything else is written.
    """

    def __init__(self, lines: IO[bytes], what: str) -> None:
        self._lines, self._what = lines, what
        self._shown = sys.stderr.isatty()
        self._size = _size(lines) if self._shown else 0
        self._done = 0
        self._said = "Loading the models"

    def __enter__(self) -> Reading:
        self.show()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.pause()

    def pause(self) -> None:
        self._write(CLEAR)

    def add(self, many: int) -> None:
        """So many more are done."""
        self._done += many
        share = f", {min(100, 100 * self._lines.tell() // self._size)} %" if self._size else ""
        self._said = f"{count(self._done, self._what)} done{share}"
        self.show()

    def show(self) -> None:
        self._write(f"{CLEAR}· {self._said}")

    def _write(self, text: str) -> None:
        if self._shown:
            sys.stderr.write(text)
            sys.stderr.flush()


def _size(lines: IO[bytes]) -> int:
    """Of a file, in bytes; 0 of what comes through a pipe, whose end nobody knows."""
    try:
        found = os.fstat(lines.fileno())
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0
