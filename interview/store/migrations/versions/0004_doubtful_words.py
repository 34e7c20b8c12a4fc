"""Which words were spoken, and which of them were not clearly understood"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("transcript_entries", sa.Column("spoken", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("transcript_entries", sa.Column("doubtful", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("transcript_entries", "doubtful")
    op.drop_column("transcript_entries", "spoken")
