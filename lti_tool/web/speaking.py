"""Which language a request is answered in: the learning platform's choice for this person, then the browser's."""

from functools import lru_cache

from flask import Flask, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from lti_tool import language
from lti_tool.pseudo import DISGUISES
from lti_tool.web.tool import tool

LONGEST_WISH = 500
"""Characters of what a browser says of its languages; no browser says more."""


def init_app(app: Flask) -> None:
    """Speak the browser's language until a visit is known, and none of it after the request."""
    app.before_request(speak)
    app.teardown_request(_silence)


def speak(chosen: str | None = None) -> None:
    """Speak the language that the platform has ``chosen`` for this person, if there is it; else the browser's.

    A browser that asks for a made-up language means it, whatever the platform says: that is how the pages of any
    course are looked at in one, where the setting allows it.
    """
    asked = request.headers.get("Accept-Language", "")
    language.use(_choice(chosen, asked[:LONGEST_WISH], tool().settings.pseudo_locales))


@lru_cache(maxsize=512)
def _choice(chosen: str | None, asked: str, with_pseudo: bool) -> str:
    accepted = [tag for tag, _ in parse_accept_header(asked, LanguageAccept)]
    first = [tag for tag in accepted if with_pseudo and tag in DISGUISES]
    return language.choose([*first, *filter(None, [chosen]), *accepted], with_pseudo=with_pseudo)


def _silence(_: BaseException | None) -> None:
    language.use()
