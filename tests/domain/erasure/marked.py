"""A voice with a marker wherever a customer can leave one, and where to look for it afterwards."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from sqlalchemy import select, text

from app import runtime
from app.domain import (
    consent,
    editing,
    erasing,
    processing,
)
from app.domain.search import packing, vectors
from app.extensions import db
from app.models import (
    Answer,
    Base,
    ChangedMention,
    Clip,
    CodebookChange,
    Correction,
    Erasure,
    FollowedCorrection,
    Lesson,
    Program,
    ProposedPassage,
    Submission,
    ThemeProposal,
    Transcript,
    Upload,
    Vectors,
    now,
)
from storage import keys
from tests import factories

MARKER = "quetzalcoatlus"
LINE = f"{MARKER} was heard"


def marked(program: Program) -> Submission:
    """With the marker wherever a customer can leave it, and objects for all that is made of it."""
    submission = factories.submission(
        program, display_name=MARKER, reference=MARKER, fields={"city": MARKER}, score=3
    )
    answer = factories.answer(submission, captions=f"WEBVTT\n\n00:00.000 --> 00:05.000\n{LINE}\n")
    recording = answer.recording
    assert recording is not None
    recording.filename = recording.declared_type = MARKER
    recording.original_key = put(keys.original(recording.id, "0"))
    recording.playable_key = put(keys.playable(recording.id, "1", "webm"))
    recording.playable_type = "video/webm"
    recording.poster_key = put(keys.poster(recording.id, "1"))
    transcript = factories.transcript(answer, LINE, current=False)
    newer = factories.transcript(answer, LINE, "And more.")
    by_customer, beyond = editing.Author(editing.CUSTOMER), newer.segments[1].id
    editing.save(newer, 0, by_customer, {beyond: f"And {MARKER}"})
    newer.edits[0].speakers = [[], [[1, MARKER, True]]]
    highlight = factories.highlight(answer, newer, themes=program.themes[:1])
    factories.highlight(answer, transcript)
    factories.save(
        Correction(
            workspace_id=program.workspace_id, program_id=program.id, answer_id=answer.id,
            segment_id=newer.segments[0].id, position=0, start=0.0, end=5.0, digest="",
            kind="emotion", value=["anger"], reason="other", evidence="words", note=LINE,
        ),
        Upload(
            submission_id=submission.id, length=1, offset=1, state="received", filename=MARKER,
            declared_type=MARKER, said=MARKER, expires_at=now(),
        ),
    )  # fmt: skip
    factories.cut(Clip(highlight_id=highlight.id), put(keys.clip(highlight.id, "1", "plain")))
    factories.answer(submission, "text", written_text=LINE)
    _understood(program, answer, newer)
    recording.muted_key = put(keys.muted(recording.id, "1", "webm"))
    processing.begin(answer)
    db.session.commit()
    return submission


def _understood(program: Program, answer: Answer, words: Transcript) -> None:
    """What the codebook makes of it: a person put its passage under a theme, which learned from it
    and was merged into another since; passages proposed, one more time dismissed; a vector whose
    numbers are the marker's letters."""
    said, (delivery, staff) = words.segments[0], program.themes
    told = {"gained": 1, "lost": 0, "new": [], "gone": []}
    change = CodebookChange(
        program_id=program.id, kind="merge", edition=0, state="applied", number=1,
        moves={staff.id: delivery.id}, followed={"until": said.id},
        preview={"looked": 1, "changed": 1, "themes": {delivery.id: told}},
    )  # fmt: skip
    about = Correction(
        workspace_id=program.workspace_id, program_id=program.id, answer_id=answer.id,
        segment_id=said.id, position=0, start=0.0, end=5.0, digest="", kind="theme",
        value=[delivery.id], machine=[[staff.id, 0.5, 0.5]], reason="other", evidence="words",
        note=LINE,
    )  # fmt: skip
    proposals = [
        ThemeProposal(program_id=program.id, words=[MARKER], voices=5),
        ThemeProposal(program_id=program.id, voices=5, state="dismissed"),
        ThemeProposal(program_id=program.id, voices=5, state="merged", theme_id=delivery.id),
    ]
    for each in proposals:
        each.passages = [ProposedPassage(segment_id=said.id, place=0)]
    factories.save(change, about, *proposals)
    record = np.zeros(1, packing.RECORD)
    record["segment"], record["scale"] = said.id, 1
    record["numbers"][0, : len(MARKER)] = np.frombuffer(MARKER.encode(), np.int8)
    factories.save(
        FollowedCorrection(
            change_id=change.id, correction_id=about.id, value=[staff.id],
            machine=[[staff.id, 0.5, 0.5]], newer=None,
        ),
        Lesson(change_id=change.id, correction_id=about.id, theme_id=staff.id),
        ChangedMention(
            change_id=change.id, segment_id=said.id, theme_id=delivery.id, gained=True,
            confidence=1.0, engine="person", version=about.id,
        ),
        Vectors(transcript_id=words.id, model=vectors.MODEL, records=record.tobytes()),
    )  # fmt: skip


def put(key: str) -> str:
    return runtime.storage().put(key, MARKER.encode()).key


def erase(submission: Submission) -> Erasure:
    done = consent.withdraw(submission)
    db.session.commit()
    assert done is not None
    db.session.refresh(done)
    return done


def left() -> list[str]:
    """Objects that are no tombstone."""
    tombs = (keys.ERASURES, keys.AUDIT_HEADS)
    return [key for key in runtime.storage().list("") if not key.startswith(tombs)]


def nowhere(marker: str = MARKER) -> None:
    """In no row, no index, no file of this installation."""
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            assert marker not in str(tuple(row)), table.name
    if db.engine.dialect.name == "postgresql":
        words = db.session.scalars(text("SELECT tsv::text FROM segments"))
        assert not any(marker[:8] in each for each in words)
    db.session.rollback()
    for path in runtime.settings().data.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            # The index's words share beginnings with their neighbours, so an end is looked for.
            for part in (marker, marker[-9:]):
                assert part.encode() not in content, path


def later(receipt: Erasure) -> None:
    receipt.due_at = now() - timedelta(seconds=1)
    db.session.commit()


def settle() -> None:
    for _ in (0, *erasing.LOOKS):
        for each in db.session.scalars(select(Erasure)):
            each.due_at = now() - timedelta(seconds=1)
        db.session.commit()
        erasing.due()
        db.session.expire_all()
