"""What holds on every page: accessible in every medium, at 400 % zoom, in print, in long words, from right to left."""

import pytest
from browser_axe import RULES, bring_axe, found_by_axe, sideways
from browser_people import PEOPLE
from browser_plan import FULL
from browser_stories import POST
from bs4 import BeautifulSoup
from plain_words import undisguised

from lti_tool.pseudo import LEFTWARDS, LONG

pytestmark = pytest.mark.timeout(900)
ZOOMED = 320
"""As wide as a window of 1280 pixels at 400 %."""
CONTRAST = RULES | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""All that paper and the reader's own colours change; the rest is looked at on the screen."""
COLOURS = "print and forced colours"
LOOKS = (COLOURS, LONG, LEFTWARDS)
TYPED = ["Mentoring 101", POST, *PEOPLE, *(text for blanks in FULL.values() for text in blanks.values())]


def not_disguised(page, name):
    """Return every text of ours that a page in a made-up language says in plain English, a line each."""
    return [f"{name}: {text}" for text in undisguised(BeautifulSoup(page.content(), "lxml"), TYPED)]


@pytest.mark.parametrize(
    "is_whole", [False, pytest.param(True, marks=pytest.mark.long)], ids=["looks take turns", "every look"]
)
def test_every_page_is_accessible_and_fits_in_every_medium_width_and_language(tour, is_whole):
    """Each page as it is; and on other colours, in long words, from right to left: every other page once, or all."""
    page = tour.walk.page
    bring_axe(page)
    speak = speaker(page)

    found = []
    for turn, name in enumerate(tour.everywhere()):
        looks = LOOKS if is_whole else () if turn % 2 else (LOOKS[turn // 2 % len(LOOKS)],)
        for width in (1280, 360, ZOOMED):
            page.set_viewport_size({"width": width, "height": 640})
            found += sideways(page, f"{name}, {width} px")
            found += found_by_axe(page, f"{name}, {width} px") if width == 360 else []
            found += in_print_and_forced_colours(page, name) if width == 1280 and COLOURS in looks else []
        languages = [] if name.startswith("LMS") else [each for each in (LONG, LEFTWARDS) if each in looks]
        for language in languages:
            speak(language)
            found += sideways(page, f"{name} in {language}") + not_disguised(page, f"{name} in {language}")
            found += found_by_axe(page, f"{name} in {language}") if language == LEFTWARDS else []
        if languages:
            speak("en-GB")

    assert not found, "\n".join(found)


def in_print_and_forced_colours(page, name):
    """Return what axe objects to on paper, and where the reader's own colours replace ours."""
    page.emulate_media(media="print")
    found = found_by_axe(page, f"{name}, print", CONTRAST)
    page.emulate_media(media="screen", forced_colors="active")
    found += found_by_axe(page, f"{name}, forced colours", CONTRAST)
    page.emulate_media(media="screen", forced_colors="none")
    return found


def speaker(page):
    """Return what asks for a page once more in another language; what a form had sent is sent again."""
    browser = page.context.new_cdp_session(page)
    agent = {"userAgent": page.evaluate("navigator.userAgent")}

    def speak(language):
        browser.send("Emulation.setUserAgentOverride", {**agent, "acceptLanguage": language})
        page.reload()

    return speak
