"""What a WSGI server runs: ``gunicorn wsgi:app``."""

from lti_tool.app import from_environment

app = from_environment()
