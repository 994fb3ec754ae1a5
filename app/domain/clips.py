"""A highlight's file: ordered once, cut in the background, kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.domain import pipeline, runs, timeline
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Clip, Highlight, Run, Segment, Step, Transcript, new_id, now

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


def captions(highlight: Highlight) -> str:
    """WebVTT of the words said in the moment; time 0 is its start."""
    segments = db.session.scalars(
        select(Segment)
        .join(Transcript)
        .where(
            Segment.transcript_id == highlight.transcript_id,
            Segment.end > highlight.start,
            Segment.start < highlight.end,
        )
        .order_by(Segment.position)
    )
    lines = [line for segment in segments for line in _cut(segment, highlight)]
    return web_vtt(lines)


def web_vtt(lines: Iterable[timeline.Segment]) -> str:
    """Captions as WebVTT. What was said can't end a cue or look like markup."""
    cues = ["WEBVTT", ""]
    for number, line in enumerate(lines, 1):
        text = line.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        cues += [
            str(number),
            f"{timeline.stamp(line.start)} --> {timeline.stamp(line.end)}",
            " ".join(text.split()),
            "",
        ]
    return "\n".join(cues)


def _cut(segment: Segment, highlight: Highlight) -> Iterator[timeline.Segment]:
    """The segment's words inside the highlight, in lines of at most 5 s, moved to its start."""
    inside = [
        timeline.Word(
            str(text),
            max(start, highlight.start) - highlight.start,
            min(end, highlight.end) - highlight.start,
            confidence,
        )
        for text, start, end, confidence in segment.words
        if end > highlight.start and start < highlight.end
    ]
    if inside:
        yield from timeline.into_segments(inside, longest=5.0)
    elif not segment.words:
        yield timeline.Segment(
            start=max(segment.start, highlight.start) - highlight.start,
            end=min(segment.end, highlight.end) - highlight.start,
            text=segment.text,
            confidence=segment.confidence,
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
    return clip


def _step(clip: Clip) -> Step | None:
    """The only step of the clip's newest run."""
    return db.session.scalar(
        select(Step).join(Run).where(Run.clip_id == clip.id).order_by(Run.id.desc()).limit(1)
    )
