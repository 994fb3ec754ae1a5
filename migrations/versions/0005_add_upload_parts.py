"""Uploads whose length is said later, and those that go straight into the bucket."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("uploads") as uploads:
        uploads.alter_column("length", existing_type=sa.BigInteger(), nullable=True)
        uploads.add_column(sa.Column("said", sa.String(), nullable=False, server_default=""))
        uploads.add_column(sa.Column("multipart", sa.String(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM uploads WHERE length IS NULL OR multipart IS NOT NULL")
    with op.batch_alter_table("uploads") as uploads:
        uploads.drop_column("multipart")
        uploads.drop_column("said")
        uploads.alter_column("length", existing_type=sa.BigInteger(), nullable=False)
