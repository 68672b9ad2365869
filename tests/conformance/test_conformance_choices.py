"""What an operator says of one platform holds, and saying something else leaves it as it is."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from launching import land, look, refused, rows, sign_in
from stage import Stage, environment_of, make_settings

from lti_tool.cli import commands
from lti_tool.models import Deployment, Person, Platform

REQUIRED = {
    "--institution": "College",
    "--support-contacts": "room 12",
    "--name": "Canvas",
    "--issuer": "https://canvas.example.test",
    "--client-id": "10001",
    "--authorization-endpoint": "https://sso.example.test/auth",
    "--token-endpoint": "https://sso.example.test/token",
    "--jwks-uri": "https://sso.example.test/keys",
}
CHOSEN = (
    *("--family", "canvas", "--token-audience", "https://sso.example.test", "--auto-deploy", "--anonymous"),
    *("--leeway", "300", "--frame-origin", "https://portal.example.test", "--frame-origin", "https://b.example.test"),
)


def tool(stage: Stage, *words: str) -> Result:
    return CliRunner().invoke(commands, ["platform", *words], env=environment_of(stage.settings))


def add(stage: Stage, deployment_id: str, *more: str, **changed: str) -> Result:
    required = [word for pair in (REQUIRED | changed).items() for word in pair]
    return tool(stage, "add", *required, "--deployment-id", deployment_id, *more)


def added(stage: Stage) -> dict[str, object]:
    with stage.database.reading() as session:
        found = session.execute(sa.select(sa.inspect(Platform).local_table).filter_by(client_id="10001")).mappings()
        return dict(found.one())


def choose(stage: Stage, *choices: str) -> None:
    """Say it of every platform of the demo LMS."""
    with stage.database.reading() as session:
        numbers = session.scalars(sa.select(Platform.id)).all()
    for number in numbers:
        result = tool(stage, "set", str(number), *choices)
        assert result.exit_code == 0, result.output


def test_adding_a_deployment_to_a_known_platform_keeps_all_that_was_said_of_it(stage):
    assert add(stage, "1", *CHOSEN).exit_code == 0
    before = added(stage)

    result = add(stage, "2")

    assert result.exit_code == 0, result.output
    assert added(stage) == before
    assert (before["family"], before["auto_deploy"], before["allow_anonymous"]) == ("canvas", True, True)
    assert (before["token_audience"], before["leeway_seconds"]) == ("https://sso.example.test", 300)
    assert before["frame_origins"] == "https://portal.example.test https://b.example.test"
    with stage.database.reading() as session:
        known = sa.select(Deployment.deployment_id).filter_by(platform_id=before["id"])
        assert set(session.scalars(known)) == {"1", "2"}


def test_what_is_said_again_replaces_what_was_said_and_the_rest_stays(stage):
    add(stage, "1", *CHOSEN)
    before = added(stage)

    add(stage, "1", "--token-audience", "", "--listed-only", **{"--jwks-uri": "https://new.example.test/keys"})
    result = tool(stage, "set", str(before["id"]), "--no-anonymous", "--leeway", "60", "--frame-origin", "")

    changes = {"token_audience": None, "auto_deploy": False, "jwks_uri": "https://new.example.test/keys"}
    changes |= {"allow_anonymous": False, "leeway_seconds": 60, "frame_origins": ""}
    assert result.exit_code == 0, result.output
    assert added(stage) == before | changes


@pytest.mark.parametrize(
    "choice",
    [
        ("--leeway", "601"),
        ("--frame-origin", "https://portal.example.test/home"),
        ("--frame-origin", "http://portal.example.test"),
        ("--frame-origin", "https://portal.example.test;script-src *"),
        ("--frame-origin", "*"),
    ],
)
def test_what_cannot_be_meant_is_refused(choice):
    result = CliRunner().invoke(
        commands, ["platform", "set", "1", *choice], env=environment_of(make_settings("sqlite://"))
    )

    assert result.exit_code == 2
    assert choice[0] in result.output


def test_cb_12_a_guest_looks_around_and_leaves_nothing_where_the_operator_allows_it(stage):
    good, again = (sign_in(stage.browser()) for _ in range(2))
    for each in (good, again):
        del each.claims["sub"]
    refused(good.post(), "anonymous-launch", 403)
    choose(stage, "--anonymous")

    land(again.post(), again.browser)
    page = look(again.browser, f"{again.browser.visit}/activities/m0.welcome")

    assert page.select("main form button") == []
    assert again.browser.get(f"{again.browser.visit}/my-data/").status_code == 404
    kept = rows(stage)
    assert [kept[table] for table in ("person", "member", "answer", "grade_delivery")] == [1, 1, 0, 0]
    with stage.database.reading() as session:
        assert session.execute(sa.select(Person.sub, Person.name)).all() == [("", None)]
    teacher = stage.browser()
    teacher.launch("ines")
    assert teacher.open(f"{teacher.visit}/teach/").select("tbody th") == []


def test_the_operators_frames_and_no_others_and_a_clock_as_wrong_as_the_operator_says(stage):
    choose(stage, "--frame-origin", "https://portal.example.test", "--leeway", "400")
    good, worse = (sign_in(stage.browser()) for _ in range(2))
    for each, ahead in ((good, 300), (worse, 500)):
        each.claims["iat"] += ahead
        each.claims["exp"] += ahead

    refused(worse.post(), "clock-difference")
    land(good.post(), good.browser)

    policy = good.browser.get(good.browser.home).headers["Content-Security-Policy"]
    (ancestors,) = [part.split()[1:] for part in policy.split(";") if part.split()[0] == "frame-ancestors"]
    assert set(ancestors) == {"https://portal.example.test", stage.lms_server.url}
