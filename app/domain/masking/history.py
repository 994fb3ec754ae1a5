"""A transcript's words as they stood before people edited them, and what is masked in these."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from app.domain import editing_changes, personal_data
from app.domain.editing_words import Passage
from app.domain.masking.decided import Decided
from app.domain.masking.digests import digest
from app.domain.masking.ground import Ground
from app.domain.masking.places import Kinds, by_rules, decide, masked
from app.domain.masking.times import Past
from app.models import Transcript

MOST_KNOWN = 1000  # sides of edits, of all answers
_KNOWN: dict[str, Sequence[personal_data.Found]] = {}


def stood(transcript: Transcript) -> Iterator[tuple[list[Past], datetime]]:
    """The machine's own passages, and those that each edit that stands took away; until when they
    stood there."""
    done = [edit for edit in transcript.edits if edit.state == "done"]
    if done:
        yield _past(editing_changes.from_rows(transcript.heard or ())), done[0].created_at
    for edit in done:
        yield _side(edit.changes, after=False), edit.created_at


def versions(transcript: Transcript) -> Iterator[list[Past]]:
    """All that ever stood there, also what was undone: the machine's own passages, and what each
    edit found and left."""
    yield _past(editing_changes.from_rows(transcript.heard or ()))
    for edit in transcript.edits:
        yield _side(edit.changes, after=False)
        yield _side(edit.changes, after=True)


def masks(passages: Sequence[Past], by: Decided) -> dict[int, Kinds]:
    """What today's rules and people's decisions mask in passages that stood together once, by the
    passages' ids."""
    every = found(passages, by.names)
    decide(every, by.rows, Ground(passages, frozenset(), by.timed))
    return masked(every)


def found(passages: Sequence[Past], names: Sequence[str]) -> dict[int, Kinds]:
    """What today's rules alone find there."""
    return by_rules(passages, _found([passage.text for passage in passages], names))


def _found(texts: Sequence[str], names: Sequence[str]) -> Sequence[personal_data.Found]:
    """What the rules find, worked out once for the same words: the past is asked about whenever a
    recording is. Kept under a digest, so that nobody's words stay here."""
    key = digest(json.dumps([personal_data.VERSION, texts, names]))
    found = _KNOWN.get(key)
    if found is None:
        found = _KNOWN[key] = tuple(personal_data.find(texts, names))
        if len(_KNOWN) > MOST_KNOWN:
            _KNOWN.pop(next(iter(_KNOWN)), None)
    return found


def _side(rows: Sequence[object], *, after: bool) -> list[Past]:
    changes = reversed(editing_changes.read(rows))  # in the order of the passages
    return _past([p for each in changes for p in (each.after if after else each.before)])


def _past(passages: Sequence[Passage]) -> list[Past]:
    return [
        Past(
            id=-1 - at,
            position=at,
            start=passage.start,
            end=passage.end,
            text=passage.text,
            words=[[w.text, w.start, w.end, w.confidence] for w in passage.words],
            edited_by=passage.edited_by,
        )
        for at, passage in enumerate(passages)
    ]
