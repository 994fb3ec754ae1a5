"""Sends an answer down the pipeline, and to a person where its words ask for one."""

from __future__ import annotations

from sqlalchemy import select

from app.domain import calls, follow_ups, pipeline, runs
from app.extensions import db
from app.models import Answer, Label, Run, Segment, Step, Transcript


def begin(answer: Answer) -> Run:
    """A new run over this answer; the first step is rung once the caller has committed."""
    kinds = pipeline.WRITTEN if answer.kind == "text" else pipeline.RECORDING
    return runs.start(Run(answer_id=answer.id), kinds)


def heard_anew(answer: Answer, first: str) -> None:
    """Does the step `first` and what follows it again, over the words as they are by now. The
    caller commits.

    Where an earlier step is still to come, they follow by themselves.
    """
    newest = select(Run.id).where(Run.answer_id == answer.id).order_by(Run.id.desc()).limit(1)
    steps = db.session.scalars(
        select(Step)
        .where(Step.run_id == newest.scalar_subquery())
        .order_by(Step.position)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    step = next((each for each in steps if each.name == first), None)
    if step is None:
        return
    if not any(s.state in runs.UNSETTLED for s in steps if s.position < step.position):
        runs.restart(step)


def hand_over(answer: Answer, transcript: Transcript) -> bool:
    """Opens a follow-up that tells of the passages that need a person, first of who may be in
    danger, then of what is surest; True if there is one."""
    found = [
        (label, segment)
        for segment in transcript.segments
        for label in segment.labels
        if label.kind == "hand_off"
    ]
    for label, segment in sorted(found, key=lambda call: _urgency(*call), reverse=True):
        language = segment.language or transcript.language
        follow_ups.from_machine(answer.submission, label.value, segment.text, label.score, language)
    return bool(found)


def _urgency(label: Label, segment: Segment) -> tuple[bool, float]:
    language = segment.language or segment.transcript.language
    return calls.grave(calls.heard(label.value, label.score, language)), label.score
