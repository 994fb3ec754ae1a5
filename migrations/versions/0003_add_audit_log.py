"""Add audit_log and its head; what receivers answered, and those that are gone."""

import sqlalchemy as sa
from alembic import op

from app.models import base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.String(26), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_kind", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_workspace_seq", "audit_log", ["workspace_id", "seq"])
    op.add_column("channels", sa.Column("disabled_at", base.UtcDateTime(timezone=True)))
    op.add_column("deliveries", sa.Column("answered", sa.Integer()))
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )


def downgrade() -> None:
    op.drop_column("deliveries", "answered")
    op.drop_column("channels", "disabled_at")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_log_workspace_seq", table_name="audit_log")
    op.drop_table("audit_log")
