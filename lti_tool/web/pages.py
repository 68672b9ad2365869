"""What templates may use: versioned addresses of files, times, the visit, translated words."""

import hashlib
import hmac
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from flask import Flask, g, get_template_attribute, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup

from lti_tool import language
from lti_tool.activities.paper import Picture
from lti_tool.web.tool import tool
from lti_tool.web.visit import any_visit, page_url

STATIC = Path(__file__).parent.parent / "static"


def init_app(app: Flask) -> None:
    """Make templates strict, translated and versioned."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    words = {"_": translated, "ngettext": counted, "number": language.number, "listed": language.listed}
    app.jinja_env.globals.update(words, asset=asset, page_time=page_time, picture=picture)
    app.jinja_env.globals.update(page_url=page_url, any_visit=any_visit)
    app.context_processor(shared)


def shared() -> dict[str, Any]:
    """Return what every page knows: the visit, if there is one, and what goes with it."""
    visit = g.get("visit")
    spoken = language.current()
    return {
        "lang": spoken.tag,
        "text_direction": spoken.direction,
        "visit": visit,
        "csrf_token": visit.csrf_token if visit else "",
        "person_mark": person_mark(visit),
        "support_contacts": visit.support_contacts if visit else "",
        "frame_origin": frame_origin(visit),
    }


@cache
def asset(path: str) -> str:
    """Return the address of a file of ours, with its content's mark: it may be cached for ever."""
    return url_for("static", filename=path, v=_mark(path))


def page_time(moment: datetime | date, form: str = "time") -> Markup:
    """Return a ``<time>`` element: UTC as text, which a script turns into the reader's own time.

    ``form`` is ``time``, ``date`` or ``datetime``.
    """
    if not isinstance(moment, datetime):
        return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), language.day(moment))
    text = {
        "time": lambda: language.clock_time(moment) + " UTC",
        "date": lambda: language.day(moment),
        "datetime": lambda: language.moment(moment) + " UTC",
    }[form]()
    stamp = moment.isoformat(timespec="seconds")
    return Markup('<time datetime="{}" data-local="{}">{}</time>').format(stamp, form, text)


def translated(message: str, **given: object) -> Markup:
    """Return a sentence of a template in the page's language; what is filled in is escaped."""
    said = Markup(language.gettext(message))  # noqa: S704 - written by us or by translators
    return said % language.written(given) if given else said


def counted(one: str, many: str, num: int, **given: object) -> Markup:
    """Return the sentence of a template for a number."""
    said = Markup(language.plural(one, many, num))  # noqa: S704 - written by us or by translators
    return said % language.written({"num": num, **given})


def picture(block: Picture) -> Markup:
    """Return the SVG of a picture, drawn by its component: the same on a page, in print and in a file."""
    draw = get_template_attribute(f"components/{block.component}.html", "picture")
    return cast(Markup, draw(block.drawing, block.title, block.text))


def frame_origin(visit: Any) -> str:
    """Return where to send the frame's height: only platforms that listen for it (Canvas) get a message."""
    if visit is None or visit.platform.family != "canvas" or not visit.frame_origins:
        return ""
    return str(visit.frame_origins[-1])


def person_mark(visit: Any) -> str:
    """Return the name by which pages of one learner in one workshop find each other in a browser.

    Nobody else can work it out: not another person on a shared computer, nor a page of another site.
    """
    if visit is None or not visit.works:
        return ""
    key = tool().settings.secrets[0].encode()
    return hmac.new(key, f"person {visit.member_id} {visit.workshop_id}".encode(), hashlib.sha256).hexdigest()[:32]


@cache
def _mark(path: str) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
