"""What the codebook doesn't cover: the passages without a theme, in groups that are alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from app.domain import masking
from app.domain.codebook import clusters, versions, wording
from app.domain.codebook.clusters import Floats
from app.domain.codebook.proposals import KEPT, LEAST
from app.domain.corrections import keeping
from app.domain.search import packing
from app.domain.search import vectors as stored
from app.extensions import db
from app.models import Mention, Program, Segment, Submission, Vectors

MOST = 5000  # passages, the newest; comparing them all takes a few seconds
REST = 2000  # passages that stand for all else that is said
MANY = 400


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that no theme covers; `text` with its masks."""

    id: int
    text: str
    customer: str


@dataclass(frozen=True, slots=True)
class Group:
    """Passages that are alike, the most typical first; `words` tell them from all else."""

    passages: tuple[Passage, ...]
    centre: Floats
    words: tuple[str, ...] = ()

    @property
    def customers(self) -> int:
        return len({each.customer for each in self.passages})


def uncovered(program: Program, most: int = MOST) -> list[Passage]:
    """The newest passages that no theme was heard in, nor by a person decided to be in none."""
    rows = db.session.execute(
        versions.passages(program.id)
        .with_only_columns(Segment, Submission)
        .where(~select(Mention.id).where(Mention.segment_id == Segment.id).exists())
        .order_by(Segment.id.desc())
        .limit(most)
    ).all()
    decided: set[int] = set()
    for at in range(0, len(rows), MANY):
        ids = [segment.id for segment, _ in rows[at : at + MANY]]
        decided |= {segment_id for segment_id, _ in keeping.decided(ids, "theme")}
    read = masking.Reader()
    ordered = sorted(rows, key=lambda row: (row[0].transcript_id, row[0].position))
    found = [
        Passage(segment.id, read(segment), submission.reference or submission.id)
        for segment, submission in ordered
        if segment.id not in decided and _by_customer(segment)
    ]
    return [each for each in found if wording.about_something(each.text)]


def vectors_of(segment_ids: Sequence[int]) -> dict[int, Floats]:
    """The vectors that search keeps of these passages (384 numbers, length 1), of those that have
    one. `app.domain.search.vectors` takes away those of words that changed."""
    found: dict[int, Floats] = {}
    for at in range(0, len(segment_ids), MANY):
        part = segment_ids[at : at + MANY]
        rows = db.session.scalars(
            select(Vectors.records).where(
                Vectors.transcript_id.in_(
                    select(Segment.transcript_id).where(Segment.id.in_(part)).distinct()
                ),
                Vectors.model.in_(stored.TODAY),
            )
        )
        records = np.frombuffer(b"".join(rows), packing.RECORD)
        records = records[np.isin(records["segment"], part) & (records["scale"] > 0)]
        for segment_id, vector in zip(
            records["segment"].tolist(), packing.unpacked(records), strict=True
        ):
            found[segment_id] = vector
    return found


def groups(
    passages: Sequence[Passage],
    vectors: Floats,
    apart: Floats,
    on_progress: Callable[[float], None] = lambda share: None,
) -> list[Group]:
    """Groups that LEAST customers or more speak of. `apart` (n, 384): what they are compared by,
    see `clusters.groups`. `vectors` (n, 384): what their middles are kept in, the same from look to
    look."""
    found = clusters.groups(
        apart, [each.customer for each in passages], LEAST, on_progress=on_progress
    )
    return [
        Group(tuple(passages[row] for row in each.rows), clusters.middle(vectors[list(each.rows)]))
        for each in found
    ]


def background(program: Program, apart: Collection[int]) -> list[str]:
    """Texts of the newest passages but these, with their masks."""
    rows = db.session.scalars(
        versions.passages(program.id)
        .with_only_columns(Segment)
        .order_by(Segment.id.desc())
        .limit(REST + len(apart))
    ).all()
    rest = [each for each in rows if each.id not in apart][:REST]
    read = masking.Reader()
    return [read(each) for each in sorted(rest, key=lambda each: each.transcript_id)]


def named(found: Sequence[Group], rest: Sequence[str]) -> list[Group]:
    """The groups with their telling words, of the passages that are kept with them alone, so that
    a word can go when its speakers do; a group that has none is no theme."""
    spoken = [
        [wording.Spoken(each.text, each.customer) for each in group.passages[:KEPT]]
        for group in found
    ]
    return [
        Group(group.passages, group.centre, words)
        for group, words in zip(found, wording.telling(spoken, rest), strict=True)
        if words
    ]


def _by_customer(segment: Segment) -> bool:
    askers = {number for number, _, customer in segment.transcript.speakers if not customer}
    return segment.speaker not in askers
