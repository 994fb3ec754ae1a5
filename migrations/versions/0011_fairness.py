"""What the fairness audit measures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.models import base

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capture_events",
        sa.Column("submission_id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        *_identified("capture_events"),
        _key("capture_events", "submission_id", "submissions"),
        sa.UniqueConstraint(
            "submission_id", "kind", name=op.f("uq_capture_events_submission_id_kind")
        ),
    )
    op.create_table(
        "pause_checks",
        sa.Column("answer_id", sa.String(26), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("pauses", sa.Integer(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("inserted", sa.Integer(), nullable=False),
        sa.Column("inserted_paused", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(26), nullable=True),
        *_identified("pause_checks"),
        _key("pause_checks", "answer_id", "answers"),
        _key("pause_checks", "run_id", "runs", "SET NULL"),
        sa.UniqueConstraint("answer_id", name=op.f("uq_pause_checks_answer_id")),
    )
    op.create_index(op.f("ix_pause_checks_run_id"), "pause_checks", ["run_id"])
    op.create_table(
        "fairness_audits",
        *_of_program("fairness_audits"),
        sa.Column("made_by", sa.String(8), nullable=False),
        sa.Column("voices", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("engines", sa.JSON(), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(4), nullable=False),
        sa.Column("accepted_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.String(26), nullable=True),
        *_identified("fairness_audits"),
        _key("fairness_audits", "accepted_by", "members", "SET NULL"),
    )
    op.create_table(
        "fairness_stops",
        *_of_program("fairness_stops"),
        sa.Column("audit_id", sa.String(26), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=True),
        sa.Column("ended_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(26), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("caught_up", sa.Boolean(), nullable=False),
        *_identified("fairness_stops"),
        _key("fairness_stops", "audit_id", "fairness_audits"),
        _key("fairness_stops", "ended_by", "members", "SET NULL"),
        sa.UniqueConstraint(
            "program_id", "standing", name=op.f("uq_fairness_stops_program_id_standing")
        ),
    )
    op.create_table(
        "fairness_watches",
        sa.Column("program_id", sa.String(26), nullable=False),
        sa.Column("next_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        *_identified("fairness_watches"),
        _key("fairness_watches", "program_id", "programs"),
        sa.UniqueConstraint("program_id", name=op.f("uq_fairness_watches_program_id")),
    )
    op.create_table(
        "fairness_counted",
        sa.Column("submission_id", sa.String(26), nullable=False),
        sa.Column("program_id", sa.String(26), nullable=False),
        sa.Column("measures", sa.BigInteger(), nullable=False),
        _key("fairness_counted", "submission_id", "submissions"),
        _key("fairness_counted", "program_id", "programs"),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_fairness_counted")),
    )
    for table in ("fairness_audits", "fairness_stops"):
        op.create_index(op.f(f"ix_{table}_workspace_id"), table, ["workspace_id"])
    for table in ("fairness_audits", "fairness_stops", "fairness_watches", "fairness_counted"):
        op.create_index(op.f(f"ix_{table}_program_id"), table, ["program_id"])
    op.create_index(op.f("ix_fairness_watches_next_at"), "fairness_watches", ["next_at"])


def downgrade() -> None:
    for table in (
        "fairness_counted", "fairness_watches", "fairness_stops", "fairness_audits",
        "pause_checks", "capture_events",
    ):  # fmt: skip
        op.drop_table(table)


def _identified(table: str) -> tuple[sa.Column[object] | sa.PrimaryKeyConstraint, ...]:
    return (
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _of_program(table: str) -> tuple[sa.Column[object] | sa.ForeignKeyConstraint, ...]:
    return (
        sa.Column("workspace_id", sa.String(26), nullable=False),
        sa.Column("program_id", sa.String(26), nullable=False),
        _key(table, "workspace_id", "workspaces"),
        _key(table, "program_id", "programs"),
    )


def _key(table: str, column: str, other: str, gone: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=gone
    )
