"""Evaluations without a name; the time zone of a visit."""

import sqlalchemy as sa
from alembic import op

revision = "0012_evaluations"
down_revision = "0011_discussion_posts"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "evaluation",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("course_id", ID, nullable=False),
        sa.Column("workshop_id", sa.String(64), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_evaluation_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_evaluation_course_id"), "evaluation", ["course_id"])
    op.add_column("visit", sa.Column("timezone", sa.String(64)))


def downgrade() -> None:
    op.drop_column("visit", "timezone")
    op.drop_table("evaluation")
