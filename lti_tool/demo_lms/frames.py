"""The hidden frame that keeps values for tools in a browser without cookies, in good and in bad manners."""

from urllib.parse import urlsplit

from flask import Blueprint, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from lti_tool.demo_lms.app_state import current_lms
from lti_tool.demo_lms.state import Lms

blueprint = Blueprint("frames", __name__)
KEYS = 500
"""How many keys Canvas's storage takes of one tool on one page, in the characters of ``Lms.storage_characters``."""


def other_origin(lms: Lms) -> str:
    """Return this LMS under another name, which browsers take for another origin."""
    parts = urlsplit(lms.base_url)
    return f"{parts.scheme}://{'localhost' if parts.hostname == '127.0.0.1' else '127.0.0.1'}:{parts.port}"


def strange(lms: Lms) -> str:
    """Return what a course page's policy must allow besides itself for the manners that ``lms.storage`` asks for."""
    return f" {other_origin(lms)}" if lms.storage == "elsewhere" else ""


def address(lms: Lms) -> str:
    """Return where the storage frame of a course page is."""
    return (other_origin(lms) if lms.storage == "elsewhere" else "") + url_for("frames.storage")


@blueprint.app_context_processor
def manners() -> dict[str, object]:
    """Return what every page that opens a tool must know."""
    lms = current_lms()
    name = "kept_here" if lms.storage == "renamed" else ""
    return {"storage_frame": address(lms), "storage_name": name, "frame_answers": lms.storage != "silent"}


@blueprint.get("/lti/storage")
def storage() -> ResponseReturnValue:
    """Keep values for tools that ask by message.

    Source: 1EdTech LTI postMessage Storage 0.1; Canvas ``platform_storage.ts``, read 2026-11.
    """
    lms = current_lms()
    speakers = {"impostor": other_origin(lms), "sibling": lms.base_url}
    speaker = speakers[lms.storage] + url_for("frames.impostor") if lms.storage in speakers else ""
    return _framed(
        "storage.html", script="storage.js", manner=lms.storage, speaker=speaker, most=lms.storage_characters, keys=KEYS
    )


@blueprint.get("/lti/impostor")
def impostor() -> ResponseReturnValue:
    """Say to the tool whatever the storage frame hands over: the right words from the wrong window."""
    return _framed("storage.html", script="impostor.js", manner="", speaker="", most=0, keys=0)


def _framed(template: str, **values: object) -> ResponseReturnValue:
    lms = current_lms()
    answer = make_response(render_template(template, **values))
    origins = f"{lms.base_url} {other_origin(lms)}"
    policy = f"default-src 'none'; script-src 'self'; frame-src {origins}; base-uri 'none'; frame-ancestors {origins}"
    answer.headers["Content-Security-Policy"] = policy
    return answer
