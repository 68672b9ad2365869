"""Courses, the links and columns in them, and the people in them."""

import sqlalchemy as sa
from alembic import op

revision = "0002_courses"
down_revision = "0001_institutions"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", ID, nullable=False),
        sa.Column("deployment_id", ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("context_id", sa.String(255), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("lineitems_url", sa.String(2000)),
        sa.Column("grade_scopes", sa.JSON(), nullable=False),
        sa.Column("memberships_url", sa.String(2000)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployment.id"], name=op.f("fk_course_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint(
            "deployment_id", "kind", "context_id", name=op.f("uq_course_deployment_id_kind_context_id")
        ),
    )
    op.create_table(
        "assignment",
        sa.Column("id", ID, nullable=False),
        sa.Column("course_id", ID, nullable=False),
        sa.Column("resource_link_id", sa.String(255), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("workshop_id", sa.String(64), nullable=False),
        sa.Column("part", sa.String(64), nullable=False),
        sa.Column("send_when", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_assignment_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("course_id", "resource_link_id", name=op.f("uq_assignment_course_id_resource_link_id")),
    )
    op.create_table(
        "gradebook_column",
        sa.Column("id", ID, nullable=False),
        sa.Column("assignment_id", ID, nullable=False),
        sa.Column("part", sa.String(64), nullable=False),
        sa.Column("url", sa.String(2000)),
        sa.Column("maximum", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_gradebook_column_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gradebook_column")),
        sa.UniqueConstraint("assignment_id", "part", name=op.f("uq_gradebook_column_assignment_id_part")),
    )
    op.create_table(
        "person",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform_id", ID, nullable=False),
        sa.Column("sub", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_person_platform_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("platform_id", "sub", name=op.f("uq_person_platform_id_sub")),
    )
    op.create_table(
        "member",
        sa.Column("id", ID, nullable=False),
        sa.Column("course_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("last_active_on", sa.Date()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_member_course_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_member_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("course_id", "person_id", name=op.f("uq_member_course_id_person_id")),
    )
    op.create_index(op.f("ix_member_person_id"), "member", ["person_id"])


def downgrade() -> None:
    op.drop_table("member")
    op.drop_table("person")
    op.drop_table("gradebook_column")
    op.drop_table("assignment")
    op.drop_table("course")
