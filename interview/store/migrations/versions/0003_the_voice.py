"""What models take: tokens and their cost, per interview and day"""

import sqlalchemy as sa
from alembic import op

import interview.store.tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_usage",
        sa.Column("usage_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("interview_id", sa.String(length=36), nullable=True),
        sa.Column("at", interview.store.tables.UtcDateTime(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interviews.interview_id"], name=op.f("fk_model_usage_interview_id")
        ),
        sa.PrimaryKeyConstraint("usage_id", name=op.f("pk_model_usage")),
    )
    with op.batch_alter_table("model_usage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_usage_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_model_usage_interview_id"), ["interview_id"], unique=False)


def downgrade() -> None:
    op.drop_table("model_usage")
