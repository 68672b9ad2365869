"""What an answer of kind ``discussion`` holds: a draft, and what was posted of it.

``{"prompt", "text", "how": "named"|"unnamed"|"live", "offline": bool, "finished": bool, "posted": {…}}``; ``posted``
has ``prompt``, ``text`` and ``how`` as they went to the group. A draft changes nothing there until it is posted again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

NAMED: Final = "named"
UNNAMED: Final = "unnamed"
LIVE: Final = "live"
POSTED: Final = "posted"


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What the group can read."""

    prompt: str
    text: str
    is_named: bool


def posted_of(value: Mapping[str, Any]) -> Posted | None:
    """Return what was posted, or None if nothing is."""
    found = value.get(POSTED)
    return Posted(prompt=found["prompt"], text=found["text"], is_named=found["how"] == NAMED) if found else None
