"""What learners post to their group, and which posts they report."""

import sqlalchemy as sa
from alembic import op

revision = "0011_discussion_posts"
down_revision = "0010_sharing"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "discussion_post",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(32), nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("workshop_id", sa.String(64), nullable=False),
        sa.Column("activity_id", sa.String(64), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True)),
        sa.Column("hidden_by_id", ID),
        sa.Column("sealed_reason", sa.LargeBinary()),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_discussion_post_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["hidden_by_id"], ["member.id"], name=op.f("fk_discussion_post_hidden_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion_post")),
        sa.UniqueConstraint("public_id", name=op.f("uq_discussion_post_public_id")),
        sa.UniqueConstraint(
            "member_id",
            "workshop_id",
            "activity_id",
            name=op.f("uq_discussion_post_member_id_workshop_id_activity_id"),
        ),
    )
    op.create_table(
        "post_report",
        sa.Column("id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["discussion_post.id"], name=op.f("fk_post_report_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_post_report_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_report")),
        sa.UniqueConstraint("post_id", "member_id", name=op.f("uq_post_report_post_id_member_id")),
    )
    op.create_index(op.f("ix_post_report_member_id"), "post_report", ["member_id"])


def downgrade() -> None:
    op.drop_table("post_report")
    op.drop_table("discussion_post")
