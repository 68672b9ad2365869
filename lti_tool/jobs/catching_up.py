"""A column has become usable: everybody who has completed something there is queued, a few at a time."""

from collections.abc import Mapping

from lti_tool.db import Database
from lti_tool.library.model import Workshop
from lti_tool.services import columns


def catch_up_one(database: Database, workshops: Mapping[str, Workshop]) -> bool:
    """Queue what is complete in one course where that is due; say whether there was one."""
    with database.reading() as session:
        if not columns.is_catch_up_due(session):
            return False
    with database.transaction() as session:
        claimed = columns.claim_catch_up(session)
    if claimed is None:
        return False
    course_id, until = claimed
    after: int | None = 0
    while after is not None:
        with database.transaction() as session:
            after = columns.catch_up(session, course_id, workshops, after)
    with database.transaction() as session:
        columns.end_catch_up(session, course_id, until)
    return True
