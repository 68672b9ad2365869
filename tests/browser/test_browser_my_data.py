"""A learner's own data, in the frame: taken away as files, deleted without losing points."""

import json

from bs4 import BeautifulSoup
from playwright.sync_api import expect


def test_both_downloads_in_the_frame_hold_what_was_answered_and_deleting_keeps_the_points(walk, stage):
    walk.launch("mai")
    walk.first_module()
    stage.deliver()
    words = dict(walk.activity("m0.start").content.scale)[3]
    walk.home()
    walk.link("My data").click()

    as_data = json.loads(_download(walk, "Download as data (JSON)"))
    to_read = BeautifulSoup(_download(walk, "Download to read"), "html.parser")
    written = {each["activity_id"]: each["stored"]["value"] for each in as_data["written"]}
    assert written["m0.start"] == {"st1": 3, "st2": 3, "st3": 3}
    assert written["m0.what"]["w1"] == "mentor"
    assert walk.activity("m0.start").content.items[0].text in to_read.get_text()
    assert words in to_read.get_text()

    walk.link("Delete my answers").click()
    walk.button("Delete my answers").click()
    expect(walk.tool.get_by_text("No answers: there are none yet, or you deleted them")).to_be_visible()
    left = json.loads(_download(walk, "Download as data (JSON)"))
    assert not any(each["stored"]["value"] for each in left["written"])
    walk.go("m0.start")
    for radio in walk.tool.get_by_role("radio").all():
        expect(radio).not_to_be_checked()
    walk.home()
    expect(walk.tool.get_by_text("Sent to the gradebook at")).to_be_visible()
    assert stage.deliver() == 0
    assert walk.gradebook("mai") == "10.00"


def _download(walk, name):
    with walk.page.expect_download() as download:
        walk.link(name).click()
    return download.value.path().read_text(encoding="utf-8")
