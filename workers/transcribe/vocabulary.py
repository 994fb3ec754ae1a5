"""Names that a program's customers may say, as a prompt for engines that take one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

# Whisper's prompt has room for 223 tokens and keeps its end; a name takes two to five.
_MOST_CHARACTERS = 400


def prompt(names: Sequence[str]) -> str:
    """The names as one line of text, as many of the first as a prompt has room for.

    It ends as a sentence does: Whisper writes on in the manner of what came before.
    """
    return ", ".join(kept) + "." if (kept := names[: _room(names)]) else ""


def left_out(names: Sequence[str]) -> tuple[str, ...]:
    """Those that a prompt has no room for."""
    return tuple(names[_room(names) :])


def _room(names: Sequence[str]) -> int:
    """How many of the first."""
    lengths = accumulate(len(name) + 2 for name in names)
    return sum(length - 2 <= _MOST_CHARACTERS for length in lengths)
