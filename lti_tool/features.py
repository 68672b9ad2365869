"""What this release really has, so that no page promises more.

A line of the workshop that promises something names it (``needs: sharing``) and is shown only if it is here.
"""

from typing import Final

KNOWN: Final = frozenset({"completion_view", "my_data", "pooled_results", "sharing"})
"""Every name that a line may need. A name outside this set is a mistake in the content."""

FEATURES: Final = frozenset({"completion_view", "my_data", "sharing"})
"""What the running release has."""
