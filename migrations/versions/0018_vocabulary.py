"""The names that a program listens for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite keeps the column at once, also when the upgrade is stopped before it is through.
    if "vocabulary" not in {
        each["name"] for each in sa.inspect(op.get_bind()).get_columns("programs")
    }:
        op.add_column(
            "programs", sa.Column("vocabulary", sa.JSON(), nullable=False, server_default="[]")
        )


def downgrade() -> None:
    op.drop_column("programs", "vocabulary")
