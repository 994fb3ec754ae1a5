"""Orders muted recordings and publishes them, one at a time for each recording."""

from __future__ import annotations

from sqlalchemy import update

from app.domain import forgetting, pipeline, runs
from app.domain.clerk import rows_written
from app.domain.muted import standing
from app.domain.muted.standing import Content
from app.extensions import db
from app.models import Recording, Run


def order(recording: Recording | None) -> None:
    """Has it made anew where it holds anything else than it should by now; that goes. The caller
    commits. Of two who order in the same moment, one starts the work."""
    if recording is None or not _due(recording, standing.content(recording)):
        return
    if not _hold(recording) or not _due(recording, wanted := standing.content(recording)):
        return
    _drop(recording)
    if wanted is None or not wanted.mute:
        recording.muted_holds = ""
    else:
        recording.muted_holds = wanted.digest
        begun = standing.run_of(recording)
        if begun:
            runs.restart(begun[0].steps[0])
        else:
            runs.start(Run(recording_id=recording.id), pipeline.MUTE)
    db.session.flush()


def publish(recording: Recording, made: Content | None, key: str | None) -> bool:
    """Puts the file in its place, or none where nothing is to be silent (`key`: None), unless
    anything else is to be heard by now. The caller commits."""
    if not _hold(recording) or standing.content(recording) != made:
        return False
    _drop(recording)
    recording.muted_key, recording.muted_holds = key, made.digest if made and key else ""
    return True


def _due(recording: Recording, wanted: Content | None) -> bool:
    """Whether what is there, or is being made, is not what should be."""
    if wanted is None or not wanted.mute:
        return recording.muted_holds != ""
    return standing.held_against(wanted, recording).state == "missing"


def _drop(recording: Recording) -> None:
    forgetting.objects([recording.muted_key] if recording.muted_key else [])
    recording.muted_key = None


def _hold(recording: Recording) -> bool:
    """The row is ours, and the newest, until the caller's transaction ends; False where it was
    erased meanwhile."""
    mine = update(Recording).where(Recording.id == recording.id)
    if not rows_written(mine.values(muted_holds=Recording.muted_holds)):
        return False
    db.session.refresh(recording)
    return True
