"""Refusals: a code for support, a sentence for the person, a remedy for the next step.

Packages define their own refusals as subclasses, next to the code that raises them; one handler in
``web/errors.py`` renders them all. ``docs/errors.md`` lists every code, and a test keeps it complete.
"""

from typing import ClassVar

from lti_tool.language import mark


class ToolError(Exception):
    """A refusal that a page can show.

    ``detail`` names the cause for operators and logs: never a token, a name or what somebody wrote.
    """

    status: ClassVar[int] = 400
    """The HTTP status of the page that shows it."""
    code: ClassVar[str] = "refused"
    """Stable, lower-case, hyphenated: what a person reads out to support."""
    message: ClassVar[str] = mark("This request could not be accepted.")
    """What happened, in one sentence."""
    remedy: ClassVar[str] = mark("Go back to your course and open the activity again.")
    """What the person can do now, in one sentence."""
    shows_detail: ClassVar[bool] = False
    """Whether ``detail`` helps the reader's administrator and may stand on the page."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.message)
        self.detail = detail

    @property
    def detail_for_page(self) -> str:
        """What the page may say beyond message and remedy; often nothing."""
        return self.detail if self.shows_detail else ""
