"""Every page of the tool and of the demo LMS, one after another, each as it is before and after a learner's work."""

from browser_walk import Walk


class Tour:
    def __init__(self, walk: Walk) -> None: ...
