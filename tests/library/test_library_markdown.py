"""Markdown: what authors write is safe to show, and citations lead to their sources."""

import pytest

from lti_tool.activities.base import Reference
from lti_tool.library.markdown import Renderer

SOURCES = {
    key: Reference(key=key, short=short, text=f"{short}. A study.", url=None)
    for key, short in [("ann2001", "Ann & Bo 2001"), ("cy2002", "Cy 2002")]
}
RENDERER = Renderer(SOURCES)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "one <b onclick=alert(1)>two</b>",
        "<!-- hidden -->",
        "[go](javascript:alert(1))",
        "[go](data:text/html,x)",
        "[go](http://example.org)",
        "[go](//example.org)",
        "[go](/v/1)",
        '[go](https://example.org "<b>")',
        "![x](javascript:alert(1))",
        "[@ann2001<script>]",
    ],
)
def test_nothing_dangerous_comes_through(text: str):
    try:
        html = RENDERER.passage(text).html
    except KeyError:
        return  # a citation that the rules would have refused

    assert "<script" not in html
    assert "<b" not in html
    assert "<!--" not in html
    assert 'href="javascript' not in html
    assert 'href="http:' not in html
    assert 'href="/' not in html
    assert 'src="javascript' not in html


def test_a_citation_leads_to_the_list_of_the_page():
    passage = RENDERER.passage("It works. [@ann2001; @cy2002] Really. [@ann2001]")

    assert passage.html == (
        '<p>It works. [<a class="citation" href="#ref-ann2001">Ann &amp; Bo 2001</a>; '
        '<a class="citation" href="#ref-cy2002">Cy 2002</a>] Really. '
        '[<a class="citation" href="#ref-ann2001">Ann &amp; Bo 2001</a>]</p>\n'
    )
    assert [reference.key for reference in passage.references] == ["ann2001", "cy2002"]


def test_two_pages_do_not_share_their_sources():
    RENDERER.passage("[@ann2001]")

    assert [reference.key for reference in RENDERER.passage("[@cy2002]").references] == ["cy2002"]


def test_a_bracket_that_does_not_close_is_just_text():
    assert RENDERER.inline("[@ann2001") == "[@ann2001"


def test_headings_begin_below_the_title_of_the_page():
    assert RENDERER.passage("### One\n\n#### Two").html == "<h2>One</h2>\n<h3>Two</h3>\n"


def test_a_line_has_no_paragraph_around_it():
    assert RENDERER.inline("Yours is **yours** & nobody's.") == "Yours is <strong>yours</strong> &amp; nobody's."
