"""What there is of a voice, in numbers: for whoever is about to erase it, and for its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from app.domain import gone_out
from app.domain.search import vectors
from app.extensions import db
from app.models import (
    Answer,
    Clip,
    Correction,
    Highlight,
    Label,
    Mention,
    Notice,
    PersonalData,
    Recording,
    Run,
    Segment,
    ShareLink,
    Step,
    Submission,
    Transcript,
    TranscriptEdit,
    Upload,
)

UNFINISHED = ("waiting", "due", "leased")


def counted(submission: Submission) -> dict[str, int]:
    """What would go, by kind: for whoever is about to confirm it."""
    answers = select(Answer.id).where(Answer.submission_id == submission.id)
    transcripts = select(Transcript.id).where(Transcript.answer_id.in_(answers))
    passages = select(Segment.id).where(Segment.transcript_id.in_(transcripts))
    moments = select(Highlight.id).where(Highlight.submission_id == submission.id)
    clips = select(Clip.id).where(Clip.highlight_id.in_(moments))
    recordings = select(Recording.id).where(Recording.answer_id.in_(answers))
    runs = select(Run.id).where(
        Run.answer_id.in_(answers) | Run.clip_id.in_(clips) | Run.recording_id.in_(recordings)
    )
    found: dict[str, int] = {
        "recordings": _rows(Recording, Recording.answer_id.in_(answers)),
        "written": _rows(Answer, Answer.id.in_(answers), Answer.written_text != ""),
        "captions": _rows(Answer, Answer.id.in_(answers), Answer.captions.is_not(None)),
        "transcripts": _rows(Transcript, Transcript.answer_id.in_(answers)),
        "edits": _rows(TranscriptEdit, TranscriptEdit.transcript_id.in_(transcripts)),
        "passages": _rows(Segment, Segment.transcript_id.in_(transcripts)),
        "vectors": vectors.counted(transcripts),
        "findings": _rows(Label, Label.segment_id.in_(passages))
        + _rows(Mention, Mention.segment_id.in_(passages))
        + _rows(PersonalData, PersonalData.answer_id.in_(answers))
        + _rows(Correction, Correction.answer_id.in_(answers)),
        "moments": _rows(Highlight, Highlight.submission_id == submission.id),
        "clips": _rows(Clip, Clip.highlight_id.in_(moments)),
        "links": _rows(ShareLink, ShareLink.highlight_id.in_(moments)),
        "notices": _rows(Notice, Notice.highlight_id.in_(moments)),
        "work": _rows(Step, Step.run_id.in_(runs), Step.state.in_(UNFINISHED)),
        "uploads": _rows(Upload, Upload.submission_id == submission.id, Upload.state == "open"),
        "details": _details(submission),
    }
    return {kind: number for kind, number in found.items() if number}


def told(submission: Submission) -> dict[str, int]:
    """How many messages about it, `told`, have gone out or are just going out: they can't be
    called back. Nothing where there are none.

    Nobody begins to send one of them before the caller's transaction has ended: what is not
    counted is written without the voice (`app.domain.gone_out`).
    """
    number = gone_out.counted(submission)
    return {"told": number} if number else {}


def _details(submission: Submission) -> int:
    given: Sequence[object] = (
        submission.display_name,
        submission.reference,
        submission.score is not None,
        *submission.fields.values(),
    )
    return sum(bool(each) for each in given)


def _rows(model: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
