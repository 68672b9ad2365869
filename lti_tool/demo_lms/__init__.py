"""A small learning platform for your own machine and for tests: LTI 1.3 as Canvas and Moodle really speak it.

It is a stranger to the tool on purpose and shares no code with it.
"""

from lti_tool.demo_lms.app import LmsServer, create_lms, run_lms
from lti_tool.demo_lms.claims import launch_claims
from lti_tool.demo_lms.oidc import LoginCall, begin
from lti_tool.demo_lms.records import LmsConfig
from lti_tool.demo_lms.state import Lms

__all__ = ["Lms", "LmsConfig", "LmsServer", "LoginCall", "begin", "create_lms", "launch_claims", "run_lms"]
