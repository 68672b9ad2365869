"""How scores travel: the platform of each, what may have arrived, pace and breaker of each platform, workers."""

import sqlalchemy as sa
from alembic import op

revision = "0013_traffic"
down_revision = "0012_evaluations"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "platform_pace",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform_id", ID, nullable=False),
        sa.Column("served_at", MOMENT),
        sa.Column("at_once", sa.Integer()),
        sa.Column("slowed_at", MOMENT),
        sa.Column("throttles", sa.Integer(), nullable=False),
        sa.Column("rest_until", MOMENT),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT),
        sa.Column("probe_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name=op.f("fk_platform_pace_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_pace")),
        sa.UniqueConstraint("platform_id", name=op.f("uq_platform_pace_platform_id")),
    )
    op.create_table(
        "worker",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("threads", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
        sa.UniqueConstraint("owner", name=op.f("uq_worker_owner")),
    )
    op.create_index(op.f("ix_worker_seen_at"), "worker", ["seen_at"])
    op.add_column("platform", sa.Column("sends_at_once", sa.Integer()))
    op.add_column("course", sa.Column("catch_up_at", MOMENT))
    op.create_index(op.f("ix_course_catch_up_at"), "course", ["catch_up_at"])
    op.add_column("gradebook_column", sa.Column("missing_since", MOMENT))
    with op.batch_alter_table("grade_delivery") as delivery:
        # Not known to the version before, which may still run: a worker looks it up (services/deliveries.py).
        delivery.add_column(sa.Column("platform_id", ID))
        delivery.create_foreign_key(op.f("fk_grade_delivery_platform_id"), "platform", ["platform_id"], ["id"])
        delivery.add_column(sa.Column("submission_known", sa.Boolean(), nullable=False, server_default=sa.false()))
        delivery.add_column(sa.Column("sent_version", sa.Integer(), nullable=False, server_default=sa.text("0")))
        delivery.add_column(sa.Column("shares", sa.JSON(), nullable=False, server_default="[]"))
        delivery.add_column(sa.Column("insists", sa.Boolean(), nullable=False, server_default=sa.false()))
        delivery.add_column(sa.Column("waiting_since", MOMENT))
        delivery.drop_index(op.f("ix_grade_delivery_state_next_at"))
        delivery.create_index(op.f("ix_grade_delivery_platform_id_state_next_at"), ["platform_id", "state", "next_at"])
    op.execute(PLATFORMS)
    # What was sent before this version is what stands in the row, and its submission is known.
    op.execute("UPDATE grade_delivery SET sent_version = version WHERE tries > 0 OR delivered_version > 0")
    op.execute(
        "UPDATE grade_delivery SET submission_known = (completed_at IS NOT NULL) WHERE delivered_version = version"
    )


PLATFORMS = """
UPDATE grade_delivery SET platform_id = (
  SELECT deployment.platform_id FROM gradebook_column
  JOIN assignment ON assignment.id = gradebook_column.assignment_id
  JOIN course ON course.id = assignment.course_id
  JOIN deployment ON deployment.id = course.deployment_id
  WHERE gradebook_column.id = grade_delivery.column_id
)
"""


def downgrade() -> None:
    with op.batch_alter_table("grade_delivery") as delivery:
        delivery.drop_index(op.f("ix_grade_delivery_platform_id_state_next_at"))
        delivery.create_index(op.f("ix_grade_delivery_state_next_at"), ["state", "next_at"])
        delivery.drop_constraint(op.f("fk_grade_delivery_platform_id"), type_="foreignkey")
        for column in ("waiting_since", "insists", "shares", "sent_version", "submission_known", "platform_id"):
            delivery.drop_column(column)
    op.drop_column("gradebook_column", "missing_since")
    op.drop_index(op.f("ix_course_catch_up_at"), "course")
    op.drop_column("course", "catch_up_at")
    op.drop_column("platform", "sends_at_once")
    op.drop_table("worker")
    op.drop_table("platform_pace")
