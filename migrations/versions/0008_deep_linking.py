"""Choosing content from the platform, review from the gradebook, columns per module."""

import sqlalchemy as sa
from alembic import op

revision = "0008_deep_linking"
down_revision = "0007_rosters"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("visit") as visit:
        visit.alter_column("assignment_id", existing_type=ID, nullable=True)
        visit.add_column(sa.Column("reviewed_id", ID))
        visit.create_foreign_key(op.f("fk_visit_reviewed_id"), "member", ["reviewed_id"], ["id"])
    op.create_table(
        "selection",
        sa.Column("id", ID, nullable=False),
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("return_url", sa.String(2048), nullable=False),
        sa.Column("data", sa.LargeBinary()),
        sa.Column("may_choose", sa.Boolean(), nullable=False),
        sa.Column("takes_links", sa.Boolean(), nullable=False),
        sa.Column("takes_several", sa.Boolean(), nullable=False),
        sa.Column("takes_line_items", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(255)),
        sa.Column("text", sa.String(255)),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_selection_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_selection_visit_id")),
    )
    op.add_column("course", sa.Column("history", sa.String(1000), nullable=False, server_default=""))
    op.add_column("assignment", sa.Column("collects_grade", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("gradebook_column", sa.Column("label", sa.String(255), nullable=False, server_default=""))
    op.add_column(
        "gradebook_column", sa.Column("points_known", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    for table, column in (
        ("gradebook_column", "points_known"),
        ("gradebook_column", "label"),
        ("assignment", "collects_grade"),
        ("course", "history"),
    ):
        op.drop_column(table, column)
    op.drop_table("selection")
    # A visit without a link cannot be kept; it is over within hours anyway.
    op.execute("DELETE FROM visit WHERE assignment_id IS NULL")
    with op.batch_alter_table("visit") as visit:
        visit.drop_constraint("fk_visit_reviewed_id", type_="foreignkey")
        visit.drop_column("reviewed_id")
        visit.alter_column("assignment_id", existing_type=ID, nullable=False)
