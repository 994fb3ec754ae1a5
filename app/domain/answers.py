"""Whose turn it is to write about an answer: its words, their labels, masks and moments.

Whoever writes any of these holds the answer's row before its transcripts, passages, recording and
steps; who writes in a codebook, too, holds the program's row before that, and who takes a voice
back the submission's. Of two who lock in one order none waits for the other for ever.
"""

from __future__ import annotations

from sqlalchemy import update

from app.domain.clerk import rows_written
from app.extensions import db
from app.models import Answer


def hold(answer_id: str) -> None:
    """One at a time: the answer's row is ours until the caller's transaction ends. What was read of
    it before may have changed meanwhile."""
    rows_written(update(Answer).where(Answer.id == answer_id).values(position=Answer.position))


def hold_and_read(answer_id: str) -> None:
    """The same, and all that was read before is read anew when it is asked for."""
    hold(answer_id)
    db.session.expire_all()
