"""What was made of words before their masks changed: quotes, clips, muted
recordings, exports, what is searched."""

from __future__ import annotations

from sqlalchemy import select

from app.domain import clips, forgetting, masking, muted, personal_data
from app.domain.masking import quotes
from app.domain.masks import rows
from app.domain.search import vectors
from app.extensions import db
from app.models import Answer, Highlight, Submission, Transcript
from app.models.program import PURPOSES


def settle(transcript: Transcript) -> None:
    """Has what is made of the transcript's words follow their masks as they are by now."""
    after = masking.hidden(transcript)
    for segment in transcript.segments:
        masks = after.get(segment.id)
        shown = masking.text_of(segment.text, masks, searched=True) if masks else None
        rows.looked(segment, shown)
    clips.drop_outdated(transcript.answer_id)
    muted.order(db.session.get_one(Answer, transcript.answer_id).recording)
    requote(transcript.answer_id)
    vectors.mark(transcript, after)


def requote(answer_id: str) -> None:
    """Writes the masked quotes of the answer's moments. The caller commits."""
    moments = db.session.scalars(
        select(Highlight).where(Highlight.answer_id == answer_id).order_by(Highlight.transcript_id)
    ).all()
    for transcript_id in dict.fromkeys(each.transcript_id for each in moments):
        transcript = db.session.get_one(Transcript, transcript_id)
        mine = [each for each in moments if each.transcript_id == transcript_id]
        name = mine[0].submission.display_name
        shown = quotes.quoted([each.quote for each in mine], transcript, name)
        for each, text in zip(mine, shown, strict=True):
            each.masked_quote, each.masked_by = text, personal_data.VERSION
    db.session.flush()


def forget_exports(transcript: Transcript) -> None:
    """Files that were written before show the words."""
    program_id = db.session.scalar(
        select(Submission.program_id)
        .join(Answer, Answer.submission_id == Submission.id)
        .where(Answer.id == transcript.answer_id)
    )
    if program_id:
        forgetting.exports_of(program_id, PURPOSES)
