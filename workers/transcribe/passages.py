"""Passages between the times that Whisper writes, and words held to theirs.

Whisper tells where a passage begins and ends, and elsewhere, by attention, when each word was
said. Over a pause the second goes astray: a row of words falls into the pause, 20 ms each, and the
next one takes all the time that was theirs. The first is coarse, and right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.timeline import Word

_PAUSE_S = 0.3  # a shorter one is no surer than the words' own times
_SLACK_S = 0.3
_MOMENT_S = 0.041  # two positions of the encoder
_LETTER_S = 0.05  # hurried speech: 20 letters a second


@dataclass(frozen=True, slots=True)
class Passage:
    """How many text tokens it has, and what it covers at most, in seconds."""

    tokens: int
    start: float
    end: float


def passages(
    tokens: Sequence[int], text_end: int, first_time: int, duration: float
) -> list[Passage]:
    """A window's passages, parted at the pauses that its times tell of.

    Tokens below `text_end` are text, those from `first_time` on times of 20 ms each.
    """
    found: list[Passage] = []
    text, begin, until = 0, 0.0, duration
    closes = False  # whether the next time ends what was said, and begins nothing new
    for token in tokens:
        if token < text_end:
            text, closes = text + 1, True
        elif token >= first_time:
            now = (token - first_time) * 0.02
            if not text:
                begin = now
            elif not closes and now - until >= _PAUSE_S:
                found.append(Passage(text, begin, until))
                text, begin = 0, now
            until, closes = now, False
    return [*found, Passage(text, begin, duration)] if text else found


def held(words: Sequence[Word], start: float, end: float) -> list[Word]:
    """A passage's words, those said to fall outside of it or all into one moment brought back.

    They share the time to the first word that is where it should be, by their letters.
    """
    early = _astray([max(0.0, start - word.start) for word in words])
    kept = _shared(words, early, start) if early else list(words)
    late = _astray([max(0.0, word.end - end) for word in reversed(kept)])
    if late:
        kept = _mirrored(_shared(_mirrored(kept), late, -end))
    return _unfolded(kept)


def _astray(beyond: Sequence[float]) -> int:
    """How many of the first words lie further outside than times are inexact."""
    return next((i for i, by in enumerate(beyond) if by <= _SLACK_S), len(beyond))


def _unfolded(words: list[Word]) -> list[Word]:
    """Where two words or more in a row have next to no time, they share with those after."""
    at = 0
    while at < len(words):
        here = words[at:]
        run = next((i for i, w in enumerate(here) if w.end - w.start > _MOMENT_S), len(here))
        if run >= 2:
            words = [*words[:at], *_shared(here, run, here[0].start)]
        at += max(run, 1)
    return words


def _shared(words: Sequence[Word], count: int, start: float) -> list[Word]:
    """The first `count` words, and as many more as they need for room, one after the other."""
    letters = [max(len(word.text), 1) for word in words]
    while count < len(words) and words[count - 1].end - start < _LETTER_S * sum(letters[:count]):
        count += 1
    room = max(words[count - 1].end - start, _LETTER_S * sum(letters[:count]))
    share = room / sum(letters[:count])
    bounds = [start + share * sum(letters[:i]) for i in range(count + 1)]
    moved = [
        replace(word, start=bounds[i], end=bounds[i + 1]) for i, word in enumerate(words[:count])
    ]
    return [*moved, *words[count:]]


def _mirrored(words: Sequence[Word]) -> list[Word]:
    return [replace(word, start=-word.end, end=-word.start) for word in reversed(words)]
