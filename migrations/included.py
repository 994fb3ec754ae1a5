"""What autogenerate looks at: not the full-text indexes, which 0002 and 0007 write by hand, nor
what SQLite can't tell of columns that were added with a foreign key."""

from __future__ import annotations

from typing import Any

from app.extensions import db

# Added by 0009 and 0017 where they stand. Their text says what happens when the other row goes, and
# SQLite does it, but SQLAlchemy reads that only of keys that came with the table.
POINTERS = {
    "themes": {"parent_id", "merged_into_id"},
    "runs": {"change_id", "program_id", "recording_id"},
}


def include_object(thing: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    if kind == "foreign_key_constraint" and db.engine.dialect.name == "sqlite":
        return not POINTERS.get(thing.parent.name, set()) & set(thing.column_keys)
    if kind == "table":
        return not (name or "").startswith(("segment_search", "masked_search"))
    return name not in ("tsv", "ix_segments_tsv", "ix_personal_looks_tsv")
