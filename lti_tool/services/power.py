"""How much each role may see of a course, from least to most."""

from lti_tool.lti.messages import Role

POWER = {Role.VISITOR: 0, Role.OBSERVER: 0, Role.LEARNER: 1, Role.DESIGNER: 2, Role.ASSISTANT: 3, Role.INSTRUCTOR: 4}


def mightier(role: Role) -> tuple[Role, ...]:
    """Return the roles that may see more; a launch with less ends the visits that have more."""
    return tuple(each for each, power in POWER.items() if power > POWER[role])
