"""Full-text search over segments: FTS5 on SQLite, tsvector with GIN on PostgreSQL."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    """CREATE VIRTUAL TABLE segment_search USING fts5(
        text, content='segments', content_rowid='id', tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER segments_search_insert AFTER INSERT ON segments BEGIN
        INSERT INTO segment_search(rowid, text) VALUES (new.id, new.text); END""",
    """CREATE TRIGGER segments_search_delete AFTER DELETE ON segments BEGIN
        INSERT INTO segment_search(segment_search, rowid, text)
        VALUES ('delete', old.id, old.text); END""",
    """CREATE TRIGGER segments_search_update AFTER UPDATE OF text ON segments BEGIN
        INSERT INTO segment_search(segment_search, rowid, text)
        VALUES ('delete', old.id, old.text);
        INSERT INTO segment_search(rowid, text) VALUES (new.id, new.text); END""",
)
# Without accents, as SQLite's tokenizer has it; unaccent is neither immutable nor always there.
POSTGRESQL = (
    r"""CREATE FUNCTION heard_folded(text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
        $$ SELECT regexp_replace(normalize($1, NFKD), '[\u0300-\u036f]', '', 'g') $$""",
    """ALTER TABLE segments ADD COLUMN tsv tsvector
        GENERATED ALWAYS AS (to_tsvector('simple', heard_folded(text))) STORED""",
    "CREATE INDEX ix_segments_tsv ON segments USING gin (tsv)",
)


def upgrade() -> None:
    statements = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER segments_search_{trigger}")
        op.execute("DROP TABLE segment_search")
    else:
        op.execute("DROP INDEX ix_segments_tsv")
        op.execute("ALTER TABLE segments DROP COLUMN tsv")
        op.execute("DROP FUNCTION heard_folded(text)")
