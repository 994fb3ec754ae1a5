"""Follow-ups from before it was kept know which passages they told of."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# One whose words stand in the case is one that it told of: as a danger where that was sure.
DANGERS, SURE, READ, PERSON = (
    ("Strong distress", "Harm or safety"),
    0.6,
    ("", "en", "und"),
    "person",
)
CALLS = sa.text(
    """SELECT f.id, f.evidence, t.answer_id, s.position, s."start", s."end", s.text, l.value,
        l.score, l.engine, CASE WHEN s.language = '' THEN t.language ELSE s.language END AS spoken
    FROM follow_ups f
    JOIN answers a ON a.submission_id = f.submission_id
    JOIN transcripts t ON t.answer_id = a.id
    JOIN segments s ON s.transcript_id = t.id
    JOIN labels l ON l.segment_id = s.id AND l.kind = 'hand_off'
    WHERE f.source <> 'asked' AND CAST(f.told AS VARCHAR) = '[]'
    ORDER BY f.id, t.id, s.position"""
)
CASES = sa.table("follow_ups", sa.column("id", sa.String), sa.column("told", sa.JSON))


def upgrade() -> None:
    connection = op.get_bind()
    told: dict[str, list[Any]] = defaultdict(list)
    for each in connection.execute(CALLS):
        if each.text in each.evidence.split("\n"):
            told[each.id].append(_row(each))
    for case_id, rows in told.items():
        connection.execute(sa.update(CASES).where(CASES.c.id == case_id).values(told=rows))


def downgrade() -> None:
    """They may know it before, too."""


def _row(call: Any) -> list[Any]:
    """As `app.domain.needs` has it."""
    timed = call.end > call.start
    span = (call.start, call.end) if timed else (call.position, call.position + 1)
    read = call.spoken.partition("-")[0].lower() in READ
    sure = call.engine == PERSON or (read and call.score >= SURE)
    return [call.answer_id, *span, call.value if sure and call.value in DANGERS else "", ""]
