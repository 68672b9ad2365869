"""What a group can read of its discussion, what it cannot, and what a teacher can do about a post."""

import re
import secrets

import pytest
from stage import hidden, inspect

from lti_tool.models import DiscussionPost, Institution, PostReport
from lti_tool.seal import Sealer
from lti_tool.services import discussions, sealing
from lti_tool.services.progress import Author

TEXT = "In the journal club on Thursdays people stay for coffee and it is easy to ask somebody what they work on there."
CANARY = "CANARY-POST"
ACTIVITY = "m2.discuss"


def post(browser, how, text=TEXT, **more):
    """Post to the group; return the answer."""
    return browser.finish(ACTIVITY, prompt="d1", text=text, how=how, **more)


def group(browser, status=200):
    """Open the group's page."""
    return browser.open(f"{browser.visit}/discussion/{ACTIVITY}", status=status)


def teaching(browser):
    """Open the teachers' page of the discussion."""
    return browser.open(f"{browser.visit}/teach/discussion/")


def press(browser, page, form, **fields):
    """Send a form of a page, with these fields; return the answer."""
    return browser.post(form["action"], {**{each["name"]: each["value"] for each in form.select("[value]")}, **fields})


@pytest.fixture
def come(stage):
    """Return what brings somebody into the course."""

    def arrive(person, course="canvas-m101"):
        browser = stage.browser()
        browser.launch(person, course=course)
        return browser

    return arrive


def test_a_post_without_a_name_shows_its_author_to_nobody(stage, come):
    mai, amara = come("mai"), come("amara")
    post(mai, "unnamed", text=f"{CANARY} {TEXT}")
    post(amara, "named")

    pages = {
        "peer": str(group(amara)),
        "teacher": str(teaching(come("ines"))),
        "assistant": str(teaching(come("teo"))),
        "export of a peer": amara.get(f"{amara.visit}/my-data/three-steps.json").text,
        "author's own": str(group(mai)),
    }

    names = {name: "Mai" in text or "Nguy" in text for name, text in pages.items()}
    assert {name: CANARY in text for name, text in pages.items()} == {
        name: name != "export of a peer" for name in pages
    }
    assert not any(names.values())
    assert "Amara" in pages["teacher"]
    assert "Amara" in pages["author's own"]
    assert "Without a name" in pages["teacher"]


def test_no_page_says_when_a_post_without_a_name_was_written_or_in_which_order(stage, come):
    for person in ("mai", "amara", "budi"):
        post(come(person), "unnamed", text=f"{person} {TEXT}")

    page = teaching(come("ines"))

    assert page.select(".posts time") == []
    ids = [field["value"] for field in page.select(".posts input[name=post]")]
    assert len(ids) == 3
    assert ids == sorted(ids)
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)


def test_posts_of_others_appear_once_ones_own_part_is_done(come):
    mai, amara = come("mai"), come("amara")
    post(mai, "named", text=f"{CANARY} {TEXT}")

    before = group(amara).get_text()
    assert amara.finish(ACTIVITY, offline="yes").status_code == 303
    after = group(amara).get_text()

    assert CANARY not in before
    assert CANARY in after


def test_another_course_sees_nothing(stage, come):
    post(come("mai"), "named", text=f"{CANARY} {TEXT}")
    elsewhere = come("mai", course="canvas-fys")
    elsewhere.finish(ACTIVITY, offline="yes")

    assert CANARY not in str(group(elsewhere))
    assert CANARY not in str(teaching(come("ines", course="canvas-fys")))


def test_a_draft_is_not_posted_and_a_post_can_be_changed_and_taken_back(stage, come):
    mai, ines = come("mai"), come("ines")
    page = mai.activity(ACTIVITY)
    body = {"version": 0, "value": {"text": f"{CANARY} {TEXT}", "how": "named"}}
    mai.put(f"{mai.visit}/activities/{ACTIVITY}/answer", body, hidden(page)["csrf_token"])
    assert CANARY not in str(teaching(ines))

    post(mai, "named", text=f"{CANARY} {TEXT}")
    assert CANARY in str(teaching(ines))
    post(mai, "named", text=f"Changed. {TEXT}")
    assert CANARY not in str(teaching(ines))
    assert "Changed." in str(teaching(ines))

    fields = {**hidden(mai.activity(ACTIVITY)), "text": TEXT, "do": "take_back"}
    assert mai.post(f"{mai.visit}/activities/{ACTIVITY}", fields).status_code == 303
    assert "Changed." not in str(teaching(ines))
    assert "Nobody has posted yet" in teaching(ines).get_text()


def test_with_a_name_and_then_without_one_is_another_post(stage, come):
    mai, ines = come("mai"), come("ines")
    post(mai, "named")
    before = teaching(ines).select_one(".posts input[name=post]")["value"]

    post(mai, "unnamed")

    page = teaching(ines)
    assert page.select_one(".posts input[name=post]")["value"] != before
    assert "Mai" not in str(page)


