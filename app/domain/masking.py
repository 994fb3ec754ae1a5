"""What is said, as those see it who may not see personal data: with a mask in its place.

Owners and analysts see the words; everyone else, and whatever leaves the house, the masks. A
passage that changed since it was looked through is looked through here, so no mask comes late.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.domain import mask_history, personal_data
from app.domain.mask_places import GAP, decide, has_times, masked, put
from app.domain.timeline import Span, merge
from app.extensions import db
from app.models import (
    Answer,
    Highlight,
    PersonalData,
    PersonalLook,
    Segment,
    Submission,
    Transcript,
)

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
MARGIN = 0.12  # seconds muted before and after: engines' word times are right to about that

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


def hidden(transcript: Transcript) -> dict[int, dict[int, str]]:
    """The masked words of each passage that has some, by the segment's id."""
    segments = transcript.segments
    rows = rows_of(transcript)
    fresh = looked_through(segments)
    found: dict[int, dict[int, str]] = {segment.id: {} for segment in segments}
    if len(fresh) == len(segments):
        for row in rows:
            if row.source == "machine" and row.segment_id in found:
                put(found[row.segment_id], row.first_word, row.last_word, row.kind)
    else:
        for each in personal_data.find([s.text for s in segments], known(transcript)):
            put(found[segments[each.segment].id], each.first, each.last, each.kind)
    decide(found, rows, segments, fresh)
    return masked(found)


def veiled(transcript: Transcript) -> Veiled:
    """The transcript as those see it who see masks."""
    masks = hidden(transcript)
    return Veiled(
        transcript, [passage(each, masks.get(each.id, {})) for each in transcript.segments]
    )


class Reader:
    """The masked texts of passages that come one after another, transcript by transcript."""

    def __init__(self) -> None:
        self._transcript_id, self._masks = "", dict[int, dict[int, str]]()

    def __call__(self, segment: Segment) -> str:
        if segment.transcript_id != self._transcript_id:
            self._transcript_id, self._masks = segment.transcript_id, hidden(segment.transcript)
        return text_of(segment.text, self._masks.get(segment.id, {}))


def passage(segment: Segment, masks: Hidden) -> Passage:
    """Words and text with one label for each masked stretch."""
    if not masks:
        return Passage(segment, segment.text, segment.words)
    timed = has_times(segment)
    words: list[Any] = []
    for first, last, kind in _stretches(segment.text.split(), masks):
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
    for first, last, kind in _stretches(said, masks):
        if kind:
            parts.append(UNSEARCHED if searched else _label(kind, said[last]))
        else:
            parts += said[first : last + 1]
    return " ".join(parts) if masks else text


def plain(text: str, name: str = "") -> str:
    """A text that is no passage of a transcript, with masks where the rules find something.
    `name`: what its writer is called."""
    lines = text.split("\n")
    masks: dict[int, dict[int, str]] = {}
    for each in personal_data.find(lines, [name] if name else []):
        put(masks.setdefault(each.segment, {}), each.first, each.last, each.kind)
    return "\n".join(text_of(line, masks.get(number, {})) for number, line in enumerate(lines))


def quote(highlight: Highlight) -> str:
    """A moment's words with their masks."""
    if highlight.masked_quote is not None:
        return highlight.masked_quote
    return plain(highlight.quote, highlight.submission.display_name)


def written(answer: Answer) -> str:
    """A written answer that has no transcript yet, with its masks."""
    return plain(answer.written_text, answer.submission.display_name)


def evidence(text: str, submission: Submission | None) -> str:
    """What opened a follow-up: a passage of the submission's as it was then, with every mask that
    lies on those words since, else a note of the customer's own."""
    if submission is None or not text:
        return plain(text)
    masks, found = dict[int, str](), False
    for answer in submission.answers:
        for transcript in answer.transcripts:
            for kinds in _masks_of(text, transcript):
                masks, found = {**masks, **kinds}, True
    return text_of(text, masks) if found else plain(text, submission.display_name)


def muted(transcript: Transcript) -> list[Span]:
    """The stretches of the recording in which masked words are said, with a small margin, also
    those that nobody reads any more since somebody edited them. A passage without times of its
    words is muted whole."""
    rows = rows_of(transcript)
    spans = mask_history.hidden_time(rows)
    spans += mask_history.unread(transcript, known(transcript), rows)
    every = hidden(transcript)
    for segment in transcript.segments:
        masks = every.get(segment.id, {}) if segment.end > segment.start else {}
        if masks and not has_times(segment):
            spans.append(Span(segment.start, segment.end))
        else:
            spans += [Span(segment.words[at][1], segment.words[at][2]) for at in masks]
    wider = (Span(max(0.0, each.start - MARGIN), each.end + MARGIN) for each in spans)
    return merge(wider, GAP)


def known(transcript: Transcript) -> list[str]:
    """What the customer is called, as they typed it."""
    answer = db.session.get_one(Answer, transcript.answer_id)
    return [answer.submission.display_name] if answer.submission.display_name else []


def rows_of(transcript: Transcript) -> list[PersonalData]:
    """What is known of personal data in its answer, in the order in which it came."""
    return list(
        db.session.scalars(
            select(PersonalData)
            .where(PersonalData.answer_id == transcript.answer_id)
            .order_by(PersonalData.created_at, PersonalData.id)
        )
    )


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def looked_through(segments: Sequence[Segment]) -> frozenset[int]:
    """The ids of those whose rows are of their text as it is now, by today's rules."""
    looks = db.session.scalars(
        select(PersonalLook).where(PersonalLook.segment_id.in_([each.id for each in segments]))
    )
    texts = {segment.id: digest(segment.text) for segment in segments}
    return frozenset(
        look.segment_id
        for look in looks
        if (look.version, look.digest) == (personal_data.VERSION, texts[look.segment_id])
    )


def _masks_of(text: str, transcript: Transcript) -> Iterator[Hidden]:
    """What is masked in each passage that begins with this text, as it is now or was once."""
    for segment in transcript.segments:
        if segment.text.startswith(text):
            yield hidden(transcript).get(segment.id, {})
    for once in mask_history.versions(transcript):
        said = [passage for passage in once if passage.text.startswith(text)]
        if said:
            every = mask_history.masks(once, known(transcript), rows_of(transcript))
            yield from (every.get(passage.id, {}) for passage in said)


def _stretches(said: Sequence[str], masks: Hidden) -> Iterator[tuple[int, int, str]]:
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
