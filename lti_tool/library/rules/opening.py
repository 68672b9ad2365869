"""What a published version may not leave for later."""

from collections.abc import Iterator

from lti_tool.library.pack import Pack
from lti_tool.library.problems import Problem


def opens_later(pack: Pack) -> Iterator[Problem]:
    """Refuse to release a pack with activities that open later."""
    for page in pack.default.pages:
        for activity in page.activities:
            if activity.entry.opens == "later":
                yield page.problem(
                    "V001", f"{activity.entry.id}: an activity that opens later cannot be released", activity, "opens"
                )
