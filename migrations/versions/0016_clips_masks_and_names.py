"""What a clip holds, whether a mask's time is sure, and who was named as speaking, by whom."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ROWS = sa.table(
    "personal_data",
    sa.column("id", sa.String),
    sa.column("answer_id", sa.String),
    sa.column("source", sa.String),
    sa.column("start", sa.Double),
    sa.column("end", sa.Double),
    sa.column("timed", sa.Boolean),
)


def upgrade() -> None:
    # Column by column: a table that is built anew on SQLite loses the triggers of its index. Clips
    # that are there hold nobody knows what, so they are cut anew when somebody asks for them.
    _add("clips", sa.Column("holds", sa.String(32), nullable=False, server_default=""))
    timed = sa.Column("timed", sa.Boolean(), nullable=False, server_default=sa.true())
    _add("personal_data", timed)
    _add("transcript_edits", sa.Column("speakers", sa.JSON(), nullable=False, server_default="[]"))
    _widen()


def downgrade() -> None:
    op.execute("DELETE FROM transcript_edits WHERE kind = 'speakers'")
    op.drop_column("transcript_edits", "speakers")
    op.drop_column("personal_data", "timed")
    op.drop_column("clips", "holds")


def _add(table: str, column: sa.Column[Any]) -> None:
    """SQLite keeps each column at once, also when the upgrade is stopped before it is through."""
    if column.name not in {each["name"] for each in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)


def _widen() -> None:
    """What people decided about words that nobody timed had its time by the words' length: it may
    be anywhere in the passage. It may have been decided in any of the answer's transcripts: it was
    tied to the passages of whichever came next, and kept its time."""
    connection = op.get_bind()
    decided = connection.execute(
        sa.select(ROWS).where(ROWS.c.source == "person", ROWS.c.end > ROWS.c.start)
    ).all()
    untimed: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for answer_id, start, end in _untimed({row.answer_id for row in decided}):
        untimed[answer_id].append((start, end))
    for row in decided:
        near = [(a, b) for a, b in untimed[row.answer_id] if a < row.end and b > row.start]
        if near:
            mine = sa.update(ROWS).where(ROWS.c.id == row.id)
            start, end = min(a for a, _ in near), max(b for _, b in near)
            connection.execute(
                mine.values(start=min(start, row.start), end=max(end, row.end), timed=False)
            )


def _untimed(answers: set[str]) -> list[tuple[str, float, float]]:
    """(answer, start, end) of their passages that have no times of their words."""
    segments = sa.table(
        "segments",
        sa.column("transcript_id", sa.String),
        sa.column("start", sa.Double),
        sa.column("end", sa.Double),
        sa.column("text", sa.String),
        sa.column("words", sa.JSON),
    )
    transcripts = sa.table(
        "transcripts", sa.column("id", sa.String), sa.column("answer_id", sa.String)
    )
    found: list[tuple[str, float, float]] = []
    for answer_id in answers:
        asked = (
            sa.select(segments)
            .join(transcripts, transcripts.c.id == segments.c.transcript_id)
            .where(transcripts.c.answer_id == answer_id)
        )
        found += [
            (answer_id, row.start, row.end)
            for row in op.get_bind().execute(asked).all()
            if [str(word[0]).strip() for word in row.words] != row.text.split()
        ]
    return found
