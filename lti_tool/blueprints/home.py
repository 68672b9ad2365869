"""The workshop's first page, for learners and for those who look at it. All of it is found with the visit."""

from typing import cast

from lti_tool.services import arrivals
from lti_tool.services.arrivals import Arrival
from lti_tool.web import first_page
from lti_tool.web.access import visit_blueprint
from lti_tool.web.outline import current_workshop
from lti_tool.web.visit import current

bp = visit_blueprint("home", __name__, "", lambda visit: not visit.chooses, arrivals.find)


@bp.get("/")
def page() -> str:
    """Show the modules, how far the learner is, and one button that goes on."""
    return first_page.show(cast(Arrival, current()), current_workshop())
