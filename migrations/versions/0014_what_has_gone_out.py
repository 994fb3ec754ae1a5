"""Which messages have told of a voice, kept whatever becomes of its moments and of the messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.models import base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# A receiver that answered had read it, whatever it said.
OF_MOMENTS = """INSERT INTO gone_out (submission_id, delivery_id)
    SELECT DISTINCT h.submission_id, d.id
    FROM deliveries d
    JOIN notices n ON n.delivery_id = d.id
    JOIN highlights h ON h.id = n.highlight_id
    WHERE d.state = 'leased' OR d.state = 'done' AND d.error IS NULL OR d.answered IS NOT NULL"""
OF_CALLS = sa.text(
    """SELECT id, payload FROM deliveries
    WHERE kind = 'person'
    AND (state = 'leased' OR state = 'done' AND error IS NULL OR answered IS NOT NULL)"""
).columns(id=sa.String, payload=sa.JSON)
CASES = sa.text(
    """SELECT f.id, f.submission_id, f.program_id, f.source, f.created_at
    FROM follow_ups f
    JOIN submissions s ON s.id = f.submission_id
    WHERE s.state <> 'withdrawn'"""
).columns(id=sa.String, created_at=base.UtcDateTime(timezone=True))


def upgrade() -> None:
    table = op.create_table(
        "gone_out",
        sa.Column("submission_id", sa.String(26), nullable=False),
        sa.Column("delivery_id", sa.String(26), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_gone_out_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "delivery_id", name=op.f("pk_gone_out")),
        if_not_exists=True,  # SQLite keeps it at once, also when the upgrade is stopped after it
    )
    op.execute(OF_MOMENTS)
    connection = op.get_bind()
    cases = {each.id: each for each in connection.execute(CASES)}
    about = {
        (case.submission_id, message.id)
        for message in connection.execute(OF_CALLS)
        for case in _told(message.payload, cases)
    }
    if about:
        names = ("submission_id", "delivery_id")
        op.bulk_insert(table, [dict(zip(names, pair, strict=True)) for pair in sorted(about)])


def downgrade() -> None:
    op.drop_table("gone_out")


def _told(payload: dict[str, str], cases: dict[str, Any]) -> list[Any]:
    """One case, or all that customers of a program asked for in one hour."""
    if "hour" not in payload:
        return [cases[each] for each in (payload.get("follow_up_id"),) if each in cases]
    hour = datetime.fromisoformat(payload["hour"])
    return [
        case
        for case in cases.values()
        if case.program_id == payload["program_id"]
        and case.source == "asked"
        and hour <= case.created_at < hour + timedelta(hours=1)
    ]
