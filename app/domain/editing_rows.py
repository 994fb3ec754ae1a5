"""A transcript's rows as plain passages and back, and what an edit of them sets in motion.

Only what depends on the change is done again: labels of passages whose words changed, then the
moments. Captions are made from the rows at the moment that somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, update

from app.domain import clips, editing_changes, muted, processing, speakers, transcripts
from app.domain.editing_changes import Change
from app.domain.editing_words import Passage
from app.extensions import db
from app.models import Answer, PersonalLook, Segment, Submission, Transcript


def passages(transcript: Transcript) -> list[Passage]:
    """Its segments in order."""
    return [_passage(segment) for segment in transcript.segments]


def heard(transcript: Transcript) -> list[Passage]:
    """The machine's own, whatever people made of them."""
    if transcript.heard is None:
        return passages(transcript)
    return editing_changes.from_rows(transcript.heard)


def submission(transcript: Transcript) -> Submission:
    return db.session.get_one(Answer, transcript.answer_id).submission


def lay(transcript: Transcript, changes: Sequence[Change]) -> None:
    """Writes changes into the rows, as few as can be, and has what depends on them done again.
    The caller commits.

    Raises:
        editing_changes.Stray: the rows are not those that the changes were made of.
    """
    rows: list[Segment | None] = [*transcript.segments]
    wanted = passages(transcript)
    goal = editing_changes.applied(wanted, changes)
    gone: list[Segment] = []
    for change in changes:
        stop = change.at + len(change.before)
        now, many = rows[change.at : stop], len(change.after)
        gone += [row for row in now[many:] if row is not None]
        rows[change.at : stop] = [*now, *[None] * many][:many]
    for each in gone:
        db.session.delete(each)
    db.session.flush()
    _make_room(transcript, rows)
    retold, askers = False, speakers.askers(transcript)
    reworded: list[int] = []
    for position, (there, passage) in enumerate(zip(rows, goal, strict=True)):
        row = there or Segment(transcript_id=transcript.id, text="", speaker=passage.speaker)
        turned = (row.speaker in askers) != (passage.speaker in askers)
        if turned or row.text != passage.text:
            retold, row.understood = True, False
        if there is not None and row.text != passage.text:
            reworded.append(row.id)
        row.position = position
        _put(row, passage)
        db.session.add(row)
    db.session.flush()
    # Until somebody looks through the new words, no search beside masks finds them
    db.session.execute(delete(PersonalLook).where(PersonalLook.segment_id.in_(reworded)))
    db.session.expire(transcript)
    clips.drop_outdated(transcript.answer_id)
    answer = db.session.get_one(Answer, transcript.answer_id)
    muted.order(answer.recording)
    processing.heard_anew(answer, "understand" if retold else "highlight")


def _make_room(transcript: Transcript, rows: Sequence[Segment | None]) -> None:
    """Two rows never have one position, also not while they move past each other."""
    moving = [row.id for at, row in enumerate(rows) if row is not None and row.position != at]
    db.session.execute(
        update(Segment)
        .where(Segment.transcript_id == transcript.id, Segment.id.in_(moving))
        .values(position=-1 - Segment.position)
        .execution_options(synchronize_session=False)
    )


def _passage(segment: Segment) -> Passage:
    said = transcripts.plain(segment)
    return Passage(
        start=said.start,
        end=said.end,
        text=said.text,
        confidence=said.confidence,
        words=said.words,
        language=said.language,
        unclear=segment.unclear,
        edited_by=segment.edited_by,
        speaker=said.speaker,
    )


def _put(row: Segment, passage: Passage) -> None:
    words = [[w.text, w.start, w.end, w.confidence] for w in passage.words]
    row.start, row.end, row.text = passage.start, passage.end, passage.text
    row.confidence, row.words = passage.confidence, words
    row.language, row.unclear = passage.language, passage.unclear
    row.edited_by, row.speaker = passage.edited_by, passage.speaker
