"""How platforms of one family behave where the LTI standards leave room or are not followed."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What one family of learning platforms does differently from the next.

    Source: Moodle 4.5.6, measured 2026-11-22; Canvas, its source and documentation read in 2026.
    """

    family: str
    """The ``product_family_code`` of the launch; empty for the strict rules, which name none."""
    label: str
    login_by_post: bool
    """The login initiation comes as an auto-submitted form instead of a redirect."""
    id_token_seconds: int
    hint_dies_on_reading: bool
    """The launch data are deleted before the request is checked, so a wrong request cannot be mended."""
    refuses_on_own_page: bool
    """A used or malformed request ends on a page of the platform instead of an error sent to the tool."""
    numeric_ids: bool
    exact_media_types: bool
    url_query: str
    """Part of every line item URL, without the question mark."""
    frame_resize: bool
    """The course page listens to ``lti.frameResize``."""
    storage_target: str
    """The hidden frame that keeps values for tools (LTI postMessage Storage 0.1); empty: there is none."""
    completion: bool
    """An activity is ticked as complete when it receives any grade."""
    attempts: bool
    """Every score makes a new submission attempt unless the tool says otherwise."""
    page_size: int | None
    """People or columns per answer; ``None``: all, unless the tool asks for a limit."""


MOODLE = Rules(
    family="moodle",
    label="Moodle-like",
    login_by_post=True,
    id_token_seconds=60,
    hint_dies_on_reading=False,
    refuses_on_own_page=True,
    numeric_ids=True,
    exact_media_types=True,
    url_query="type_id=1",
    frame_resize=False,
    storage_target="",
    completion=True,
    attempts=False,
    page_size=None,
)
CANVAS = Rules(
    family="canvas",
    label="Canvas-like",
    login_by_post=False,
    id_token_seconds=3600,
    hint_dies_on_reading=True,
    refuses_on_own_page=False,
    numeric_ids=False,
    exact_media_types=False,
    url_query="",
    frame_resize=True,
    storage_target="post_message_forwarding",
    completion=False,
    attempts=True,
    page_size=50,
)
STRICT = Rules(
    family="",
    label="Strict",
    login_by_post=True,
    id_token_seconds=300,
    hint_dies_on_reading=True,
    refuses_on_own_page=False,
    numeric_ids=False,
    exact_media_types=True,
    url_query="",
    frame_resize=True,
    storage_target="",
    completion=False,
    attempts=False,
    page_size=None,
)
