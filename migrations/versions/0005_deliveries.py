"""Scores on their way to the gradebook."""

import sqlalchemy as sa
from alembic import op

revision = "0005_deliveries"
down_revision = "0004_answers"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "grade_delivery",
        sa.Column("id", ID, nullable=False),
        sa.Column("column_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given", sa.String(20), nullable=False),
        sa.Column("maximum", sa.String(20), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("delivered_version", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(50)),
        sa.ForeignKeyConstraint(["column_id"], ["gradebook_column.id"], name=op.f("fk_grade_delivery_column_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_grade_delivery_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_delivery")),
        sa.UniqueConstraint("column_id", "member_id", name=op.f("uq_grade_delivery_column_id_member_id")),
    )
    op.create_index(op.f("ix_grade_delivery_member_id"), "grade_delivery", ["member_id"])
    op.create_index(op.f("ix_grade_delivery_state_next_at"), "grade_delivery", ["state", "next_at"])


def downgrade() -> None:
    op.drop_table("grade_delivery")
