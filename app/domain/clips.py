"""A highlight's file: ordered once, cut in the background, kept, and shown only while it holds what
it would if it were cut now: nothing that a mask covers by now is ever heard or read in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain import audit, captions, forgetting, masking, pipeline, runs, transcripts
from app.domain.clerk import rows_written
from app.domain.errors import Invalid
from app.domain.timeline import Segment, Span
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


@dataclass(frozen=True, slots=True)
class Content:
    """What a clip is to hold: seconds `span` of the recording, silent in `mute` (on the recording's
    time line), and the words drawn into the picture, on the clip's own."""

    span: Span
    mute: tuple[Span, ...]
    said: tuple[Segment, ...]

    @property
    def digest(self) -> str:
        """32 hex digits, others for whatever else would be seen or heard."""
        return hashlib.sha256(json.dumps(astuple(self)).encode()).hexdigest()[:32]


def content(highlight: Highlight, kind: str) -> Content:
    """What its clip is to hold by the words and masks as they are now, also where another
    transcript has become the current one."""
    span = Span(highlight.start, highlight.end)
    transcript = db.session.get_one(Transcript, highlight.transcript_id)
    mute = masking.muted(transcripts.current(highlight.answer) or transcript)
    said: list[Segment] = []
    if kind == "captioned":
        shown = masking.veiled(transcript).segments
        said = captions.within([transcripts.timed(each) for each in shown], span)
    inside = (Span(max(p.start, span.start), min(p.end, span.end)) for p in mute)
    return Content(span, tuple(part for part in inside if part.length > 0), tuple(said))


def outdated(clip: Clip) -> bool:
    """Whether its file holds anything else than it would if it were cut now, such as words that
    somebody masked since."""
    return clip.key is not None and clip.holds != content(clip.highlight, clip.kind).digest


def drop_outdated(answer_id: str) -> None:
    """Such files of an answer's moments go; they are made anew when asked for. The caller
    commits."""
    made = select(Clip).join(Highlight).where(Highlight.answer_id == answer_id)
    for clip in db.session.scalars(made.where(Clip.key.is_not(None))).all():
        if outdated(clip):
            forgetting.objects([clip.key] if clip.key else [])
            db.session.delete(clip)
    db.session.flush()


def can_cut(highlight: Highlight) -> bool:
    recording = highlight.answer.recording
    return (
        recording is not None
        and recording.playable_key is not None
        and highlight.end > highlight.start
    )


def request(highlight: Highlight, kind: str = "plain") -> Clip:
    """Orders the clip unless it is there or under way; a failed one is tried again, and one that
    no longer holds what it should is cut anew.

    Raises:
        Invalid: an unknown kind, or nothing was recorded that could be cut.
    """
    if kind not in KINDS:
        raise Invalid("A clip is either plain or captioned.")
    if not can_cut(highlight):
        raise Invalid("There is no recording to cut here.")
    clip = find(highlight, kind) or _order(highlight, kind)
    if outdated(clip):
        _cut_anew(clip)
    step = _step(clip)
    if clip.key is None and step is not None and step.state in ("failed", "dead"):
        runs.again(step)
    return clip


def find(highlight: Highlight, kind: str = "plain") -> Clip | None:
    return db.session.scalar(
        select(Clip).where(Clip.highlight_id == highlight.id, Clip.kind == kind)
    )


def ready(highlight: Highlight, kind: str = "plain") -> Clip | None:
    """The clip if its file is there and may be given away; asked whenever it is."""
    clip = find(highlight, kind)
    return clip if clip is not None and clip.key is not None and not outdated(clip) else None


def progress(clip: Clip | None) -> Progress:
    """How far it is, for a page."""
    if clip is None or outdated(clip):
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


def _cut_anew(clip: Clip) -> None:
    """Of two who ask in the same moment, one starts the work."""
    mine = update(Clip).where(Clip.id == clip.id, Clip.key == clip.key)
    forgetting.objects([clip.key] if clip.key else [])
    if rows_written(mine.values(key=None, media_type=None, size=None, holds="")):
        runs.start(Run(clip_id=clip.id), pipeline.CLIP)
    db.session.refresh(clip)


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
