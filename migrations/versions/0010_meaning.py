"""Vectors of passages, for search by meaning; those of older words are to be made."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


# What is here has no vectors yet; the clock finds that, as the model differs.
MISSING = {
    "sqlite": """INSERT INTO vectors (transcript_id, model, edition, records)
        SELECT id, '', 0, x'' FROM transcripts WHERE current""",
    "postgresql": """INSERT INTO vectors (transcript_id, model, edition, records)
        SELECT id, '', 0, ''::bytea FROM transcripts WHERE current""",
}


def upgrade() -> None:
    op.create_table(
        "vectors",
        sa.Column("transcript_id", sa.String(26), nullable=False),
        sa.Column("model", sa.String(40), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("records", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transcript_id"],
            ["transcripts.id"],
            name=op.f("fk_vectors_transcript_id_transcripts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("transcript_id", name=op.f("pk_vectors")),
    )
    op.create_index(op.f("ix_vectors_model"), "vectors", ["model"])
    op.execute(MISSING[op.get_bind().dialect.name])
    if op.get_bind().dialect.name == "postgresql":  # numbers don't compress; trying costs time
        op.execute("ALTER TABLE vectors ALTER COLUMN records SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("vectors")
