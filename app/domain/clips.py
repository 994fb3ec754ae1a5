"""A highlight's file: ordered once, cut in the background, kept."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.domain import audit, masking, pipeline, runs, transcripts
from app.domain.errors import Invalid
from app.domain.timeline import Span
from app.extensions import db
from app.models import Clip, Highlight, Run, Step, Transcript, new_id, now

KINDS = ("plain", "captioned")


@dataclass(frozen=True, slots=True)
class Progress:
    """state: none (never ordered), waiting, working, ready, failed. `percent` 0..100."""

    state: str
    percent: int = 0
    stage: str = ""
    error: str | None = None


def can_cut(highlight: Highlight) -> bool:
    recording = highlight.answer.recording
    return (
        recording is not None
        and recording.playable_key is not None
        and highlight.end > highlight.start
    )


def request(highlight: Highlight, kind: str = "plain") -> Clip:
    """Orders the clip unless it is there or under way; a failed one is tried again.

    Raises:
        Invalid: an unknown kind, or nothing was recorded that could be cut.
    """
    if kind not in KINDS:
        raise Invalid("A clip is either plain or captioned.")
    if not can_cut(highlight):
        raise Invalid("There is no recording to cut here.")
    clip = find(highlight, kind) or _order(highlight, kind)
    step = _step(clip)
    if clip.key is None and step is not None and step.state in ("failed", "dead"):
        runs.again(step)
    return clip


def find(highlight: Highlight, kind: str = "plain") -> Clip | None:
    return db.session.scalar(
        select(Clip).where(Clip.highlight_id == highlight.id, Clip.kind == kind)
    )


def progress(clip: Clip | None) -> Progress:
    """How far it is, for a page."""
    if clip is None:
        return Progress("none")
    if clip.key is not None:
        return Progress("ready", 100)
    step = _step(clip)
    if step is None:
        return Progress("none")
    if step.state in ("failed", "dead"):
        return Progress("failed", error=step.error)
    return Progress("working" if step.state == "leased" else "waiting", step.percent, step.stage)


def filename(highlight: Highlight, kind: str = "plain") -> str:
    """A file name without anything a customer typed in it."""
    extra = "-captioned" if kind == "captioned" else ""
    return f"heard-{highlight.said_at:%Y-%m-%d}-{highlight.id[-6:]}{extra}.mp4"


def vtt(highlight: Highlight) -> str:
    """WebVTT of the words said in the moment; time 0 is its start."""
    transcript = db.session.get_one(Transcript, highlight.transcript_id)
    return transcripts.vtt(
        masking.veiled(transcript).segments, Span(highlight.start, highlight.end)
    )


def _order(highlight: Highlight, kind: str) -> Clip:
    """Of two who order in the same moment, one adds the row and the run."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = {"id": new_id(), "created_at": now(), "highlight_id": highlight.id, "kind": kind}
    added = db.session.scalar(insert(Clip).values(row).on_conflict_do_nothing().returning(Clip.id))
    clip = find(highlight, kind)
    assert clip is not None
    if added:
        runs.start(Run(clip_id=clip.id), pipeline.CLIP)
        _noted(clip, highlight, "ordered")
    return clip


def downloaded(clip: Clip, highlight: Highlight) -> None:
    """A member takes the file away. The caller commits."""
    _noted(clip, highlight, "downloaded")


def _noted(clip: Clip, highlight: Highlight, verb: str) -> None:
    audit.record(
        highlight.workspace_id,
        f"clip.{verb}",
        subject=("clip", clip.id),
        details={"highlight": highlight.id, "kind": clip.kind},
    )


def _step(clip: Clip) -> Step | None:
    """The only step of the clip's newest run."""
    return db.session.scalar(
        select(Step).join(Run).where(Run.clip_id == clip.id).order_by(Run.id.desc()).limit(1)
    )
