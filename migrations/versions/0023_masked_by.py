"""Which rules a moment's masked quote was written by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite keeps the column at once, also when the upgrade is stopped before it is through.
    columns = {each["name"] for each in sa.inspect(op.get_bind()).get_columns("highlights")}
    if "masked_by" not in columns:
        op.add_column(
            "highlights", sa.Column("masked_by", sa.String(8), nullable=False, server_default="")
        )


def downgrade() -> None:
    op.drop_column("highlights", "masked_by")
