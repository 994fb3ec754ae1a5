"""Corrections of labels by people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.models import base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(26), nullable=False)


def _time(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, base.UtcDateTime(timezone=True), nullable=nullable)


def _to(table: str, column: str, other: str, goes: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=goes)


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("answer_id", sa.String(26), nullable=False),
        sa.Column("segment_id", NUMBER, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(9), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("machine", sa.JSON(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("newer", sa.JSON(), nullable=True),
        sa.Column("newer_engine", sa.String(), nullable=False),
        sa.Column("newer_version", sa.String(), nullable=False),
        sa.Column("reason", sa.String(9), nullable=False),
        sa.Column("evidence", sa.String(8), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("member_id", sa.String(26), nullable=True),
        sa.Column("state", sa.String(9), nullable=False),
        _time("ended_at"),
        sa.Column("ended_by", sa.String(26), nullable=True),
        sa.Column("highlight_id", sa.String(26), nullable=True),
        sa.Column("follow_up_id", sa.String(26), nullable=True),
        _id(),
        _time("created_at", nullable=False),
        sa.Column("workspace_id", sa.String(26), nullable=False),
        sa.Column("program_id", sa.String(26), nullable=False),
        _to("corrections", "answer_id", "answers", "CASCADE"),
        _to("corrections", "segment_id", "segments", "SET NULL"),
        _to("corrections", "member_id", "members", "SET NULL"),
        _to("corrections", "ended_by", "members", "SET NULL"),
        _to("corrections", "highlight_id", "highlights", "SET NULL"),
        _to("corrections", "follow_up_id", "follow_ups", "SET NULL"),
        _to("corrections", "workspace_id", "workspaces", "CASCADE"),
        _to("corrections", "program_id", "programs", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    for column in ("answer_id", "segment_id", "workspace_id", "program_id"):
        op.create_index(op.f(f"ix_corrections_{column}"), "corrections", [column])


def downgrade() -> None:
    op.drop_table("corrections")
