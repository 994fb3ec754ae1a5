"""Passages and texts with masks in the place of what is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.masking.hiding import hidden
from app.domain.masking.times import has_times
from app.models import Segment, Transcript

OTHER = "other"  # what a person hides may be of no kind that the rules know
LABELS = {
    "name": "[name]",
    "phone": "[phone number]",
    "email": "[e-mail address]",
    "address": "[address]",
    "card": "[card number]",
    "account": "[account number]",
    "reference": "[reference number]",
    OTHER: "[hidden]",
}
UNSEARCHED = "•"  # stands for a mask where it is searched: no letter, so nothing finds it

Hidden = Mapping[int, str]  # number of a word in its passage → kind


@dataclass(frozen=True, slots=True)
class Passage:
    """A segment with its masks. All else about it is the segment's own."""

    row: Segment
    text: str
    words: list[Any]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@dataclass(frozen=True, slots=True)
class Veiled:
    """A transcript with its masks. All else about it is the transcript's own."""

    row: Transcript
    segments: list[Any]  # of Passage, which serves wherever a Segment is only read

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def veiled(transcript: Transcript) -> Veiled:
    """The transcript as those see it who see masks."""
    masks = hidden(transcript)
    return Veiled(
        transcript, [passage(each, masks.get(each.id, {})) for each in transcript.segments]
    )


class Reader:
    """The masked texts of passages that come one after another, transcript by transcript. All of
    one that somebody took out of its transcript meanwhile is masked: nobody knows what was."""

    def __init__(self) -> None:
        self._transcript_id, self._here = "", frozenset[int]()
        self._masks: Mapping[int, Hidden] = {}

    def __call__(self, segment: Segment) -> str:
        if segment.transcript_id != self._transcript_id:
            transcript = segment.transcript
            self._transcript_id, self._masks = transcript.id, hidden(transcript)
            self._here = frozenset(each.id for each in transcript.segments)
        if segment.id not in self._here:
            return LABELS[OTHER]
        return text_of(segment.text, self._masks.get(segment.id, {}))


def passage(segment: Segment, masks: Hidden) -> Passage:
    """Words and text with one label for each masked stretch."""
    if not masks:
        return Passage(segment, segment.text, segment.words)
    timed = has_times(segment)
    words: list[Any] = []
    for first, last, kind in stretches(segment.text.split(), masks):
        own = segment.words[first : last + 1] if timed else []
        if kind:
            text = _label(kind, segment.text.split()[last])
            words += [[text, own[0][1], own[-1][2], 1.0]] if own else []
        else:
            words += own
    return Passage(segment, text_of(segment.text, masks), words)


def text_of(text: str, masks: Hidden, *, searched: bool = False) -> str:
    """A passage's text with its masks; `searched`: with nothing in their place to find."""
    said = text.split()
    parts: list[str] = []
    for first, last, kind in stretches(said, masks):
        if kind:
            parts.append(UNSEARCHED if searched else _label(kind, said[last]))
        else:
            parts += said[first : last + 1]
    return " ".join(parts) if masks else text


def stretches(said: Sequence[str], masks: Hidden) -> Iterator[tuple[int, int, str]]:
    """(first, last, kind) of what is masked alike, kind "" of what isn't masked."""
    first = 0
    for at in range(1, len(said) + 1):
        if at == len(said) or masks.get(at, "") != masks.get(first, ""):
            yield first, at - 1, masks.get(first, "")
            first = at


def _label(kind: str, last: str) -> str:
    """With the punctuation that stood behind."""
    end = len(last.rstrip(".,;:!?…"))
    return LABELS.get(kind, LABELS[OTHER]) + last[end:]
