"""A fairness audit keeps no total, from which a hidden group's size could be taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite drops the column at once, also when the upgrade is stopped before it is through.
    if "voices" in {
        each["name"] for each in sa.inspect(op.get_bind()).get_columns("fairness_audits")
    }:
        op.drop_column("fairness_audits", "voices")


def downgrade() -> None:
    op.add_column(
        "fairness_audits", sa.Column("voices", sa.Integer(), nullable=False, server_default="0")
    )
