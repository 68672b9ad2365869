"""What everybody but the learner can get out of the tool: every page of every role, and what commands print.

Pages come from the table of routes, so that a new one is looked at without anybody remembering to add it.
"""

from collections.abc import Iterator
from itertools import product

import jwt
from click.testing import CliRunner
from sqlalchemy import select
from stage import Browser, Stage, environment_of
from werkzeug.routing import Rule

from lti_tool.activities import KINDS
from lti_tool.cli import commands
from lti_tool.demo_lms.choosing import begin_review
from lti_tool.models import Platform

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DESIGNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#ContentDeveloper"
COURSE = "moodle-m101"
COMMANDS = (("grades", "list"), ("grades", "list", "--json"), ("platform", "list"))


def visitors(stage: Stage) -> Iterator[tuple[str, Browser]]:
    """Yield everybody whose pages may say nothing of what Mai wrote, each on a visit of their own."""
    for name, person, course in (
        ("instructor", "ines", COURSE),
        ("assistant", "teo", COURSE),
        ("administrator", "ada", COURSE),
        ("peer", "amara", COURSE),
        ("elsewhere", "ines", "canvas-m101"),
    ):
        browser = stage.browser()
        browser.launch(person, course=course)
        yield name, browser
    yield "designer", _designer(stage)
    yield "reviewer", _reviewer(stage)


def everything(stage: Stage, browser: Browser, *, thoroughly: bool) -> Iterator[tuple[str, str]]:
    """Yield the path of every page and file that a visit could ask for, with what comes, whatever its status.

    ``thoroughly``: every activity and form of a file, instead of those that leave something behind, as text.
    """
    for rule in stage.app.url_map.iter_rules():
        if "GET" in rule.methods and "visit_id" in rule.arguments:
            for path in _paths(stage, browser, rule, thoroughly=thoroughly):
                yield path.removeprefix(browser.visit), browser.get(path).data.decode("latin-1")


def said_by_commands(stage: Stage) -> str:
    """Return what the commands print that an operator looks things up with."""
    environment = environment_of(stage.settings)
    with stage.database.reading() as session:
        shown = [("platform", "show", str(number)) for number in session.scalars(select(Platform.id))]
    said = [CliRunner().invoke(commands, words, env=environment) for words in (*COMMANDS, *shown)]
    assert [each.output for each in said if each.exit_code] == []
    return "".join(each.output for each in said)


def _paths(stage: Stage, browser: Browser, rule: Rule, *, thoroughly: bool) -> Iterator[str]:
    workshop = stage.tool.workshop(None)
    behind = [each.id for each in workshop.activities if KINDS[each.kind].makes_paper or each.kind == "discussion"]
    every = [each.id for each in workshop.activities] if thoroughly and rule.endpoint == "learn.activity" else behind
    forms = ["text", "docx", "pdf", "ics"] if thoroughly else ["text"]
    values = {"visit_id": [browser.visit.split("/")[-1]], "activity_id": every, "form": forms}
    for chosen in product(*(values[name] for name in sorted(rule.arguments))):
        yield rule.build(dict(zip(sorted(rule.arguments), chosen, strict=True)), append_unknown=False)[1]


def _designer(stage: Stage) -> Browser:
    browser = stage.browser()
    form = browser.answer("ada")
    claims = jwt.decode(form["id_token"], options={"verify_signature": False})
    signed = stage.lms.sign({**claims, f"{CLAIM}roles": [DESIGNER]})
    return _arrived(browser, {**form, "id_token": signed})


def _reviewer(stage: Stage) -> Browser:
    """Return Ines, who came from Mai's row in the gradebook."""
    browser, course = stage.browser(), stage.lms.courses[COURSE]
    (column, *_) = course.columns_of(course.links["as-they-go"])
    call = begin_review(stage.lms, course, column.id, course.people["mai"], course.people["ines"])
    return _arrived(browser, browser.answer_to(call))


def _arrived(browser: Browser, form: dict[str, str]) -> Browser:
    response = browser.post_launch(form)
    assert response.status_code == 303, response.text
    browser.home = "/" + response.location.split("/", 3)[-1]
    return browser
