"""A transcript's words as they stood before people edited them, and what is masked in these.

Rules read passages as one, so what an edit changed is told with what stood around it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from app.domain import editing_changes, personal_data
from app.domain.editing_changes import Change
from app.domain.editing_words import Passage
from app.domain.masking.decided import Decided
from app.domain.masking.digests import digest
from app.domain.masking.ground import Ground
from app.domain.masking.places import Kinds, by_rules, decide, masked
from app.domain.masking.times import Past
from app.models import Transcript

REACH = 200  # characters: no rule looks further for what tells of a name, a number, an address
MOST_KNOWN = 1000  # sides of edits, of all answers
_KNOWN: dict[str, Sequence[personal_data.Found]] = {}
_Stretch = tuple[Sequence[str], Sequence[str], Sequence[str]]  # texts, and those ahead and behind


def stood(transcript: Transcript) -> Iterator[tuple[list[Past], datetime]]:
    """The machine's own passages, and those that each edit that stands took away, with what stood
    around them; until when they stood there."""
    done = [edit for edit in transcript.edits if edit.state == "done"]
    now = editing_changes.from_rows(transcript.heard or ())
    if done:
        yield _past(now, range(len(now))), done[0].created_at
    for edit in done:
        changes = editing_changes.read(edit.changes)
        yield _found_by(changes, now), edit.created_at
        for each in changes:
            now[each.at : each.at + len(each.before)] = each.after


def versions(transcript: Transcript) -> Iterator[list[Past]]:
    """All that stood there once, also what was undone."""
    for passages, _ in stood(transcript):
        yield passages
    for edit in transcript.edits:
        if edit.state != "done":
            for each in editing_changes.read(edit.changes):
                yield _past(each.after, range(len(each.after)))


def masks(passages: Sequence[Past], by: Decided) -> dict[int, Kinds]:
    """What today's rules and people's decisions mask in passages that stood together once, by the
    passages' ids."""
    every = found(passages, by.names)
    decide(every, by.rows, Ground(passages, frozenset(), by.timed))
    return masked(every)


def found(passages: Sequence[Past], names: Sequence[str]) -> dict[int, Kinds]:
    """What today's rules alone find there."""
    return by_rules(passages, _found([*_stretches(passages)], names))


def _stretches(passages: Sequence[Past]) -> Iterator[_Stretch]:
    """Those that follow each other, and what stood around each stretch."""
    for _, numbered in groupby(enumerate(passages), key=lambda each: each[1].position - each[0]):
        own = [passage for _, passage in numbered]
        yield own[0].ahead, [passage.text for passage in own], own[-1].behind


def _found(stretches: Sequence[_Stretch], names: Sequence[str]) -> Sequence[personal_data.Found]:
    """What the rules find, worked out once for the same words: the past is asked about whenever a
    recording is. Kept under a digest, so that nobody's words stay here."""
    key = digest(json.dumps([personal_data.VERSION, stretches, names]))
    found = _KNOWN.get(key)
    if found is None:
        found = _KNOWN[key] = tuple(_read(stretches, names))
        if len(_KNOWN) > MOST_KNOWN:
            _KNOWN.pop(next(iter(_KNOWN)), None)
    return found


def _read(stretches: Sequence[_Stretch], names: Sequence[str]) -> Iterator[personal_data.Found]:
    first = 0
    for ahead, own, behind in stretches:
        for each in personal_data.find([*ahead, *own, *behind], names):
            at = each.segment - len(ahead)
            if 0 <= at < len(own):
                yield replace(each, segment=first + at)
        first += len(own)


def _found_by(changes: Sequence[Change], now: Sequence[Passage]) -> list[Past]:
    """What an edit changed in these passages, as it found it, as far around as rules read."""
    near: set[int] = set()
    for each in changes:
        near.update(_wider(now, range(each.at, each.at + len(each.before))))
    past: list[Past] = []
    for _, numbered in groupby(enumerate(sorted(near)), key=lambda each: each[1] - each[0]):
        places = [at for _, at in numbered]
        past += _past(now, range(places[0], places[-1] + 1))
    return past


def _wider(passages: Sequence[Passage], places: range) -> range:
    """With those before and behind, as far as rules read."""
    first, stop = places.start, min(places.stop, len(passages))
    before = behind = 0
    while first > 0 and before < REACH:
        first -= 1
        before += len(passages[first].text)
    while stop < len(passages) and behind < REACH:
        behind += len(passages[stop].text)
        stop += 1
    return range(first, stop)


def _past(passages: Sequence[Passage], places: range) -> list[Past]:
    """Those at these places; the first and the last one know what stood around them."""
    wider = _wider(passages, places)
    ahead = tuple(passages[at].text for at in range(wider.start, places.start))
    behind = tuple(passages[at].text for at in range(places.stop, wider.stop))
    return [
        Past(
            id=-1 - at,
            position=at,
            start=passages[at].start,
            end=passages[at].end,
            text=passages[at].text,
            words=[[w.text, w.start, w.end, w.confidence] for w in passages[at].words],
            edited_by=passages[at].edited_by,
            ahead=ahead if at == places.start else (),
            behind=behind if at == places.stop - 1 else (),
        )
        for at in places
    ]