def test_deleting_ones_answers_deletes_ones_posts_and_reports(stage, come):
    mai, amara = come("mai"), come("amara")
    post(mai, "unnamed")
    post(amara, "named")
    page = group(mai)
    press(mai, page, page.select_one("form[action$=report]"))
    export = mai.get(f"{mai.visit}/my-data/three-steps.json").json
    assert [each["text"] for each in export["posts"]] == [TEXT]

    token = hidden(mai.open(f"{mai.visit}/my-data/delete"))["csrf_token"]
    mai.post(f"{mai.visit}/my-data/delete", {"csrf_token": token})

    with stage.database.reading() as session:
        assert session.query(DiscussionPost).count() == 1
        assert session.query(PostReport).count() == 0
    assert mai.get(f"{mai.visit}/my-data/three-steps.json").json["posts"] == []


def test_a_report_reaches_the_teachers_without_saying_whose_it_is(stage, come):
    mai, amara, ines = come("mai"), come("amara"), come("ines")
    post(mai, "unnamed")
    amara.finish(ACTIVITY, offline="yes")
    page = group(amara)
    form = page.select_one("form[action$=report]")

    answers = [press(amara, page, form).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert "You reported this post" in group(amara).get_text()
    assert "reported by 1 learner" in teaching(ines).get_text()
    assert "Amara" not in str(teaching(ines))
    assert "reported" not in group(mai).get_text().lower()


def test_nobody_reports_their_own_post_or_one_of_another_course(stage, come):
    mai, elsewhere = come("mai"), come("amara", course="canvas-fys")
    post(mai, "unnamed")
    elsewhere.finish(ACTIVITY, offline="yes")
    with stage.database.reading() as session:
        name = session.query(DiscussionPost).one().public_id

    for browser in (mai, elsewhere):
        token = hidden(browser.activity(ACTIVITY))["csrf_token"]
        answer = browser.post(f"{browser.visit}/discussion/{ACTIVITY}/report", {"csrf_token": token, "post": name})
        assert answer.status_code == 404


def test_an_id_that_no_database_can_look_up_is_a_page_that_is_missing(come):
    mai, ines = come("mai"), come("ines")
    post(mai, "unnamed")
    learner, teacher = ({"csrf_token": hidden(each.activity(ACTIVITY))["csrf_token"]} for each in (mai, ines))

    answers = [
        mai.post(f"{mai.visit}/discussion/{ACTIVITY}/report", {**learner, "post": "\0"}),
        ines.post(f"{ines.visit}/teach/discussion/{ACTIVITY}/hide", {**teacher, "post": "\0", "reason": "No."}),
        ines.post(f"{ines.visit}/teach/shared/{2**63}", teacher),
    ]

    assert [each.status_code for each in answers] == [404, 404, 404]


def test_an_instructor_hides_a_post_with_a_reason_that_its_author_reads(stage, come):
    mai, amara, ines = come("mai"), come("amara"), come("ines")
    post(mai, "unnamed", text=f"{CANARY} {TEXT}")
    amara.finish(ACTIVITY, offline="yes")
    page = teaching(ines)

    answer = press(ines, page, page.select_one("form[action$=hide]"), reason="It names a patient.")

    assert answer.status_code == 303
    assert CANARY not in str(group(amara))
    own = group(mai).get_text()
    assert CANARY in own
    assert "It names a patient." in own
    assert mai.get(f"{mai.visit}/my-data/three-steps.json").json["posts"][0]["hidden_because"] == "It names a patient."
    hidden_page = teaching(ines)
    assert "It names a patient." in hidden_page.get_text()
    assert "Mai" not in str(hidden_page)

    press(ines, hidden_page, hidden_page.select_one("form[action$=show]"))
    assert CANARY in str(group(amara))
    assert "It names a patient." not in str(group(mai))


def test_changing_a_hidden_post_does_not_bring_it_back(come):
    mai, amara, ines = come("mai"), come("amara"), come("ines")
    post(mai, "unnamed")
    amara.finish(ACTIVITY, offline="yes")
    page = teaching(ines)
    press(ines, page, page.select_one("form[action$=hide]"), reason="Not here.")

    post(mai, "named", text=f"{CANARY} {TEXT}")

    assert CANARY not in str(group(amara))
    assert CANARY in str(teaching(ines))


def test_a_hidden_post_is_signed_as_before_until_it_is_shown_so_that_its_reason_names_nobody(come):
    mai, amara, ines = come("mai"), come("amara"), come("ines")
    post(mai, "named")
    amara.finish(ACTIVITY, offline="yes")
    page = teaching(ines)
    press(ines, page, page.select_one("form[action$=hide]"), reason="It names a patient.")

    post(mai, "unnamed", text=f"{CANARY} {TEXT}")

    page = teaching(ines)
    (held,) = [each for each in page.select("main li, main article") if "It names a patient." in each.get_text()][:1]
    assert "Mai" in held.get_text()
    press(ines, page, page.select_one("form[action$=show]"))
    shown = str(group(amara))
    assert CANARY in shown
    assert "Mai" not in shown
    assert "Mai" not in str(teaching(ines).select_one("main"))


@pytest.mark.parametrize("how", ["take_back", "delete"])
def test_a_hidden_post_that_is_taken_back_and_posted_anew_waits_for_the_teacher(come, how):
    mai, amara, ines = come("mai"), come("amara"), come("ines")
    post(mai, "unnamed", text=f"{CANARY} {TEXT}")
    amara.finish(ACTIVITY, offline="yes")
    page = teaching(ines)
    press(ines, page, page.select_one("form[action$=hide]"), reason="Not here.")

    where = f"activities/{ACTIVITY}" if how == "take_back" else "my-data/delete"
    form = hidden(mai.open(f"{mai.visit}/{where}"))
    assert mai.post(f"{mai.visit}/{where}", {**form, "text": "", "do": how}).status_code == 303
    gone = str(teaching(ines)) + str(mai.get(f"{mai.visit}/my-data/three-steps.json").json["posts"])
    post(mai, "named", text=f"Anew. {TEXT}")

    assert CANARY not in gone
    assert "Anew." not in str(group(amara))
    assert "until your teacher shows it" in group(mai).get_text()
    page = teaching(ines)
    assert "Anew." in str(page)
    press(ines, page, page.select_one("form[action$=show]"))
    assert "Anew." in str(group(amara))


def test_hiding_needs_a_reason(come):
    mai, ines = come("mai"), come("ines")
    post(mai, "unnamed")
    page = teaching(ines)
    form = page.select_one("form[action$=hide]")

    empty, long = (press(ines, page, form, reason=reason) for reason in (" ", "x" * 501))

    for answer, says in ((empty, "Say why"), (long, "Keep the reason below 500")):
        assert answer.status_code == 422
        refused = inspect(answer.text, "hide")
        assert says in refused.select_one("[role=alert]").get_text()
        assert refused.select_one("details[open] textarea[aria-invalid=true]")


def test_an_assistant_reads_and_changes_nothing(stage, come):
    mai, teo = come("mai"), come("teo")
    post(mai, "named")
    page = teaching(teo)
    with stage.database.reading() as session:
        name = session.query(DiscussionPost).one().public_id
    token = hidden(teo.activity(ACTIVITY))["csrf_token"]

    answers = [
        teo.post(
            f"{teo.visit}/teach/discussion/{ACTIVITY}/{act}", {"csrf_token": token, "post": name, "reason": "No."}
        ).status_code
        for act in ("hide", "show")
    ]

    assert page.select("form") == []
    assert answers == [404, 404]


def test_a_test_students_post_is_for_the_test_student_alone(come):
    tester, mai, ines = come("test"), come("mai"), come("ines")
    post(tester, "named", text=f"{CANARY} {TEXT}")
    mai.finish(ACTIVITY, offline="yes")

    assert CANARY in str(group(tester))
    assert CANARY not in str(group(mai))
    assert CANARY not in str(teaching(ines))


def test_whoever_teaches_may_look_at_the_activity_and_posts_nothing(stage, come):
    ines = come("ines")

    answer = post(ines, "named")

    assert answer.status_code == 200
    assert "Your group can read your post" in answer.text
    with stage.database.reading() as session:
        assert session.query(DiscussionPost).count() == 0
    assert ines.get(f"{ines.visit}/discussion/{ACTIVITY}").status_code == 404


def test_with_a_new_key_posts_and_reasons_are_sealed_anew(stage, come):
    mai, ines = come("mai"), come("ines")
    post(mai, "unnamed")
    page = teaching(ines)
    press(ines, page, page.select_one("form[action$=hide]"), reason="Not here.")
    new = {"new": secrets.token_bytes(32)}
    both = Sealer({**new, **stage.settings.encryption_keys})
    kinds = [kind for kind in sealing.KINDS if kind.id_column.class_ is DiscussionPost]

    with stage.database.transaction() as session:
        sealed = [sealing.seal_anew(session, both, "new", kind).sealed for kind in kinds]

    assert sealed == [1, 1]
    with stage.database.reading() as session:
        member_id = session.query(DiscussionPost).one().member_id
        author = Author(institution_id=session.query(Institution).one().id, member_id=member_id)
        (kept,) = discussions.own_posts(session, Sealer(new), author, "fundamentals")
    assert (kept["text"], kept["hidden_because"]) == (TEXT, "Not here.")
