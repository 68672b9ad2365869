"""What happens without a request; run by ``lti-tool work``, or by the built-in worker of ``lti-tool run``."""
