"""Languages: which one is spoken, how it says numbers, days and plurals, and the two that are made up."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from stage import lent_app, make_settings

from lti_tool import language
from lti_tool.library.loader import load_workshop
from lti_tool.pseudo import LEFTWARDS, LONG, TURNS, TURNS_BACK, lengthened, turned

SPANISH = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Save"
msgstr "Guardar"

msgid "%(num)s learner"
msgid_plural "%(num)s learners"
msgstr[0] "%(num)s estudiante"
msgstr[1] "%(num)s estudiantes"
"""


@pytest.fixture
def spanish(tmp_path, monkeypatch):
    """A folder of translations with a Spanish one in it, instead of our own."""
    (tmp_path / "es.po").write_text(SPANISH)
    monkeypatch.setattr(language, "TRANSLATIONS", tmp_path)
    language.tags.cache_clear()
    yield
    language.use()
    language.tags.cache_clear()
    language.language.cache_clear()


def test_a_file_of_translations_is_a_language(spanish):
    language.use(language.choose(["es-MX", "en"]))

    assert language.current().tag == "es"
    assert language.gettext("Save") == "Guardar"
    assert language.gettext("Not translated yet") == "Not translated yet"
    assert language.ngettext("%(num)s learner", "%(num)s learners", 1) == "1 estudiante"
    assert language.ngettext("%(num)s learner", "%(num)s learners", 20_000) == "20.000 estudiantes"
    assert language.day(date(2026, 11, 25), "long") == "25 de noviembre de 2026"
    assert language.number(Decimal("62.50")) == "62,50"
    assert language.listed(["a", "b", "c"]) == "a, b y c"


def test_english_needs_no_file():
    assert language.choose(["fr", "de-AT"]) == "en"
    assert language.gettext("%(given)s of %(most)s", given=1, most=2) == "1 of 2"
    assert language.number(1234) == "1,234"
    assert language.number(Decimal("100.00")) == "100.00"
    assert language.moment(datetime(2026, 11, 25, 14, 5, tzinfo=UTC)).startswith("Nov 25, 2026")
    assert language.clock_time(datetime(2026, 11, 25, 14, 5, tzinfo=UTC)) == "14:05"


@pytest.mark.parametrize(
    ("text", "long", "leftwards"),
    [
        ("Save", "⟦Šááṽéé⟧", f"{TURNS}Save{TURNS_BACK}"),
        ("%(num)s of {max}", "⟦%(num)s óóḟ {max}⟧", f"%(num)s {TURNS}of{TURNS_BACK} {{max}}"),
        ("{n, plural, one {# day} other {# days}}", "⟦{n, plural, one {# ðááý} other {# ðááýš}}⟧", None),
        ("- a [b](https://c.de) [@key]\n- **f**", "- áá [ḃ](https://c.de) [@key]\n- **ḟ**", None),
        (" and ", " ⟦ááñð⟧ ", f" {TURNS}and{TURNS_BACK} "),
        ("42 %", "42 %", "42 %"),
    ],
)
def test_a_disguise_leaves_what_is_filled_in_and_markdown_as_it_is(text, long, leftwards):
    assert lengthened(text) == long
    if leftwards is not None:
        assert turned(text) == leftwards


def test_a_disguised_workshop_is_the_same_in_everything_but_its_words():
    plain, long = load_workshop(), load_workshop(locale=LONG)

    assert long.title == lengthened(plain.title)
    assert long.graded_modules == plain.graded_modules
    assert [each.kind for each in long.activities] == [each.kind for each in plain.activities]
    assert long.activity("m2.gaps").content.action_words["area"].startswith("⟦")
    assert [each.text for each in long.references] == [each.text for each in plain.references]


@pytest.mark.parametrize("asked", [LONG, LEFTWARDS])
def test_nobody_sees_a_made_up_language_where_the_setting_does_not_allow_it(asked):
    with lent_app(make_settings("sqlite://", pseudo_locales=False)) as app:
        page = app.test_client().get("/", headers={"Accept-Language": asked}).text

    assert 'lang="en"' in page
    assert 'dir="ltr"' in page
    assert "Three Steps: a mentoring workshop" in page


def test_a_browser_that_asks_for_a_made_up_language_gets_it_also_in_a_refusal(stage):
    browser = stage.browser(LEFTWARDS)

    page = browser.open("/nothing-here", status=404)

    assert page.html["lang"] == LEFTWARDS
    assert page.html["dir"] == "rtl"
    assert TURNS in page.h1.get_text()
