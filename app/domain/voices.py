"""Every submission as staff see it: in a list, and as a page with all that is known about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.domain import felt, muted, progress
from app.domain.board import PERIODS
from app.domain.clerk import owned
from app.domain.codebook import family
from app.domain.errors import NotFound
from app.extensions import db
from app.models import (
    Answer,
    Highlight,
    Label,
    Mention,
    Run,
    Segment,
    Step,
    Submission,
    Transcript,
    now,
)

PAGE = 40


@dataclass(frozen=True, slots=True)
class Filters:
    """An empty value filters nothing. All but the period (as on the board) are ids."""

    program: str = ""
    touchpoint: str = ""
    theme: str = ""
    period: str = "all"


@dataclass(frozen=True, slots=True)
class Row:
    """A submission in the list. `length` in seconds, None where nothing was recorded or its
    length isn't known yet; `sentiment`: `felt.overall`'s, "" before it is understood."""

    submission: Submission
    kinds: tuple[str, ...]
    length: float | None
    sentiment: str
    stage: str
    stopped: bool


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[Row, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """One answer with its current words, its moments in order of time and its newest run.

    `hidden`: moments that an editor took from the board.
    """

    answer: Answer
    transcript: Transcript | None
    moments: tuple[Highlight, ...]
    hidden: tuple[Highlight, ...]
    run: progress.Progress | None


def page(workspace_id: str, filters: Filters, after: str = "", size: int = PAGE) -> Page:
    """Received submissions, newest first: the `size` that come after the one with id `after`."""
    query = _received(workspace_id, filters)
    last = db.session.get(Submission, after) if after else None
    if last is not None and last.workspace_id == workspace_id:
        query = query.where(
            or_(
                Submission.received_at < last.received_at,
                and_(Submission.received_at == last.received_at, Submission.id < last.id),
            )
        )
    found = db.session.scalars(
        query.options(
            joinedload(Submission.touchpoint),
            joinedload(Submission.program),
            selectinload(Submission.answers).joinedload(Answer.recording),
            selectinload(Submission.answers).selectinload(Answer.runs).selectinload(Run.steps),
        )
        .order_by(Submission.received_at.desc(), Submission.id.desc())
        .limit(size + 1)
    ).all()
    shown = found[:size]
    feelings = _feelings([each.id for each in shown])
    rows = tuple(_row(each, feelings) for each in shown)
    return Page(rows, shown[-1].id if len(found) > size else None)


def find(submission_id: str, workspace_id: str) -> Submission:
    """A received submission of this workspace.

    Raises:
        NotFound: there is none: another's, a draft, or one that was taken back.
    """
    submission = owned(Submission, submission_id, workspace_id)
    if submission.state != "received":
        raise NotFound
    return submission


def told(submission: Submission) -> list[Told]:
    """Its answers in the order of the questions, with all that the page shows."""
    ids = [answer.id for answer in submission.answers]
    transcripts = db.session.scalars(
        select(Transcript)
        .where(Transcript.answer_id.in_(ids), Transcript.current)
        .order_by(Transcript.id)
        .options(
            selectinload(Transcript.segments).selectinload(Segment.labels),
            selectinload(Transcript.segments)
            .selectinload(Segment.mentions)
            .joinedload(Mention.theme),
        )
    )
    words = {each.answer_id: each for each in transcripts}
    moments = db.session.scalars(
        select(Highlight)
        .where(Highlight.answer_id.in_(ids))
        .order_by(Highlight.first_position)
        .options(selectinload(Highlight.themes))
    ).all()
    return [
        Told(
            answer,
            words.get(answer.id),
            tuple(each for each in moments if each.answer_id == answer.id and not each.hidden),
            tuple(each for each in moments if each.answer_id == answer.id and each.hidden),
            newest_run(answer),
        )
        for answer in submission.answers
    ]


def answer_of(submission: Submission, answer_id: str) -> Answer:
    """One of its answers. Raises NotFound."""
    found = next((answer for answer in submission.answers if answer.id == answer_id), None)
    if found is None:
        raise NotFound
    return found


def newest_run(answer: Answer, *, muting: bool = False) -> progress.Progress | None:
    """How far it is; with `muting` also how far its muted recording is, else only if that stopped:
    it is nothing to wait for for whoever hears everything."""
    made = muted.run_of(answer.recording)
    runs = [*answer.runs[-1:], *(each for each in made if muting or progress.stopped(each.steps))]
    return progress.describe(runs[0], now(), *runs[1:]) if runs else None


def step_of(submission: Submission, step_id: str) -> Step:
    """A step of one of the runs that its page shows.

    Raises:
        NotFound: it isn't one.
    """
    for answer in submission.answers:
        for run in (*answer.runs[-1:], *muted.run_of(answer.recording)):
            for step in run.steps:
                if step.id == step_id:
                    return step
    raise NotFound


def transcribing(submission: Submission, answer_id: str) -> Step:
    """The step that writes down this answer's words.

    Raises:
        NotFound: no such answer here, or it never went down the pipeline.
    """
    for answer in submission.answers:
        for step in answer.runs[-1].steps if answer.id == answer_id and answer.runs else ():
            if step.name == "transcribe":
                return step
    raise NotFound


def _received(workspace_id: str, filters: Filters) -> Select[Submission]:
    query = select(Submission).where(
        Submission.workspace_id == workspace_id, Submission.state == "received"
    )
    if filters.program:
        query = query.where(Submission.program_id == filters.program)
    if filters.touchpoint:
        query = query.where(Submission.touchpoint_id == filters.touchpoint)
    days = PERIODS.get(filters.period)
    if days is not None:
        query = query.where(Submission.received_at >= now() - timedelta(days=days))
    if filters.theme:
        mentioning = (
            select(Answer.submission_id)
            .join(Transcript, and_(Transcript.answer_id == Answer.id, Transcript.current))
            .join(Segment, Segment.transcript_id == Transcript.id)
            .join(Mention, Mention.segment_id == Segment.id)
            .where(Mention.theme_id.in_(family.under(filters.theme)))
        )
        query = query.where(Submission.id.in_(mentioning))
    return query


def _row(submission: Submission, feelings: Mapping[str, str]) -> Row:
    lengths = [
        answer.recording.duration_s
        for answer in submission.answers
        if answer.recording is not None and answer.recording.duration_s is not None
    ]
    stages = [
        progress.stage(answer.runs[-1].steps) if answer.runs else progress.stage([])
        for answer in submission.answers
    ]
    return Row(
        submission,
        tuple(dict.fromkeys(answer.kind for answer in submission.answers)),
        sum(lengths) if lengths else None,
        feelings.get(submission.id, ""),
        next((stage for stage in stages if stage != "Ready"), "Ready"),
        any(
            progress.stopped(answer.runs[-1].steps) for answer in submission.answers if answer.runs
        ),
    )


def _feelings(submission_ids: Sequence[str]) -> dict[str, str]:
    """What each submission's passages say of it together, as far as they are understood."""
    rows = db.session.execute(
        select(Answer.submission_id, Label.value, Label.score, Label.confidence)
        .join(Transcript, and_(Transcript.answer_id == Answer.id, Transcript.current))
        .join(Segment, Segment.transcript_id == Transcript.id)
        .join(Label, and_(Label.segment_id == Segment.id, Label.kind == "sentiment"))
        .where(Answer.submission_id.in_(submission_ids))
        .order_by(Segment.id)
    )
    said: dict[str, list[tuple[str, float, float]]] = {}
    for submission_id, feels, score, confidence in rows:
        said.setdefault(submission_id, []).append((feels, score, confidence))
    return {submission_id: felt.overall(passages) for submission_id, passages in said.items()}
