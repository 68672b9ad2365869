"""Puts the web app together: the only place that knows every web part."""

import gc
import mimetypes
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from lti_tool import language, log
from lti_tool.blueprints import (
    discuss,
    gradebook,
    home,
    launch,
    learn,
    mine,
    moderate,
    papers,
    public,
    register,
    review,
    select,
    shared,
    teach,
    tickets,
)
from lti_tool.db import Database, connect_tables
from lti_tool.library.loader import workshops_of
from lti_tool.lti.http import Outbound
from lti_tool.lti.login import AttemptSigner
from lti_tool.lti.platform_keys import KeySets
from lti_tool.seal import Sealer
from lti_tool.settings import Settings
from lti_tool.web import errors, headers, pages, requests, speaking
from lti_tool.web.headers import SecuredResponse, is_plain
from lti_tool.web.tool import Tool

YEAR = 365 * 24 * 3600


class App(Flask):
    """Flask without asynchronous views: nobody has to ask of each function whether it is one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func

    def redirect(self, location: str, code: int = 302) -> BaseResponse:
        """Return a redirect; one to a plain address has no page, and leaves in one piece."""
        return SecuredResponse.to(location, code) if is_plain(location) else super().redirect(location, code)


def create_app(settings: Settings) -> Flask:
    """Build the web app from its settings. Reads the content; opens no connection."""
    app = App("lti_tool")
    app.config.from_mapping(
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=1000,
        TRUSTED_HOSTS=[urlsplit(settings.base_url).hostname, "localhost", "127.0.0.1"],
        SEND_FILE_MAX_AGE_DEFAULT=YEAR,
    )
    app.extensions["tool"] = build(settings)
    for part in (requests, speaking, headers, errors, pages):
        part.init_app(app)
    learners = (home, learn, discuss, mine, papers)
    teachers = (teach, gradebook, moderate, shared, review)
    for module in (public, register, launch, select, *learners, *teachers, tickets):
        app.register_blueprint(module.bp)
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign] # Flask's own way
    return app


@cache
def from_environment() -> Flask:
    """Build the web app from the environment, with its log, once for all processes that are forked from this one."""
    settings = Settings.load()
    log.configure(settings.log_format)
    app = create_app(settings)
    _read_ahead()
    # What is there now stays shared with those processes: looked through for garbage, all of it would be copied.
    gc.collect()
    gc.freeze()
    return app


def _read_ahead() -> None:
    """Do now what each process would do at its first requests."""
    connect_tables()
    mimetypes.init()
    for tag in language.tags():
        language.language(tag).direction  # noqa: B018 - has the language's data read


def build(settings: Settings) -> Tool:
    """Make the parts that requests share."""
    for locale in language.tags():
        workshops_of(settings.workshops, locale, settings.terms)  # read before the first request
    http = Outbound(settings.private_hosts)
    return Tool(
        settings=settings,
        database=Database(settings.database_url),
        sealer=Sealer(settings.encryption_keys),
        signer=AttemptSigner(settings.secrets),
        http=http,
        keys=KeySets(http),
    )
