"""Words that both databases find alike, whatever stands around them and however they are accented."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# As in 0002 and 0007, but through `heard_folded`, which each connection brings along
# (app/__init__.py). The views are what the indexes say that they are of: SQLite's own look at an
# index holds it against them. Marks belong to the words that they stand in.
WORDS = "unicode61 remove_diacritics 0 categories ''L* M* N* Co''"
SQLITE = (
    "CREATE VIEW segment_search_text AS SELECT id, heard_folded(text) AS text FROM segments",
    f"""CREATE VIRTUAL TABLE segment_search USING fts5(
        text, content='segment_search_text', content_rowid='id', tokenize='{WORDS}')""",
    """CREATE TRIGGER segments_search_insert AFTER INSERT ON segments BEGIN
        INSERT INTO segment_search(rowid, text) VALUES (new.id, heard_folded(new.text)); END""",
    """CREATE TRIGGER segments_search_delete AFTER DELETE ON segments BEGIN
        INSERT INTO segment_search(segment_search, rowid, text)
        VALUES ('delete', old.id, heard_folded(old.text)); END""",
    """CREATE TRIGGER segments_search_update AFTER UPDATE OF text ON segments BEGIN
        INSERT INTO segment_search(segment_search, rowid, text)
        VALUES ('delete', old.id, heard_folded(old.text));
        INSERT INTO segment_search(rowid, text) VALUES (new.id, heard_folded(new.text)); END""",
    """CREATE VIEW masked_search_text AS SELECT segment_id, heard_folded(masked) AS masked
        FROM personal_looks WHERE masked IS NOT NULL""",
    f"""CREATE VIRTUAL TABLE masked_search USING fts5(
        masked, content='masked_search_text', content_rowid='segment_id', tokenize='{WORDS}')""",
    """CREATE TRIGGER looks_search_insert AFTER INSERT ON personal_looks
        WHEN new.masked IS NOT NULL BEGIN
        INSERT INTO masked_search(rowid, masked)
        VALUES (new.segment_id, heard_folded(new.masked)); END""",
    """CREATE TRIGGER looks_search_delete AFTER DELETE ON personal_looks
        WHEN old.masked IS NOT NULL BEGIN
        INSERT INTO masked_search(masked_search, rowid, masked)
        VALUES ('delete', old.segment_id, heard_folded(old.masked)); END""",
    """CREATE TRIGGER looks_search_update AFTER UPDATE OF masked ON personal_looks BEGIN
        INSERT INTO masked_search(masked_search, rowid, masked)
        SELECT 'delete', old.segment_id, heard_folded(old.masked) WHERE old.masked IS NOT NULL;
        INSERT INTO masked_search(rowid, masked)
        SELECT new.segment_id, heard_folded(new.masked) WHERE new.masked IS NOT NULL; END""",
)
BEFORE = (
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
FILL = (
    "INSERT INTO segment_search(rowid, text) SELECT id, {text} FROM segments",
    """INSERT INTO masked_search(rowid, masked)
        SELECT segment_id, {masked} FROM personal_looks WHERE masked IS NOT NULL""",
)
# What parts words, after NFKD: PostgreSQL's parser would take some of it as a part of one (a dot
# within a number, a hyphen, a path), and in the C locale all beyond ASCII. Joiners are in it, too.
PARTING = "".join((
    r"\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u00d7\u00f7\u02c2-\u02c5\u02d2-\u02df",
    r"\u0375\u03f6\u0482\u055a-\u055f\u0589-\u058f\u05be\u05c0\u05c3\u05c6\u05f3-\u060f",
    r"\u061b-\u061f\u066a-\u066d\u06d4\u06dd-\u06de\u0700-\u070f\u0964-\u0965\u0970",
    r"\u0e3f\u0e4f\u0e5a-\u0e5b\u104a-\u104f\u1360-\u1368\u17d4-\u17d6\u1800-\u180a",
    r"\u2000-\u20cf\u2190-\u245f\u2500-\u2775\u2794-\u2bff\u2e00-\u2e7f\u3001-\u3004",
    r"\u3008-\u3020\u3030\u303d-\u303f\u30a0\u30fb\ufd3e-\ufd3f\ufe45-\ufe46\ufeff-\ufffd",
    r"\U0001f110-\U0001faff",
))  # fmt: skip
FOLDED = rf"""CREATE OR REPLACE FUNCTION heard_folded(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
    $$ SELECT regexp_replace(replace(replace(
        lower(regexp_replace(normalize($1, NFKD), '[\u0300-\u036f]', '', 'g')),
        'ß', 'ss'), 'ς', 'σ'), '[{PARTING}]+', ' ', 'g') $$"""
FOLDED_BEFORE = r"""CREATE OR REPLACE FUNCTION heard_folded(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
    $$ SELECT regexp_replace(normalize($1, NFKD), '[\u0300-\u036f]', '', 'g') $$"""
COLUMNS = (("segments", "text"), ("personal_looks", "masked"))


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _anew(SQLITE, "heard_folded(text)", "heard_folded(masked)")
    else:
        _filled_by(FOLDED)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _anew(BEFORE, "text", "masked")
    else:
        _filled_by(FOLDED_BEFORE)


def _anew(statements: tuple[str, ...], text: str, masked: str) -> None:
    """Also where this was begun before and stopped: SQLite keeps what is made at once."""
    for table, name in (("segments", "segment_search"), ("looks", "masked_search")):
        for trigger in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_search_{trigger}")
        op.execute(f"DROP TABLE IF EXISTS {name}")
        op.execute(f"DROP VIEW IF EXISTS {name}_text")
    for statement in statements:
        op.execute(statement)
    for fill in FILL:
        op.execute(fill.format(text=text, masked=masked))


def _filled_by(function: str) -> None:
    for table, _ in COLUMNS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN tsv")  # its index goes with it
    op.execute(function)
    for table, column in COLUMNS:
        op.execute(
            f"""ALTER TABLE {table} ADD COLUMN tsv tsvector
            GENERATED ALWAYS AS (to_tsvector('simple', heard_folded({column}))) STORED"""
        )
        op.execute(f"CREATE INDEX ix_{table}_tsv ON {table} USING gin (tsv)")
