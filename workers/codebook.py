"""The text worker's part in a codebook: what a change would move, moving it, and what is missing.

Passages' vectors are those that search keeps, so that hearing anew needs no pass of the encoder;
only what has none yet is encoded here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.domain.codebook import carrying, clusters, looking, proposals
from app.domain.codebook.retagging import Heard, Passage, Plan
from app.domain.search import vectors
from app.domain.search.packing import rounded
from app.domain.wording import count
from app.extensions import db
from app.models import CodebookChange, Program
from workers import vectors as making
from workers.perform import Publish, Work
from workers.understand import shared
from workers.understand.encoder import WIDTH, Encoder, Floats
from workers.understand.themes import ThemeIndex, centred, engine


class Listener:
    """Hears passages with a plan's codebook, which is encoded once."""

    def __init__(self, plan: Plan, encoder: Encoder) -> None:
        self._encoder, self._rivals = encoder, plan.rivals
        self._index = ThemeIndex(plan.hearing.codebook, encoder)
        self._rows = [self._index.names.index(name) for name in self._rivals]

    def __call__(self, passages: Sequence[Passage]) -> list[Heard]:
        vectors = embedded([each.id for each in passages], self._encoder)
        alike = self._index.similarity(vectors)[:, self._rows] if self._rows else None
        return [
            Heard(
                {each.name: each.score for each in themes},
                dict(zip(self._rivals, map(float, alike[row]), strict=True))
                if alike is not None
                else {},
            )
            if vectors[row].any()
            else Heard({})
            for row, themes in enumerate(self._index.themes(vectors))
        ]


def embedded(segment_ids: Sequence[int], encoder: Encoder) -> Floats:
    """(n, 384): the passages' vectors, 0 where there is nothing to read."""
    known = looking.vectors_of(segment_ids)
    texts = vectors.texts_of([each for each in segment_ids if each not in known])
    known |= {key: rounded(each) for key, each in making.embedded(texts, encoder).items()}
    none = np.zeros(WIDTH, np.float32)
    found = [known.get(each, none) for each in segment_ids]
    return np.array(found, np.float32).reshape(-1, WIDTH)


def preview(work: Work) -> Publish:
    change = _change(work)
    plan = carrying.plan_of(change)
    listen = Listener(plan, _encoder(work))
    seen = carrying.look(change, plan, listen, work.report)

    def publish() -> str:
        change.preview = seen.as_json()
        return f"{count(seen.changed, 'passage')} would change"

    return publish


def retag(work: Work) -> Publish:
    """Writes as it goes: each batch counts only while this worker holds the step."""
    change = _change(work)
    if change.state == "undoing":
        carrying.take_back(change, work.checkpoint)
    plan = carrying.plan_of(change)
    by = (engine().name, engine().version)
    listener = Listener(plan, _encoder(work))
    changed = carrying.carry_out(change, plan, listener, by, work.checkpoint, work.report)

    def publish() -> str:
        carrying.finish(change)
        return f"{count(changed, 'passage')} changed"

    return publish


def propose(work: Work) -> Publish:
    program = db.session.get_one(Program, work.run.program_id)
    passages = looking.uncovered(program)
    db.session.commit()
    work.report(0.1, f"Reading {count(len(passages), 'passage')}")
    read = embedded([each.id for each in passages], _encoder(work))
    vectors = np.where(np.any(read, axis=1, keepdims=True), centred(read), 0)
    found = looking.groups(
        passages,
        vectors,
        clusters.apart(vectors),
        lambda share: work.report(share, "Comparing"),
    )
    said = looking.background(program, {each.id for group in found for each in group.passages})
    named = looking.named(found, said)
    middles = _middles(program, _encoder(work))

    def publish() -> str:
        new = proposals.publish(program, named, middles)
        return f"{count(new, 'theme')} proposed" if new else "Nothing that themes don't cover"

    return publish


def _middles(program: Program, encoder: Encoder) -> dict[str, Floats]:
    """Of the proposals that are there, by id, in what the groups' own middles are in."""
    found: dict[str, Floats] = {}
    for proposal_id, ids in proposals.compared(program).items():
        read = embedded(ids, encoder)
        read = read[np.any(read, axis=1)]
        if len(read):
            found[proposal_id] = clusters.middle(centred(read))
    return found


def _change(work: Work) -> CodebookChange:
    return db.session.get_one(CodebookChange, work.run.change_id)


def _encoder(work: Work) -> Encoder:
    return shared(*work.settings.text_models).encoder
