"""No passage's id is given twice, and what was kept of corrections and of dismissed proposals goes
with their voices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# The table as 0001, 0006 and 0012 left it, but for its key.
ONCE, ANEW = "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "INTEGER NOT NULL PRIMARY KEY"
SEGMENTS = """CREATE TABLE segments_anew (
    id {key},
    transcript_id VARCHAR(26) NOT NULL,
    position INTEGER NOT NULL,
    start DOUBLE NOT NULL,
    "end" DOUBLE NOT NULL,
    text VARCHAR NOT NULL,
    confidence DOUBLE NOT NULL,
    words JSON NOT NULL,
    language VARCHAR(12) DEFAULT '' NOT NULL,
    unclear BOOLEAN DEFAULT 0 NOT NULL,
    edited_by VARCHAR(8) DEFAULT '' NOT NULL,
    understood BOOLEAN DEFAULT 1 NOT NULL,
    speaker INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT fk_segments_transcript_id_transcripts FOREIGN KEY(transcript_id)
        REFERENCES transcripts (id) ON DELETE CASCADE,
    CONSTRAINT uq_segments_transcript_id_position UNIQUE (transcript_id, position)
)"""
COPY = """INSERT INTO segments_anew (
    id, transcript_id, position, start, "end", text, confidence, words, language, unclear,
    edited_by, understood, speaker)
SELECT
    id, transcript_id, position, start, "end", text, confidence, words, language, unclear,
    edited_by, understood, speaker
FROM segments"""
CHANGES = sa.table(
    "codebook_changes",
    sa.column("id", sa.String),
    sa.column("followed", sa.JSON),
    sa.column("preview", sa.JSON),
    sa.column("reached", sa.BigInteger),
)
FOLLOWED = sa.table(
    "followed_corrections",
    sa.column("change_id", sa.String),
    sa.column("correction_id", sa.String),
    sa.column("value", sa.JSON),
    sa.column("machine", sa.JSON),
    sa.column("newer", sa.JSON(none_as_null=True)),
)
LESSONS = sa.table(
    "lessons",
    sa.column("change_id", sa.String),
    sa.column("correction_id", sa.String),
    sa.column("theme_id", sa.String),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _number_passages(ONCE)
    _make("followed_corrections", ("change_id", "correction_id"), [
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("machine", sa.JSON(), nullable=False),
        sa.Column("newer", sa.JSON(), nullable=True),
    ])  # fmt: skip
    _make("lessons", ("change_id", "correction_id", "theme_id"), [])
    _move()
    # Nobody can tell any more whose words their middle is of; what is still said is proposed anew.
    op.execute("DELETE FROM theme_proposals WHERE state = 'dismissed'")
    op.drop_column("theme_proposals", "centre")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _number_passages(ANEW)
    # A middle of nothing is like nothing.
    op.execute("DELETE FROM theme_proposals WHERE state = 'dismissed'")
    empty = "'\\x'" if op.get_bind().dialect.name == "postgresql" else "x''"
    centre = sa.Column("centre", sa.LargeBinary(), nullable=False, server_default=sa.text(empty))
    op.add_column("theme_proposals", centre)
    _move_back()
    for table in ("lessons", "followed_corrections"):
        op.drop_table(table)


def _number_passages(key: str) -> None:
    """Without AUTOINCREMENT SQLite gives the id of the newest row anew once that row is gone
    (sqlite.org/autoinc.html). The table is built anew by the way of sqlite.org/lang_altertable.html
    (7): with foreign keys off, for what points at a table is taken along where it is dropped. One
    transaction, so a start that was cut off finds the one table or the other.
    """
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                _build_anew(connection, key)
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _build_anew(connection: sa.Connection, key: str) -> None:
    its = "FROM sqlite_master WHERE tbl_name = 'segments' AND sql IS NOT NULL AND type"
    made = connection.exec_driver_sql(f"SELECT sql {its} = 'table'").scalar_one()
    if ("AUTOINCREMENT" in made) == (key == ONCE):
        return
    beside = connection.exec_driver_sql(f"SELECT sql {its} IN ('index', 'trigger')").scalars().all()
    newest = _newest_known(connection)
    for statement in (
        SEGMENTS.format(key=key),
        COPY,
        "DROP TABLE segments",
        "ALTER TABLE segments_anew RENAME TO segments",
        *beside,
    ):
        connection.exec_driver_sql(statement)
    if key == ONCE:
        connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'segments'")
        last = "INSERT INTO sqlite_sequence (name, seq) VALUES ('segments', ?)"
        connection.exec_driver_sql(last, (newest,))


def _newest_known(connection: sa.Connection) -> int:
    """The highest id of a passage that is there, or that something still knows."""
    known = [connection.exec_driver_sql("SELECT max(id) FROM segments").scalar() or 0]
    for change in connection.execute(sa.select(CHANGES)):
        known += [change.reached, change.followed.get("until", 0)]
        for moved in (change.preview or {}).get("themes", {}).values():
            known += [*moved["new"], *moved["gone"]]
    return max(known)


def _make(table: str, keys: Iterable[str], columns: list[sa.Column[Any]]) -> None:
    targets = {
        "change_id": "codebook_changes", "correction_id": "corrections", "theme_id": "themes",
    }  # fmt: skip
    op.create_table(
        table,
        *(sa.Column(each, sa.String(26), nullable=False) for each in keys),
        *columns,
        *(
            sa.ForeignKeyConstraint(
                [each],
                [f"{targets[each]}.id"],
                name=op.f(f"fk_{table}_{each}_{targets[each]}"),
                ondelete="CASCADE",
            )
            for each in keys
        ),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{table}")),
    )
    for each in keys:
        if each != "change_id":
            op.create_index(op.f(f"ix_{table}_{each}"), table, [each])


def _move() -> None:
    """What changes kept in JSON becomes rows, of those corrections and themes that are there."""
    connection = op.get_bind()
    corrections = set(connection.execute(sa.text("SELECT id FROM corrections")).scalars())
    themes = set(connection.execute(sa.text("SELECT id FROM themes")).scalars())
    for change in connection.execute(sa.select(CHANGES)).all():
        kept = dict(change.followed)
        was = [
            (change.id, correction_id, *said)
            for correction_id, said in kept.pop("corrections", {}).items()
            if correction_id in corrections
        ]
        taught = [
            (change.id, correction_id, theme_id)
            for correction_id, theme_id in dict.fromkeys(map(tuple, kept.pop("lessons", [])))
            if correction_id in corrections and theme_id in themes
        ]
        for table, rows in ((FOLLOWED, was), (LESSONS, taught)):
            if rows:
                names = [column.name for column in table.columns]
                connection.execute(
                    sa.insert(table), [dict(zip(names, row, strict=True)) for row in rows]
                )
        if kept != change.followed:
            _keep(change.id, kept)


def _move_back() -> None:
    connection = op.get_bind()
    for change in connection.execute(sa.select(CHANGES)).all():
        was = connection.execute(sa.select(FOLLOWED).where(FOLLOWED.c.change_id == change.id))
        taught = connection.execute(sa.select(LESSONS).where(LESSONS.c.change_id == change.id))
        kept = {
            "corrections": {each.correction_id: [*each[2:]] for each in was},
            "lessons": [[each.correction_id, each.theme_id] for each in taught],
        }
        if any(kept.values()):
            _keep(change.id, {**change.followed, **kept})


def _keep(change_id: str, followed: dict[str, Any]) -> None:
    mine = sa.update(CHANGES).where(CHANGES.c.id == change_id)
    op.get_bind().execute(mine.values(followed=followed))
