"""Who speaks when in a recording in which two people talk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Column by column: a table that is built anew on SQLite loses the triggers of its index.
    speaker = sa.Column("speaker", sa.Integer(), nullable=False, server_default="0")
    op.add_column("segments", speaker)
    speakers = sa.Column("speakers", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("transcripts", speakers)


def downgrade() -> None:
    op.drop_column("transcripts", "speakers")
    op.drop_column("segments", "speaker")
