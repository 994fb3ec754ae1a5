"""A follow-up knows by itself, not by its outcome's words, that it ended since nobody was needed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NOBODY = "Nobody is needed: "
CASES = sa.table(
    "follow_ups",
    sa.column("unneeded", sa.Boolean),
    sa.column("state", sa.String),
    sa.column("outcome", sa.String),
)


def upgrade() -> None:
    # SQLite keeps the column at once, also when the upgrade is stopped before it is through.
    connection = op.get_bind()
    if "unneeded" not in {
        each["name"] for each in sa.inspect(connection).get_columns("follow_ups")
    }:
        op.add_column(
            "follow_ups",
            sa.Column("unneeded", sa.Boolean(), nullable=False, server_default=sa.false()),
        )
    ended = sa.and_(CASES.c.state == "done", CASES.c.outcome.startswith(NOBODY))
    connection.execute(sa.update(CASES).where(ended).values(unneeded=True))


def downgrade() -> None:
    op.drop_column("follow_ups", "unneeded")
