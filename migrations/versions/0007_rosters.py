"""The course's list of people: how far we are with it, and whom it names."""

import sqlalchemy as sa
from alembic import op

revision = "0007_rosters"
down_revision = "0006_invitations"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("id", ID, nullable=False),
        sa.Column("course_id", ID, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("tried_at", sa.DateTime(timezone=True)),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(50)),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_roster_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        sa.UniqueConstraint("course_id", name=op.f("uq_roster_course_id")),
    )
    op.create_index(op.f("ix_roster_due_at"), "roster", ["due_at"])
    # The default stays: everybody whom the version before this one adds has come by a launch.
    op.add_column("member", sa.Column("has_launched", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("member", sa.Column("listed_at", sa.DateTime(timezone=True)))
    op.add_column("member", sa.Column("unlisted_since", sa.DateTime(timezone=True)))


def downgrade() -> None:
    for column in ("unlisted_since", "listed_at", "has_launched"):
        op.drop_column("member", column)
    op.drop_table("roster")
