"""Names that a program's customers may say, as a prompt for engines that take one."""

from __future__ import annotations

from collections.abc import Sequence

# Whisper's prompt has room for 223 tokens and keeps its end; a name takes two to five.
_MOST_CHARACTERS = 400


def prompt(names: Sequence[str]) -> str:
    """The names as one line of text, as many of the first as a prompt has room for.

    It ends as a sentence does: Whisper writes on in the manner of what came before.
    """
    kept: list[str] = []
    for name in names:
        if sum(len(each) + 2 for each in kept) + len(name) > _MOST_CHARACTERS:
            break
        kept.append(name)
    return ", ".join(kept) + "." if kept else ""
