"""What people change in transcripts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.models import base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Column by column: a table that is built anew on SQLite loses the triggers of its index.
    for column in (
        sa.Column("edition", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("heard", sa.JSON(), nullable=True),
        sa.Column("offered", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("transcripts", column)
    for column in (
        sa.Column("language", sa.String(12), nullable=False, server_default=""),
        sa.Column("unclear", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("edited_by", sa.String(8), nullable=False, server_default=""),
        # Whatever is here has been understood, or will be as a whole by a step that is waiting
        sa.Column("understood", sa.Boolean(), nullable=False, server_default=sa.true()),
    ):
        op.add_column("segments", column)
    op.create_table(
        "transcript_edits",
        sa.Column("transcript_id", sa.String(26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(8), nullable=False),
        sa.Column("member_id", sa.String(26), nullable=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["transcript_id"],
            ["transcripts.id"],
            name=op.f("fk_transcript_edits_transcript_id_transcripts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["members.id"],
            name=op.f("fk_transcript_edits_member_id_members"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcript_edits")),
        sa.UniqueConstraint(
            "transcript_id", "number", name=op.f("uq_transcript_edits_transcript_id_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("transcript_edits")
    for name in ("understood", "edited_by", "unclear", "language"):
        op.drop_column("segments", name)
    for name in ("offered", "heard", "edition"):
        op.drop_column("transcripts", name)
