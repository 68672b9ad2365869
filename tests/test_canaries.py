"""Nothing private lies about in clear: not in the database, not in its write-ahead log, not in our log."""

import pytest
from databases import contents_of

from lti_tool import clock, log
from lti_tool.services import registrations, signing_keys


@pytest.fixture
def told(stage, capfd):
    """Do the main job and a few refused things; return what our log said."""
    log.configure("json")
    browser = stage.browser()
    form = browser.answer("mai")
    home = browser.post_launch(form).location
    browser.home = home.removeprefix(stage.settings.base_url)
    browser.post_launch(form)  # a replay
    browser.finish_first_module(pile="assessor")
    browser.finish("m2.discuss", text="CANARY-POST " + "word " * 20, how="unnamed")
    hide_every_post(stage, "CANARY-REASON")
    browser.finish("m4.agreement", conflict="CANARY-DRAFT")  # refused, and shown again
    browser.finish("m4.follow", what_1="CANARY-PLAN for Monday", by_1=clock.today().isoformat())
    browser.finish("m4.eval", op1="CANARY-OPINION")
    stage.lms.fail("score", status=500, body="oops mai")
    stage.deliver()
    browser.put(f"{browser.visit}/activities/m0.start/answer", {"version": 0, "value": {"st1": "CANARY-ANSWER"}}, "x")
    browser.get("/v/unknown/?secret=CANARY-QUERY")
    with stage.database.transaction() as session:
        code, _ = registrations.invite(session, "College", "room 12")
    browser.open(f"/lti/register/{code}")
    browser.open(f"/lti/register/{code}x", status=404)
    secrets = [form["id_token"], form["state"], code, *(cookie.value for cookie in browser.client._cookies.values())]
    return capfd.readouterr().err, secrets


def test_the_log_holds_no_token_no_name_no_answer_and_no_query(told):
    text, secrets = told

    assert '"event": "request"' in text
    assert '"code": "launch-used"' in text
    for secret in [*secrets, "CANARY-", "Mai", "Nguy", "assessor", "oops mai", "eyJ"]:
        assert secret not in text


def test_the_database_holds_no_answer_and_no_private_key_in_clear(stage, told):
    with stage.database.reading() as session:
        key = signing_keys.current(session, stage.tool.sealer)
    needles = [b"CANARY-", b'"w1"', b"assessor", b'"st1"', b"agreed", b"PRIVATE KEY", key.private_pem.split(b"\n")[1]]

    content = contents_of(stage.database)

    assert b"m0.what" in content  # the ids of activities are in clear: the search does find things
    assert [needle for needle in needles if needle in content] == []


def hide_every_post(stage, reason: str) -> None:
    """Have the teacher hide what was posted."""
    teacher = stage.browser()
    teacher.launch("ines")
    for form in teacher.open(f"{teacher.visit}/teach/discussion/").select("form[action$=hide]"):
        fields = {field["name"]: field["value"] for field in form.select("input")}
        assert teacher.post(form["action"], {**fields, "reason": reason}).status_code == 303
