"""The worker: scores, course lists and upkeep beside them; what is in hand is finished when told to stop."""

import os
import secrets
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import takewhile
from typing import Any

from lti_tool import language
from lti_tool.db import Database
from lti_tool.jobs.dispatcher import IDLE, Dispatcher
from lti_tool.jobs.grades import Courier
from lti_tool.jobs.housekeeping import Upkeep
from lti_tool.jobs.reconciling import Comparer
from lti_tool.jobs.rosters import RosterReader
from lti_tool.library.loader import workshops_of
from lti_tool.log import log
from lti_tool.lti.grades import GradeService
from lti_tool.lti.http import Outbound
from lti_tool.lti.keys import load_private_key
from lti_tool.lti.roster import RosterService
from lti_tool.lti.tokens import TokenSource
from lti_tool.seal import Sealer
from lti_tool.services import signing_keys
from lti_tool.settings import Settings

JOIN_WITHIN = 4.0
"""Seconds that what runs beside the grades gets to come to an end."""


def courier(settings: Settings, database: Database, http: Outbound) -> Courier:
    """Return a courier; its access tokens are its own."""
    tokens = TokenSource(http, partial(_signing_key, database, Sealer(settings.encryption_keys)))
    return Courier(
        database=database,
        service=GradeService(http, tokens),
        owner=_owner(),
        lease=timedelta(seconds=settings.grade_lease_seconds),
        workshops=workshops_of(settings.workshops, language.ENGLISH, settings.terms),
        retry_scale=settings.grade_retry_scale,
    )


def comparer(settings: Settings, database: Database, service: GradeService) -> Comparer:
    """Return who compares gradebooks, with the access tokens of a courier's service."""
    return Comparer(database=database, service=service, retry_scale=settings.grade_retry_scale)


def roster_reader(settings: Settings, database: Database, http: Outbound) -> RosterReader:
    """Return a reader of course lists; its access tokens are its own."""
    tokens = TokenSource(http, partial(_signing_key, database, Sealer(settings.encryption_keys)))
    service = RosterService(http, tokens)
    return RosterReader(database=database, service=service, owner=_owner(), retry_scale=settings.grade_retry_scale)


def _owner() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


def _signing_key(database: Database, sealer: Sealer) -> tuple[str, Any]:
    with database.reading() as session:
        key = signing_keys.current(session, sealer)
    return key.kid, load_private_key(key.private_pem)


def work(settings: Settings, stop: threading.Event) -> None:
    """Work until ``stop`` is set; what is in hand is finished, or let go of, within 30 seconds."""
    database = Database(settings.database_url)
    http = Outbound(settings.private_hosts)
    carrier = courier(settings, database, http)
    reader = roster_reader(settings, database, http)
    compares = comparer(settings, database, carrier.service)
    upkeep = Upkeep(database, carrier.workshops, settings.compare_hour)
    log.info("worker started", owner=carrier.owner, threads=settings.work_threads)
    # A long list, or a whole course to queue, must hold up no grade, so they are beside them.
    beside = [
        threading.Thread(target=_repeat, args=(step, stop), daemon=True)
        for step in (partial(reader.read_one, stop.is_set), compares.compare_one, upkeep.step)
    ]
    for thread in beside:
        thread.start()
    Dispatcher(courier=carrier, threads=settings.work_threads, stop=stop).run()
    for thread in beside:
        thread.join(JOIN_WITHIN)
    http.close()
    database.engine.dispose()
    log.info("worker stopped")


def deliver_due(settings: Settings, limit: int = 100) -> int:
    """Deliver up to ``limit`` scores that are due, one after another, and return how many were tried.

    Then one class list is read and one column compared, if they are due. For sites whose own scheduler calls the tool:
    what is due, held or sent stands in the database, not in a queue.
    """
    database = Database(settings.database_url)
    http = Outbound(settings.private_hosts)
    carrier = courier(settings, database, http)
    try:
        Upkeep(database, carrier.workshops, settings.compare_hour).step()
        tried = sum(1 for _ in takewhile(bool, (carrier.deliver_one() for _ in range(limit))))
        roster_reader(settings, database, http).read_one()
        comparer(settings, database, carrier.service).compare_one()
        return tried
    finally:
        http.close()
        database.engine.dispose()


def _repeat(step: Callable[[], bool], stop: threading.Event) -> None:
    """Repeat a step until ``stop`` is set, at once as long as it finds something to do."""
    while not stop.is_set():
        try:
            busy = step()
        except Exception as error:  # the database is away: the loop outlives it
            log.fault(error)
            busy = False
        if not busy:
            stop.wait(IDLE)
