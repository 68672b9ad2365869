"""Three Steps: a mentoring workshop inside a learning platform (LTI 1.3)."""

__version__ = "0.1.0"
