"""Personal data in what was said, and its masks, with a search over the masked text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.models import base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# As in 0002, over the few passages that have a mask.
SQLITE = (
    """CREATE VIRTUAL TABLE masked_search USING fts5(
        masked, content='personal_looks', content_rowid='segment_id',
        tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER looks_search_insert AFTER INSERT ON personal_looks
        WHEN new.masked IS NOT NULL BEGIN
        INSERT INTO masked_search(rowid, masked) VALUES (new.segment_id, new.masked); END""",
    """CREATE TRIGGER looks_search_delete AFTER DELETE ON personal_looks
        WHEN old.masked IS NOT NULL BEGIN
        INSERT INTO masked_search(masked_search, rowid, masked)
        VALUES ('delete', old.segment_id, old.masked); END""",
    """CREATE TRIGGER looks_search_update AFTER UPDATE OF masked ON personal_looks BEGIN
        INSERT INTO masked_search(masked_search, rowid, masked)
        SELECT 'delete', old.segment_id, old.masked WHERE old.masked IS NOT NULL;
        INSERT INTO masked_search(rowid, masked)
        SELECT new.segment_id, new.masked WHERE new.masked IS NOT NULL; END""",
)
POSTGRESQL = (
    """ALTER TABLE personal_looks ADD COLUMN tsv tsvector
        GENERATED ALWAYS AS (to_tsvector('simple', heard_folded(masked))) STORED""",
    "CREATE INDEX ix_personal_looks_tsv ON personal_looks USING gin (tsv)",
)


def upgrade() -> None:
    op.create_table(
        "personal_data",
        sa.Column("answer_id", sa.String(26), nullable=False),
        sa.Column("segment_id", NUMBER, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_word", sa.Integer(), nullable=False),
        sa.Column("last_word", sa.Integer(), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("kind", sa.String(9), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(7), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(26), nullable=True),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["answers.id"],
            name=op.f("fk_personal_data_answer_id_answers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segments.id"],
            name=op.f("fk_personal_data_segment_id_segments"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["members.id"],
            name=op.f("fk_personal_data_member_id_members"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_data")),
    )
    for column in ("answer_id", "segment_id"):
        op.create_index(op.f(f"ix_personal_data_{column}"), "personal_data", [column])
    op.create_table(
        "personal_looks",
        sa.Column("segment_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("version", sa.String(12), nullable=False),
        sa.Column("masked", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segments.id"],
            name=op.f("fk_personal_looks_segment_id_segments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_personal_looks")),
    )
    # Added as it is: a table that is built anew on SQLite would lose its triggers.
    op.add_column("highlights", sa.Column("masked_quote", sa.Text(), nullable=True))
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER looks_search_{trigger}")
        op.execute("DROP TABLE masked_search")
    op.drop_column("highlights", "masked_quote")
    op.drop_table("personal_looks")
    op.drop_table("personal_data")
