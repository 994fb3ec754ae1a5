"""What was said, as the engines heard it and people corrected it. Every pass is kept; the newest
is current, unless people corrected the one before: then they choose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import delete, select, update

from app.domain import answers, audit, captions, processing, speakers, timeline
from app.domain.codebook import holding, versions
from app.domain.corrections import keeping
from app.domain.errors import NotFound, StepFailed
from app.extensions import db
from app.models import Answer, PersonalLook, Segment, Transcript, TranscriptEdit

WRITTEN = "written"
UNCLEAR = "[unclear]"
SENTENCES = re.compile(r"(?<=[.!?…。！？؟।])[\"'”’»)]*\s+|\n+")


def current(answer: Answer) -> Transcript | None:
    """The newest transcript, None before there is one."""
    return db.session.scalar(
        select(Transcript)
        .where(Transcript.answer_id == answer.id, Transcript.current)
        .order_by(Transcript.id.desc())
    )


def publish(
    answer: Answer,
    *,
    engine: str,
    model: str,
    version: str,
    language: str,
    duration_s: float,
    segments: Sequence[timeline.Segment],
) -> Transcript:
    """Adds a transcript and makes it the current one, unless people corrected the words that are
    there: then it is offered to them. What people decided counts in it at once. The caller
    commits."""
    holding.book(answer.submission.program_id)  # the themes that they chose stay as they are
    answers.hold(answer.id)  # nobody's edit comes in between
    mine = update(Transcript).where(Transcript.answer_id == answer.id)
    db.session.execute(mine.values(offered=False))
    there = current(answer)
    stays = there is not None and edited(there)
    if not stays:
        db.session.execute(mine.values(current=False))
    transcript = Transcript(
        current=not stays,
        offered=stays,
        answer_id=answer.id,
        engine=engine,
        model=model,
        version=version,
        language=language,
        duration_s=duration_s,
    )
    transcript.segments = [
        Segment(
            position=position,
            start=segment.start,
            end=segment.end,
            text=segment.text,
            confidence=segment.confidence,
            words=[[w.text, w.start, w.end, w.confidence] for w in segment.words],
            language=segment.language if segment.language != language else "",
            speaker=segment.speaker,
        )
        for position, segment in enumerate(segments)
    ]
    db.session.add(transcript)
    db.session.flush()
    if transcript.current:
        keeping.settle(transcript)
    return transcript


def edited(transcript: Transcript) -> bool:
    """Whether people changed it, and what they did stands."""
    done = (TranscriptEdit.transcript_id == transcript.id, TranscriptEdit.state == "done")
    return bool(db.session.scalar(select(select(TranscriptEdit.id).where(*done).exists())))


def offered(answer: Answer) -> Transcript | None:
    """A newer pass that waits for somebody to choose between it and the corrected words."""
    return db.session.scalar(
        select(Transcript).where(Transcript.answer_id == answer.id, Transcript.offered)
    )


def choose(answer: Answer, transcript_id: str) -> Transcript:
    """Makes one of the answer's transcripts the current one; the others stay as they are. What
    people decided counts in it at once. It is heard anew where the codebook was changed since it
    was made (only current ones are carried along), and where the machine last said something of
    other words, beneath a decision. The caller commits.

    Raises:
        NotFound: it is no transcript of this answer, or was taken back with it.
    """
    answer_id = answer.id
    # A change that is applied at this moment was before this, or carries it along.
    holding.book(answer.submission.program_id)
    answers.hold_and_read(answer_id)
    chosen = db.session.get(Transcript, transcript_id)
    if chosen is None or chosen.answer_id != answer_id:
        raise NotFound
    stays = chosen.current
    mine = update(Transcript).where(Transcript.answer_id == answer.id)
    db.session.execute(mine.values(offered=False, current=Transcript.id == chosen.id))
    db.session.refresh(chosen)
    audit.record(
        answer.submission.workspace_id,
        "transcript.chosen",
        subject=("transcript", chosen.id),
        details={"answer": answer.id},
    )
    if not stays:
        # What was masked meanwhile is not in them: they are looked through again.
        theirs = select(Segment.id).where(Segment.transcript_id == chosen.id)
        db.session.execute(delete(PersonalLook).where(PersonalLook.segment_id.in_(theirs)))
        if versions.changed_since(answer.submission.program, chosen.created_at):
            of_it = update(Segment).where(Segment.transcript_id == chosen.id)
            db.session.execute(of_it.values(understood=False))
        # A passage that loses a decision by that, or gets one from other words, is heard anew, too.
        keeping.settle(chosen)
        retold = any(not segment.understood for segment in chosen.segments)
        processing.heard_anew(answer, "understand" if retold else "highlight")
    return chosen


def to_understand(transcript: Transcript) -> list[Segment]:
    """The passages whose words changed since they were understood; all where none did."""
    return [s for s in transcript.segments if not s.understood] or list(transcript.segments)


def unchanged(transcript_id: str, edition: int) -> None:
    """Holds the words as they are until the caller's transaction ends. Raises StepFailed (again,
    later) where people changed them while they were worked on."""
    of_it = select(Transcript.answer_id).where(Transcript.id == transcript_id)
    answers.hold(db.session.scalar(of_it) or "")
    now = select(Transcript.edition).where(Transcript.id == transcript_id, Transcript.current)
    if db.session.scalar(now) != edition:
        raise StepFailed("The words were changed meanwhile; this is done again.", permanent=False)


def editors(segments: Iterable[Segment]) -> str:
    """Who corrected words of these passages: "", "staff", "customer" or "customer, staff"."""
    return ", ".join(sorted({segment.edited_by for segment in segments} - {""}))


def vtt(segments: Sequence[Segment], span: timeline.Span | None = None) -> str:
    """WebVTT of the passages, or of a span of them, which says so where people corrected them."""
    if span is not None:
        inside = [s for s in segments if span.overlap(timeline.Span(s.start, s.end)) > 0]
        said = captions.within([timed(segment) for segment in segments], span)
        return captions.vtt(said, _note(inside), speakers.names(segments))
    said = [timed(segment) for segment in segments]
    return captions.vtt(said, _note(segments), speakers.names(segments))


def srt(segments: Sequence[Segment]) -> str:
    """SubRip of the passages. The format has no room for notes."""
    return captions.srt([timed(segment) for segment in segments], speakers.names(segments))


def _note(segments: Iterable[Segment]) -> str:
    by = editors(segments).replace(", ", " and ")
    return f"Words corrected by {by}" if by else ""


def timed(segment: Segment) -> timeline.Segment:
    """The passage as it is shown and burned in, as plain data: one that nobody could make out
    says so."""
    said = plain(segment)
    if not segment.unclear:
        return said
    tail = [timeline.Word(UNCLEAR, said.end, said.end, 0.0)] if said.words else []
    return replace(said, text=f"{said.text} {UNCLEAR}", words=(*said.words, *tail))


def plain(segment: Segment) -> timeline.Segment:
    """The same passage as plain data."""
    return timeline.Segment(
        segment.start,
        segment.end,
        segment.text,
        segment.confidence,
        tuple(timeline.Word(*word) for word in segment.words),
        segment.language,
        segment.speaker,
    )


def sentences(text: str) -> list[timeline.Segment]:
    """A written answer as passages without times, one a sentence or line."""
    parts = (part.strip() for part in SENTENCES.split(text))
    return [timeline.Segment(0.0, 0.0, part, 1.0) for part in parts if part]
