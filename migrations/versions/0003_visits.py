"""Sign-ins that were used up, and the visits they opened."""

import sqlalchemy as sa
from alembic import op

revision = "0003_visits"
down_revision = "0002_courses"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "used_attempt",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_used_attempt")),
    )
    op.create_index(op.f("ix_used_attempt_used_at"), "used_attempt", ["used_at"])
    op.create_table(
        "visit",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(32), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("assignment_id", ID, nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(35)),
        sa.Column("return_url", sa.String(2000)),
        sa.Column("frame_origins", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_visit_assignment_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_visit_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_visit_public_id")),
    )
    op.create_index(op.f("ix_visit_expires_at"), "visit", ["expires_at"])
    op.create_index(op.f("ix_visit_member_id"), "visit", ["member_id"])


def downgrade() -> None:
    op.drop_table("visit")
    op.drop_table("used_attempt")
