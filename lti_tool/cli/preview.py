"""``lti-tool content preview``: a workshop as learners and teachers see it, on this machine, with no platform."""

import contextlib
import logging
import secrets
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path

import click
from flask import Flask, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.serving import BaseWSGIServer, make_server

from lti_tool import log
from lti_tool.app import create_app
from lti_tool.cli.content import PACK, show
from lti_tool.cli.serve import Quiet, asked_to_stop, fresh_key, prepare
from lti_tool.db import Database
from lti_tool.library.check import check_pack
from lti_tool.library.loader import load_workshop, workshops_of
from lti_tool.library.model import Workshop
from lti_tool.library.problems import Level
from lti_tool.lti.messages import CourseClaim, LinkClaim, Person, PlatformConfig, ResourceLaunch, Role
from lti_tool.services import launches, opening, platforms
from lti_tool.services.platforms import Registration
from lti_tool.settings import Settings
from lti_tool.web import visit as browser
from lti_tool.web.tool import tool

DEPLOYMENT = "preview"
PEOPLE = {"learner": (Role.LEARNER, "home.page"), "teacher": (Role.INSTRUCTOR, "teach.progress")}
"""Who can come in, by the word in the address, and the first page they see."""


@click.command()
@click.argument("path", type=PACK)
@click.option("--port", default=8010, help="Where the pages are; 0 takes any port that is free.")
def preview(path: Path, port: int) -> None:
    """Show the workshop in PATH as learners see it, with no learning platform. Nothing is kept."""
    if not _is_sound(path):
        sys.exit(1)
    stop = asked_to_stop()
    with tempfile.TemporaryDirectory(prefix="three-steps-preview-") as folder:
        server = _server(path.resolve(), Path(folder), port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        click.echo(_welcome(load_workshop(path), f"http://localhost:{server.port}"))
        stop.wait()
        server.shutdown()


def _is_sound(pack: Path) -> bool:
    """Print what is wrong with a pack; say whether it can be shown."""
    problems = check_pack(pack)
    show(problems, as_json=False)
    return not any(problem.level is Level.ERROR for problem in problems)


def _welcome(workshop: Workshop, address: str) -> str:
    count = sum(len(module.activities) for module in workshop.modules)
    facts = f"{len(workshop.modules)} modules, {count} activities, about {workshop.minutes} minutes"
    return f"""
  {workshop.title}: {facts}

  As a learner   {address}/learner
  As a teacher   {address}/teacher

  Save a file, then load the page again. Ctrl-C ends it; nothing is kept.
"""


def _server(pack: Path, folder: Path, port: int) -> BaseWSGIServer:
    """Return a server of this one workshop, with a database and keys that live in ``folder``."""
    server = make_server("127.0.0.1", port, ServiceUnavailable(), threaded=True, request_handler=Quiet)
    settings = Settings.load(
        base_url=f"http://localhost:{server.port}",
        database_url=f"sqlite:///{folder / 'preview.sqlite'}",
        secret_key=secrets.token_urlsafe(48),
        encryption_keys=fresh_key(),
        workshops=(str(pack),),
        pseudo_locales=True,
        trusted_proxies=0,
    )
    log.configure("text", least=logging.WARNING)  # an author reads what is wrong, not who asked for what
    prepare(settings)
    server.app = _app(settings, pack)
    return server


def _app(settings: Settings, pack: Path) -> Flask:
    """Return the tool itself, with a door for each of the people who can come in without a platform."""
    app = create_app(settings)
    platform_id = _register(app.extensions["tool"].database, settings.base_url)
    for word in PEOPLE:
        app.add_url_rule(f"/{word}", word, partial(_come_in, platform_id, word))
    app.before_request(_Fresh(pack))
    return app


def _register(database: Database, address: str) -> int:
    with database.transaction() as session:
        return platforms.add(
            session,
            Registration(
                institution="Preview",
                support_contacts="here stand the contacts of your institution",
                name="Preview",
                issuer=address,
                client_id=DEPLOYMENT,
                deployment_ids=(DEPLOYMENT,),
                authorization_endpoint=address,
                token_endpoint=address,
                jwks_uri=address,
            ),
        )


def _come_in(platform_id: int, word: str) -> ResponseReturnValue:
    """Open a visit as a launch does, without the launch."""
    role, page = PEOPLE[word]
    settings = tool().settings
    with tool().database.looking() as door:
        message = _message(platforms.get(door, platform_id), role, word, settings.base_url)
    with tool().database.transaction() as session:
        record = partial(launches.record, session, message, tool().workshop(None))
        opened = opening.open_visit(session, message, record, settings.visit_hours)
    response = redirect(url_for(page, visit_id=opened.id), 303)
    browser.hand_over(response, opened)
    return response


def _message(platform: PlatformConfig, role: Role, word: str, address: str) -> ResourceLaunch:
    return ResourceLaunch(
        platform=platform,
        deployment_id=DEPLOYMENT,
        person=Person(sub=word, name=f"The {word}", email=None),
        role=role,
        is_test=False,
        is_administrator=False,
        course=CourseClaim(id=DEPLOYMENT, label=None, title="Preview"),
        grades=None,
        memberships_url=None,
        target_link_uri=address,
        locale=None,
        return_url=None,
        document_target=None,
        platform_family=None,
        frame_origins=(),
        link=LinkClaim(id=DEPLOYMENT, title=None),
    )


class _Fresh:
    """Keeps what is shown equal to the folder: an author saves a file, loads the page again, and sees it.

    While the folder has an error, it is named in the terminal and the last sound version stays.
    """

    def __init__(self, pack: Path) -> None:
        self.pack = pack
        self.seen = self.stamp()

    def __call__(self) -> None:
        """Read the folder again if a file of it has changed."""
        stamp = self.stamp()
        if stamp == self.seen:
            return
        self.seen = stamp
        if _is_sound(self.pack):
            workshops_of.cache_clear()

    def stamp(self) -> list[tuple[str, int]]:
        """Return which files there are, and when each was changed; an editor's own come and go meanwhile."""
        found = []
        for each in sorted(self.pack.rglob("*")):
            with contextlib.suppress(OSError):
                found.append((str(each), each.stat().st_mtime_ns))
        return found
