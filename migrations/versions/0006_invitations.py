"""Invitations to register a platform, what a platform granted, and changes that wait for an operator."""

import sqlalchemy as sa
from alembic import op

revision = "0006_invitations"
down_revision = "0005_deliveries"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("platform") as platform:
        platform.add_column(sa.Column("configuration_url", sa.String(2000)))
        platform.add_column(sa.Column("granted_scopes", sa.JSON()))
        platform.add_column(sa.Column("granted_claims", sa.JSON()))
        platform.add_column(sa.Column("management_url", sa.String(2000)))
        platform.add_column(sa.Column("sealed_management_token", sa.LargeBinary()))
    op.create_table(
        "invitation",
        sa.Column("id", ID, nullable=False),
        sa.Column("institution_id", ID, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("busy_since", sa.DateTime(timezone=True)),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["institution_id"], ["institution.id"], name=op.f("fk_invitation_institution_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_hash")),
    )
    op.create_table(
        "platform_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform_id", ID, nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("deployment_id", sa.String(255)),
        sa.Column("sealed_management_token", sa.LargeBinary()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_platform_change_platform_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_change")),
        sa.UniqueConstraint("platform_id", name=op.f("uq_platform_change_platform_id")),
    )


def downgrade() -> None:
    op.drop_table("platform_change")
    op.drop_table("invitation")
    with op.batch_alter_table("platform") as platform:
        for name in (
            "sealed_management_token",
            "management_url",
            "granted_claims",
            "granted_scopes",
            "configuration_url",
        ):
            platform.drop_column(name)
