"""What one running web process holds: settings, database, keys and workshops, put together by ``app.py``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import current_app

from lti_tool.db import Database
from lti_tool.library.model import Workshop
from lti_tool.lti.http import Outbound
from lti_tool.lti.login import AttemptSigner
from lti_tool.lti.platform_keys import KeySets
from lti_tool.seal import Sealer
from lti_tool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Tool:
    """The parts that requests share. All are safe between threads."""

    settings: Settings
    database: Database
    sealer: Sealer
    signer: AttemptSigner
    http: Outbound
    keys: KeySets
    workshops: Mapping[str, Workshop]
    """By id; the first is what a link opens that names none."""

    def workshop(self, workshop_id: str | None) -> Workshop:
        """Return the workshop that a link names, or the first one."""
        return self.workshops.get(workshop_id or "") or next(iter(self.workshops.values()))


def tool() -> Tool:
    """Return the parts of the app that answers this request."""
    return cast(Tool, current_app.extensions["tool"])
