"""Which engines heard a passage, also those that said nothing of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite keeps the column at once, also when the upgrade is stopped before it is through.
    if "heard_by" not in {
        each["name"] for each in sa.inspect(op.get_bind()).get_columns("segments")
    }:
        op.add_column("segments", sa.Column("heard_by", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("segments", "heard_by")
