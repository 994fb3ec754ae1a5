"""Captions as text: segments into WebVTT and SubRip, and either back into segments.

A cue is at most two lines of 42 characters, the width that broadcasters' guidelines settled
on for reading at a glance. All functions are pure.
"""

from __future__ import annotations

import html
import math
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from app.domain.errors import Invalid
from app.domain.timeline import Segment, Span, Word, by_length, joined, stamp

LINE = 42
LINES = 2
Names = Mapping[int, str]
NOBODY: Names = MappingProxyType({})
_SHORTEST_S = 0.2  # a cue that is shown for less can't be seen
_MOST_CUES = 20_000

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_TAG = re.compile(r"<[^<>\n]*>|\{\\[^{}\n]*\}")
_SKIPPED = re.compile(r"^(NOTE|STYLE|REGION)(\s|$)")


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown at once: seconds, one or two lines, and the number of who says them."""

    start: float
    end: float
    lines: tuple[str, ...]
    speaker: int = 0


def cues(segments: Iterable[Segment]) -> list[Cue]:
    """Segments as cues; those too long for two lines are split where their words are."""
    made: list[Cue] = []
    for segment in segments:
        words = _words(segment)
        for group in _groups(words):
            start = group[0].start
            end = max(group[-1].end, start + _SHORTEST_S)
            lines = tuple(_lines([word.text for word in group]))
            made.append(Cue(start, end, lines, segment.speaker))
    return made


def vtt(segments: Iterable[Segment], note: str = "", names: Names = NOBODY) -> str:
    """A WebVTT file. Text is escaped: nothing in it can become markup or a cue of its own.

    `note`: one line of ours that players pass over. `names`: of the speakers, by number, as voice
    spans (https://www.w3.org/TR/webvtt1/#webvtt-cue-voice-span).
    """
    blocks = ["WEBVTT\n", *([f"NOTE {note}\n"] if note else [])]
    for cue in cues(segments):
        text = "\n".join(html.escape(line, quote=False) for line in cue.lines)
        if name := names.get(cue.speaker):
            text = f"<v {html.escape(name, quote=False)}>{text}"
        blocks.append(f"{stamp(cue.start)} --> {stamp(cue.end)}\n{text}\n")
    return "\n".join(blocks)


def srt(segments: Iterable[Segment], names: Names = NOBODY) -> str:
    """A SubRip file. It knows no escaping, so angle brackets become ‹ ›. `names` of the speakers,
    by number, stand before their first words in brackets, as broadcasters write them."""
    blocks = []
    before = 0
    for number, cue in enumerate(cues(segments), 1):
        lines, name = cue.lines, names.get(cue.speaker)
        if name and cue.speaker != before:
            lines = (f"({name})", *lines)
        before = cue.speaker
        text = "\n".join(line.replace("<", "‹").replace(">", "›") for line in lines)
        blocks.append(f"{number}\n{stamp(cue.start, ',')} --> {stamp(cue.end, ',')}\n{text}\n")
    return "\n".join(blocks)


def within(segments: Iterable[Segment], span: Span) -> list[Segment]:
    """What is said inside `span`, on a time line that begins with it.

    A segment that reaches out keeps the words whose middle lies inside; one without words
    stays whole if its own middle does.
    """
    inside: list[Segment] = []
    for segment in segments:
        kept = tuple(word for word in segment.words if _in(span, word.start, word.end))
        if segment.words and len(kept) < len(segment.words):
            if not kept:
                continue
            segment = replace(segment, text=joined(w.text.strip() for w in kept), words=kept)
        elif not segment.words and not _in(span, segment.start, segment.end):
            continue
        inside.append(_moved(segment, span))
    return inside


def parse(content: str | bytes) -> list[Segment]:
    """The segments of a WebVTT or SubRip file, in order of time, without words of their own.

    Takes what people have: a byte-order mark, Windows line ends, cue settings, speaker and
    style tags, missing cue numbers. Invalid, with the line, for what is no captions file.
    """
    lines = _decoded(content).splitlines()
    if lines and lines[0].startswith("WEBVTT"):
        lines[0] = "NOTE"
    found: list[Segment] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
        elif _SKIPPED.match(lines[at]) and not _times(lines, at + 1):
            at = _block_end(lines, at)
        else:
            at = at if "-->" in lines[at] else at + 1  # a cue's number or name comes first
            start, end = _timing(lines, at)
            stop = _block_end(lines, at)
            text = " ".join(_plain(line) for line in lines[at + 1 : stop]).strip()
            if text and end > start:
                found.append(Segment(start, end, " ".join(text.split()), 1.0))
            at = stop
        if len(found) > _MOST_CUES:
            raise Invalid(f"The captions file holds more than {_MOST_CUES:,} captions.")
    if not found:
        raise Invalid("The captions file holds no captions.")
    return sorted(found, key=lambda segment: (segment.start, segment.end))


def _words(segment: Segment) -> Sequence[Word]:
    """The segment's words, or, where its text was edited or came without, timed by length."""
    spoken = [replace(word, text=word.text.strip()) for word in segment.words]
    if spoken and joined(word.text for word in spoken).split() == segment.text.split():
        return _short(spoken)
    texts = segment.text.split()
    spans = by_length(texts, segment.start, segment.end)
    return _short(
        Word(text, span.start, span.end, segment.confidence)
        for text, span in zip(texts, spans, strict=True)
    )


def _short(words: Iterable[Word]) -> list[Word]:
    """No word longer than a line: writing without spaces is cut when a line is full."""
    short: list[Word] = []
    for word in words:
        most = LINE if _columns(word.text) == len(word.text) else LINE // 2
        pieces = max(1, math.ceil(len(word.text) / most))
        step = (word.end - word.start) / pieces
        short += [
            Word(
                word.text[most * i : most * (i + 1)],
                word.start + step * i,
                word.start + step * (i + 1),
                word.confidence,
            )
            for i in range(pieces)
        ]
    return [word for word in short if word.text]


def _groups(words: Sequence[Word]) -> list[list[Word]]:
    """Words by cue, as even in length as two lines allow, so that no cue is one lost word."""
    total = sum(_columns(word.text) + 1 for word in words)
    goal = total / max(1, math.ceil(total / (LINE * LINES)))
    groups: list[list[Word]] = []
    length = 0
    for word in words:
        last = groups[-1] if groups else None
        if last is None or length >= goal or not _fits([*last, word]):
            groups.append([word])
            length = 0
        else:
            last.append(word)
        length += _columns(word.text) + 1
    return groups


def _fits(words: Sequence[Word]) -> bool:
    return len(_lines([word.text for word in words])) <= LINES


def _lines(words: Sequence[str]) -> list[str]:
    """Lines of at most LINE columns; Chinese, Japanese and Korean characters take two each."""
    text = joined(words)
    if _columns(text) == len(text):
        return textwrap.wrap(text, LINE)
    lines = [""]
    for word in words:
        longer = joined([lines[-1], word]) if lines[-1] else word
        if lines[-1] and _columns(longer) > LINE:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _in(span: Span, start: float, end: float) -> bool:
    return span.start <= (start + end) / 2 < span.end


def _moved(segment: Segment, span: Span) -> Segment:
    def at(time: float) -> float:
        return min(max(time - span.start, 0.0), span.length)

    words = tuple(replace(w, start=at(w.start), end=at(w.end)) for w in segment.words)
    start, end = (words[0].start, words[-1].end) if words else (segment.start, segment.end)
    if not words:
        start, end = at(start), at(end)
    return replace(segment, start=start, end=end, words=words)


def _decoded(content: str | bytes) -> str:
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # what old Windows tools write


def _times(lines: Sequence[str], at: int) -> bool:
    return at < len(lines) and "-->" in lines[at]


def _timing(lines: Sequence[str], at: int) -> tuple[float, float]:
    found = _TIMING.match(lines[at]) if at < len(lines) else None
    if found is None:
        shown = lines[min(at, len(lines) - 1)].strip()[:60]
        raise Invalid(
            f"Line {min(at, len(lines) - 1) + 1} of the captions file is no time such as "
            f"00:00:01.000 --> 00:00:03.500: {shown}"
        )
    start, end = _seconds(found.groups()[:4]), _seconds(found.groups()[4:])
    if end < start:
        raise Invalid(f"Line {at + 1} of the captions file ends before it starts.")
    return start, end


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole + float(f"0.{fraction}")


def _block_end(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and lines[at].strip():
        at += 1
    return at


def _plain(line: str) -> str:
    return html.unescape(_TAG.sub("", line))
