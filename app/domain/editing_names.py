"""People say who speaks: an edit like any other, but of no words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain import audit, editing_log, editing_rows, processing, speakers
from app.domain.editing_changes import Piece
from app.domain.editing_log import NAMES, Author
from app.domain.errors import Conflict
from app.domain.speakers import Speaker
from app.extensions import db
from app.models import Answer, Transcript, TranscriptEdit


def write(transcript: Transcript, told: Sequence[Speaker], author: Author) -> bool:
    """Keeps who they are, and has anew what depends on who is the customer; whether it changed
    anything. For who holds the transcript. The caller commits.

    Raises:
        Invalid: nobody would be the customer, or a name is too long.
    """
    before = speakers.of(transcript)
    known = speakers.checked(before, told)
    if known == before:
        return False
    after = [[each.number, each.name, each.customer] for each in known]
    transcript.edition += 1
    editing_log.add(transcript, NAMES, author, speakers=[list(transcript.speakers), after])
    turned = _lay(transcript, after)
    audit.record(
        editing_rows.submission(transcript).workspace_id,
        "transcript.speakers_named",
        subject=("transcript", transcript.id),
        details={"answer": transcript.answer_id, "speakers": len(known), "turned": turned},
    )
    return True


def lay(transcript: Transcript, edit: TranscriptEdit, *, back: bool = False) -> None:
    """Does the edit again, or takes it `back`. The caller commits.

    Raises:
        Conflict: others are named there by now.
    """
    before, after = reversed(edit.speakers) if back else edit.speakers
    if transcript.speakers != before:
        raise Conflict(editing_log.CHANGED)
    _lay(transcript, after)


def pieces(edit: TranscriptEdit) -> tuple[tuple[Piece, ...], ...]:
    """What it changed, one for each speaker whom it is about."""
    before, after = ({each[0]: Speaker(*each) for each in side} for side in edit.speakers)
    return tuple(
        (Piece(_called(old), "old"), Piece(_called(new), "new"))
        for number, new in after.items()
        if (old := before.get(number, Speaker(number))) != new
    )


def _lay(transcript: Transcript, rows: list[Any]) -> int:
    """How many are the customer now who weren't, or the other way round."""
    before = speakers.askers(transcript)
    transcript.speakers = rows
    turned = before ^ speakers.askers(transcript)
    for segment in transcript.segments:
        segment.understood = segment.understood and segment.speaker not in turned
    db.session.flush()
    db.session.expire(transcript, ["edits"])
    if turned:
        processing.heard_anew(db.session.get_one(Answer, transcript.answer_id), "understand")
    return len(turned)


def _called(speaker: Speaker) -> str:
    return speaker.shown if speaker.customer else f"{speaker.shown}, not the customer"
