"""What one running web process holds: settings, database, keys and workshops, put together by ``app.py``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app

from lti_tool import language
from lti_tool.db import Database
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.library.loader import workshops_of
from lti_tool.library.model import Workshop
from lti_tool.lti.http import Outbound
from lti_tool.lti.login import AttemptSigner
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.platform_keys import KeySets
from lti_tool.seal import Sealer
from lti_tool.settings import Settings

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


class WorkshopMissing(ToolError):
    """A link names a workshop that this installation does not have, or has no more."""

    status = 404
    code = "workshop-missing"
    message = mark("This link opens a workshop that is not installed here.")
    remedy = mark(
        "Tell whoever runs your course. What was written in it is kept, and is there again once it is installed."
    )


@dataclass(frozen=True, kw_only=True)
class Tool:
    """The parts that requests share. All are safe between threads."""

    settings: Settings
    database: Database
    sealer: Sealer
    signer: AttemptSigner
    http: Outbound
    keys: KeySets
    platforms: dict[int, PlatformConfig] = field(default_factory=dict)
    """Platforms as a launch in this process last found them, by their id. Nothing comes of one that is so no more."""
    signing_in: dict[tuple[str, str | None], tuple[PlatformConfig, float]] = field(default_factory=dict)
    """Platforms as a sign-in last found them, by issuer and client id, and until when on the monotonic clock."""

    @property
    def workshops(self) -> Mapping[str, Workshop]:
        """Return the workshops by id, in the page's language; the first is what a link opens that names none."""
        return workshops_of(self.settings.workshops, language.current().tag, self.settings.terms)

    def workshop(self, workshop_id: str | None) -> Workshop:
        """Return the workshop that a link names; the first one if it names none, or nothing that could be one.

        :raise WorkshopMissing: it names one that is not here. Another one in its place would grade other work.
        """
        workshops = self.workshops
        if workshop_id and workshop_id in workshops:
            return workshops[workshop_id]
        if workshop_id and _ID.fullmatch(workshop_id):
            raise WorkshopMissing
        return next(iter(workshops.values()))


def tool() -> Tool:
    """Return the parts of the app that answers this request."""
    found: Tool = current_app.extensions["tool"]
    return found
