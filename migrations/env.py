"""Alembic's entry: runs inside the application's context."""

from __future__ import annotations

from alembic import context
from flask import current_app

from app.models import Base
from migrations.included import include_object


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
