"""The main job in a real browser: launch in a frame, the first module, the grade in the LMS's gradebook."""

import pytest
from browser_wire import Wire
from playwright.sync_api import expect


def test_the_first_module_in_the_frame_is_worth_ten_points_under_both_rule_sets(walk, stage):
    for course in ("moodle-m101", "canvas-m101"):
        walk.launch("mai", course=course)
        walk.first_module()
        stage.deliver()
        walk.home()

        expect(walk.tool.get_by_text("Sent to the gradebook at")).to_be_visible()
        assert walk.gradebook("mai", course=course) == "10.00"


def test_nothing_is_sent_and_the_page_says_so_if_the_link_collects_at_the_end(walk, stage):
    walk.launch("mai", link="when-complete")

    walk.first_module()
    walk.home()

    assert stage.deliver() == 0
    expect(walk.tool.get_by_text("Your grade is sent when the whole workshop is complete.")).to_be_visible()
    assert walk.gradebook("mai", link="when-complete") == "–"


def test_the_browser_keeps_our_partitioned_cookies_and_drops_an_unpartitioned_one_in_the_frame(walk, stage):
    wire = Wire(stage)
    walk.launch("mai")
    wire.offers_old_cookie = True

    walk.go("m0.welcome")
    walk.home()
    walk.page.goto(stage.settings.base_url)
    walk.page.reload()

    assert "unpartitioned" in wire.cookies["document"], "this browser takes the cookie, where it is not a third party's"
    assert "unpartitioned" not in wire.cookies["iframe"], "\n".join(wire.story)
    assert any(name.startswith("__Host-v-") for name in wire.cookies["iframe"])


def test_without_cookies_in_the_frame_one_button_goes_on_in_a_new_window(walk, stage, context):
    """The headless shell has no settings to refuse one site's cookies, so they are dropped on the wire: from what the
    browser sends with a page in a frame (its own Sec-Fetch-Dest says so) and from the answers. The tool and the page
    see exactly what they would see of a browser that refuses them there; the new window keeps its cookies."""
    Wire(stage).drops_cookies_in_frames = True
    walk.open("mai")
    expect(walk.heading).to_have_text("Open the workshop in a new window")

    with context.expect_page() as opened:
        walk.button("Open in a new window").click()
    walk.page = walk.tool = opened.value
    walk.first_module()
    stage.deliver()

    assert walk.gradebook("mai") == "10.00"


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_the_first_module_is_done_without_javascript(walk, stage):
    walk.lms("/courses/moodle-m101/as/mai/activities/as-they-go")
    (frame,) = (each for each in walk.page.frames if each.parent_frame)
    for _ in ("to the tool", "back from the platform"):
        expect(walk.button("Continue")).to_be_visible()
        here = frame.url
        walk.button("Continue").click()
        frame.wait_for_url(lambda url, here=here: url != here)
    expect(walk.heading).to_have_text(stage.tool.workshop(None).title)

    walk.first_module()
    stage.deliver()

    walk.home()
    expect(walk.tool.get_by_text("Sent to the gradebook at")).to_be_visible()
    assert walk.gradebook("mai") == "10.00"


def test_two_learners_a_teacher_and_a_second_course_in_one_browser_never_mix(walk, stage, context):
    others = [type(walk)(context.new_page(), stage) for _ in range(3)]
    amara, ines, fys = others
    walk.launch("mai")
    amara.launch("amara")
    ines.launch("ines")
    fys.launch("mai", course="moodle-fys")

    walk.first_module()
    amara.go("m0.welcome")
    amara.finish("m0.welcome")
    amara.is_at("m0.privacy")
    ines.inner.goto(ines.inner.url)
    fys.inner.goto(fys.inner.url)

    expect(fys.tool.get_by_role("link", name="Start", exact=True)).to_be_visible()
    done = {
        name: ines.tool.get_by_role("row").filter(has_text=name).get_by_role("cell").first.inner_text()
        for name in ("Mai", "Amara")
    }
    assert {name: text.split(" of ")[0] for name, text in done.items()} == {"Mai": "4", "Amara": "1"}
    amara.home()
    expect(amara.tool.get_by_text("Continue:")).to_be_visible()
    stage.deliver()
    assert walk.gradebook("mai") == "10.00"
    assert walk.gradebook("mai", course="moodle-fys") == "–"
