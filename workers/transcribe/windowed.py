"""What engines share that hear 30 s at a time: the speech gate, windows, languages and guards."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from app.domain.timeline import Segment, Span, Word, into_segments
from workers.transcribe import gate
from workers.transcribe.base import (
    SAMPLE_RATE,
    LoadsOnce,
    Progress,
    Samples,
    Transcription,
    unwatched,
)
from workers.transcribe.guards import without_phantoms
from workers.transcribe.vocabulary import left_out

_NEAR_S = 0.3  # a word this far from any speech was still meant for it
_LEAST_S = 0.02
# A short window says little about its language, and people seldom change theirs.
_TELLING_S = 3.0
_SURE = 0.8


@dataclass(frozen=True, slots=True)
class Heard:
    """A window's words, in seconds from its start. From `until` on it wants hearing again."""

    words: list[Word]
    until: float | None = None


class WindowedEngine(LoadsOnce):
    """Each window of at most 30 s is encoded once: for its language, its words and their times."""

    name: str
    model: str
    version: str
    prompted = True

    @abstractmethod
    def _encode(self, samples: Samples) -> Any:
        """At most 30 s as the decoder takes them."""

    @abstractmethod
    def _tongue(self, encoded: Any) -> tuple[str, float]:
        """The likeliest language's code, and how likely it is, 0..1."""

    @abstractmethod
    def _window(
        self, encoded: Any, language: str, duration: float, vocabulary: Sequence[str]
    ) -> Heard:
        """What is said in an encoded window of `duration` seconds."""

    def passed_over(self, vocabulary: Sequence[str]) -> tuple[str, ...]:
        return left_out(vocabulary)

    def transcribe(
        self,
        audio: Samples,
        *,
        language: str | None = None,
        vocabulary: Sequence[str] = (),
        on_progress: Progress = unwatched,
    ) -> Transcription:
        """No `language`: each window tells its own."""
        spoken = gate.speech(audio)
        if spoken:
            self.load()
        words: list[Word] = []
        tongues: list[str] = []
        for stretch, part in _parts(audio, gate.windows(spoken)):
            tongue, heard = self._hear(part, language or "", tongues[-1:], vocabulary)
            heard = [moved(word, stretch.start) for word in heard]
            words += inside(heard, spoken, words[-1].end if words else 0.0)
            tongues += [tongue] * (len(words) - len(tongues))
            on_progress(stretch.end / spoken[-1].end)
        return self._made(audio, words, tongues)

    def _hear(
        self, part: Samples, told: str, before: Sequence[str], vocabulary: Sequence[str]
    ) -> tuple[str, list[Word]]:
        """The language, and a stretch's words from its start; what was left is heard again."""
        words: list[Word] = []
        at = 0.0
        tongue = told
        while True:
            rest = part[int(at * SAMPLE_RATE) :]
            duration = len(rest) / SAMPLE_RATE
            encoded = self._encode(rest)
            if not tongue:
                tongue = settled(before[0] if before else "", *self._tongue(encoded), duration)
            heard = self._window(encoded, tongue, duration, vocabulary)
            words += [moved(word, at) for word in without_phantoms(heard.words)]
            if heard.until is None:
                return tongue, words
            at += heard.until

    def _made(self, audio: Samples, words: Sequence[Word], of: Sequence[str]) -> Transcription:
        main = Counter(of).most_common(1)[0][0] if of else ""
        return Transcription(
            self.name, self.model, self.version, main,
            len(audio) / SAMPLE_RATE, tuple(_segments(words, of)),
        )  # fmt: skip


def settled(before: str, now: str, chance: float, duration: float) -> str:
    """A window's language: what it sounds like, unless it is too short or too vague to tell.

    `before` is the window's before, empty for the first; `duration` is in seconds.
    """
    return now if not before or (chance >= _SURE and duration >= _TELLING_S) else before


def inside(words: Sequence[Word], spoken: Sequence[Span], after: float = 0.0) -> list[Word]:
    """Words in order, held to where somebody speaks; those said to fall elsewhere are dropped.

    None begins before `after`, in seconds.
    """
    kept: list[Word] = []
    for word in words:
        near = Span(word.start - _NEAR_S, word.end + _NEAR_S)
        home = max(spoken, key=near.overlap)
        if near.overlap(home) <= 0:
            continue
        earliest = max(home.start, after)
        start = min(max(word.start, earliest), max(home.end - _LEAST_S, earliest))
        end = after = max(min(word.end, home.end), start + _LEAST_S)
        kept.append(replace(word, start=round(start, 3), end=round(end, 3)))
    return kept


def finished(tokens: Sequence[int], first_time: int) -> tuple[list[int], float | None]:
    """The tokens of whole passages, and where an unfinished one begins, in seconds.

    Whisper writes two times in a row between passages. One time at the very end closes the
    window; text or a pair there means that a passage was cut by the window's end.
    """
    times = [token >= first_time for token in tokens]
    pairs = [i for i in range(1, len(tokens)) if times[i - 1] and times[i]]
    closed = len(tokens) > 1 and times[-1] and not times[-2]
    if closed or not pairs:
        return list(tokens), None
    until = (tokens[pairs[-1] - 1] - first_time) * 0.02
    return (list(tokens[: pairs[-1]]), until) if until >= 1.0 else (list(tokens), None)


def moved(word: Word, by: float) -> Word:
    return replace(word, start=word.start + by, end=word.end + by)


def _segments(words: Sequence[Word], of: Sequence[str]) -> Iterator[Segment]:
    """Sentence-like passages, none of which reaches over a change of language."""
    starts = [i for i in range(len(words)) if i == 0 or of[i] != of[i - 1]]
    for begin, end in pairwise([*starts, len(words)]):
        for segment in into_segments(words[begin:end]):
            yield replace(segment, language=of[begin])


def _parts(audio: Samples, stretches: Sequence[Span]) -> Iterator[tuple[Span, Samples]]:
    for stretch in stretches:
        yield stretch, audio[int(stretch.start * SAMPLE_RATE) : int(stretch.end * SAMPLE_RATE)]
