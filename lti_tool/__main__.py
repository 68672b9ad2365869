"""``python -m lti_tool``: the same as the command ``lti-tool``."""

from lti_tool.cli import main

if __name__ == "__main__":
    main()
