"""Sends an answer down the pipeline, and to a person where its words ask for one."""

from __future__ import annotations

from sqlalchemy import select

from app.domain import calls, follow_ups, needs, pipeline, runs
from app.domain.corrections import keeping, kinds
from app.domain.needs import Need
from app.extensions import db
from app.models import Answer, Run, Segment, Step, Transcript


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
    """Opens a follow-up that tells of the passages in which the machine hears that a person is
    needed, first of who may be in danger, then of what is surest; True if there are any. What
    people say of them has been told by then, as far as it is about the words that are there."""
    heard = [
        _call(segment, label.value, label.score)
        for segment in transcript.segments
        for label in segment.labels
        if label.kind == kinds.HAND_OFF and label.engine != kinds.PERSON
    ]
    heard += _on_other_words(transcript)
    heard.sort(key=lambda each: (each[1].grave, each[0]), reverse=True)
    if heard:
        follow_ups.from_machine(answer.submission, *(need for _, need in heard))
    return bool(heard)


def on_other_words(transcript: Transcript) -> list[Need]:
    """What the machine hears where other words stand than those that somebody decided about."""
    return [need for _, need in _on_other_words(transcript)]


def need_of(segment: Segment, reason: str) -> Need:
    """The passage as one that calls for a person."""
    where = needs.place(segment.start, segment.end, segment.position)
    return Need(reason, segment.text, segment.transcript.answer_id, where)


def _on_other_words(transcript: Transcript) -> list[tuple[float, Need]]:
    beside = keeping.on_other_words(transcript, kinds.HAND_OFF)
    return [_call(segment, said.value, said.score) for segment, said in beside]


def _call(segment: Segment, value: str, score: float) -> tuple[float, Need]:
    language = segment.language or segment.transcript.language
    return score, need_of(segment, calls.heard(value, score, language))
