"""Origins that an operator lets frame the tool, for each platform."""

import sqlalchemy as sa
from alembic import op

revision = "0015_frames"
down_revision = "0014_comparing"


def upgrade() -> None:
    op.add_column("platform", sa.Column("frame_origins", sa.String(2000), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("platform", "frame_origins")
