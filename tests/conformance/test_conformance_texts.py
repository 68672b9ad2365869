"""Texts that a platform sends, on the pages that show them: data, never markup, never a template."""

import unicodedata

import pytest
from launching import CLAIM, land, look, newcomer, sign_in
from stage import inspect

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "single quotes": "' autofocus onfocus='alert(1)",
    "end of title": "</title></main><svg onload=alert(1)>",
    "template": "{{ 7*7 }}{% raw %}${7*7}#{7*7}",
    "format": "%(num)s %s {0} %n",
    "override": "\u202eevil\u2066",
    "NUL and bells": "a\0b\x07c\x1b[31m",
    "long": "x" * 10_000,
    "long line of combining marks": "a" + "\u0301" * 999,
    "comment": "<!-- --><![CDATA[",
    "entities": "&lt;b&gt;&#x3c;script&#x3e;",
    "emoji and right to left": "👩🏽\u200d🏫 فاطمة",
}


@pytest.fixture(scope="module")
def walker(house):
    """A browser that the tool has marked before."""
    return house.browser()


def _is_harmless(page):
    """Only our own scripts, no handler, no character that turns or ends a line."""
    every = list(page.tree.iter("*"))
    assert all(tag.get("src").startswith("/static/") and not tag.text for tag in every if tag.tag == "script")
    assert not [tag for tag in every if tag.tag in ("img", "iframe", "object", "base") or "http-equiv" in tag.attrib]
    handlers = [name for tag in every for name in tag.attrib if name.startswith("on") or name == "autofocus"]
    assert handlers == []
    assert not set(page.tree.text_content()) & set("\0\x07\x1b\u202e\u2066")


def _shown(text):
    """What remains of a text that was cleaned and trimmed as every text of a platform is."""
    kept = "".join(c for c in text if c not in "\0\x07\x1b\u202e\u2066")
    return unicodedata.normalize("NFC", kept)[:100]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_xs_21_a_hostile_text_is_only_text_in_sound_html_on_every_page_that_shows_it(house, walker, text):
    course = {"id": f"course-{list(HOSTILE.values()).index(text)}", "label": text, "title": text}
    link = {"id": "hostile", "title": text}
    good = newcomer(sign_in(walker, context=course, resource_link=link), name=text)
    good.claims |= {"given_name": text, "family_name": text, "email": text}
    pages = [land(good.post(), walker)]
    inspect(walker.get(walker.home).text, walker.home)
    walker.finish("m0.privacy", agreed="yes")
    for path in ("/grade", "/my-data/", "/my-data/three-steps.html", "/activities/m0.welcome"):
        pages.append(look(walker, walker.visit + path))
    json_export = walker.get(f"{walker.visit}/my-data/three-steps.json")

    teacher = newcomer(sign_in(walker, "ines", context=course, resource_link=link), name="Teacher")
    progress = land(teacher.post(), walker)

    for page in [*pages, progress]:
        _is_harmless(page)
    inspect(walker.get(walker.home).text, walker.home)
    assert json_export.mimetype == "application/json"
    (row,) = progress.select("table.grid tbody tr")
    assert row.th.get_text().strip().startswith(_shown(text))
    assert _shown(text) in progress.h1.get_text()
    assert len(row.th.get_text().strip()) <= 300


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//evil.test/",
        "https://user@evil.test/",
        'https://lms.example.test/"onclick="alert(1)',
        "https://lms.example.test/;script-src *",
        "https://*.evil.test/",
        "https://lms.example.test, https://evil.test",
        "ftp://lms.example.test/",
        "https://lms.example.test\r\nX-Bad: 1",
    ],
)
def test_xs_17_a_return_address_is_a_plain_web_address_or_nothing(house, walker, address):
    good = newcomer(sign_in(walker, launch_presentation={"return_url": address}))

    page = land(good.post(), walker)

    response = walker.get(walker.home)
    policy = response.headers["Content-Security-Policy"]
    assert all("evil.test" not in each and "*" not in each for each in (policy, str(page.select("a"))))
    assert policy.count("script-src") == 1
    assert "X-Bad" not in response.headers
    missing = walker.get(f"{walker.visit}/teach/")
    assert "javascript:" not in missing.text
    assert "data:text" not in missing.text


def test_xs_23_odd_custom_values_count_as_absent(house, walker):
    for value in ({"b": 1}, None, "$ResourceLink.id", [], 7, ""):
        good = newcomer(sign_in(walker, custom={"workshop": value, "module": value, "send": value}))
        good.claims[CLAIM + "resource_link"] = {"id": f"odd-{value!r}"}

        land(good.post(), walker)

        assert walker.finish("m0.privacy", agreed="yes").status_code == 303
