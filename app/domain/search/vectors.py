"""What each passage means, as a vector (`app.domain.search.packing`).

A vector is made of the words as those see them who see masks, with one name in the place of every
name: two passages that differ only in what is masked have the same vector, so none of them can be
told, or found, by it. That of a passage that was masked or edited since counts no longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import selectinload

from app import queue, runtime
from app.domain import masking, personal_data
from app.domain.clerk import rows_written
from app.domain.personal_data import reading
from app.domain.search.encoder import NAME, SHA256, readable
from app.domain.search.packing import RECORD, Floats, Records, packed, unpacked
from app.extensions import db
from app.models import PersonalLook, Segment, Transcript, Vectors

Masks = Mapping[int, masking.Hidden]

READY = 4  # counted up when `texts` or what the worker does to them changes
MODEL = f"{NAME} {SHA256[:8]} {READY}"
PART = f"{MODEL} part"  # some passages have their vector, others wait for theirs
TODAY = (MODEL, PART)
AT_ONCE = 64  # transcripts rung for at a time: what comes in meanwhile waits a second or two
IDS = 5000  # in one statement: SQLite takes 32,766
_STANDS_FOR = {
    label: {"name": reading.NOBODY, masking.OTHER: "something"}.get(kind, label.strip("[]"))
    for kind, label in masking.LABELS.items()
}


@dataclass(frozen=True, slots=True)
class Meant:
    """What a passage's vector is made of, and the digest of its masked text."""

    text: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is still to be made of a transcript: texts by the passages' ids. `kept`: the records
    that stay. `passages`: how many it has. `edition`: of the row when it was looked at."""

    transcript_id: str
    edition: int
    passages: int
    kept: Records
    texts: Mapping[int, Meant]


def texts(transcript: Transcript, masks: Masks | None = None) -> dict[int, Meant]:
    """What vectors are made of, by the passages' ids. `masks`: as `masking.hidden` gives them, for
    those who have them at hand."""
    masks = masking.hidden(transcript) if masks is None else masks
    return {each.id: meant(each.text, masks.get(each.id, {})) for each in transcript.segments}


def mark(transcript: Transcript, masks: Masks) -> None:
    """Its words or masks changed: the vectors that aren't of its passages as they are now go at
    once, and are made anew when the text worker is free. The caller commits."""
    said = texts(transcript, masks)
    kept = _fitting(_stored(transcript.id), said)
    values = {"model": MODEL if len(kept) == len(said) else PART, "records": kept.tobytes()}
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(
        insert(Vectors)
        .values(transcript_id=transcript.id, edition=0, **values)
        .on_conflict_do_update(
            index_elements=["transcript_id"], set_={**values, "edition": Vectors.edition + 1}
        )
    )


def due(most: int) -> Sequence[str]:
    """Transcripts that wait for vectors, also for those by another model than before; newest
    first."""
    return db.session.scalars(
        select(Vectors.transcript_id)
        .join(Transcript, Transcript.id == Vectors.transcript_id)
        .where(stale(), Transcript.current)
        .order_by(Vectors.transcript_id.desc())
        .limit(most)
    ).all()


def stale() -> ColumnElement[bool]:
    """Of rows that wait: two ranges of an index, where "other than" would read every row."""
    return or_(Vectors.model < MODEL, Vectors.model > MODEL)


def ring_due() -> int:
    """Has the text worker make some of what is due, when nothing else waits for it; for how many
    transcripts it was rung. Raises RedisError."""
    url = runtime.settings().redis_url
    if not due(1) or queue.open_queue(url, "text").count:
        return 0
    return queue.ring_new(url, "text", queue.MAKE_VECTORS, due, AT_ONCE)


def wanted(transcript_id: str) -> Wanted | None:
    """What is to be made of this transcript; None where it is gone or nothing is due."""
    row = db.session.execute(
        select(Vectors.model, Vectors.edition).where(Vectors.transcript_id == transcript_id)
    ).one_or_none()
    transcript = db.session.get(Transcript, transcript_id)
    if row is None or transcript is None or row.model == MODEL:
        return None
    said = texts(transcript)
    kept = _fitting(_stored(transcript_id), said)
    there = set(kept["segment"].tolist())
    missing = {each: text for each, text in said.items() if each not in there}
    return Wanted(transcript_id, row.edition, len(said), kept, missing)


def publish(wanted: Wanted, made: Mapping[int, Floats]) -> bool:
    """Keeps the vectors (length 1, 384 numbers, by passage); False where the words or masks changed
    meanwhile, and it is due again. A text that has none, nobody finds by meaning. The caller
    commits."""
    new = np.zeros(len(wanted.texts), RECORD)
    for record, (segment_id, said) in zip(new, wanted.texts.items(), strict=True):
        record["segment"], record["digest"] = segment_id, said.digest
        if segment_id in made:
            record["numbers"], record["scale"] = packed(made[segment_id])
    kept = np.concatenate([wanted.kept, new])
    mine = (Vectors.transcript_id == wanted.transcript_id, Vectors.edition == wanted.edition)
    values = {
        "model": MODEL if len(kept) == wanted.passages else PART,
        "records": kept.tobytes(),
        "edition": wanted.edition + 1,
    }
    return bool(rows_written(update(Vectors).where(*mine).values(**values)))


def take(transcript_id: str, read: Mapping[int, Meant], made: Mapping[int, Floats]) -> None:
    """Keeps vectors that were made of what was `read` for another purpose, of the passages whose
    words and masks are still those. The caller commits."""
    wanted_now = wanted(transcript_id)
    if wanted_now is not None:
        same = {key: text for key, text in wanted_now.texts.items() if read.get(key) == text}
        publish(replace(wanted_now, texts=same), made)


def texts_of(segment_ids: Sequence[int]) -> dict[int, Meant]:
    """What vectors of these passages are made of, by their ids."""
    found: dict[int, Meant] = {}
    for begin in range(0, len(segment_ids), IDS):
        some = segment_ids[begin : begin + IDS]
        inside = select(Segment.transcript_id).where(Segment.id.in_(some))
        transcripts = db.session.scalars(
            select(Transcript)
            .where(Transcript.id.in_(inside))
            .options(selectinload(Transcript.segments))
        ).all()
        masks = masking.hidden_in(transcripts)
        for each in transcripts:
            found |= texts(each, masks)
    return {segment_id: found[segment_id] for segment_id in segment_ids if segment_id in found}


def of(transcript_ids: Sequence[str]) -> tuple[list[int], Floats]:
    """The passages of these transcripts that have a vector of their words as they are now, and the
    vectors, (n, 384), of length 1 up to rounding."""
    stored = db.session.scalars(
        select(Vectors.records).where(
            Vectors.transcript_id.in_(transcript_ids), Vectors.model.in_(TODAY)
        )
    )
    found = np.frombuffer(b"".join(stored), RECORD)
    found = found[found["scale"] > 0]
    said = digests(found["segment"].tolist())
    fits = [said.get(int(each["segment"])) == bytes(each["digest"]) for each in found]
    found = found[np.array(fits, bool)]
    return found["segment"].tolist(), unpacked(found)


def digests(segment_ids: Sequence[int]) -> dict[int, bytes]:
    """Of the passages' masked texts as they are now, by id; without those whose words nobody has
    looked through for personal data yet."""
    found: dict[int, bytes] = {}
    for begin in range(0, len(segment_ids), IDS):
        looks = db.session.execute(
            select(Segment.id, Segment.text, PersonalLook.masked, PersonalLook.digest)
            .join(PersonalLook, PersonalLook.segment_id == Segment.id)
            .where(Segment.id.in_(segment_ids[begin : begin + IDS]))
            .where(PersonalLook.version == personal_data.VERSION)
        )
        for segment_id, text, masked, looked in looks:
            if looked == masking.digest(text):
                found[segment_id] = digest(text if masked is None else masked)
    return found


def counted(transcripts: Select[str]) -> int:
    """How many passages of these transcripts (a query of ids) have a record."""
    size = func.coalesce(func.sum(func.length(Vectors.records)), 0)
    found = db.session.scalar(select(size).where(Vectors.transcript_id.in_(transcripts)))
    return int(found or 0) // RECORD.itemsize


def digest(text: str) -> bytes:
    return bytes.fromhex(masking.digest(text)[:16])


def meant(text: str, masks: masking.Hidden) -> Meant:
    """A text with one name for all names, and a word of what it is for what else is masked; ""
    where the model can't read it."""
    shown = masking.text_of(text, masks) if readable(text) else ""
    for label, word in _STANDS_FOR.items() if masks else ():
        shown = shown.replace(label, word)
    return Meant(shown, digest(masking.text_of(text, masks, searched=True)))


def _stored(transcript_id: str) -> Records:
    found = db.session.scalar(
        select(Vectors.records).where(
            Vectors.transcript_id == transcript_id, Vectors.model.in_(TODAY)
        )
    )
    return np.frombuffer(found or b"", RECORD)


def _fitting(stored: Records, said: Mapping[int, Meant]) -> Records:
    """Those records that are of these texts."""
    digests = {segment_id: each.digest for segment_id, each in said.items()}
    fits = [digests.get(int(each["segment"])) == bytes(each["digest"]) for each in stored]
    return stored[np.array(fits, bool)]
