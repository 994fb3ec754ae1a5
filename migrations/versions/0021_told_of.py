"""Which passages a follow-up tells of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite keeps the column at once, also when the upgrade is stopped before it is through.
    if "told" not in {each["name"] for each in sa.inspect(op.get_bind()).get_columns("follow_ups")}:
        op.add_column(
            "follow_ups", sa.Column("told", sa.JSON(), nullable=False, server_default="[]")
        )


def downgrade() -> None:
    op.drop_column("follow_ups", "told")
