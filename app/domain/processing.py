"""Sends an answer down the pipeline, and to a person where its words ask for one."""

from __future__ import annotations

from app.domain import follow_ups, pipeline, runs
from app.models import Answer, Run, Transcript


def begin(answer: Answer) -> Run:
    """A new run over this answer; the first step is rung once the caller has committed."""
    kinds = pipeline.WRITTEN if answer.kind == "text" else pipeline.RECORDING
    return runs.start(Run(answer_id=answer.id), kinds)


def hand_over(answer: Answer, transcript: Transcript) -> bool:
    """Opens a follow-up for the passage that needs a person most; True if there is one."""
    calls = [
        (label, segment)
        for segment in transcript.segments
        for label in segment.labels
        if label.kind == "hand_off"
    ]
    if not calls:
        return False
    label, segment = max(calls, key=lambda call: call[0].score)
    follow_ups.from_machine(answer.submission, label.value, segment.text, label.score)
    return True
