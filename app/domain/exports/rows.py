"""What an export says, level by level: one flat row each, streamed from the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import defaultload, selectinload

from app.domain import masking, speakers, transcripts
from app.domain.corrections import beside
from app.domain.exports.columns import COLUMNS
from app.extensions import db
from app.models import (
    Answer,
    Consent,
    Highlight,
    Program,
    Segment,
    Submission,
    Transcript,
)

PAGE = 500
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export: whose, and for which purpose the consents must allow it."""

    program: Program
    purpose: str


def submissions(wanted: Wanted) -> Iterator[Row]:
    """One row a submission, with its scores, fields, consent and whole text."""
    fields = _fields(wanted)
    query = permitted(select(Submission), wanted).options(
        selectinload(Submission.answers).selectinload(Answer.transcripts)
    )
    for submission in paged(query, Submission.id):
        answers = submission.answers
        consent = submission.consent
        yield {
            **who(submission),
            "source": submission.source,
            "score_kind": submission.score_kind,
            "score": submission.score,
            "consent_version": _version(submission),
            "consent_purposes": " ".join(consent.purposes) if consent else "",
            "answers": len(answers),
            "duration_s": round(sum(_length(each) for each in answers), 2),
            "engines": " ".join(sorted({_engine(t) for each in answers if (t := _now(each))})),
            "text": "\n\n".join(text for each in answers if (text := _text(each))),
            "edited_by": transcripts.editors(
                s for t in map(_now, answers) if t for s in t.segments
            ),
            **{column: submission.fields.get(key) for key, column in fields.items()},
        }


def segments(wanted: Wanted) -> Iterator[Row]:
    """One row a segment of the current transcripts, with every label and its engine: those of each
    transcript as they stand between two edits, in the order of its words."""
    query = (
        permitted(
            select(Transcript)
            .join(Answer, Answer.id == Transcript.answer_id)
            .join(Submission, Submission.id == Answer.submission_id),
            wanted,
        )
        .where(Transcript.current)
        .options(
            defaultload(Transcript.segments).selectinload(Segment.labels),
            defaultload(Transcript.segments).selectinload(Segment.mentions),
        )
    )
    heard = beside.Machine()
    transcripts_now = map(masking.veiled, paged(query, Transcript.id))
    for transcript, segment in ((each, said) for each in transcripts_now for said in each.segments):
        answer = db.session.get_one(Answer, transcript.answer_id)
        feeling = next((each for each in segment.labels if each.kind == "sentiment"), None)
        emotions = [each for each in segment.labels if each.kind == "emotion"]
        person = next((each for each in segment.labels if each.kind == "hand_off"), None)
        yield {
            **who(answer.submission),
            "answer_id": answer.id,
            "prompt": answer.prompt.text if answer.prompt else None,
            "segment_id": segment.id,
            "position": segment.position,
            "start_s": round(segment.start, 3),
            "end_s": round(segment.end, 3),
            "text": segment.text,
            "edited_by": segment.edited_by,
            "unclear": segment.unclear,
            "speaker": speakers.name_beside_masks(segment),
            "confidence": segment.confidence,
            "engine": transcript.engine,
            "model": transcript.model,
            "transcript_language": transcript.language,
            "sentiment": feeling.value if feeling else None,
            "sentiment_score": feeling.score if feeling else None,
            "sentiment_confidence": feeling.confidence if feeling else None,
            "sentiment_engine": _maker(feeling),
            "emotions": _scored([(each.value, each.score) for each in emotions]),
            "emotions_engine": _maker(emotions[0] if emotions else None),
            "themes": _scored([(each.theme.name, each.confidence) for each in segment.mentions]),
            "themes_engine": _maker(segment.mentions[0] if segment.mentions else None),
            "needs_a_person": person.value if person else None,
            "needs_a_person_score": person.score if person else None,
            **heard(segment),
        }


