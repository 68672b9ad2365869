"""The course list as a teacher meets it: read it, look at the page, press the button."""

from dataclasses import dataclass, replace

from sqlalchemy import select, update
from stage import Browser, Page, Stage, hidden

from lti_tool import clock
from lti_tool.jobs import runner
from lti_tool.models import Course, Member, Person, Roster


@dataclass
class Seat:
    """One learner's line on the teacher's page."""

    label: str
    is_listed: bool
    done: str


class RosterDesk:
    """A stage with a worker that reads course lists when told to."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        reader = runner.roster_reader(stage.settings, stage.database, stage.tool.http)
        # Waits of their real length: a page that is looked at after a failure must not find the next try due.
        self.reader = replace(reader, retry_scale=1.0)

    def read(self) -> int:
        """Read every list that is due; return how many were tried."""
        tried = 0
        while self.reader.read_one():
            tried += 1
        return tried

    def due(self, **changes: object) -> None:
        """Make all lists due now, as if their time had come."""
        values = {"due_at": clock.now(), "lease_until": None, **changes}
        with self.stage.database.transaction() as session:
            session.execute(update(Roster).values(values))

    def row(self) -> Roster:
        """Return the one row of the table."""
        with self.stage.database.reading() as session:
            return session.scalars(select(Roster)).one()

    def point_to(self, url: str) -> None:
        """Let the course's list be at another address, as if a launch had said so."""
        with self.stage.database.transaction() as session:
            session.execute(update(Course).values(memberships_url=url))

    def members(self) -> dict[str, Member]:
        """Return all members by their person's ``sub``."""
        with self.stage.database.reading() as session:
            return {sub: member for member, sub in session.execute(select(Member, Person.sub).join(Person)).all()}

    def people(self) -> dict[str, Person]:
        """Return all persons by ``sub``."""
        with self.stage.database.reading() as session:
            return {person.sub: person for person in session.scalars(select(Person))}


def seats(page: Page) -> dict[str, Seat]:
    """Return the learners of the teacher's page by name."""
    found = {}
    for row in page.tree.xpath("//table[@class='grid']//tbody//tr"):
        label = row.find(".//bdi").text_content()
        badges = [badge.text_content() for badge in row.find_class("badge")]
        found[label] = Seat(label, "No longer listed" not in badges, row.find(".//td").text_content())
    return found


def press_read_again(teacher: Browser) -> None:
    """Press the button on the teacher's page."""
    page = teacher.open(teacher.home)
    form = page.select_one("form[action$='/teach/roster']")
    assert teacher.post(form["action"], hidden(page)).status_code == 303


def words(page: Page) -> str:
    """Return the text of a page on one line."""
    return " ".join(page.get_text().split())
