"""Words that were taken out of a transcript once, or were never in one: quotes of moments, what
opened a follow-up, notes, written answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial

from app.domain import personal_data
from app.domain.masking import history
from app.domain.masking.decided import decided
from app.domain.masking.elsewhere import Alone, Elsewhere, Said
from app.domain.masking.hiding import hidden
from app.domain.masking.places import Kinds, alone, put
from app.domain.masking.showing import text_of
from app.domain.masking.times import Past
from app.domain.personal_data import fold
from app.extensions import db
from app.models import Answer, Highlight, Segment, Submission, Transcript

MAYBE_CUT = 1000  # characters: a line that long may end within a word of its passage


class _Stood:
    """Passages that stood together once, or stand there now. `alone`: as `places.alone` gives it,
    of their transcript."""

    def __init__(
        self,
        passages: Sequence[Segment] | Sequence[Past],
        masks: Callable[[], dict[int, dict[int, str]]],
        alone: Alone,
    ) -> None:
        self.passages, self.alone = passages, alone
        self._masks = masks

    @cached_property
    def masks(self) -> dict[int, dict[int, str]]:
        """By the passages' ids."""
        return self._masks()

    def said(self) -> Said:
        return [
            (fold(word), self.masks.get(each.id, {}).get(at, ""))
            for each in self.passages
            for at, word in enumerate(each.text.split())
        ]


def plain(text: str, name: str = "") -> str:
    """A text that is no passage of a transcript, with masks where the rules find something.
    `name`: what its writer is called."""
    lines = text.split("\n")
    masks = _by_rules(lines, name)
    return "\n".join(text_of(line, masks.get(number, {})) for number, line in enumerate(lines))


def quote(highlight: Highlight) -> str:
    """A moment's words with their masks: those that were written down, while they are of today's
    rules."""
    if highlight.masked_quote is not None and highlight.masked_by == personal_data.VERSION:
        return highlight.masked_quote
    transcript = db.session.get_one(Transcript, highlight.transcript_id)
    return quoted([highlight.quote], transcript, highlight.submission.display_name)[0]


def quoted(texts: Sequence[str], transcript: Transcript, name: str = "") -> list[str]:
    """Words of this transcript, their end maybe cut, with every mask that lies on them wherever
    they stand, or stood before an edit: nobody knows any more from where they were taken. Words
    that are nowhere have the rules' masks, and those that each of them has elsewhere."""
    elsewhere = Elsewhere((each.said(), each.alone) for each in _stood(transcript))
    found = [(text, _by_rules([text], name).get(0, {})) for text in texts]
    return [text_of(text, elsewhere.masks(text, rules)) for text, rules in found]


def written(answer: Answer) -> str:
    """A written answer that has no transcript yet, with its masks."""
    return plain(answer.written_text, answer.submission.display_name)


def evidence(text: str, submission: Submission | None) -> str:
    """What opened a follow-up: a passage of the submission's as it was then, with every mask that
    lies on those words since. Lines that are none, such as a note of the customer's own, have the
    rules' masks and those that each of their words has in what was said."""
    return Evidence(submission)(text) if submission is not None else plain(text)


class Evidence:
    """The same of many texts about one voice, such as people's notes on it: what was said is read
    once."""

    def __init__(self, submission: Submission) -> None:
        self.submission = submission

    def __call__(self, text: str) -> str:
        if not text.strip():
            return text
        lines = text.split("\n")
        rules = _by_rules(lines, self.submission.display_name)
        shown: list[str] = []
        for at, line in enumerate(lines):
            masks = self._of_passage(line)
            if masks is None:
                masks = self._elsewhere.masks(line, rules.get(at, {}))
            shown.append(text_of(line, masks))
        return "\n".join(shown)

    def _of_passage(self, line: str) -> Kinds | None:
        """What lies on a line that is some passage, as it is now or was once, or its beginning;
        None where it is none."""
        texts = [line] if line in self._passages else []
        if len(line) >= MAYBE_CUT:
            texts += [text for text in self._passages if text != line and text.startswith(line)]
        every = [(stood, number) for text in texts for stood, number in self._passages[text]]
        if not every:
            return None
        masks = [stood.masks.get(number, {}) for stood, number in every]
        return {at: kind for each in masks for at, kind in each.items()}

    @cached_property
    def _every(self) -> list[_Stood]:
        transcripts = [each for answer in self.submission.answers for each in answer.transcripts]
        return [stood for transcript in transcripts for stood in _stood(transcript)]

    @cached_property
    def _passages(self) -> dict[str, list[tuple[_Stood, int]]]:
        """By its text, where each passage stands or stood, and its id there."""
        found: dict[str, list[tuple[_Stood, int]]] = {}
        for stood in self._every:
            for each in stood.passages:
                found.setdefault(each.text, []).append((stood, each.id))
        return found

    @cached_property
    def _elsewhere(self) -> Elsewhere:
        return Elsewhere((stood.said(), stood.alone) for stood in self._every)


def _stood(transcript: Transcript) -> Iterator[_Stood]:
    """All that stood there once, and what stands there now."""
    by = decided(transcript)
    theirs = alone(by.rows)
    for once in history.versions(transcript):
        if once:
            yield _Stood(once, partial(history.masks, once, by), theirs)
    yield _Stood(transcript.segments, partial(hidden, transcript, by), theirs)


def _by_rules(lines: Sequence[str], name: str) -> dict[int, Kinds]:
    masks: dict[int, Kinds] = {}
    for each in personal_data.find(lines, [name] if name else []):
        put(masks.setdefault(each.segment, {}), each.first, each.last, each.kind)
    return masks
