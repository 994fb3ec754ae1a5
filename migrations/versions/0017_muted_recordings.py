"""Recordings as those hear them who may not hear personal data, and the work that makes them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

POINTS = "fk_runs_recording_id_recordings"


def upgrade() -> None:
    # Column by column: a table that is built anew on SQLite would take what points at it along. And
    # SQLite keeps each at once, also when the upgrade is stopped before it is through.
    _add("recordings", "muted_key", "VARCHAR")
    _add("recordings", "muted_holds", "VARCHAR(32) DEFAULT '' NOT NULL")
    _add(
        "runs",
        "recording_id",
        f"VARCHAR(26) CONSTRAINT {POINTS} REFERENCES recordings(id) ON DELETE CASCADE",
    )
    op.create_index(op.f("ix_runs_recording_id"), "runs", ["recording_id"], if_not_exists=True)


def downgrade() -> None:
    op.execute("DELETE FROM runs WHERE recording_id IS NOT NULL")
    op.drop_index(op.f("ix_runs_recording_id"), "runs")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(POINTS, "runs")
    op.drop_column("runs", "recording_id")
    op.drop_column("recordings", "muted_holds")
    op.drop_column("recordings", "muted_key")


def _add(table: str, column: str, kind: str) -> None:
    if column not in {each["name"] for each in sa.inspect(op.get_bind()).get_columns(table)}:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
