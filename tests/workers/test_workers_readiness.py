"""Whether anybody sends scores stands beside whether learners can be served, and does not decide it."""

from datetime import timedelta

import time_machine

from lti_tool import clock
from lti_tool.services import workers


def test_readiness_counts_the_workers_of_the_last_minute_and_is_ready_without_one(stage):
    asked = [stage.client().get("/readyz")]
    with stage.database.transaction() as session:
        workers.beat(session, "machine:1:a", 16)
    asked.append(stage.client().get("/readyz"))
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        asked.append(stage.client().get("/readyz"))

    assert [answer.json["workers"] for answer in asked] == [0, 1, 0]
    assert [answer.status_code for answer in asked] == [200] * 3
