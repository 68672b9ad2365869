"""The workshop as we ship it, read once for all tests of a process that look at it."""

from lti_tool.library.loader import load_workshop

WORKSHOP = load_workshop()
