"""Alembic's entry: runs inside the application's context."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from app.models import Base

SEARCH_TABLES = ("segment_search",)


def include_object(_object: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    """The full-text index is written by hand (0002) and unknown to the models."""
    if kind == "table":
        return not (name or "").startswith(SEARCH_TABLES)
    return name not in ("tsv", "ix_segments_tsv")


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=include_object,
            user_module_prefix="base.",
        )
        with context.begin_transaction():
            context.run_migrations()


run()
