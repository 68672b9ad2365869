"""When a gradebook column was compared with what we sent, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0014_comparing"
down_revision = "0013_traffic"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("gradebook_column", sa.Column("compare_at", MOMENT))
    op.add_column("gradebook_column", sa.Column("compared_at", MOMENT))
    op.add_column("gradebook_column", sa.Column("comparison", sa.JSON()))
    op.add_column("gradebook_column", sa.Column("compare_problem", sa.String(50)))
    op.create_index(op.f("ix_gradebook_column_compare_at"), "gradebook_column", ["compare_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_gradebook_column_compare_at"), "gradebook_column")
    for column in ("compare_problem", "comparison", "compared_at", "compare_at"):
        op.drop_column("gradebook_column", column)
