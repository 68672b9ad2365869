"""Pages of a list: what counts as the next one."""

import pytest

from lti_tool.lti.paging import is_complete, next_page

PAGE = "https://lms.example.test/items?page=1"


@pytest.mark.parametrize(
    "target",
    ["https://evil.test/items", "//evil.test/x", "http://lms.example.test/x", "https://lms.example.test:8443/", "//["],
)
def test_xr_02_a_page_of_another_origin_is_neither_followed_nor_the_end(target):
    assert next_page(f"<{target}>; rel=next", PAGE) is None
    assert not is_complete(f"<{target}>; rel=next", PAGE)


@pytest.mark.parametrize("header", ["", "nonsense", "<", "</x>; rel=prev", "</x>", '</x>; title="rel=next"'])
def test_a_header_without_a_next_page_is_the_end(header):
    assert next_page(header, PAGE) is None
    assert is_complete(header, PAGE)
