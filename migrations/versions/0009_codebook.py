"""The codebook's parents and colours, proposed themes and changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.models import base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Added where they stand: a table that is built anew on SQLite would take what points at it along.
POINTERS = (
    ("themes", "parent_id", "themes", "SET NULL"),
    ("themes", "merged_into_id", "themes", "CASCADE"),
    ("runs", "change_id", "codebook_changes", "CASCADE"),
    ("runs", "program_id", "programs", "CASCADE"),
)


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(26), nullable=nullable)


def _points(table: str, column: str, target: str, gone: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete=gone
    )


def upgrade() -> None:
    op.add_column(
        "programs", sa.Column("codebook_edition", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("themes", sa.Column("colour", sa.String(8), nullable=False, server_default=""))
    _changes()
    _proposals()
    for table, column, target, gone in POINTERS:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(26)"
            f" CONSTRAINT fk_{table}_{column}_{target} REFERENCES {target}(id) ON DELETE {gone}"
        )
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _changes() -> None:
    op.create_table(
        "codebook_changes",
        _id("program_id"),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _id("member_id", nullable=True),
        sa.Column("applied_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("moves", sa.JSON(), nullable=False),
        sa.Column("followed", sa.JSON(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=True),
        sa.Column("reached", NUMBER, nullable=False),
        _id("id"),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        _points("codebook_changes", "program_id", "programs", "CASCADE"),
        _points("codebook_changes", "member_id", "members", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codebook_changes")),
    )
    op.create_index(op.f("ix_codebook_changes_program_id"), "codebook_changes", ["program_id"])
    op.create_table(
        "changed_mentions",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        _id("change_id"),
        sa.Column("segment_id", NUMBER, nullable=False),
        _id("theme_id"),
        sa.Column("gained", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        _points("changed_mentions", "change_id", "codebook_changes", "CASCADE"),
        _points("changed_mentions", "segment_id", "segments", "CASCADE"),
        _points("changed_mentions", "theme_id", "themes", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_mentions")),
        sa.UniqueConstraint(
            "change_id",
            "segment_id",
            "theme_id",
            "gained",
            name=op.f("uq_changed_mentions_change_id_segment_id_theme_id_gained"),
        ),
    )
    for column in ("segment_id", "theme_id"):
        op.create_index(op.f(f"ix_changed_mentions_{column}"), "changed_mentions", [column])


def _proposals() -> None:
    op.create_table(
        "theme_proposals",
        _id("program_id"),
        sa.Column("state", sa.String(9), nullable=False),
        _id("theme_id", nullable=True),
        sa.Column("centre", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("voices", sa.Integer(), nullable=False),
        _id("id"),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        _points("theme_proposals", "program_id", "programs", "CASCADE"),
        _points("theme_proposals", "theme_id", "themes", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_proposals")),
    )
    for columns in (["program_id"], ["theme_id"], ["program_id", "state"]):
        op.create_index(op.f(f"ix_theme_proposals_{'_'.join(columns)}"), "theme_proposals", columns)
    op.create_table(
        "proposed_passages",
        _id("proposal_id"),
        sa.Column("segment_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        _points("proposed_passages", "proposal_id", "theme_proposals", "CASCADE"),
        _points("proposed_passages", "segment_id", "segments", "CASCADE"),
        sa.PrimaryKeyConstraint("proposal_id", "segment_id", name=op.f("pk_proposed_passages")),
    )
    op.create_index(op.f("ix_proposed_passages_segment_id"), "proposed_passages", ["segment_id"])


def downgrade() -> None:
    for table, column, target, _ in reversed(POINTERS):
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
        if op.get_bind().dialect.name == "postgresql":
            op.drop_constraint(f"fk_{table}_{column}_{target}", table)
        op.drop_column(table, column)
    for table in ("proposed_passages", "theme_proposals", "changed_mentions", "codebook_changes"):
        op.drop_table(table)
    op.drop_column("themes", "colour")
    op.drop_column("programs", "codebook_edition")
