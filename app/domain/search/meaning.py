"""Finds passages by what they mean: every vector is compared with the query's, exactly.

Nothing is kept between two searches, so there is nothing that an erased or masked passage could
still be in. See docs/adr/014 for what that costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import and_, select

from app import runtime
from app.domain import masking, personal_data
from app.domain.search import encoder, packing, vectors
from app.domain.search.filters import Filters, current, of_passages, of_voices
from app.extensions import db
from app.models import Answer, Segment, Submission, Transcript, Vectors

FLOOR = 0.3  # cosine; half of what is nearer is about it, as measured for docs/adr/014
MOST = 200  # passages ranked
ROWS = 500  # transcripts read at a time, some 2 MB
LOOKED_AT = 4000  # of the nearest passages, where a filter passes most of them over


def ranked(workspace_id: str, asked: str, filters: Filters) -> list[int]:
    """The passages whose meaning is near `asked` (see `said`), nearest first; none for "".

    Raises:
        NoModel: the text model is not on this machine.
    """
    if not asked:
        return []
    vector = encoder.model(runtime.settings().encoder).embed(asked)
    near = _near(workspace_id, vector, filters)
    found: list[int] = []
    for begin in range(0, min(len(near), LOOKED_AT), MOST):
        found += _fitting(near[begin : begin + MOST], filters)
        if len(found) >= MOST:
            break
    return found[:MOST]


def said(query: str) -> str:
    """What of a query can be compared: "" where the model can't read it, and where it is nothing
    but a name or a number that would be masked, for those are in no vector."""
    found = personal_data.find([query])
    masks = {at: each.kind for each in found for at in range(each.first, each.last + 1)}
    if not encoder.readable(masking.text_of(query, masks, searched=True)):
        return ""
    return vectors.meant(query, masks).text


def waiting(workspace_id: str) -> bool:
    """Whether some passages here have no vector yet."""
    return (
        db.session.scalar(
            select(
                select(Vectors.transcript_id)
                .join(Transcript, and_(Transcript.id == Vectors.transcript_id, Transcript.current))
                .join(Answer, Transcript.answer_id == Answer.id)
                .join(Submission, Answer.submission_id == Submission.id)
                .where(vectors.stale(), *of_voices(workspace_id, Filters()))
                .exists()
            )
        )
        or False
    )


def _near(workspace_id: str, vector: packing.Floats, filters: Filters) -> npt.NDArray[np.void]:
    """The records whose cosine with the query is FLOOR or more, nearest first."""
    kept, cosines = [np.zeros(0, packing.RECORD)], [np.zeros(0, np.float32)]
    scale = np.float32(127)
    for records in _stored(workspace_id, filters):
        cosine = np.asarray(records["numbers"].astype(np.float32) @ vector, np.float32)
        likeness = cosine * records["scale"] / scale
        near = likeness >= FLOOR
        kept.append(records[near])
        cosines.append(likeness[near])
    order = np.argsort(-np.concatenate(cosines), kind="stable")
    return np.concatenate(kept)[order]


def _stored(workspace_id: str, filters: Filters) -> Iterator[packing.Records]:
    rows = db.session.scalars(
        select(Vectors.records)
        .join(Transcript, and_(Transcript.id == Vectors.transcript_id, Transcript.current))
        .join(Answer, Transcript.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(Vectors.model.in_(vectors.TODAY), *of_voices(workspace_id, filters))
        .execution_options(yield_per=ROWS)
    )
    for part in rows.partitions():
        yield np.frombuffer(b"".join(part), packing.RECORD)


def _fitting(near: packing.Records, filters: Filters) -> Sequence[int]:
    """Those whose words are still the ones that were compared, and that fit the filters."""
    ids: list[int] = near["segment"].tolist()
    said = vectors.digests(ids)
    if rules := of_passages(filters):
        fits = set(
            db.session.scalars(current(select(Segment.id)).where(Segment.id.in_(ids), *rules))
        )
    else:
        fits = set(ids)
    return [
        segment_id
        for segment_id, record in zip(ids, near, strict=True)
        if segment_id in fits and said.get(segment_id) == bytes(record["digest"])
    ]
