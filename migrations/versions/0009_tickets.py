"""One-time tickets for pages without cookies; the token that Canvas wants on messages from a frame."""

import sqlalchemy as sa
from alembic import op

revision = "0009_tickets"
down_revision = "0008_deep_linking"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ticket",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("path", sa.String(500), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_ticket_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_ticket")),
    )
    op.create_index(op.f("ix_ticket_expires_at"), "ticket", ["expires_at"])
    op.create_index(op.f("ix_ticket_visit_id"), "ticket", ["visit_id"])
    op.add_column("visit", sa.Column("message_token", sa.String(255)))


def downgrade() -> None:
    op.drop_column("visit", "message_token")
    op.drop_table("ticket")
