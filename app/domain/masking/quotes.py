"""Words that were taken out of a transcript once, or were never in one: quotes of moments, what
opened a follow-up, notes, written answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from app.domain import personal_data
from app.domain.masking import history
from app.domain.masking.decided import decided
from app.domain.masking.hiding import hidden
from app.domain.masking.places import Kinds, put
from app.domain.masking.showing import OTHER, Hidden, text_of
from app.domain.masking.times import Past
from app.domain.personal_data import fold, pieces
from app.extensions import db
from app.models import Answer, Highlight, Segment, Submission, Transcript

MAYBE_CUT = 1000  # characters: a line that long may end within a word of its passage
Said = list[tuple[str, str]]  # every word of a transcript, folded, with the kind of its mask or ""


def plain(text: str, name: str = "") -> str:
    """A text that is no passage of a transcript, with masks where the rules find something.
    `name`: what its writer is called."""
    lines = text.split("\n")
    masks = _by_rules(lines, name)
    return "\n".join(text_of(line, masks.get(number, {})) for number, line in enumerate(lines))


def quote(highlight: Highlight) -> str:
    """A moment's words with their masks."""
    if highlight.masked_quote is not None:
        return highlight.masked_quote
    transcript = db.session.get_one(Transcript, highlight.transcript_id)
    return quoted([highlight.quote], transcript, highlight.submission.display_name)[0]


def quoted(texts: Sequence[str], transcript: Transcript, name: str = "") -> list[str]:
    """Words of this transcript, their end maybe cut, with every mask that lies on them wherever
    they stand, or stood before an edit: nobody knows any more from where they were taken. Words
    that are nowhere have the rules' masks, and those that each of them has elsewhere."""
    every = list(_every(transcript))
    return [_quoted(text, every, name) for text in texts]


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
            masks = _of_passage(line, self._transcripts)
            if masks is None and line.strip():
                masks = _masks(line, self._every, rules.get(at, {}))
            shown.append(text_of(line, masks or {}))
        return "\n".join(shown)

    @cached_property
    def _transcripts(self) -> list[Transcript]:
        return [each for answer in self.submission.answers for each in answer.transcripts]

    @cached_property
    def _every(self) -> list[Said]:
        return [words for transcript in self._transcripts for words in _every(transcript)]


def _by_rules(lines: Sequence[str], name: str) -> dict[int, Kinds]:
    masks: dict[int, Kinds] = {}
    for each in personal_data.find(lines, [name] if name else []):
        put(masks.setdefault(each.segment, {}), each.first, each.last, each.kind)
    return masks


def _quoted(text: str, every: Sequence[Said], name: str) -> str:
    return text_of(text, _masks(text, every, _by_rules([text], name).get(0, {})))


def _masks(text: str, every: Sequence[Said], rules: Kinds) -> Kinds:
    """Those on the text's words wherever it stands; else the rules' and each word's own."""
    wanted = [fold(word) for word in text.split()]
    if not wanted:
        return {}
    masks: Kinds = {}
    found = False
    for said in every:
        for start in range(len(said) - len(wanted) + 1):
            here = said[start : start + len(wanted)]
            if wanted[0] == said[start][0] and wanted == [word for word, _ in here]:
                found = True
                masks |= {at: kind for at, (_, kind) in enumerate(here) if kind}
    if found:
        return masks
    kinds = {part: kind for said in every for word, kind in said for part in _telling(word, kind)}
    own = {at: kind for at, word in enumerate(text.split()) if (kind := _kind(word, kinds))}
    return rules | own


def _telling(word: str, kind: str) -> list[str]:
    """What of a masked word tells its secret elsewhere, too: of a name not the "call" of
    "Emily—call", of a number nothing but all of it."""
    if kind not in ("name", OTHER):
        return [word] if kind else []
    parts = [each for each in pieces(word) if len(each) > 2 and not personal_data.ordinary([each])]
    return [word, *parts]


def _kind(word: str, kinds: Mapping[str, str]) -> str:
    for each in (fold(word), *(piece for piece in pieces(word) if len(piece) > 2)):
        plural = each.removesuffix("s") if len(each) > 4 else each
        if kind := kinds.get(each) or kinds.get(plural):
            return kind
    return ""


def _every(transcript: Transcript) -> Iterator[Said]:
    """All words of what stood there once, and of what stands there now."""
    by = decided(transcript)
    for once in history.versions(transcript):
        if once:
            yield _said(once, history.masks(once, by))
    yield _said(transcript.segments, hidden(transcript, by))


def _said(passages: Sequence[Segment] | Sequence[Past], masks: dict[int, Kinds]) -> Said:
    return [
        (fold(word), masks.get(each.id, {}).get(at, ""))
        for each in passages
        for at, word in enumerate(each.text.split())
    ]


def _of_passage(line: str, said: Sequence[Transcript]) -> Hidden | None:
    """What lies on a line that is some passage, or its beginning; None where it is none."""
    if not line.strip():
        return None
    every = [masks for transcript in said for masks in _masks_of(line, transcript)]
    return {at: kind for masks in every for at, kind in masks.items()} if every else None


def _masks_of(line: str, transcript: Transcript) -> Iterator[Hidden]:
    """What is masked in each passage that this is, as it is now or was once."""
    by = decided(transcript)
    for segment in transcript.segments:
        if _is(line, segment.text):
            yield hidden(transcript, by).get(segment.id, {})
    for once in history.versions(transcript):
        said = [passage for passage in once if _is(line, passage.text)]
        if said:
            every = history.masks(once, by)
            yield from (every.get(passage.id, {}) for passage in said)


def _is(line: str, passage: str) -> bool:
    return line == passage or (len(line) >= MAYBE_CUT and passage.startswith(line))
