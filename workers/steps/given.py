"""What the steps begin with, and what they leave."""

from __future__ import annotations

from pathlib import Path

from app.domain import forgetting, transcripts
from app.domain.errors import StepFailed
from app.extensions import db
from app.models import Answer, Recording, Transcript
from workers.perform import Work


def answer_of(work: Work) -> Answer:
    return db.session.get_one(Answer, work.run.answer_id)


def recording_of(work: Work) -> Recording:
    recording = answer_of(work).recording
    if recording is None:
        raise StepFailed("This answer has no recording.", permanent=True)
    return recording


def current_of(answer: Answer) -> Transcript:
    transcript = transcripts.current(answer)
    if transcript is None:
        raise StepFailed("There is no transcript to work on yet.", permanent=True)
    return transcript


def fetched(work: Work, key: str) -> Path:
    path = work.folder / Path(key).name
    work.storage.fetch(key, path)
    return path


def drop_later(previous: tuple[str | None, ...]) -> None:
    """What an earlier try made goes once the new one counts."""
    forgetting.objects([key for key in previous if key])