def highlights(wanted: Wanted) -> Iterator[Row]:
    """One row a highlight that isn't hidden."""
    query = (
        permitted(
            select(Highlight).join(Submission, Submission.id == Highlight.submission_id), wanted
        )
        .where(Highlight.hidden.is_(False))
        .options(selectinload(Highlight.themes))
    )
    for highlight in paged(query, Highlight.id):
        transcript = db.session.get_one(Transcript, highlight.transcript_id)
        yield {
            **who(highlight.submission),
            "highlight_id": highlight.id,
            "answer_id": highlight.answer_id,
            "start_s": round(highlight.start, 3),
            "end_s": round(highlight.end, 3),
            "quote": masking.quote(highlight),
            "score": round(highlight.score, 4),
            "reasons": "; ".join(highlight.reasons),
            "sentiment": highlight.sentiment,
            "sentiment_score": highlight.sentiment_score,
            "emotion": highlight.emotion,
            "themes": "; ".join(theme.name for theme in highlight.themes),
            "engine": transcript.engine,
            "model": transcript.model,
            "edited_by": transcripts.editors(_inside(transcript, highlight)),
            "chosen_by": beside.chooser(highlight),
        }


LEVELS = {"submissions": submissions, "segments": segments, "highlights": highlights}


def columns(wanted: Wanted, level: str) -> tuple[str, ...]:
    """The keys of a level's rows in order, also of a level that has none."""
    return COLUMNS[level] + (tuple(_fields(wanted).values()) if level == "submissions" else ())


def permitted_answers(wanted: Wanted) -> Iterator[Answer]:
    """Answers with a current transcript that has times: those that captions can be made for."""
    query = permitted(
        select(Answer)
        .join(Submission, Submission.id == Answer.submission_id)
        .join(Transcript, Transcript.answer_id == Answer.id),
        wanted,
    ).where(Transcript.current, Answer.kind != "text")
    yield from paged(query, Answer.id)


def permitted(query: Select[Any], wanted: Wanted) -> Select[Any]:
    """Received, consented to for this purpose, not withdrawn. Filtered again row by row for the
    purpose, which lives in a JSON list."""
    return query.where(
        Submission.program_id == wanted.program.id, Submission.state == "received"
    ).where(
        Submission.id.in_(
            select(Consent.submission_id).where(
                Consent.withdrawn_at.is_(None),
                Consent.purposes.cast(db.Text).like(f'%"{wanted.purpose}"%'),
            )
        )
    )


def paged(query: Select[Any], column: Any) -> Iterator[Any]:
    """Every row in the order of `column`, a page at a time, so that memory stays flat.

    What a page brought in leaves the session with it; what the caller holds in the session (the
    order for this export, its run) stays there.
    """
    before = set(db.session)
    last: Any = None
    while True:
        page = query.order_by(column).limit(PAGE)
        rows = list(db.session.scalars(page if last is None else page.where(column > last)))
        if rows:
            last = rows[-1].id
        yield from rows
        if len(rows) < PAGE:
            return
        for each in set(db.session) - before:
            if each in db.session:  # it hasn't left with its parent
                db.session.expunge(each)


def _fields(wanted: Wanted) -> dict[str, str]:
    return {field.key: f"field_{field.key}" for field in wanted.program.fields}


def who(submission: Submission) -> Row:
    return {
        "submission_id": submission.id,
        "received_at": submission.received_at.isoformat() if submission.received_at else None,
        "touchpoint": submission.touchpoint.name if submission.touchpoint else None,
        "reference": submission.reference,
        "name": submission.display_name,
        "language": submission.language,
    }


def _version(submission: Submission) -> int | None:
    """The text that the customer saw; those who were imported agreed elsewhere."""
    if submission.consent is None or submission.source == "import":
        return None
    return submission.consent.consent_text.version


def _now(answer: Answer) -> Transcript | None:
    return next((each for each in answer.transcripts if each.current), None)


def _engine(transcript: Transcript) -> str:
    return f"{transcript.engine}:{transcript.model}" if transcript.model else transcript.engine


def _maker(label: Any) -> str | None:
    return f"{label.engine} {label.version}" if label else None


def _length(answer: Answer) -> float:
    return (answer.recording.duration_s or 0.0) if answer.recording else 0.0


def _inside(transcript: Transcript, highlight: Highlight) -> list[Segment]:
    return transcript.segments[highlight.first_position : highlight.last_position + 1]


def _text(answer: Answer) -> str:
    transcript = _now(answer)
    if transcript is None:
        return masking.written(answer)
    return " ".join(segment.text for segment in masking.veiled(transcript).segments)


def _scored(pairs: list[tuple[str, float]]) -> str:
    return "; ".join(f"{name} {score:.2f}" for name, score in pairs)
