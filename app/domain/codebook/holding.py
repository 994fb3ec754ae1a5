"""Whose turn it is to write in a codebook.

Whoever writes in one, or in a change of it, holds the program's row first and the change's then:
two that lock in one order never wait for each other.
"""

from __future__ import annotations

from sqlalchemy import update

from app.domain.clerk import rows_written
from app.domain.codebook import versions
from app.domain.errors import Conflict, NotFound
from app.extensions import db
from app.models import CodebookChange, Program

ELSEWHERE = "Somebody else changed this codebook meanwhile. Look at what would change by now."
BUSY = "Another change of this codebook is still being carried out. Wait until it is done."


def book(program_id: str) -> None:
    """It is the caller's until the transaction ends."""
    rows_written(
        update(Program)
        .where(Program.id == program_id)
        .values(codebook_edition=Program.codebook_edition)
    )


def one(change: CodebookChange) -> None:
    """Its state is the newest, and stays until the caller's transaction ends. Raises NotFound where
    it was let go meanwhile."""
    book(change.program_id)
    mine = update(CodebookChange).where(CodebookChange.id == change.id)
    if not rows_written(mine.values(state=CodebookChange.state)):
        raise NotFound
    db.session.refresh(change)


def take(program_id: str, edition: int) -> None:
    """Of two who change the same codebook, the second one is told."""
    won = rows_written(
        update(Program)
        .where(Program.id == program_id, Program.codebook_edition == edition)
        .values(codebook_edition=edition + 1)
    )
    if not won:
        raise Conflict(ELSEWHERE)
    program = db.session.get_one(Program, program_id)
    db.session.expire(program, ["codebook_edition"])
    if versions.under_way(program) is not None:
        raise Conflict(BUSY)
