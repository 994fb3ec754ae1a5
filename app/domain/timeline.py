"""Words, segments and spans on a recording's time line. Times are seconds from its start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word. `confidence` is 0..1, as the engine gave it."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence-like passage. Written and captioned passages may have no words.

    `language` is a code such as `en`, empty where nobody told it. `speaker` counts from 1 in the
    order of their first words, 0 where one speaks or nobody told them apart.
    """

    start: float
    end: float
    text: str
    confidence: float
    words: tuple[Word, ...] = ()
    language: str = ""
    speaker: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start

    def overlap(self, other: Span) -> float:
        """Seconds that both cover, 0 where they do not meet."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def clamp(self, limit: float) -> Span:
        """This span kept inside 0..limit."""
        return Span(min(max(self.start, 0.0), limit), min(max(self.end, 0.0), limit))


def by_length(words: Sequence[str], start: float, end: float) -> list[Span]:
    """When each word of a passage is said, in seconds, where nobody timed them: longer words, with
    the space after them, take longer."""
    total = sum(len(word) + 1 for word in words)
    spans, done = [], 0
    for word in words:
        first, done = done, done + len(word) + 1
        spans.append(Span(*(start + (end - start) * part / total for part in (first, done))))
    return spans


def merge(spans: Iterable[Span], gap: float = 0.0) -> list[Span]:
    """Spans in order, those nearer than `gap` seconds joined."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if merged and span.start - merged[-1].end <= gap:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


# Thai, Lao, Myanmar, Khmer; kana, bopomofo, Han and their marks. Korean is written with spaces.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u312f\u31a0-\u31ff\u3400-\u9fff"
    "\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
SENTENCE_END = (".", "!", "?", "…", "。", "！", "？", "؟", "।")


def into_segments(
    words: Sequence[Word], *, pause: float = 0.7, longest: float = 15.0
) -> list[Segment]:
    """Words grouped into sentence-like segments.

    A segment ends at closing punctuation, at a silence of `pause` seconds, or when it would
    grow beyond `longest` seconds. Its confidence is the mean of its words'.
    """
    groups: list[list[Word]] = []
    for word in words:
        last = groups[-1] if groups else None
        if (
            last is None
            or last[-1].text.rstrip("\"'”’»)").endswith(SENTENCE_END)
            or word.start - last[-1].end >= pause
            or word.end - last[0].start > longest
        ):
            groups.append([word])
        else:
            last.append(word)
    return [_segment(group) for group in groups]


def _segment(words: list[Word]) -> Segment:
    return Segment(
        start=words[0].start,
        end=words[-1].end,
        text=joined(word.text.strip() for word in words),
        confidence=round(sum(word.confidence for word in words) / len(words), 3),
        words=tuple(words),
    )


def joined(words: Iterable[str]) -> str:
    """Words as text: with spaces, but none between two characters of a script without."""
    text = ""
    for word in words:
        text += word if not text or touching(text, word) else f" {word}"
    return text


def touching(before: str, after: str) -> bool:
    """Whether these words stand together without a space."""
    return bool(_UNSPACED.match(before[-1:]) and _UNSPACED.match(after[:1]))


def clock(seconds: float) -> str:
    """`75.2` → `1:15`, `3675` → `1:01:15`."""
    whole = int(max(seconds, 0.0))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def stamp(seconds: float, mark: str = ".") -> str:
    """`75.25` → `00:01:15.250` (WebVTT); SubRip takes `mark=","`."""
    millis = round(max(seconds, 0.0) * 1000)
    hours, rest = divmod(millis, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    secs, ms = divmod(rest, 1000)
    return f"{hours:02}:{minutes:02}:{secs:02}{mark}{ms:03}"
