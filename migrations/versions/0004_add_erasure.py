"""Add erasures (tombstones, receipts) and retention rules."""

import sqlalchemy as sa
from alembic import op

from app.models import base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("workspace_id", sa.String(26), nullable=False),
        sa.Column("program_id", sa.String(26), nullable=False),
        sa.Column("submission_id", sa.String(26), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(10), nullable=False),
        sa.Column("member_id", sa.String(26), nullable=True),
        sa.Column("asked_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.Column("prefixes", sa.JSON(), nullable=False),
        sa.Column("uploads", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(7), nullable=False),
        sa.Column("due_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("gone_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("submission_id", "what", name=op.f("uq_erasures_submission_id_what")),
    )
    for column in ("workspace_id", "program_id", "state"):
        op.create_index(op.f(f"ix_erasures_{column}"), "erasures", [column])
    op.create_table(
        "erased_sources",
        sa.Column("erasure_id", sa.String(26), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"],
            ["erasures.id"],
            name=op.f("fk_erased_sources_erasure_id_erasures"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erased_sources")),
    )
    for column in ("erasure_id", "fingerprint"):
        op.create_index(op.f(f"ix_erased_sources_{column}"), "erased_sources", [column])
    op.create_table(
        "retention_rules",
        sa.Column("purpose", sa.String(8), nullable=False),
        sa.Column("recordings_months", sa.Integer(), nullable=True),
        sa.Column("everything_months", sa.Integer(), nullable=True),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("program_id", sa.String(26), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["programs.id"],
            name=op.f("fk_retention_rules_program_id_programs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rules")),
        sa.UniqueConstraint(
            "program_id", "purpose", name=op.f("uq_retention_rules_program_id_purpose")
        ),
    )
    op.create_index(op.f("ix_retention_rules_program_id"), "retention_rules", ["program_id"])


def downgrade() -> None:
    op.drop_table("retention_rules")
    op.drop_table("erased_sources")
    op.drop_table("erasures")
