"""Sends an answer down the pipeline."""

from __future__ import annotations

from app.domain import pipeline, runs
from app.models import Answer, Run


def begin(answer: Answer) -> Run:
    """A new run over this answer; the first step is rung once the caller has committed."""
    kinds = pipeline.WRITTEN if answer.kind == "text" else pipeline.RECORDING
    return runs.start(Run(answer_id=answer.id), kinds)
