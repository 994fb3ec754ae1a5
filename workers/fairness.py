"""Hears a corrected recording twice more, as it is and with pauses, and counts inserted words."""

from __future__ import annotations

from pathlib import Path

from app.config import Settings
from app.domain.errors import StepFailed
from app.domain.fairness import pauses, words
from app.domain.fairness.pauses import Result, Wanted
from app.extensions import db
from storage import Storage
from workers.perform import Publish, Work
from workers.transcribe import engine_of
from workers.transcribe.audio import load
from workers.transcribe.base import Progress, unwatched
from workers.transcribe.pauses import with_pauses

GONE = "The recording was taken back, or nothing in it is corrected any more"


def step(work: Work) -> Publish:
    """The pipeline's step; its run names a check."""
    asked = pauses.of_run(work.run)
    db.session.commit()
    result = None
    if asked is not None:
        result = listen(asked, work.folder, work.settings, work.storage, work.report)

    def publish() -> str:
        if asked is None or result is None or pauses.of_run(work.run) != asked:
            return GONE
        pauses.keep(asked.answer_id, result)
        return f"{result.inserted} words inserted, {result.inserted_paused} with pauses"

    return publish


def listen(
    asked: Wanted,
    folder: Path,
    settings: Settings,
    storage: Storage,
    report: Progress = unwatched,
) -> Result:
    """Raises StepFailed or StorageError: the engine or the sound isn't there."""
    path = folder / "sound.wav"
    storage.fetch(asked.audio_key, path)
    samples = load(path)
    if not len(samples):
        raise StepFailed("The recording has no sound.")
    engine = engine_of(settings)
    plain = engine.transcribe(samples, on_progress=lambda share: report(share / 2))
    paused = engine.transcribe(
        with_pauses(samples, asked.at, pauses.PAUSE_S),
        on_progress=lambda share: report(0.5 + share / 2),
    )
    said = list(asked.said)
    return Result(
        " ".join(each for each in (engine.name, engine.model, engine.version) if each),
        len(asked.at),
        len(said),
        words.compare(said, words.plain(plain.text)).inserted,
        words.compare(said, words.plain(paused.text)).inserted,
    )
