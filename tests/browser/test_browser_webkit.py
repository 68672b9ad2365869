"""WebKit, which keeps no cookie of a framed site: `make webkit` fetches one and runs this."""

import pytest
from browser_webkit import webkit
from stage import until


@pytest.fixture
def safari_like(tmp_path):
    with webkit(tmp_path) as browser:
        yield browser


@pytest.mark.webkit
def test_webkit_refuses_the_frame_s_cookie_and_the_platform_s_storage_takes_its_place(stage, safari_like):
    title, lms = stage.tool.workshop(None).title, stage.lms_server.url

    # This platform keeps nothing for us. (What the window does is not seen here: for WebKit, http is never secure.)
    safari_like.open(f"{lms}/courses/moodle-m101/as/mai/activities/as-they-go")
    safari_like.enter("iframe[data-fit]")
    until(lambda: safari_like.text("h1") == "Open the workshop in a new window")

    # This one keeps our proof: the first page opens in the frame, without any cookie.
    safari_like.open(f"{lms}/courses/canvas-m101/as/mai/activities/as-they-go")
    safari_like.enter("iframe[data-fit]")
    until(lambda: title in safari_like.text("h1"))
    assert safari_like.run("return window.top !== window")
